"""How many parameters a handler takes, by how it is written."""

import pytest

from maestro_cdk.project import javascript


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("exports.handler = (event, context, callback) => callback(null, event);", 3),
        ("exports.handler = async (event) => event;", 1),
        ("exports.handler = function (event, context, callback) { callback(null); };", 3),
        ("exports.handler = async function named(event, context) {};", 2),
        ("module.exports.handler = (event, context, done) => done();", 3),
        ("exports . handler = (e, c, cb) => cb();", 3),
        ("module.exports = { handler: (e, c, cb) => cb() };", 3),
        ("module.exports = { other: 1, handler(e, c, cb) { cb(); } };", 3),
        ("module.exports = { async handler(event) { return event; } };", 1),
        ("module.exports = { handler };\nfunction handler(e, c, cb) { cb(); }", 3),
        ("const handler = (e, c, cb) => cb();\nmodule.exports = { handler };", 3),
        ("export const handler = async (event, context) => event;", 2),
        ("export const handler = (event, context, callback) => {};", 3),
        ("export function handler(event, context, callback) {}", 3),
        ("export async function handler(event) {}", 1),
        ("export async function * handler(event) {}", 1),
        ("const main = (e, c, cb) => cb();\nexport { main as handler };", 3),
        ("export const handler = async () => 1;", 0),
        # What JavaScript does not count.
        ("export const handler = (event, context, callback = null) => {};", 2),
        ("export const handler = (event, ...others) => {};", 1),
        ("export const handler = ({ a, b, c }, [d, e, f]) => {};", 2),
        ("export const handler = ({ a = 1, b = f(2, 3) }, context, callback) => {};", 3),
        # What is no code.
        ("// exports.handler = (a, b, c) => 1;\nexports.handler = async (a) => a;", 1),
        ("/* handler = (a, b, c) => 1 */ exports.handler = async (a) => a;", 1),
        ("const s = 'exports.handler = (a, b, c) => {}'; exports.handler = (a) => a;", 1),
        ("const s = `handler = (a, b, c) => {}`; exports.handler = (a) => a;", 1),
        ("const r = /handler = (a, b, c) => {/; exports.handler = (a) => a;", 1),
        ("exports.handler = (event /* , context, callback */) => 1;", 1),
        # TypeScript.
        ("export const handler = async (e: Map<string, number>, c: Context) => e;", 2),
        ("export const handler: Handler<A, B> = (e, c, callback) => callback(null);", 3),
        ("export const handler: Handler = async (event: Event): Promise<Result> => event;", 1),
        ("export const handler = (e: E, c: C, cb: (x: Error | null, r?: R) => void) => {};", 3),
        ("export function handler<T>(e: T, c: Context, cb: Callback): void {}", 3),
        ("export async function handler(event: { a: string; b: number }): Promise<object> {}", 1),
        ("export const handler = async <T extends object>(event: T) => event;", 1),
    ],
)
def test_a_function_that_is_written_out_has_its_parameters_counted(text, count):
    assert javascript.handler(text, "handler").parameters == count


@pytest.mark.parametrize(
    "text",
    [
        "exports.handler = middy((event, context, callback) => 1);",
        "export const handler = awslambda.streamifyResponse(async (a, b, c) => {});",
        "export const handler = wrap(inner);\nfunction inner(a, b, c) {}",
        "export { handler } from './other.mjs';",
        "export * from './other.mjs';",
        "exports.handler = require('./other').handler;",
        "exports.handler = (a, b, c);",
        "if (handler == (a, b, c)) {}",
        "handler(a, b, c);",
        "x.handler = (a, b, c) => 1;",
        "export const handler = (a, b",
    ],
)
def test_what_a_look_does_not_tell_is_nothing(text):
    assert javascript.handler(text, "handler") is None


def test_the_place_is_that_of_the_parameters():
    found = javascript.handler("'use strict';\n\nexports.handler = (a, b, c) => {};\n", "handler")
    assert (found.line, found.column) == (3, 19)


def test_another_name_is_another_function():
    text = "exports.a = (e) => e;\nexports.b = (e, c, cb) => cb();\n"
    assert javascript.handler(text, "a").parameters == 1
    assert javascript.handler(text, "b").parameters == 3
    assert javascript.handler(text, "c") is None
