"""Executions of EXPRESS machines, by what they log."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from maestro_cdk.aws.express import AnyMachines
from maestro_cdk.aws.logs import CloudWatchLogs
from maestro_cdk.errors import CloudError

from .conftest import ACCOUNT, REGION

MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:quick"
THEN = datetime(2026, 1, 1, 12, tzinfo=UTC)
GROUP = "/aws/vendedlogs/states/quick"


def arn(name):
    return f"arn:aws:states:{REGION}:{ACCOUNT}:express:quick:{name}:5e1f"


def line(name, number, kind, seconds=0.0, /, **details):
    time = int((THEN + timedelta(seconds=seconds)).timestamp() * 1000)
    text = {
        "id": str(number),
        "type": kind,
        "details": details,
        "previous_event_id": str(max(0, number - 1)),
        "event_timestamp": str(time),
        "execution_arn": arn(name),
    }
    return {"eventId": f"{name} {number}", "timestamp": time, "message": json.dumps(text)}


ONE = [
    line("one", 1, "ExecutionStarted", input="{}", stateMachineVersionArn=f"{MACHINE}:3"),
    line("one", 3, "ExecutionFailed", 2, error="Boom", cause="why"),
    line("one", 2, "PassStateEntered", 1, name="A"),
]
TWO = [line("two", 1, "ExecutionStarted", 5, input="[]")]
NOISE = [{"eventId": "x", "timestamp": 1, "message": text} for text in ("hello", "[]", "{}")]


@pytest.fixture
def states(stubbed):
    return stubbed("Step Functions", "stepfunctions")


@pytest.fixture
def logs(stubbed):
    return stubbed("CloudWatch Logs", "logs")


@pytest.fixture
def machines(states, logs, clock):
    return AnyMachines(
        states.service,
        patient=states.service,
        logs=CloudWatchLogs(logs.service),
        clock=clock,
    )


def is_express(states, kind="EXPRESS"):
    states.refuses("list_executions", "StateMachineTypeNotSupported")
    states.answers("describe_state_machine", described(kind))


def described(kind="EXPRESS", definition="{}"):
    return {
        "stateMachineArn": MACHINE,
        "name": "quick",
        "definition": definition,
        "roleArn": "arn:aws:iam::1:role/r",
        "type": kind,
        "creationDate": THEN,
    }


def test_executions_are_listed_newest_first(machines, states, logs, clock):
    is_express(states)
    since = int((clock.now() - timedelta(days=1)).timestamp() * 1000)
    wanted = {
        "logGroupName": GROUP,
        "startTime": since,
        "filterPattern": '{ $.type = "Execution*" }',
    }
    logs.answers("filter_log_events", {"events": [*ONE, *NOISE, *TWO]}, wanted)
    two, one = machines.recent(MACHINE, most=5)
    assert (two.outcome.name, two.outcome.status, two.ended) == ("two", "RUNNING", None)
    assert (one.outcome.name, one.outcome.status, one.input) == ("one", "FAILED", "{}")
    assert (one.outcome.error, one.outcome.cause) == ("Boom", "why")
    assert (one.ended - one.began).total_seconds() == 2


def test_no_more_than_wanted(machines, states, logs):
    is_express(states)
    logs.answers("filter_log_events", {"events": [*ONE, *TWO]})
    assert machines.listed(MACHINE, most=1) == (arn("two"),)


def test_a_standard_machine_that_was_never_run_has_none(machines, states):
    states.answers("list_executions", {"executions": []})
    states.answers("describe_state_machine", described("STANDARD"))
    assert machines.listed(MACHINE, most=5) == ()


def test_events_are_in_order_and_each_there_once(machines, logs):
    for _ in range(2):
        logs.answers(
            "filter_log_events",
            {"events": [*ONE, ONE[1], *TWO]},
            {
                "logGroupName": GROUP,
                "startTime": 0,
                "filterPattern": f'{{ $.execution_arn = "{arn("one")}" }}',
            },
        )
    assert [event.id for event in machines.history(arn("one"), 0)] == [1, 2, 3]
    assert [event.type for event in machines.history(arn("one"), 2)] == ["ExecutionFailed"]


def test_the_definition_is_that_of_its_version(machines, logs, states):
    logs.answers("filter_log_events", {"events": ONE})
    states.answers(
        "describe_state_machine",
        described(definition='{"v": 3}'),
        {"stateMachineArn": f"{MACHINE}:3"},
    )
    assert machines.definition(arn("one")) == '{"v": 3}'


def test_what_was_not_logged_is_told(machines, logs):
    logs.answers("filter_log_events", {"events": NOISE})
    with pytest.raises(CloudError, match="the log says nothing of"):
        machines.past(arn("one"))
