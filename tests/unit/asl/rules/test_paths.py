"""Paths, payload templates and intrinsic functions: what their rules say, and where."""

import pytest

from maestro_cdk.asl.rules import intrinsic_functions, paths, payload_templates
from tests.unit.asl.rules.asking import machine, said, subject


def state(**fields):
    return machine({"A": {"Type": "Pass", "End": True, **fields}})


def given(value):
    """A state with a payload template that holds one value to evaluate."""
    return state(Parameters={"x.$": value})


def hints(rule, value):
    return [finding.hint for finding in rule.check(subject(value))]


# --- paths -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"InputPath": "$.items[?(@.price < 10)].name", "OutputPath": "$..id"},
        {"InputPath": None, "OutputPath": None, "ResultPath": None},
        {"InputPath": "$$.Execution.Input", "OutputPath": "$order.lines"},
        {"ResultPath": "$.a['b c'][0]"},
        {"ItemsPath": "$$.Execution.Input.items"},
        {"ItemsPath": "$items"},
        {"MaxConcurrencyPath": "$limit", "SecondsPath": "$$.Execution.Input.wait"},
        {"ErrorPath": "States.Format('{}', $.x)", "CausePath": "$.Cause"},
        {"Choices": [{"Variable": "$$.Execution.Input.a", "StringEqualsPath": "$b.c"}]},
        {"Parameters": {"a.$": "$.a.length()", "b.$": "$.detail-type"}},
        {"InputPath": "$.${name}", "OutputPath": "${path}", "ItemsPath": {"Ref": "Items"}},
        {"InputPath": 5, "ItemsPath": ["$.a"], "SecondsPath": None},
        {"QueryLanguage": "JSONata", "InputPath": "a", "Output": {"a.$": "b"}},
    ],
)
def test_paths_is_quiet(fields):
    assert said(paths.RULE, state(**fields)) == []


@pytest.mark.parametrize(
    ("fields", "message", "place"),
    [
        ({"InputPath": "$.a b"}, "'$.a b' is no path: a blank in a path; write such a name as ['...']", ' b"'),
        ({"OutputPath": "$.a.."}, "'$.a..' is no path: the path ends with a dot", '.."'),
        ({"Parameters": {"x": [{"y.$": "$.a[?(@.b = 1)]"}]}}, "'$.a[?(@.b = 1)]' is no path: the parenthesis is not closed here", '= 1)]"'),
        ({"InputPath": "a.b"}, "InputPath takes a path, not 'a.b'", '"a.b"'),
        ({"InputPath": ""}, "InputPath takes a path, not ''", '""'),
        ({"ResultPath": "x"}, "ResultPath takes a path, not 'x'", '"x"'),
        ({"ItemsPath": "States.Array(1)"}, "ItemsPath takes a path, not 'States.Array(1)'", '"States.Array(1)"'),
        ({"ErrorPath": "Oh"}, "ErrorPath takes a path, not 'Oh'", '"Oh"'),
        ({"InputPath": "$.a.lenght()"}, "a path has no function lenght()", 'lenght()"'),
        ({"Parameters": {"x.$": "States.Array($.a.top())"}}, "a path has no function top()", 'top())"'),
        ({"ResultPath": "$.a[*]"}, "ResultPath takes a path to one value, without a wildcard", '[*]"'),
        ({"ItemsPath": "$..a"}, "ItemsPath takes a path to one value, without ..", '..a"'),
        ({"ItemsPath": "$.a[0:2]"}, "ItemsPath takes a path to one value, without a slice", '[0:2]"'),
        ({"ItemsPath": "$.a[0,1]"}, "ItemsPath takes a path to one value, without several indices", '[0,1]"'),
        ({"ItemsPath": "$['a','b']"}, "ItemsPath takes a path to one value, without several names", "['a','b']\""),
        ({"SecondsPath": "$.a[?(@.b)]"}, "SecondsPath takes a path to one value, without a filter", '[?(@.b)]"'),
        ({"Choices": [{"Not": {"Variable": "$.a.length()"}}]}, "Variable takes a path to one value, without a function", 'length()"'),
        ({"Choices": [{"Variable": "$.a", "StringEqualsPath": "$.b[*]"}]}, "StringEqualsPath takes a path to one value, without a wildcard", '[*]"'),
        ({"ResultPath": "$x.a"}, "ResultPath puts the result into the state's input, not into a variable", '"$x.a"'),
        ({"ResultPath": "$$.a"}, "ResultPath does not take the context object, $$", '"$$.a"'),
        ({"Catch": [{"ResultPath": "$..e"}]}, "ResultPath takes a path to one value, without ..", '..e"'),
        ({"MaxConcurrencyPath": "$$.Execution.Input.n"}, "MaxConcurrencyPath does not take the context object, $$", '"$$.Execution.Input.n"'),
        ({"ItemReader": {"ReaderConfig": {"MaxItemsPath": "$$.Execution.Input.n"}}}, "MaxItemsPath does not take the context object, $$", '"$$.Execution.Input.n"'),
    ],
)  # fmt: skip
def test_paths_finds(fields, message, place):
    ((told, where, name),) = said(paths.RULE, state(**fields))
    assert (told, where.rstrip("}]\n "), name) == (message, place.rstrip("}]\n "), "A")


def test_the_place_in_a_text_is_found_behind_escapes():
    text = (
        '{"StartAt": "A", "States": {"A": {"Type": "Pass",\n'
        r' "InputPath": "$[\u0027\ud83d\ude00\u0027].\u0061..", "End": true}}}'
    )
    (finding,) = paths.RULE.check(subject(text))
    assert text.split("\n")[1][finding.where.column - 1 :].startswith('.."')


# --- payload templates -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", ["$", "$$", "$.a", "$x", "$.", "States.UUID()", "States.", "${x}", "__x__"]
)
def test_payload_templates_is_quiet(value):
    assert said(payload_templates.RULE, given(value)) == []


def test_payload_templates_leaves_substitutions_and_static_results_alone():
    assert said(payload_templates.RULE, given({"Fn::Sub": "$.x"})) == []
    assert said(payload_templates.RULE, state(Result={"a.$": 1})) == []
    unquoted = '{"StartAt": "A", "States": {"A": {"Type": "Pass", "Parameters": {"a.$": %s}}}}'
    assert said(payload_templates.RULE, unquoted % "null") != []


@pytest.mark.parametrize("value", [5, True, None, 2.5, [], {}, ["$.a"], {"y": "$.a"}])
def test_what_is_no_text_is_not_evaluated(value):
    ((message, *_),) = said(payload_templates.RULE, given(value))
    assert message == "x.$ takes a path or an intrinsic function, in quotes"


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("", 'stands under "x"'),
        ("a.b", 'stands under "x"'),
        (" $.a", "remove the blanks"),
        ("  States.UUID()", "remove the blanks"),
        ("{% $states.input %}", "JSONata"),
        ("Format('{}', 1)", 'stands under "x"'),
    ],
)
def test_payload_templates_finds(value, hint):
    ((message, *_),) = said(payload_templates.RULE, given(value))
    assert message == f"x.$ takes a path or an intrinsic function, not '{value}'"
    (told,) = hints(payload_templates.RULE, given(value))
    assert hint in told


# --- intrinsic functions ---------------------------------------------------------------------

NINE = (
    "States.Format('{}.{}.{}', States.ArrayGetItem(States.StringSplit(States.ArrayGetItem("
    "States.StringSplit($.ImageRecipe.Arn, '/'), 2), '.'), 0), States.ArrayGetItem("
    "States.StringSplit(States.ArrayGetItem(States.StringSplit($.ImageRecipe.Arn, '/'), 2), "
    "'.'), 1), 3)"
)


@pytest.mark.parametrize(
    "value",
    [
        "States.Array()",
        "States.Array(1, 'a', $.b, true, null)",
        "States.ArrayContains($.a, 5)",
        "States.ArrayGetItem($.a, 0)",
        "States.ArrayLength($.a)",
        "States.ArrayPartition($.a, 4)",
        "States.ArrayRange(1, 9, -2)",
        "States.ArrayUnique(States.Array(1, 1))",
        "States.Base64Decode($.a)",
        "States.Base64Encode('x')",
        "States.Format('{} and \\{}', $.a)",
        "States.Format($.template, $.a, $.b)",
        "States.Hash($.a, 'SHA-256')",
        "States.JsonMerge($.a, $.b, false)",
        "States.JsonToString($)",
        "States.MathAdd($.a, -1)",
        "States.MathRandom(1, 10)",
        "States.MathRandom(1, 10, 5)",
        "States.StringSplit($.a, '.+')",
        "States.StringToJson($.a)",
        "States.UUID()",
        "States.JsonToString($['first-name'].b_1)",
        NINE,
        "States.Format('${x}')",
        "$.a",
    ],
)
def test_intrinsic_functions_is_quiet(value):
    assert said(intrinsic_functions.RULE, given(value)) == []


@pytest.mark.parametrize(
    ("value", "message", "place"),
    [
        ("States.Format('{}'", "'States.Format('{}'' cannot be read: the arguments of States.Format are not closed", '"'),
        ("States.Uuid()", "there is no intrinsic function States.Uuid", 'States.Uuid()"'),
        ("States.Array(States.Nope())", "there is no intrinsic function States.Nope", 'States.Nope())"'),
        ("States.UUID(1)", "States.UUID takes no arguments, not 1", 'States.UUID(1)"'),
        ("States.ArrayLength()", "States.ArrayLength takes 1 argument, not 0", 'States.ArrayLength()"'),
        ("States.MathAdd(1)", "States.MathAdd takes 2 arguments, not 1", 'States.MathAdd(1)"'),
        ("States.MathRandom(1)", "States.MathRandom takes 2 or 3 arguments, not 1", 'States.MathRandom(1)"'),
        ("States.Format()", "States.Format takes an argument or more, not 0", 'States.Format()"'),
        ("States.Format('{} {}', 1)", "the template has 2 {}, and 1 values follow it", "'{} {}', 1)\""),
        ("States.Format('x', 1)", "the template has 0 {}, and 1 values follow it", "'x', 1)\""),
        ("States.Format(1)", "argument 1 of States.Format is a text", '1)"'),
        ("States.MathAdd(1, '-1')", "argument 2 of States.MathAdd is a number", "'-1')\""),
        ("States.MathAdd(1, true)", "argument 2 of States.MathAdd is a number", 'true)"'),
        ("States.ArrayLength('a')", "argument 1 of States.ArrayLength is a path to an array or object", "'a')\""),
        ("States.StringSplit($.a, 1)", "argument 2 of States.StringSplit is a text", '1)"'),
        ("States.Hash($.a, 'SHA256')", "there is no hash 'SHA256'", "'SHA256')\""),
        ("States.JsonMerge($.a, $.b, true)", "argument 3 of States.JsonMerge is false", 'true)"'),
        ("States.ArrayPartition($.a, 0)", "a chunk holds one item or more", '0)"'),
        ("States.ArrayRange(1, 5, 0)", "the step of a range is not 0", '0)"'),
        ("States.Format('{}', $.a.first-name)", "'first-name' stands in brackets in an intrinsic function", 'first-name)"'),
        ("States.Array(" * 12 + ")" * 12, "calls are nested 11 deep; AWS takes 10", '"' + "States.Array(" * 12 + ")" * 12 + '"'),
    ],
)  # fmt: skip
def test_intrinsic_functions_finds(value, message, place):
    ((told, where, name),) = said(intrinsic_functions.RULE, given(value))
    assert (told, where.rstrip("}\n "), name) == (message, place, "A")


def test_many_calls_beside_one_another_are_a_warning():
    value = f"States.Array({', '.join(['States.UUID()'] * 11)})"
    (finding,) = intrinsic_functions.RULE.check(subject(given(value)))
    assert finding.severity == "warning"
    assert finding.message == "12 calls in one value; AWS speaks of 10"


def test_error_and_cause_take_functions_that_return_a_text():
    value = machine({"A": {"Type": "Fail", "ErrorPath": "States.MathAdd(1, 2)"}})
    ((message, *_),) = said(intrinsic_functions.RULE, value)
    assert message == "ErrorPath does not take States.MathAdd, which returns no text"
    value = machine({"A": {"Type": "Fail", "CausePath": "States.Format('{}', $.x)"}})
    assert said(intrinsic_functions.RULE, value) == []


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("States.Uuid()", "did you mean States.UUID?"),
        ("States.formt('x')", "did you mean States.Format?"),
        ('States.Format("x")', "write '...'"),
        ("States.Format('{}', $.a-b)", "write ['a-b']"),
    ],
)
def test_what_was_meant_is_told(value, hint):
    assert hints(intrinsic_functions.RULE, given(value)) == [hint]
