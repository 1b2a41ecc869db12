"""What each integration takes, and how a Task's parameters are looked through."""

import pytest

from maestro_cdk.asl import integrations, parameters
from maestro_cdk.asl.integrations import OPTIMIZED
from maestro_cdk.services.models import BotocoreModels
from tests.unit.asl.rules.asking import subject, task

MODELS = BotocoreModels()
STATES = "arn:aws:states:::"


def shape(name):
    return parameters.shape(integrations.parse(STATES + name), MODELS)


@pytest.mark.parametrize(
    "name", [f"{service}:{action}" for service, actions in OPTIMIZED.items() for action in actions]
)
def test_it_is_known_of_each_optimized_integration_what_it_takes(name):
    taken = shape(name)
    assert taken.type == "structure"
    assert taken.members
    assert set(taken.required) <= set(taken.members)
    assert set(parameters.alternatives(integrations.parse(STATES + name))) <= set(taken.members)


@pytest.mark.parametrize(
    ("name", "required"),
    [
        ("lambda:invoke", ("FunctionName",)),
        ("states:startExecution", ("StateMachineArn",)),
        ("sqs:sendMessage", ("QueueUrl", "MessageBody")),
        ("aws-sdk:dynamodb:query", ("TableName",)),
        ("eks:runJob", ("ClusterName", "CertificateAuthority", "Endpoint", "Job")),
        ("elasticmapreduce:addStep", ("ClusterId", "Step")),
        ("elasticmapreduce:createCluster", ("Name", "Instances")),
        ("elasticmapreduce:modifyInstanceGroupByName", ("ClusterId", "InstanceGroup")),
        ("aws-sdk:fis:startExperiment", ("ExperimentTemplateId",)),  # its token makes itself
    ],
)
def test_what_is_required(name, required):
    assert shape(name).required == required


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("bedrock:invokeModel", ["Input", "S3Uri"]),
        ("bedrock:invokeModel", ["Output", "S3Uri"]),
        ("http:invoke", ["InvocationConfig", "ConnectionArn"]),
        ("http:invoke", ["Transform", "RequestEncodingOptions", "ArrayFormat"]),
        ("elasticmapreduce:cancelStep", ["StepId"]),
        ("elasticmapreduce:modifyInstanceFleetByName", ["InstanceFleet", "TargetSpotCapacity"]),
        ("elasticmapreduce:setClusterTerminationProtection", ["TerminationProtected"]),
        ("eks:createCluster", ["ResourcesVpcConfig", "SubnetIds"]),
        ("aws-sdk:rds:startDBInstance", ["DbInstanceIdentifier"]),
    ],
)
def test_what_aws_made_different_or_names_otherwise_is_known(name, path):
    taken = shape(name)
    for member in path:
        taken = taken.members[member]


def test_what_aws_left_away_is_known():
    assert "Steps" not in shape("elasticmapreduce:createCluster").members
    fleet = shape("elasticmapreduce:modifyInstanceFleetByName").members["InstanceFleet"]
    assert "InstanceFleetId" not in (*fleet.members, *fleet.required)


@pytest.mark.parametrize("name", ["nosuch:thing", "aws-sdk:nosuch:thing", "aws-sdk:s3:nosuch"])
def test_nothing_is_known_of_what_there_is_not(name):
    assert shape(name) is None


def looked_through(resource, **fields):
    """The paths of the values that are looked at."""
    passed = subject(task(STATES + resource, **fields)).passed
    return [parameters.path(call, place.pointer) for call in passed for place in call.places]


def test_values_are_looked_at_as_deep_as_they_are_known():
    entry = {"Detail": {"any": ["thing"]}, "Source": "shop", "Time.$": "$.time"}
    paths = looked_through("events:putEvents", Parameters={"Entries": [entry, "{% $e %}", None]})
    assert paths == ["", "Entries", "Entries[0]", "Entries[0].Source"]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"Arguments": "{% $all %}"},
        {"Arguments": "text"},
        {"Parameters": "${text}"},
        {"Parameters": {"Fn::Sub": "..."}},
        {"Parameters": None},
    ],
)
def test_nothing_is_looked_at_where_nothing_is_written_down(fields):
    assert looked_through("events:putEvents", **fields) == []


def test_the_keys_of_a_map_are_free_and_its_values_are_looked_at():
    item = {"id": {"S": "1"}, "any name": {"M": {"deep": {"N": "2"}}}}
    paths = looked_through("dynamodb:putItem", Arguments={"TableName": "t", "Item": item})
    assert "Item.any name.M.deep.N" in paths
