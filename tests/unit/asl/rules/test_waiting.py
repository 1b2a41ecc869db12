"""Tasks that wait: for a token, for ever, and with heartbeats that nobody sends."""

import pytest

from maestro_cdk.asl.rules import callback_timeout, heartbeat, task_token
from tests.unit.asl.rules.asking import said, subject, task

SEND = "arn:aws:states:::sqs:sendMessage"
WAIT = f"{SEND}.waitForTaskToken"
INVOKE = "arn:aws:states:::lambda:invoke"
ACTIVITY = "arn:aws:states:eu-west-1:123456789012:activity:ask"


# --- task-token ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"Parameters": {"MessageBody": {"token.$": "$$.Task.Token"}}},
        {"Parameters": {"MessageBody.$": "States.Format('{}', $$.Task.Token)"}},
        {"Parameters": {"MessageBody": {"context.$": "$$"}}},
        {"Parameters": {"MessageBody": {"task.$": "$$.Task"}}},
        {"Parameters": {"MessageBody": {"token.$": "$$['Task']['Token']"}}},
        {"Parameters": {"MessageBody": "${body}"}},
        {"Parameters": {"MessageBody": {"Fn::Sub": "..."}}},
        {"Arguments": {"MessageBody": [{"token": "{% $states.context.Task.Token %}"}]}},
        {"Arguments": {"MessageBody": "{% $merge([$x, $states.context]) %}"}},
        {"Arguments": {"MessageBody": "{% $string($states) %}"}},
        {"Arguments": "{% {'MessageBody': $states.context.Task.Token} %}"},
        {"InputPath": "$$.Task"},
    ],
)
def test_a_token_that_is_handed_on_is_fine(fields):
    assert said(task_token.RULE, task(WAIT, **fields)) == []


@pytest.mark.parametrize(
    ("fields", "hint"),
    [
        ({}, '"TaskToken.$": "$$.Task.Token"'),
        ({"Parameters": {"MessageBody": {"a.$": "$.Task.Token"}}}, '"TaskToken.$"'),
        ({"Parameters": {"MessageBody": {"a.$": "$$.Execution.Id"}}}, '"TaskToken.$"'),
        ({"Parameters": {"MessageBody.$": "$$.State.Name"}, "Comment": "$$"}, '"TaskToken.$"'),
        ({"Arguments": {"MessageBody": "{% $states.input %}"}}, "{% $states.context.Task.Token %}"),
        ({"Arguments": {"MessageBody": "{% $states.context.State.Name %}"}}, "{% $states.context"),
    ],
)
def test_a_token_that_nobody_gets_is_told(fields, hint):
    value = task(WAIT, **fields)
    message = "state 'A' waits for its token, and passes it to nobody"
    assert said(task_token.RULE, value) == [(message, f'"{WAIT}"', "A")]
    (finding,) = task_token.RULE.check(subject(value))
    assert finding.severity == "warning"
    assert hint in finding.hint


@pytest.mark.parametrize("resource", [SEND, INVOKE, ACTIVITY, "arn:aws:states:::ecs:runTask.sync"])
def test_who_does_not_wait_for_a_token_needs_none(resource):
    assert said(task_token.RULE, task(resource, Parameters={})) == []


# --- callback-timeout ------------------------------------------------------------------------


@pytest.mark.parametrize("resource", [WAIT, ACTIVITY])
@pytest.mark.parametrize("limit", callback_timeout.LIMITS)
def test_a_limit_is_enough(resource, limit):
    assert said(callback_timeout.RULE, task(resource, **{limit: 60})) == []


@pytest.mark.parametrize("resource", [WAIT, ACTIVITY])
def test_a_limit_of_the_whole_is_enough(resource):
    whole = {**task(resource), "TimeoutSeconds": 3600}
    assert said(callback_timeout.RULE, whole) == []
    assert said(callback_timeout.RULE, task(resource), timeout=3600) == []
    assert said(callback_timeout.RULE, task(resource), type="EXPRESS") == []


@pytest.mark.parametrize(("resource", "whom"), [(WAIT, "a callback"), (ACTIVITY, "an activity's")])
def test_a_wait_without_a_limit_is_told(resource, whom):
    ((message, place, state),) = said(callback_timeout.RULE, task(resource))
    assert message.startswith(f"state 'A' waits for {whom}")
    assert message.endswith("without a limit: up to a year")
    assert (place, state) == (f'"{resource}"', "A")


@pytest.mark.parametrize("resource", [SEND, INVOKE, "arn:aws:states:::ecs:runTask.sync", "${x}"])
def test_what_ends_by_itself_needs_no_limit(resource):
    assert said(callback_timeout.RULE, task(resource)) == []


# --- heartbeat -------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["HeartbeatSeconds", "HeartbeatSecondsPath"])
@pytest.mark.parametrize("resource", [WAIT, ACTIVITY, "${unknown}"])
def test_who_has_a_token_can_send_heartbeats(resource, key):
    assert said(heartbeat.RULE, task(resource, **{key: 60})) == []


@pytest.mark.parametrize("key", ["HeartbeatSeconds", "HeartbeatSecondsPath"])
@pytest.mark.parametrize(
    "resource",
    [INVOKE, "arn:aws:lambda:::function:x", "arn:aws:states:::ecs:runTask.sync"],
)
def test_who_has_no_token_cannot(resource, key):
    ((message, place, _),) = said(heartbeat.RULE, task(resource, **{key: 60}))
    assert message == "nobody can send heartbeats for state 'A'"
    assert place == f'"{key}": 60'
    assert said(heartbeat.RULE, task(resource)) == []


def test_a_job_may_be_given_the_token():
    arguments = {"TaskDefinition": "t", "Overrides": {"x.$": "$$.Task.Token"}}
    job = task("arn:aws:states:::ecs:runTask.sync", HeartbeatSeconds=60, Parameters=arguments)
    assert said(heartbeat.RULE, job) == []
