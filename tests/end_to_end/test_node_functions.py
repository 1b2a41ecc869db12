"""Functions in JavaScript, run by Node, beside those in Python."""

import pytest

pytestmark = pytest.mark.xdist_group("commands")

WORD = "export const word = (name) => `${name} by way of a module`;\n"
ESM = """
import { word } from "./words.mjs";
export const handler = async (event) => ({ ...event, esm: word(process.env.WHO) });
"""
COMMONJS = """
const { shared } = require("./_shared/shared.js");
exports.handler = (event, context, callback) =>
  callback(null, { ...event, commonjs: shared, function: context.functionName });
"""
SHARED_JS = "exports.shared = 'shared code';\n"
PACKAGED = """
import { greet } from "greetings";
export async function main(event) {
  return { ...event, packaged: greet() };
}
"""
PYTHON = """
from _shared.words import WORD
def handler(event, context):
    return {**event, "python": WORD}
"""
CJS = "exports.handler = async (event) => ({ ...event, cjs: 'as on AWS' });\n"
BROKEN = """
export const handler = async () => { throw new RangeError("more than there is"); };
"""
SETTINGS = """
[functions]
runtime = "python3.13"
[functions.esm]
environment = { WHO = "told" }
[functions.commonjs]
runtime = "nodejs22.x"
[functions.packaged]
handler = "index.main"
runtime = "nodejs22.x"
"""


def invoking(function):
    return {"Type": "Task", "Resource": f"${{{function}}}"}


@pytest.fixture(scope="module")
def mixed(maestro, aws, write, tmp_path_factory):
    """A workflow in which every state is a function of another kind."""
    folder = write(
        tmp_path_factory.mktemp("node") / "mixed",
        {
            **{name: invoking(name) for name in ("esm", "commonjs", "packaged", "cjs")},
            "python": {
                "Type": "Task",
                "Resource": "arn:aws:lambda:REGION:ACCOUNT_ID:function:WORKFLOW_NAME_python",
            },
        },
        settings=SETTINGS,
    )
    files = {
        "esm/index.mjs": ESM,
        "esm/words.mjs": WORD,
        "commonjs.js": COMMONJS,
        "cjs.cjs": CJS,
        "packaged/index.js": PACKAGED,
        "packaged/package.json": '{ "type": "module" }',
        "packaged/node_modules/greetings/package.json": '{ "main": "greetings.js" }',
        "packaged/node_modules/greetings/greetings.js": "exports.greet = () => 'installed';\n",
        "python.py": PYTHON,
        "_shared/shared.js": SHARED_JS,
        "_shared/words.py": "WORD = 'shared too'\n",
    }
    for name, text in files.items():
        path = folder / "lambdas" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    result = maestro("deploy", "--local", cwd=folder)
    assert result.code == 0, result.err
    yield folder
    assert maestro("teardown", "--local", "-f", cwd=folder).code == 0
    assert aws.left_of("mixed") == []


def test_every_way_to_write_a_function_for_node_runs(maestro, mixed):
    result = maestro("run", "--local", "-i", '{"given": 1}', cwd=mixed)

    assert result.code == 0, result.err
    assert result.json == {
        "given": 1,
        "esm": "told by way of a module",
        "commonjs": "shared code",
        "function": "mixed_commonjs",
        "packaged": "installed",
        "cjs": "as on AWS",
        "python": "shared too",
    }


def test_what_a_node_function_throws_is_told(maestro, aws, write, tmp_path):
    folder = write(tmp_path / "thrown", {"Throw": invoking("broken")}, broken_mjs=BROKEN)
    assert maestro("deploy", "--local", cwd=folder).code == 0

    result = maestro("run", "--local", cwd=folder)

    assert (result.code, result.out) == (1, "")
    assert "more than there is" in result.err
    assert maestro("teardown", "--local", "-f", cwd=folder).code == 0
    assert aws.left_of("thrown") == []


def test_node_functions_get_the_runtime_of_their_language(maestro, mixed):
    resources = maestro("synth", "--format", "json", cwd=mixed).json["Resources"]

    runtimes = {
        item["Properties"]["FunctionName"]: item["Properties"]["Runtime"]
        for item in resources.values()
        if item["Type"] == "AWS::Lambda::Function"
    }
    assert runtimes == {
        "mixed_cjs": "nodejs24.x",
        "mixed_commonjs": "nodejs22.x",
        "mixed_esm": "nodejs24.x",
        "mixed_packaged": "nodejs22.x",
        "mixed_python": "python3.13",
    }
