import pytest

from maestro_cdk.engine.clocks import RandomIds
from maestro_cdk.engine.intrinsics import ArgumentError, call

VALUE = {"s": "a,b", "n": 2.5, "l": [1, 1.0, True, {"a": 1}, {"a": 1.0}], "o": {"k": None}}


def called(text):
    return call(text, lambda path: VALUE[path.removeprefix("$.")], RandomIds(1))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("States.Format('{} is {}', 'x', 1)", "x is 1"),
        ("States.Format('{}', $.o)", "{k=null}"),
        ("States.Format('{} {}', $.l, true)", "[1, 1.0, true, {a=1}, {a=1.0}] true"),
        (r"States.Format('\{\} \' {}', 'x')", "{} ' x"),
        ("States.Array()", []),
        ("States.ArrayUnique($.l)", [1, True, {"a": 1}]),
        ("States.ArrayContains($.l, 1.0)", True),
        ("States.ArrayContains($.l, false)", False),
        ("States.ArrayRange(5, 1, -2)", [5, 3, 1]),
        ("States.MathAdd($.n, -2.5)", 1),
        ("States.StringSplit($.s, ',')", ["a", "b"]),
        ("States.StringToJson('[1]')", [1]),
        ("States.JsonToString($.o)", '{"k":null}'),
        ("States.Base64Encode('ü')", "w7w="),
        ("States.Base64Decode('w7w=')", "ü"),
        ("States.Hash('input data', 'MD5')", "812f45842bc6d66ee14572ce20db8e86"),
        ("States.JsonMerge($.o, $.o, false)", {"k": None}),
        ("States.ArrayGetItem(States.Array(1, 2), 1)", 2),
        ("States.ArrayLength($.l)", 5),
    ],
)
def test_calls(text, expected):
    result = called(text)
    assert result == expected
    assert type(result) is type(expected)


def test_chance_is_the_ids_or_the_seeds():
    assert called("States.UUID()") == RandomIds(1).uuid()
    assert called("States.MathRandom(1, 1000)") == called("States.MathRandom(1, 1000)")
    assert called("States.MathRandom(1, 9, 5)") in range(1, 9)


@pytest.mark.parametrize(
    "text",
    [
        "States.Format('{} {}', 'x')",
        "States.Format('x', 'y')",
        "States.ArrayRange(1, 100000, 1)",
        "States.ArrayRange(1, 5, 0)",
        "States.ArrayGetItem($.l, 9)",
        "States.ArrayPartition($.l, 0)",
        "States.ArrayLength($.s)",
        "States.MathAdd($.s, 1)",
        "States.MathRandom(5, 5)",
        "States.Hash('x', 'SHA-3')",
        "States.StringToJson('{')",
        "States.Base64Decode('!')",
        "States.JsonMerge($.o, $.o, true)",
        "States.JsonMerge($.o, $.l, false)",
        "States.NoSuch(1)",
        "States.UUID(1)",
    ],
)
def test_arguments_that_make_no_sense(text):
    with pytest.raises(ArgumentError):
        called(text)
