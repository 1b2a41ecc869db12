"""What JSONata gives on AWS, where it is not what the library gives by itself.

Measured for https://github.com/floci-io/floci/issues/2737
"""

from datetime import UTC, datetime

import pytest

from maestro_cdk.engine import jsonata
from maestro_cdk.engine.clocks import RandomIds, VirtualClock
from maestro_cdk.engine.jsonata import UNDEFINED, JsonataError, Scope, evaluate

NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
INPUT = {"n": None, "one": [1], "b": [{"a": 1}, {"a": 2}], "f": 1.0, "o": {"x": {"y": 3}}}


def evaluated(text, **variables):
    states = {"input": INPUT, "context": {"Execution": {"Id": "e"}}}
    clock = VirtualClock(NOW)
    return evaluate(text, Scope(states=states, variables=variables, clock=clock, ids=RandomIds(1)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$states.input.o.x.y", 3),
        ("$states.input.n", None),
        ("$states.input.one", [1]),
        ("$states.input.b.a", [1, 2]),
        ("$states.input.b[a > 1].a", 2),
        ("$v.a", 5),
        ("6/2", 3),
        ("7.5 % 2", 1.5),
        ("1/0", None),
        ("{'a': 1/0}", {"a": None}),
        ("[1..3]", [1, 2, 3]),
        ("$sum([1..10])", 55),
        ("{'a': $states.input.nope, 'b': null}", {"b": None}),
        ("$partition([1, 2, 3], 2)", [[1, 2], [3]]),
        ("$range(-1.7, 2, 1)", [-1, 0, 1, 2]),
        ("$hash('input data', 'SHA-1')", "aaff4a450a104cd177d28d18d74485e8cae074b7"),
        ("$parse('{\"a\": [null]}')", {"a": [None]}),
        ("$millis()", 1714979289000),
        ("$now()", "2024-05-06T07:08:09.000Z"),
        ("$now('[Y]')", "2024"),
        ("$uuid()", RandomIds(1).uuid()),
        ("$random(4) = $random(4)", True),
        ("$count($map([1, 2], $uuid))", 2),
        ("$string(1795420000000123)", "1795420000000120"),
        ("'id-' & 1234567890123456789", "id-1234567890123460000"),
        ("$string(-1e20) & $string(1e21)", "-1000000000000000000001e+21"),
        ("$string({'id': [12345678901234567]})", '{"id":[12345678901234600]}'),
        ("$string(0.1 + 0.2) & $string(1/3) & $string(1e-7)", "0.30.3333333333333331e-7"),
        ("$string([true, null, 1.0])", "[true,null,1]"),
    ],
)
def test_expressions(text, expected):
    result = evaluated(text, v={"a": 5})
    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize(
    "text", ["$states.input.nope", "$nope", "$states.input.n.x", "$range(3, 1, 1)"]
)
def test_nothing(text):
    assert evaluated(text) is UNDEFINED


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("$nope(1)", ". T1006: Attempted to invoke a non-function"),
        ("$eval('1+1')", ". T1006: Attempted to invoke a non-function"),
        ("$states(1)", ". T1006: Attempted to invoke a non-function"),
        ("$sum('a')", '. T0412: Argument 1 of function "sum" must be an array of "numbers"'),
        ("'a' + 1", '. T2001: The left side of the "+" operator must evaluate to a number'),
        ("$error('boom')", ". D3137: boom"),
        ("1/0 + 1", ". D1001: Number out of range: Infinity"),
        (
            "+".join("1" * 200),
            ": Stack overflow error: Check for non-terminating recursive function.",
        ),
        ("$range(1, 10000000, 1)", ": Expression evaluation memory limit exceeded"),
        ("function($x) { $x }", ""),
        ("[$sum]", ""),
    ],
)
def test_failures(text, message):
    with pytest.raises(JsonataError) as error:
        evaluated(text)
    assert str(error.value).startswith(message)
    assert message or not str(error.value)


def test_an_expression_that_never_ends_is_ended(monkeypatch):
    monkeypatch.setattr(jsonata, "MOST_SECONDS", 0.2)
    with pytest.raises(JsonataError, match="timeout: Check for infinite loop"):
        evaluated("($f := function($x) { $f($x + 1) }; $f(1))")


def test_what_is_given_is_not_changed():
    before = repr(INPUT)
    evaluated("$states.input ~> |$|{'z': 1}|")
    evaluated("$sort($states.input.b, function($l, $r) { $l.a < $r.a })")
    evaluated("$append($states.input.one, 2)")
    assert repr(INPUT) == before
