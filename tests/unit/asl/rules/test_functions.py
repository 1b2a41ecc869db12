"""How a workflow invokes its functions: again when Lambda fails, long enough, and all of them."""

import pytest

from maestro_cdk.asl.rules import lambda_retry, lambda_timeout, unused_function
from maestro_cdk.model import FunctionSettings
from tests.unit.asl.rules.asking import machine, said, subject, task

STATES = "arn:aws:states:::"
INVOKE = STATES + "lambda:invoke"
FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:greet"
RESOURCE = ("States", "A", "Resource")
NAME = ("States", "A", "Parameters", "FunctionName")
TRANSIENT = [*lambda_retry.TRANSIENT]


# --- lambda-retry ----------------------------------------------------------------------------


@pytest.mark.parametrize("resource", [INVOKE, f"{INVOKE}.waitForTaskToken", FUNCTION])
@pytest.mark.parametrize(
    "retry",
    [
        [{"ErrorEquals": ["States.ALL"]}],
        [{"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 2}],
        [{"ErrorEquals": [*TRANSIENT, "Lambda.TooManyRequestsException"]}],
        [{"ErrorEquals": ["Mine"]}, *({"ErrorEquals": [error]} for error in TRANSIENT)],
        [{"ErrorEquals": ["${Errors}"]}],
        "${Retry}",
        {"Fn::Sub": "..."},
    ],
)
def test_what_is_tried_again_is_fine(resource, retry):
    assert said(lambda_retry.RULE, task(resource, Retry=retry)) == []


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({}, "passing errors of Lambda's"),
        ({"Retry": []}, "passing errors of Lambda's"),
        ({"Retry": [{"ErrorEquals": ["Mine"]}]}, "passing errors of Lambda's"),
        ({"Retry": [{"ErrorEquals": TRANSIENT, "MaxAttempts": 0}]}, "passing errors of Lambda's"),
        ({"Retry": [{"ErrorEquals": TRANSIENT[:2]}]}, "Lambda.SdkClientException"),
        ({"Catch": [{"ErrorEquals": ["States.ALL"]}]}, "passing errors of Lambda's"),
    ],
)
def test_what_is_not_tried_again_is_told(more, what):
    value = task(FUNCTION, **more)
    ((message, _, state),) = said(lambda_retry.RULE, value)
    assert (message, state) == (f"state 'A' does not retry {what}", "A")
    (finding,) = lambda_retry.RULE.check(subject(value))
    assert finding.severity == "warning"
    assert all(error in finding.hint for error in (*TRANSIENT, lambda_retry.THROTTLED))


def test_a_function_of_the_folder_is_one_whatever_names_it():
    value = task("${greet}")
    assert said(lambda_retry.RULE, value) == []  # it may be an activity
    assert len(said(lambda_retry.RULE, value, called={RESOURCE: "greet"})) == 1


@pytest.mark.parametrize(
    "resource",
    [STATES + "sqs:sendMessage", STATES + "aws-sdk:lambda:getFunction", "arn:aws:s3:::b", 7],
)
def test_what_invokes_no_function_need_not(resource):
    assert said(lambda_retry.RULE, task(resource)) == []


# --- lambda-timeout --------------------------------------------------------------------------

SLOW = {"functions": {"greet": FunctionSettings(timeout=60)}}


def slow(seconds, *, at=RESOURCE, resource="${greet}", **more):
    """What is said of a Task with a timeout that invokes a function of 60 seconds."""
    value = task(resource, TimeoutSeconds=seconds, **more)
    return said(lambda_timeout.RULE, value, called={at: "greet"}, **SLOW)


def test_a_task_that_gives_up_first_is_told():
    message = "the Task gives up after 59 s, and greet may run for 60 s"
    assert slow(59) == [(message, "59", "A")]
    arguments = {"FunctionName": "greet"}
    assert slow(59, at=NAME, resource=INVOKE, Parameters=arguments) == [(message, "59", "A")]
    answered = {**arguments, "InvocationType": "RequestResponse"}
    assert slow(59, at=NAME, resource=INVOKE, Parameters=answered) == [(message, "59", "A")]


@pytest.mark.parametrize("seconds", [60, 61, "${seconds}", "{% $s %}", None])
def test_a_task_that_waits_long_enough_is_fine(seconds):
    assert slow(seconds) == []


@pytest.mark.parametrize("kind", [{"InvocationType": "Event"}, {"InvocationType.$": "$.kind"}])
def test_a_task_that_does_not_wait_for_the_function_is_fine(kind):
    assert slow(1, at=NAME, resource=INVOKE, Parameters={"FunctionName": "greet", **kind}) == []


def test_nothing_is_known_of_the_functions_of_others():
    value = task(FUNCTION, TimeoutSeconds=1)
    assert said(lambda_timeout.RULE, value, called={}, **SLOW) == []
    assert said(lambda_timeout.RULE, value) == []


# --- unused-function -------------------------------------------------------------------------


def unused(value, called=(), names=("greet", "shout")):
    """The functions that are told to be used by nothing."""
    functions = {name: FunctionSettings() for name in names}
    found = said(unused_function.RULE, value, functions=functions, called=dict(called))
    assert all(place == "" for _, place, _ in found)
    return [message.split("'")[1] for message, _, _ in found]


def test_a_function_that_nothing_names_is_told():
    assert unused(task("${greet}"), {RESOURCE: "greet"}) == ["shout"]
    assert unused(machine({"A": {"Type": "Pass", "End": True}})) == ["greet", "shout"]
    assert unused(task("${greet}"), {RESOURCE: "greet"}, names=["greet"]) == []
    assert unused(task(STATES + "sqs:sendMessage"), names=["greet"]) == ["greet"]


@pytest.mark.parametrize(
    "text",
    [
        "${shout}",
        "${ShoutFunctionArn}",
        "arn:aws:lambda:REGION:ACCOUNT_ID:function:shout",
        "arn:aws:lambda:REGION:ACCOUNT_ID:function:WORKFLOW_NAME_shout:live",
    ],
)
def test_a_function_that_is_named_anywhere_is_used(text):
    value = task("${greet}", Parameters={"next": text})
    assert unused(value, {RESOURCE: "greet"}) == []


@pytest.mark.parametrize(
    "value",
    [
        task(INVOKE, Parameters={"FunctionName.$": "$.name"}),
        task(INVOKE, Arguments={"FunctionName": "{% $name %}"}),
        task(INVOKE, Arguments="{% $all %}"),
        task(INVOKE, Parameters={"FunctionName": "shuot"}),
        task("${shuot}"),
        task("shuot"),
    ],
)
def test_nothing_is_said_where_it_is_not_known_what_is_invoked(value):
    assert unused(value) == []


@pytest.mark.parametrize(
    "value", [task(FUNCTION), task(INVOKE, Parameters={"FunctionName": FUNCTION}), task(7)]
)
def test_a_function_of_others_is_none_of_the_folder(value):
    assert unused(value, names=["shout"]) == ["shout"]


def test_nothing_is_said_of_a_definition_by_itself():
    assert said(unused_function.RULE, task("${greet}")) == []
