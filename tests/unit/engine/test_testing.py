"""One state by itself, as TestState of Step Functions tries it."""

import json

import pytest

from maestro_cdk.engine.clocks import RandomIds, VirtualClock
from maestro_cdk.engine.execution import World
from maestro_cdk.engine.failures import Failure
from maestro_cdk.engine.testing import Mock, Setting, TestError, find, try_state
from maestro_cdk.services.models import BotocoreModels
from tests.unit.engine.worlds import Functions, one_state, pass_state, return_event

FUNCTION = "arn:aws:lambda:us-east-1:111111111111:function:f"
TASK = {"Type": "Task", "Resource": FUNCTION, "Next": "After"}


def tried(state, payload=None, *, language=None, models=None, **more):
    clock = VirtualClock()
    world = World(tasks=Functions({"f": return_event}, clock), clock=clock, ids=RandomIds(1))
    setting = Setting(payload=json.dumps({} if payload is None else payload), **more)
    return clock.run(try_state(state, setting, world, language=language, models=models))


def inspected(tested):
    return {
        name: json.loads(value) if isinstance(value, str) else value
        for name, value in tested.inspection.items()
    }


def test_info_says_the_output_and_what_comes_next():
    tested = tried({"Type": "Pass", "Result": 1, "Next": "After"})
    assert (tested.status, tested.output, tested.next) == ("SUCCEEDED", "1", "After")
    assert tested.inspection == {}


def test_debug_shows_each_step_of_a_jsonpath_state():
    state = {
        **TASK,
        "InputPath": "$.a",
        "Parameters": {"x.$": "$.b"},
        "ResultSelector": {"y.$": "$.x"},
        "ResultPath": "$.r",
        "Assign": {"v.$": "$.y"},
    }
    tested = tried(state, {"a": {"b": 1}}, level="DEBUG", variables={"w": 0})
    assert inspected(tested) == {
        "input": {"a": {"b": 1}},
        "afterInputPath": {"b": 1},
        "afterParameters": {"x": 1},
        "result": {"x": 1},
        "afterResultSelector": {"y": 1},
        "afterResultPath": {"a": {"b": 1}, "r": {"y": 1}},
        "variables": {"w": 0, "v": 1},
    }


def test_debug_shows_each_step_of_a_jsonata_state():
    state = {**TASK, "Arguments": {"x": "{% $w %}"}, "Output": "{% $states.result.x + 1 %}"}
    tested = tried(state, language="JSONata", level="DEBUG", variables={"w": 4})
    assert tested.output == "5"
    assert inspected(tested) == {
        "input": {},
        "afterArguments": {"x": 4},
        "result": {"x": 4},
        "variables": {"w": 4},
    }


def test_a_mock_stands_for_the_call():
    tested = tried({**TASK, "ResultPath": "$.r"}, {"a": 1}, mock=Mock(result=[1]))
    assert json.loads(tested.output) == {"a": 1, "r": [1]}


RETRY = [{"ErrorEquals": ["E"], "IntervalSeconds": 2, "BackoffRate": 3, "MaxAttempts": 2}]
CATCH = [
    {"ErrorEquals": ["F"], "Next": "F"},
    {"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "Caught"},
]


def failing(retries=0, error="E"):
    return tried(
        {**TASK, "Retry": RETRY, "Catch": CATCH},
        mock=Mock(error=Failure(error, "why")),
        retries=retries,
        level="DEBUG",
    )


def test_an_error_that_would_be_retried():
    tested = failing(retries=1)
    assert (tested.status, tested.error, tested.cause) == ("RETRIABLE", "E", "why")
    assert tested.inspection["errorDetails"] == {"retryIndex": 0, "retryBackoffIntervalSeconds": 6}


def test_an_error_that_would_be_caught():
    tested = failing(retries=2)
    assert (tested.status, tested.next) == ("CAUGHT_ERROR", "Caught")
    assert json.loads(tested.output) == {"e": {"Error": "E", "Cause": "why"}}
    assert tested.inspection["errorDetails"] == {"catchIndex": 1}


def test_an_error_that_nothing_catches():
    tested = tried(TASK, mock=Mock(error=Failure("E", "why")))
    assert (tested.status, tested.error, tested.cause, tested.next) == ("FAILED", "E", "why", None)


def test_a_path_that_leads_nowhere_is_said_without_its_place():
    tested = tried({"Type": "Pass", "Parameters": {"a.$": "$.nope"}, "End": True})
    assert (tested.status, tested.error) == ("FAILED", "States.Runtime")
    assert tested.cause.startswith("The JSONPath '$.nope' specified for the field 'a.$'")


MAP = {
    "Type": "Map",
    "ItemsPath": "$.items",
    "ItemSelector": {"v.$": "$$.Map.Item.Value"},
    "MaxConcurrency": 2,
    "ToleratedFailurePercentage": 50,
    "ItemProcessor": pass_state(),
    "End": True,
}


def test_a_map_shows_what_its_items_would_be_given():
    tested = tried(MAP, {"items": [1, 2]}, mock=Mock(result=["x"]), level="DEBUG")
    shown = inspected(tested)
    assert shown["afterItemsPath"] == [1, 2]
    assert shown["afterItemSelector"] == [{"v": 1}, {"v": 2}]
    assert (shown["maxConcurrency"], shown["toleratedFailurePercentage"]) == (2, 50)
    assert tested.output == '["x"]'


@pytest.mark.parametrize(("failed", "status"), [(1, "SUCCEEDED"), (2, "FAILED")])
def test_items_of_a_map_can_be_said_to_have_failed(failed, status):
    tested = tried(MAP, {"items": [1, 2]}, mock=Mock(result=[]), failed_items=failed)
    assert tested.status == status


def test_what_a_map_reads_can_be_given():
    state = {
        **{key: value for key, value in MAP.items() if key != "ItemsPath"},
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
        },
    }
    tested = tried(state, mock=Mock(result=[]), read="a\n1\n", level="DEBUG")
    assert inspected(tested)["afterItemSelector"] == [{"v": {"a": "1"}}]


def test_a_parallel_gives_its_mock():
    state = {"Type": "Parallel", "Branches": [pass_state()], "ResultPath": "$.r", "End": True}
    assert tried(state, mock=Mock(result=[1, 2])).output == '{"r":[1,2]}'


@pytest.mark.parametrize(
    ("state", "more"),
    [
        ({"Type": "Map", "ItemProcessor": pass_state(), "End": True}, {}),
        ({"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken"}, {}),
        ({"Type": "Pass", "End": True}, {"mock": Mock(result=1)}),
        ({"Type": "Pass", "End": True}, {"context": {}}),
        ({"Type": "Nope"}, {}),
    ],
)
def test_what_cannot_be_tried(state, more):
    with pytest.raises(TestError):
        tried(state, **more)


def test_a_context_can_be_given_with_a_mock():
    state = {**TASK, "ResultSelector": {"n.$": "$$.Execution.Name"}}
    tested = tried(state, mock=Mock(result=1), context={"Execution": {"Name": "mine"}})
    assert tested.output == '{"n":"mine"}'


PUT = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sfn:startExecution", "End": True}


@pytest.mark.parametrize(
    ("result", "validation", "fits"),
    [
        ({"ExecutionArn": "a", "StartDate": "2024-01-01T00:00:00Z"}, "STRICT", True),
        ({"ExecutionArn": "a"}, "STRICT", False),
        ({"ExecutionArn": "a"}, "PRESENT", True),
        ({"ExecutionArn": 5}, "PRESENT", False),
        ({"Nope": 5}, "PRESENT", False),
        ({"Nope": 5}, "NONE", True),
    ],
)
def test_a_mock_is_like_what_the_service_answers(result, validation, fits):
    mock = Mock(result=result, validation=validation)
    if fits:
        assert tried(PUT, mock=mock, models=BotocoreModels()).status == "SUCCEEDED"
    else:
        with pytest.raises(TestError):
            tried(PUT, mock=mock, models=BotocoreModels())


def test_a_state_is_found_at_any_depth():
    inner = one_state(Type="Wait", Seconds=1, End=True)
    outer = {"QueryLanguage": "JSONata", **one_state(Type="Map", ItemProcessor=inner, End=True)}
    outer["States"]["M"] = outer["States"].pop("S")
    state, language = find(outer, "S")
    assert (state["Type"], language) == ("Wait", "JSONata")
    with pytest.raises(TestError):
        find(outer, "Nope")
