import json
from datetime import UTC, datetime

import boto3
import pytest

from maestro_cdk.aws.machines import StepFunctions
from maestro_cdk.cloud import Diagnostic
from maestro_cdk.errors import AccessDenied, CloudError

from .conftest import ACCOUNT, REGION

MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:approval"
EXECUTION = f"arn:aws:states:{REGION}:{ACCOUNT}:execution:approval:one"
THEN = datetime(2026, 1, 1, tzinfo=UTC)
DEFINITION = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})


@pytest.fixture
def machine(moto):
    states = boto3.client("stepfunctions", region_name=REGION)
    role = f"arn:aws:iam::{ACCOUNT}:role/machine"
    answer = states.create_state_machine(name="approval", definition=DEFINITION, roleArn=role)
    return answer["stateMachineArn"]


@pytest.fixture
def states(stubbed):
    return stubbed("Step Functions", "stepfunctions")


@pytest.fixture
def machines(states):
    return StepFunctions(states.service, patient=states.service)


def history(*ids, **more):
    events = [{"id": n, "timestamp": THEN, "type": "PassStateEntered"} for n in ids]
    return {"events": events, **more}


def test_an_execution_is_started_listed_described_and_stopped(cloud, machine):
    execution = cloud.machines.start(machine, name="one", payload='{"a": 1}')
    assert execution == EXECUTION
    assert cloud.machines.running(machine) == (EXECUTION,)
    assert cloud.machines.describe(execution).status == "RUNNING"
    cloud.machines.stop(execution, cause="enough")
    assert cloud.machines.describe(execution).status == "ABORTED"
    assert cloud.machines.running(machine) == ()


def test_a_name_that_was_used_is_told(cloud, machine):
    cloud.machines.start(machine, name="one", payload='{"a": 1}')
    with pytest.raises(CloudError, match="ExecutionAlreadyExists"):
        cloud.machines.start(machine, name="one", payload='{"a": 2}')


def test_a_machine_says_of_what_type_it_is(cloud, machine):
    assert cloud.machines.express(machine) is False


def test_a_machine_that_is_deleted_is_gone_and_runs_nothing(cloud, machine):
    assert cloud.machines.gone(machine) is False
    cloud.machines._states.call("delete_state_machine", stateMachineArn=machine)
    assert cloud.machines.gone(machine) is True
    assert cloud.machines.running(machine) == ()


def test_a_machine_that_is_still_being_deleted_is_not_gone(states, machines):
    states.answers(
        "describe_state_machine",
        {
            "stateMachineArn": MACHINE,
            "name": "approval",
            "status": "DELETING",
            "definition": "{}",
            "roleArn": "arn",
            "type": "STANDARD",
            "creationDate": THEN,
        },
    )
    assert machines.gone(MACHINE) is False


def test_who_may_not_look_is_not_told_that_it_is_gone(states, machines):
    states.refuses("describe_state_machine", "AccessDeniedException")
    with pytest.raises(AccessDenied, match="arn:aws:iam::1:user/ann"):
        machines.gone(MACHINE)


def test_an_express_machine_lists_no_executions(states, machines):
    states.refuses("list_executions", "StateMachineTypeNotSupported")
    assert machines.running(MACHINE) == ()


def test_running_executions_are_listed_page_by_page(states, machines):
    def page(name, **more):
        execution = {
            "executionArn": name,
            "stateMachineArn": MACHINE,
            "name": name,
            "status": "RUNNING",
            "startDate": THEN,
        }
        return {"executions": [execution], **more}

    asked = {"stateMachineArn": MACHINE, "statusFilter": "RUNNING"}
    states.answers("list_executions", page("a", nextToken="t"), asked)
    states.answers("list_executions", page("b"), {**asked, "nextToken": "t"})
    assert machines.running(MACHINE) == ("a", "b")


def test_an_express_execution_is_waited_for(states, machines):
    states.answers(
        "start_sync_execution",
        {
            "executionArn": EXECUTION,
            "name": "one",
            "startDate": THEN,
            "stopDate": THEN,
            "status": "FAILED",
            "error": "Boom",
            "cause": "it was late",
        },
        {"stateMachineArn": MACHINE, "name": "one", "input": "{}"},
    )
    execution = machines.start_sync(MACHINE, name="one", payload="{}")
    assert (execution.status, execution.error, execution.cause) == ("FAILED", "Boom", "it was late")
    assert execution.output is None


def test_the_first_history_is_read_from_its_begin_page_by_page(states, machines):
    asked = {
        "executionArn": EXECUTION,
        "includeExecutionData": True,
        "maxResults": 1000,
        "reverseOrder": False,
    }
    states.answers("get_execution_history", history(1, 2, nextToken="t"), asked)
    states.answers("get_execution_history", history(3), {**asked, "nextToken": "t"})
    assert [event.id for event in machines.history(EXECUTION, 0)] == [1, 2, 3]


def test_later_history_is_read_from_its_end_as_far_as_it_is_new(states, machines):
    asked = {
        "executionArn": EXECUTION,
        "includeExecutionData": True,
        "maxResults": 100,
        "reverseOrder": True,
    }
    states.answers("get_execution_history", history(9, 8, nextToken="t"), asked)
    states.answers(
        "get_execution_history", history(7, 6, 5, nextToken="u"), {**asked, "nextToken": "t"}
    )
    assert [event.id for event in machines.history(EXECUTION, 6)] == [7, 8, 9]


def test_an_event_has_its_details_whatever_they_are_called(states, machines):
    events = [
        {
            "id": 2,
            "previousEventId": 1,
            "timestamp": THEN,
            "type": "TaskStateEntered",
            "stateEnteredEventDetails": {"name": "A", "input": "{}"},
        },
        {
            "id": 3,
            "previousEventId": 2,
            "timestamp": THEN,
            "type": "LambdaFunctionFailed",
            "lambdaFunctionFailedEventDetails": {"error": "Boom", "cause": "it was late"},
        },
        {"id": 4, "previousEventId": 3, "timestamp": THEN, "type": "LambdaFunctionStarted"},
    ]
    states.answers("get_execution_history", {"events": events})
    entered, failed, started = machines.history(EXECUTION, 1)
    assert entered.details == {"name": "A", "input": "{}"}
    assert (failed.previous_id, failed.details["error"]) == (2, "Boom")
    assert started.details == {}
    assert started.time == THEN


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        ("ExecutionSucceeded", {"output": '{"a": 1}', "outputDetails": {"truncated": False}}),
        ("ExecutionFailed", {"error": "Boom", "cause": "it was late"}),
        ("ExecutionTimedOut", {"error": "States.Timeout", "cause": "it was late"}),
        ("ExecutionAborted", {"error": "", "cause": "maestro teardown"}),
        ("ExecutionAborted", {}),
    ],
)
def test_an_ending_says_what_came_of_the_execution(states, machines, kind, details):
    """An execution may be described as running for a while after this."""
    member = f"{kind[0].lower()}{kind[1:]}EventDetails"
    events = [{"id": 9, "timestamp": THEN, "type": kind, member: details}]
    states.answers("get_execution_history", {"events": events})
    (ending,) = machines.history(EXECUTION, 8)
    assert (ending.type, ending.details) == (kind, details)


def test_an_ending_may_say_nothing(states, machines):
    events = [{"id": 9, "timestamp": THEN, "type": "ExecutionAborted"}]
    states.answers("get_execution_history", {"events": events})
    assert machines.history(EXECUTION, 8)[0].details == {}


def test_an_execution_that_is_no_longer_known_needs_no_stopping(states, machines):
    states.refuses("stop_execution", "ExecutionDoesNotExist")
    machines.stop(EXECUTION, cause="enough")


@pytest.mark.parametrize("status", ["SUCCEEDED", "RUNNING"])
def test_a_refusal_to_stop_counts_only_while_the_execution_runs(states, machines, status):
    states.refuses("stop_execution", "ValidationException", "no")
    states.answers(
        "describe_execution",
        {
            "executionArn": EXECUTION,
            "stateMachineArn": MACHINE,
            "name": "one",
            "status": status,
            "startDate": THEN,
            "output": "{}",
        },
    )
    if status == "RUNNING":
        with pytest.raises(CloudError, match="no"):
            machines.stop(EXECUTION, cause="enough")
    else:
        machines.stop(EXECUTION, cause="enough")


def test_a_cause_is_as_long_as_it_may_be(states, machines):
    asked = {"executionArn": EXECUTION, "cause": "x" * 32_768}
    states.answers("stop_execution", {"stopDate": THEN}, asked)
    machines.stop(EXECUTION, cause="x" * 40_000)


# --- validation ------------------------------------------------------------------------------


def test_what_is_said_of_a_definition_comes_with_its_place(states, machines):
    # As recorded from AWS: ValidateStateMachineDefinition is not in moto.
    states.answers(
        "validate_state_machine_definition",
        {
            "result": "FAIL",
            "diagnostics": [
                {
                    "severity": "ERROR",
                    "code": "SCHEMA_VALIDATION_FAILED",
                    "message": "Express state machine does not support '.sync' ",
                    "location": "/States/A/Resource",
                },
                {"severity": "WARNING", "code": "NO_DOLLAR", "message": "m"},
            ],
            "truncated": False,
        },
        {
            "definition": DEFINITION,
            "type": "EXPRESS",
            "severity": "WARNING",
            "maxResults": 100,
        },
    )
    assert machines.validate(DEFINITION, express=True) == (
        Diagnostic(
            code="SCHEMA_VALIDATION_FAILED",
            severity="error",
            message="Express state machine does not support '.sync'",
            location="/States/A/Resource",
        ),
        Diagnostic(code="NO_DOLLAR", severity="warning", message="m"),
    )


def test_a_definition_that_aws_may_not_look_at_is_told(states, machines):
    states.refuses("validate_state_machine_definition", "AccessDeniedException", "not authorized")
    with pytest.raises(AccessDenied):
        machines.validate(DEFINITION, express=False)


def test_the_last_execution_is_the_first_that_is_listed(cloud, machine):
    assert cloud.machines.listed(machine, most=3) == ()
    cloud.machines.start(machine, name="one", payload='{"a": 1}')
    (arn,) = cloud.machines.listed(machine, most=3)
    found = cloud.machines.past(arn)
    assert (found.outcome.name, found.input) == ("one", '{"a": 1}')
    assert found.began.tzinfo is UTC
    assert found.seconds(found.began) >= 0


def test_an_execution_is_redriven(states, machines):
    answer = {"redriveDate": datetime(2026, 1, 1, tzinfo=UTC)}
    states.answers("redrive_execution", answer, {"executionArn": EXECUTION})
    machines.redrive(EXECUTION)


def test_of_an_express_machine_no_execution_is_kept(states, machines):
    states.refuses("list_executions", "StateMachineTypeNotSupported", "it is EXPRESS")
    assert machines.listed("arn:m", most=1) == ()


def test_an_executions_definition_is_asked_for(states, machines):
    answer = {
        "stateMachineArn": "arn:m",
        "name": "m",
        "roleArn": "arn:r",
        "updateDate": datetime(2026, 1, 1, tzinfo=UTC),
        "definition": "{}",
    }
    states.answers(
        "describe_state_machine_for_execution", answer, {"executionArn": "arn:aws:states:x:1:e:m:1"}
    )
    assert machines.definition("arn:aws:states:x:1:e:m:1") == "{}"
