"""Versions and aliases: what Step Functions and Lambda are asked, and what their answers mean."""

import base64
import io
import zipfile
from datetime import UTC, datetime
from hashlib import sha256

import boto3
import pytest

from maestro_cdk.aws.versions import StateMachineVersions
from maestro_cdk.errors import AccessDenied, CloudError
from maestro_cdk.versions import FunctionVersion

from .conftest import ACCOUNT, REGION

MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:approval"
LIVE = f"{MACHINE}:live"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:approval_manager"
THEN = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def states(stubbed):
    return stubbed("Step Functions", "stepfunctions")


@pytest.fixture
def functions(stubbed):
    return stubbed("Lambda", "lambda")


@pytest.fixture
def watch(stubbed):
    return stubbed("CloudWatch", "cloudwatch")


@pytest.fixture
def versions(states, functions, watch):
    return StateMachineVersions(states.service, functions.service, watch.service)


def routed(**weights):
    return [
        {"stateMachineVersionArn": f"{MACHINE}:{number[1:]}", "weight": weight}
        for number, weight in weights.items()
    ]


def test_an_alias_is_told_by_numbers(versions, states):
    states.answers(
        "describe_state_machine_alias",
        {
            "stateMachineAliasArn": LIVE,
            "description": "version 3",
            "routingConfiguration": routed(v3=90, v4=10, v5=0),
            "updateDate": THEN,
        },
        {"stateMachineAliasArn": LIVE},
    )
    alias = versions.alias(MACHINE)
    assert (alias.weights, alias.version, alias.updated) == ({3: 90, 4: 10}, None, THEN)
    assert (alias.arn, alias.description) == (LIVE, "version 3")


@pytest.mark.parametrize("code", ["ResourceNotFound", "StateMachineDoesNotExist"])
def test_no_alias(versions, states, code):
    states.refuses("describe_state_machine_alias", code)
    assert versions.alias(MACHINE) is None


def test_an_alias_that_may_not_be_looked_at_is_told(versions, states):
    states.refuses("describe_state_machine_alias", "AccessDeniedException", "no")
    with pytest.raises(AccessDenied):
        versions.alias(MACHINE)


def test_an_alias_is_moved(versions, states):
    states.answers(
        "update_state_machine_alias",
        {"updateDate": THEN},
        {
            "stateMachineAliasArn": LIVE,
            "description": "d" * 256,
            "routingConfiguration": routed(v4=100),
        },
    )
    versions.point(MACHINE, {4: 100}, "d" * 300)


def test_an_alias_that_is_not_there_is_made(versions, states):
    states.refuses("update_state_machine_alias", "ResourceNotFound")
    states.answers(
        "create_state_machine_alias",
        {"stateMachineAliasArn": LIVE, "creationDate": THEN},
        {"name": "live", "description": "first", "routingConfiguration": routed(v1=100)},
    )
    versions.point(MACHINE, {1: 100}, "first")


def test_the_first_alias_is_made_at_once(versions, states):
    states.answers(
        "create_state_machine_alias",
        {"stateMachineAliasArn": LIVE, "creationDate": THEN},
        {"name": "live", "description": "first", "routingConfiguration": routed(v1=100)},
    )
    versions.point(MACHINE, {1: 100}, "first", new=True)


def test_a_first_alias_that_somebody_has_made_is_moved(versions, states):
    states.refuses("create_state_machine_alias", "ConflictException")
    states.answers("update_state_machine_alias", {"updateDate": THEN})
    versions.point(MACHINE, {1: 100}, "first", new=True)


def test_another_refusal_makes_none(versions, states):
    states.refuses("update_state_machine_alias", "ConflictException", "wait")
    with pytest.raises(CloudError, match="wait"):
        versions.point(MACHINE, {1: 100}, "first")


def test_a_definition_is_published_in_one_request(versions, states):
    states.answers(
        "update_state_machine",
        {"updateDate": THEN, "revisionId": "r", "stateMachineVersionArn": f"{MACHINE}:12"},
        {
            "stateMachineArn": MACHINE,
            "definition": "{}",
            "publish": True,
            "versionDescription": "why",
        },
    )
    assert versions.publish(MACHINE, "{}", "why") == 12


def test_all_pages_of_versions_newest_first(versions, states):
    page = {"stateMachineArn": MACHINE, "maxResults": 1000}

    def listed(*numbers):
        return [{"stateMachineVersionArn": f"{MACHINE}:{n}", "creationDate": THEN} for n in numbers]

    states.answers(
        "list_state_machine_versions",
        {"stateMachineVersions": listed(11, 10), "nextToken": "more"},
        page,
    )
    states.answers(
        "list_state_machine_versions",
        {"stateMachineVersions": listed(9)},
        {**page, "nextToken": "more"},
    )
    assert list(versions.listed(MACHINE)) == [11, 10, 9]


def test_what_runs_is_counted_by_version(versions, states):
    def one(number):
        more = {"stateMachineVersionArn": f"{MACHINE}:{number}"} if number else {}
        return {
            "executionArn": "arn",
            "stateMachineArn": MACHINE,
            "name": "n",
            "status": "RUNNING",
            "startDate": THEN,
            **more,
        }

    states.answers(
        "list_executions", {"executions": [one(2), one(None), one(2)], "nextToken": "more"}
    )
    states.answers("list_executions", {"executions": [one(5)]})
    assert versions.holding(MACHINE) == {2: 2, 5: 1}


def test_of_an_express_machine_nothing_is_counted(versions, states):
    states.refuses("list_executions", "StateMachineTypeNotSupported")
    assert versions.holding(MACHINE) == {}


def test_a_version_is_told_as_it_was_published(versions, states):
    states.answers(
        "describe_state_machine",
        {
            "stateMachineArn": f"{MACHINE}:3",
            "name": "approval",
            "definition": "{}",
            "roleArn": "arn:role",
            "type": "STANDARD",
            "creationDate": THEN,
            "description": "why",
        },
        {"stateMachineArn": f"{MACHINE}:3"},
    )
    found = versions.describe(MACHINE, 3)
    assert (found.number, found.definition, found.description) == (3, "{}", "why")
    assert found.settings == {"roleArn": "arn:role"}


def test_a_version_that_is_not_there(versions, states):
    states.refuses("describe_state_machine", "StateMachineDoesNotExist")
    assert versions.describe(MACHINE, 3) is None


def test_a_function_that_cannot_be_published_now(versions, functions):
    functions.refuses("publish_version", "ResourceConflictException", "An update is in progress")
    with pytest.raises(CloudError, match="update is in progress"):
        versions.publish_function("approval_manager")


@pytest.mark.parametrize("state", ["Pending", "Failed"])
def test_a_version_that_cannot_be_called_is_not_published_yet(versions, functions, state):
    made = {
        "FunctionArn": f"{FUNCTION}:3",
        "FunctionName": "approval_manager",
        "CodeSha256": "abc",
        "MemorySize": 256,
        "State": state,
        "StateReason": "it is being created",
    }
    functions.answers("publish_version", made)
    with pytest.raises(CloudError, match=rf"in the state: {state} \(it is being created\)"):
        versions.publish_function("approval_manager")
    functions.answers("publish_version", made | {"State": "Active"})
    assert versions.publish_function("approval_manager") == FunctionVersion(
        arn=FUNCTION, number=3, code="abc", properties={"MemorySize": 256, "Layers": []}
    )


def test_a_version_that_an_alias_needs_is_left(versions, functions):
    functions.refuses("delete_function", "ResourceConflictException", "an alias points to it")
    functions.refuses("delete_function", "ResourceNotFoundException")
    versions.delete_function(FUNCTION, 3)
    versions.delete_function(FUNCTION, 3)


def test_versions_of_functions_are_made_found_and_deleted(cloud, role):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("index.py", "")
    boto3.client("lambda", region_name=REGION).create_function(
        FunctionName="approval_manager",
        Runtime="python3.13",
        Handler="index.handler",
        Role=role,
        Code={"ZipFile": content.getvalue()},
    )
    made = cloud.versions.publish_function("approval_manager")
    assert (made.arn, made.number) == (FUNCTION, 1)
    assert made.code == base64.b64encode(sha256(content.getvalue()).digest()).decode()
    assert cloud.versions.function_exists(FUNCTION, 1)
    cloud.versions.delete_function(FUNCTION, 1)
    assert not cloud.versions.function_exists(FUNCTION, 1)


@pytest.fixture
def role(moto):
    made = boto3.client("iam", region_name=REGION).create_role(
        RoleName="function", AssumeRolePolicyDocument="{}"
    )
    return made["Role"]["Arn"]


def test_alarms_tell_their_states(versions, watch):
    watch.answers(
        "describe_alarms",
        {
            "MetricAlarms": [{"AlarmName": "a", "StateValue": "ALARM"}],
            "CompositeAlarms": [{"AlarmName": "b", "StateValue": "OK"}],
        },
        {
            "AlarmNames": ["a", "b", "gone"],
            "AlarmTypes": ["MetricAlarm", "CompositeAlarm"],
            "MaxRecords": 100,
        },
    )
    assert versions.alarms(["a", "b", "gone"]) == {"a": "ALARM", "b": "OK"}


def test_no_alarms_are_not_all_of_the_account(versions):
    assert versions.alarms([]) == {}
