"""Lambda, IAM and CloudWatch Logs: what lives, as the actions ask for it."""

import json
from datetime import UTC, datetime

import pytest

from maestro_cdk.aws.functions import Lambda
from maestro_cdk.aws.logs import CloudWatchLogs
from maestro_cdk.aws.machines import StepFunctions
from maestro_cdk.aws.roles import Iam
from maestro_cdk.errors import AccessDenied, CloudError
from tests.aws_api.conftest import Stubbed

ARN = "arn:aws:states:eu-west-1:123456789012:stateMachine:approval"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
}


def test_a_function_is_told_in_a_templates_words():
    lambda_ = Stubbed("Lambda", "lambda")
    lambda_.answers(
        "get_function_configuration",
        {
            "FunctionName": "f",
            "CodeSha256": "abc=",
            "Handler": "a.b",
            "MemorySize": 256,
            "Environment": {"Variables": {"A": "1"}},
            "Layers": [{"Arn": "arn:layer", "CodeSize": 1}],
            "LastUpdateStatus": "InProgress",
        },
        {"FunctionName": "f"},
    )
    found = Lambda(lambda_.service).describe("f")
    assert (found.code, found.settled, found.trouble) == ("abc=", False, None)
    assert found.properties == {
        "Handler": "a.b",
        "MemorySize": 256,
        "Environment": {"Variables": {"A": "1"}},
        "Layers": ["arn:layer"],
    }


def test_an_update_that_failed_is_told():
    lambda_ = Stubbed("Lambda", "lambda")
    lambda_.answers(
        "get_function_configuration",
        {
            "FunctionName": "f",
            "LastUpdateStatus": "Failed",
            "LastUpdateStatusReason": "no such layer",
        },
    )
    found = Lambda(lambda_.service).describe("f")
    assert (found.settled, found.trouble) == (True, "no such layer")


def test_no_function_is_none():
    lambda_ = Stubbed("Lambda", "lambda")
    lambda_.refuses("get_function_configuration", "ResourceNotFoundException")
    lambda_.refuses("get_function_configuration", "AccessDeniedException", "no")
    assert Lambda(lambda_.service).describe("f") is None
    with pytest.raises(AccessDenied, match="lambda:GetFunctionConfiguration"):
        _told(lambda_.service)


def _told(service):
    try:
        Lambda(service).describe("f")
    except AccessDenied as error:
        raise AccessDenied(f"{error.message} {error.hint}") from error


def test_updates_are_asked_for():
    lambda_ = Stubbed("Lambda", "lambda")
    lambda_.answers(
        "update_function_code", {}, {"FunctionName": "f", "S3Bucket": "bucket", "S3Key": "k"}
    )
    lambda_.answers("update_function_configuration", {}, {"FunctionName": "f", "Timeout": 5})
    functions = Lambda(lambda_.service)
    functions.update_code("f", bucket="bucket", key="k")
    functions.configure("f", {"Timeout": 5})
    lambda_.is_done()


def test_a_machine_is_told_and_redefined():
    states = Stubbed("Step Functions", "stepfunctions")
    states.answers(
        "describe_state_machine",
        {
            "stateMachineArn": ARN,
            "name": "approval",
            "definition": "{}",
            "roleArn": "arn:aws:iam::1:role/path/the-role",
            "type": "STANDARD",
            "creationDate": 0,
            "revisionId": "r1",
            "status": "DELETING",
        },
    )
    states.refuses("describe_state_machine", "StateMachineDoesNotExist")
    states.answers(
        "update_state_machine",
        {"updateDate": 0, "revisionId": "r2"},
        {"stateMachineArn": ARN, "definition": "{}"},
    )
    machines = StepFunctions(states.service, patient=states.service)
    live = machines.live(ARN)
    assert (live.role, live.revision, live.deleting) == ("the-role", "r1", True)
    assert machines.live(ARN) is None
    assert machines.update(ARN, {"definition": "{}"}) == "r2"


@pytest.fixture
def iam(moto, client):
    made = client("iam")
    made.create_role(RoleName="r", AssumeRolePolicyDocument="{}")
    return made


def test_a_policy_is_put_into_a_role_and_read(iam, service):
    roles = Iam(service("IAM", iam))
    assert roles.policy("r", "p") is None
    roles.put_policy("r", "p", POLICY)
    assert roles.policy("r", "p") == POLICY


def test_a_role_goes_with_all_that_it_holds(iam, service):
    roles = Iam(service("IAM", iam))
    roles.put_policy("r", "p", POLICY)
    arn = iam.create_policy(PolicyName="m", PolicyDocument=json.dumps(POLICY))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="r", PolicyArn=arn)
    iam.create_instance_profile(InstanceProfileName="i")
    iam.add_role_to_instance_profile(InstanceProfileName="i", RoleName="r")
    assert roles.exists("r")
    assert roles.delete("r")
    assert not roles.exists("r")
    assert not roles.delete("r")


def test_a_role_that_may_not_be_deleted_is_told():
    iam = Stubbed("IAM", "iam")
    iam.answers("list_attached_role_policies", {"AttachedPolicies": []})
    iam.refuses("list_role_policies", "ServiceFailure", "no")
    with pytest.raises(CloudError, match="no"):
        Iam(iam.service).delete("r")


def test_log_groups_are_found_by_how_they_begin(moto, client, service):
    logs = client("logs")
    for name in ("/maestro/a/f", "/maestro/a/g", "/maestro/ab/f"):
        logs.create_log_group(logGroupName=name)
    made = CloudWatchLogs(service("CloudWatch Logs", logs))
    assert made.groups("/maestro/a/") == ("/maestro/a/f", "/maestro/a/g")


def test_lines_of_a_log_are_read(moto, client, service, clock):
    logs = client("logs")
    made = CloudWatchLogs(service("CloudWatch Logs", logs))
    assert made.lines("/maestro/a/f", clock.now()) == ()
    logs.create_log_group(logGroupName="/maestro/a/f")
    logs.create_log_stream(logGroupName="/maestro/a/f", logStreamName="s")
    now = datetime.now(UTC)
    at = int(now.timestamp() * 1000)
    events = [{"timestamp": at + n, "message": f"line {n}"} for n in range(-5, 2)]
    logs.put_log_events(logGroupName="/maestro/a/f", logStreamName="s", logEvents=events)
    found = made.lines("/maestro/a/f", now)
    assert [line.text for line in found] == ["line 0", "line 1"]


def test_lines_without_an_id_are_told_apart_by_what_they_are(clock):
    logs = Stubbed("CloudWatch Logs", "logs")
    at = int(clock.now().timestamp() * 1000)
    events = [{"timestamp": at, "message": word, "logStreamName": "s"} for word in ("a", "b")]
    logs.answers("filter_log_events", {"events": events})
    found = CloudWatchLogs(logs.service).lines("g", clock.now())
    assert [line.text for line in found] == ["a", "b"]
    assert len({line.id for line in found}) == 2
