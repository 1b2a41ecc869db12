"""Calls of intrinsic functions: what they are read as, and what is wrong with those that are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maestro_cdk.asl import intrinsics, jsonpath
from maestro_cdk.asl.intrinsics import Call, Constant, Reference, Text


def reference(position, text):
    return Reference(position, text, jsonpath.parse(text))


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("States.UUID()", Call(0, "States.UUID", ())),
        ("States.UUID ( ) ", Call(0, "States.UUID", ())),
        ("States.Array($)", Call(0, "States.Array", (reference(13, "$"),))),
        (
            "States.Array( 'a' ,-1, 2.5,true,null )",
            Call(
                0,
                "States.Array",
                (
                    Text(14, "a", "a"),
                    Constant(19, -1.0),
                    Constant(23, 2.5),
                    Constant(27, True),
                    Constant(32, None),
                ),
            ),
        ),
        (
            r"States.Format('it\'s \{{}\} \\', $x)",
            Call(
                0,
                "States.Format",
                (Text(14, r"it\'s \{{}\} \\", "it's {{}} \\"), reference(33, "$x")),
            ),
        ),
        (
            "States.StringToJson($.[?(@.a == 'x, y)')].b)",
            Call(0, "States.StringToJson", (reference(20, "$.[?(@.a == 'x, y)')].b"),)),
        ),
        (
            "States.MathAdd($.a.length(), $['b,c'])",
            Call(0, "States.MathAdd", (reference(15, "$.a.length()"), reference(29, "$['b,c']"))),
        ),
        (
            "States.ArrayGetItem(States.StringSplit($$.Execution.Id, ':'), 6)",
            Call(
                0,
                "States.ArrayGetItem",
                (
                    Call(
                        20,
                        "States.StringSplit",
                        (reference(39, "$$.Execution.Id"), Text(56, ":", ":")),
                    ),
                    Constant(62, 6.0),
                ),
            ),
        ),
        ("States.Nope(1)", Call(0, "States.Nope", (Constant(12, 1.0),))),
        ("States.Array(uuid())", Call(0, "States.Array", (Call(13, "uuid", ()),))),
    ],
)
def test_a_call_is_read(text, call):
    assert intrinsics.parse(text) == call


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("States", "a call begins with States.", 0),
        ("States.", "States. is not followed by its arguments: (...)", 7),
        ("States.UUID", "States.UUID is not followed by its arguments: (...)", 11),
        ("States.UUID(", "an argument is missing", 12),
        ("States.Array(1", "the arguments of States.Array are not closed", 14),
        ("States.Array(1,)", "an argument is missing", 15),
        ("States.Array(,1)", "an argument is missing", 13),
        ("States.Array(1 2)", "a comma or ) is missing between arguments", 15),
        ("States.Format($.a $.b)", "a comma or ) is missing between arguments", 18),
        ("States.UUID()()", "the call goes on behind its end", 13),
        ("States.UUID() x", "the call goes on behind its end", 14),
        ('States.Format("x")', "a text stands in single quotes", 14),
        ("States.Format('x)", "a text has no closing quote", 14),
        (r"States.Format('a\"b')", r"\" is no escape: only \', \{, \} and \\ are", 16),
        (r"States.Format('a\n')", r"\n is no escape: only \', \{, \} and \\ are", 16),
        ("States.Format($.)", "the path ends with a dot", 15),
        ("States.Format($['a)", "a bracket is not closed", 15),
        ("States.Format(a)", "an argument is a path, a 'text', a number, true, false, null or a call", 14),
        ("States.Format([1])", "an argument is a path, a 'text', a number, true, false, null or a call", 14),
        ("States.Array(" * 100, "the calls are nested too deep", 61 * 13),
    ],
)  # fmt: skip
def test_what_is_no_call_is_told_where_and_why(text, message, position):
    with pytest.raises(intrinsics.IntrinsicError) as failure:
        intrinsics.parse(text)
    assert (failure.value.message, failure.value.position) == (message, position)


def test_calls_know_how_deep_they_are():
    call = intrinsics.parse("States.Array(States.Array(States.UUID()), States.UUID())")
    found = sorted((inner.position, depth) for inner, depth in intrinsics.calls(call))
    assert found == [(0, 0), (13, 1), (26, 2), (42, 1)]


def test_the_paths_of_all_arguments_are_known():
    call = intrinsics.parse("States.Array($.a, States.Format('{}', $b), 1)")
    assert sorted(part.text for part in intrinsics.references(call)) == ["$.a", "$b"]


@pytest.mark.parametrize(
    ("raw", "count"), [("", 0), ("{}", 1), ("{}{}", 2), (r"\{}", 0), (r"\\{}", 1), ("{ }", 0)]
)
def test_the_places_in_a_template_are_counted(raw, count):
    assert intrinsics.placeholders(Text(0, raw, raw)) == count


def outcome(text):
    """The call, or why it is none."""
    try:
        return intrinsics.parse(text), None
    except intrinsics.IntrinsicError as error:
        return None, error


@given(st.text(alphabet="States.Format()'$,[]{}\\\" 1-\n", max_size=60))
def test_any_text_is_a_call_or_told_why_not(text):
    for written in (text, f"States.Format({text}", f"States.Array('{text}')"):
        call, error = outcome(written)
        assert (call.name if call else error.message) != ""
        assert error is None or 0 <= error.position <= len(written)


@given(st.text(max_size=20))
def test_any_text_can_be_quoted(text):
    raw = text.replace("\\", "\\\\").replace("'", "\\'").replace("{", "\\{").replace("}", "\\}")
    (argument,) = intrinsics.parse(f"States.Array('{raw}')").arguments
    assert argument.value == text
