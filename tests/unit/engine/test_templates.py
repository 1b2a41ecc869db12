import pytest

from maestro_cdk.engine.clocks import RandomIds
from maestro_cdk.engine.failures import Failure, RuntimeFailure
from maestro_cdk.engine.templates import Sight, fill, look_up, write


def sight(value):
    return Sight(value=value, context={"c": 1}, variables={"v": 2}, ids=RandomIds(1))


def test_keys_that_end_with_a_dollar_are_evaluated_at_any_depth():
    template = {"a.$": "$.x", "b": [{"c.$": "$$.c"}], "d": {"e.$": "$v"}, "f": "$.x"}
    assert fill(template, sight({"x": 5})) == {
        "a": 5,
        "b": [{"c": 1}],
        "d": {"e": 2},
        "f": "$.x",
    }


def test_an_element_behind_the_end_is_null_in_a_template_only():
    assert fill({"a.$": "$.x[5]"}, sight({"x": [1]})) == {"a": None}
    with pytest.raises(RuntimeFailure):
        look_up("$.x[5]", "ErrorPath", sight({"x": [1]}))


@pytest.mark.parametrize(
    ("text", "value", "cause"),
    [
        (
            "$.nope",
            {"o": 1},
            (
                "The JSONPath '$.nope' specified for the field 'a.$' could not be found in the input "
                "'{\"o\":1}'"
            ),
        ),
        (
            "States.Format('{}', States.Array($.nope))",
            {"o": 1},
            (
                "The function 'States.Format('{}', States.Array($.nope))' had the following error: "
                "The JsonPath argument for the field '$.nope' could not be found in the input "
                "'{\"o\":1}'"
            ),
        ),
        (
            "States.Format('{}', $$.nope)",
            {"o": 1},
            (
                "The function 'States.Format('{}', $$.nope)' had the following error: The JsonPath "
                "argument for the field '$.nope' could not be found in the input '{\"o\":1}'"
            ),
        ),
        ("$.a", None, "Unable to apply Path transformation to null or empty input."),
    ],
)
def test_what_is_not_there_ends_the_execution(text, value, cause):
    with pytest.raises(RuntimeFailure) as error:
        fill({"a.$": text}, sight(value))
    assert error.value.cause == cause


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("$", {"a": 1}, "R"),
        (None, {"a": 1}, {"a": 1}),
        ("$.a", {"a": 1, "b": 2}, {"a": "R", "b": 2}),
        ("$.x.y", {"a": 1}, {"a": 1, "x": {"y": "R"}}),
        ("$.a[0]", {"a": [1, 2]}, {"a": ["R", 2]}),
        ("$.a", None, {"a": "R"}),
    ],
)
def test_a_result_is_written_into_a_copy(path, value, expected):
    before = repr(value)
    assert write(path, "R", value) == expected
    assert repr(value) == before


@pytest.mark.parametrize(
    ("path", "value"), [("$.a.b", {"a": 1}), ("$.a[3]", {"a": [1]}), ("$.a", [1])]
)
def test_a_result_that_cannot_stand_there_is_an_error(path, value):
    with pytest.raises(Failure) as error:
        write(path, "R", value)
    assert error.value.error == "States.ResultPathMatchFailure"
    assert not isinstance(error.value, RuntimeFailure)
