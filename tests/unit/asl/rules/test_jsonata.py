"""JSONata: what the rules about it say, and where."""

import pytest

from maestro_cdk.asl.rules import jsonata_functions, jsonata_references, jsonata_syntax
from tests.unit.asl.rules.asking import machine, said, subject


def state(kind="Pass", **fields):
    return machine({"A": {"Type": kind, "End": True, **fields}}, QueryLanguage="JSONata")


def output(expression):
    return state(Output=f"{{% {expression} %}}")


def first(findings):
    """The message and the text at its place, of the only finding."""
    ((message, where, name),) = findings
    assert name == "A"
    return message, where.rstrip("}\n ")


# --- syntax ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "{% 1 %}",
        "{%1%}",
        "{% \n $states.input \n %}",
        "plain",
        "100%",
        " {% x %} ",
        "{% ${x} = 1 %}",
    ],
)
def test_syntax_is_quiet(text):
    assert said(jsonata_syntax.RULE, state(Output={"a": [text]})) == []


def test_syntax_asks_only_where_aws_evaluates():
    value = state(Comment="{% (", Next="{% (", Retry=[{"ErrorEquals": ["{% ("]}])
    assert said(jsonata_syntax.RULE, value) == []
    assert (
        said(jsonata_syntax.RULE, machine({"A": {"Type": "Pass", "Parameters": {"a": "{% ("}}}))
        == []
    )


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        (
            "{% $sum( %}",
            "'{% $sum( %}' is no JSONata: expected ) before end of expression",
            '( %}"',
        ),
        ("{% $a == 1 %}", "'{% $a == 1 %}' is no JSONata: = cannot stand here", '= 1 %}"'),
        ("{% 10 %", "'{% 10 %' is no JSONata: it does not end with %}", '%"'),
        ("10 %}", "'10 %}' is no JSONata: it does not begin with {%", '10 %}"'),
    ],
)
def test_syntax_finds(text, message, place):
    told, where = first(said(jsonata_syntax.RULE, state(Output={"a": [text]})))
    assert (told, where.rstrip("]\n ")) == (message, place.rstrip("]}\n "))


def test_the_place_is_that_in_the_text_of_the_definition():
    text = (
        '{"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Pass",\n'
        r' "Output": "{% \"\ud83d\ude00\" &\n\t\u0024a == 1 %}", "End": true}}}'
    )
    (finding,) = jsonata_syntax.RULE.check(subject(text))
    assert finding.where.line == 2
    assert text.split("\n")[1][finding.where.column - 1 :].startswith("= 1 %}")


def test_what_is_too_large_is_no_error():
    (finding,) = jsonata_syntax.RULE.check(subject(output("'" + "a" * 40_000 + "'")))
    assert finding.severity == "info"
    assert finding.message.startswith("not checked: ")


# --- functions -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "expression",
    [
        "$sum($states.input.x)",
        "$partition($range(0, 9, 1), 3)",
        "$hash($states.input.a, 'SHA-256') & $uuid()",
        "$parse('1') + $random(5)",
        "($double := function($n){ $n * 2 }; $double(4))",
        "$map($states.input.a, $uppercase)",
        "$states.input.a ~> $sum() ~> $string",
    ],
)
def test_functions_is_quiet(expression):
    assert said(jsonata_functions.RULE, output(expression)) == []


@pytest.mark.parametrize(
    ("expression", "message", "hint"),
    [
        ("$nope(1)", "there is no function $nope()", None),
        ("$eval('1')", "there is no function $eval()", "AWS has none; $parse(text) reads JSON"),
        ("$toUppercase('a')", "there is no function $toUppercase()", "did you mean $uppercase?"),
        ("States.UUID()", "States.UUID() is a function of JSONPath", "in JSONata: $uuid()"),
        ("$UUID()", "there is no function $UUID()", "did you mean $uuid?"),
        ("sum($states.input)", "sum() is no function: functions begin with $", "write $sum(...)"),
        (
            "upper('x')",
            "upper() is no function: functions begin with $",
            "did you mean $uppercase?",
        ),
    ],
)
def test_functions_finds(expression, message, hint):
    (finding,) = jsonata_functions.RULE.check(subject(output(expression)))
    assert (finding.message, finding.hint, finding.severity) == (message, hint, "error")
    _, where = first(said(jsonata_functions.RULE, output(expression)))
    assert where.startswith(expression)


# --- references ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("Task", {"Output": "{% $states.result.a %}", "Assign": {"x": "{% $states.result %}"}}),
        ("Map", {"Output": "{% $states.result[0] %}"}),
        ("Parallel", {"Output": "{% $states.result %}"}),
        ("Task", {"Catch": [{"Output": "{% $states.errorOutput.Cause %}"}]}),
        ("Task", {"Catch": [{"Assign": {"e": {"f": ["{% $states.errorOutput %}"]}}}]}),
        ("Pass", {"Output": "{% $states.input.result %}"}),
        ("Pass", {"Output": "{% $states %}"}),
        ("Pass", {"Output": "{% $states.context.Execution.Id %}"}),
        ("Pass", {"Output": "{% $states.input.items[price > 3].name %}"}),
        ("Pass", {"Comment": "{% phone %}"}),
    ],
)
def test_references_is_quiet(kind, fields):
    assert said(jsonata_references.RULE, state(kind, **fields)) == []


@pytest.mark.parametrize(
    ("kind", "fields", "message", "place"),
    [
        ("Pass", {"Output": "{% $states.result %}"}, "there is no $states.result here", 'result %}"'),
        ("Task", {"Arguments": {"a": "{% $states.result %}"}}, "there is no $states.result here", 'result %}"'),
        ("Map", {"ItemSelector": {"a": "{% $states.result %}"}}, "there is no $states.result here", 'result %}"'),
        ("Choice", {"Choices": [{"Condition": "{% $states.result %}"}]}, "there is no $states.result here", 'result %}"'),
        ("Task", {"Catch": [{"Output": "{% $states.result %}"}]}, "there is no $states.result here", 'result %}"'),
        ("Task", {"Output": "{% $states.errorOutput %}"}, "there is no $states.errorOutput here", 'errorOutput %}"'),
        ("Pass", {"Output": "{% $states.inputs %}"}, "$states has no inputs", 'inputs %}"'),
        ("Pass", {"Output": "{% phone %}"}, "phone reads from nothing: AWS gives an expression no input of its own", 'phone %}"'),
        ("Pass", {"Output": "{% states.input %}"}, "states reads from nothing: AWS gives an expression no input of its own", 'states.input %}"'),
        ("Pass", {"Output": "{% $.a %}"}, "$ reads from nothing: AWS gives an expression no input of its own", '$.a %}"'),
        ("Pass", {"Output": "{% $$ %}"}, "$$ is not supported", '$$ %}"'),
    ],
)  # fmt: skip
def test_references_finds(kind, fields, message, place):
    told, where = first(said(jsonata_references.RULE, state(kind, **fields)))
    assert (told, where.rstrip("]}\n ")) == (message, place.rstrip("]}\n "))


@pytest.mark.parametrize(
    ("expression", "hint"),
    [
        ("states.input", "write $states"),
        ("$", "write $states.input"),
        ("$$", "$states.context is the context object"),
        ("*", "write $states.input.*"),
        ("a.b", "write $states.input.a, $a for a variable, or 'a' for a text"),
        ("$states.Input", "did you mean input?"),
        ("$states.nothing", "it has input, result, errorOutput, context"),
    ],
)
def test_what_was_meant_is_told(expression, hint):
    (finding,) = jsonata_references.RULE.check(subject(output(expression)))
    assert finding.hint == hint
