"""What a Task passes: names that there are, what is required, values of the right kind."""

import json
from dataclasses import replace

import pytest

from maestro_cdk.asl import document
from maestro_cdk.asl.rules import missing_parameter, parameter_value, unknown_parameter
from tests.unit.asl.rules.asking import DISTRIBUTED, mapping, said, subject, task

STATES = "arn:aws:states:::"
RULES = (missing_parameter.RULE, parameter_value.RULE, unknown_parameter.RULE)
INVOKE = {"FunctionName": "f"}
PUT = {"TableName": "t", "Item": {"id": {"S": "1"}}}


def passing(resource, arguments, key="Parameters"):
    return task(STATES + resource, **{key: arguments})


def told(rule, resource, arguments, key="Parameters"):
    """What a rule says, and how bad it is."""
    found = rule.check(subject(passing(resource, arguments, key)))
    return [(finding.severity, finding.message, finding.hint) for finding in found]


# --- what is right ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resource", "arguments"),
    [
        ("lambda:invoke", {"FunctionName": "f", "Payload": {"any": [1]}, "Qualifier": "live"}),
        ("lambda:invoke", {"FunctionName.$": "$.f", "Payload.$": "$"}),
        ("lambda:invoke", {"FunctionName": {"Ref": "F"}, "InvocationType": "Event"}),
        ("lambda:invoke", {"FunctionName": "f", "ClientContext": "e30=", "LogType": "Tail"}),
        ("lambda:invoke.waitForTaskToken", {**INVOKE, "Payload": {"t.$": "$$.Task.Token"}}),
        ("states:startExecution", {"StateMachineArn": "a", "Name": "n", "Input": {"a": {"b": 1}}}),
        ("states:startExecution.sync:2", {"StateMachineArn": "${Other}", "Input.$": "$"}),
        ("sqs:sendMessage", {"QueueUrl": "q", "MessageBody": {"a": 1}, "DelaySeconds": 5}),
        ("sqs:sendMessage", {"QueueUrl": "q", "MessageBody": "{% $m %}", "DelaySeconds": "5"}),
        ("sns:publish", {"TopicArn": "t", "Message": {"a": 1}, "Subject": "s"}),
        ("sns:publish", {"PhoneNumber.$": "$.phone", "Message.$": "$.m"}),
        ("events:putEvents", {"Entries": [{"Detail": {"a": 1}, "DetailType": "d"}]}),
        ("dynamodb:putItem", PUT),
        ("dynamodb:putItem", {"TableName": "t", "Item": {"id": "1", "n": {"N.$": "$.n"}}}),
        ("dynamodb:putItem", {"TableName": "t", "Item.$": "$.item"}),
        ("dynamodb:putItem", {"TableName": "t", "Item": {"a": {"BOOL": True}, "b": {"Nul": True}}}),
        ("aws-sdk:dynamodb:putItem", {"TableName": "t", "Item": {"a": {"Bool": True}}}),
        ("aws-sdk:sfn:startExecution", {"StateMachineArn": "a", "Input": {"a": 1}}),
        ("aws-sdk:rds:stopDBInstance", {"DbInstanceIdentifier": "db"}),
        ("aws-sdk:s3:putObject", {"Bucket": "b", "Key": "k", "Body": {"any": 1}}),
        ("aws-sdk:ec2:describeSnapshots", {"Filters": [{"Name": "n", "Values": ["v"]}]}),
        ("aws-sdk:s3:listBuckets", {}),
        ("lambda:invoke", {"FunctionName": "f", "QualifierValue": "a name that Java reserves"}),
        ("aws-sdk:sts:getCallerIdentity", {}),
        ("aws-sdk:nosuch:thing", {"any": 1}),
        ("aws-sdk:qldb:createLedger", {"any": 1}),
        ("bedrock:invokeModel", {"ModelId": "m", "Body": {"prompt": "p"}}),
        ("bedrock:invokeModel", {"ModelId": "m", "Input": {"S3Uri": "s3://b/k"}}),
        (
            "http:invoke",
            {"ApiEndpoint": "https://u", "Method": "GET", "Authentication": {"${k}": "v"}},
        ),
        (
            "http:invoke",
            {
                "ApiEndpoint": "https://u",
                "Method": "GET",
                "InvocationConfig": {
                    "ConnectionArn": "arn:aws:events:eu-west-1:123456789012:connection/c/1"
                },
            },
        ),
        (
            "apigateway:invoke",
            {"ApiEndpoint": "u", "Method": "GET", "Headers": {"a": ["b"]}, "RequestBody": "x"},
        ),
        (
            "eks:call",
            {
                "ClusterName": "c",
                "CertificateAuthority": "a",
                "Endpoint": "e",
                "Method": "GET",
                "Path": "/api",
                "QueryParameters": {"labelSelector": ["a=b"]},
            },
        ),
        (
            "elasticmapreduce:createCluster.sync",
            {"Name": "n", "Instances": {"KeepJobFlowAliveWhenNoSteps": True}},
        ),
        (
            "elasticmapreduce:modifyInstanceGroupByName",
            {
                "ClusterId": "j",
                "InstanceGroupName": "core",
                "InstanceGroup": {"InstanceCount": 8},
            },
        ),
        (
            "ecs:runTask.sync",
            {
                "TaskDefinition": "t",
                "Overrides": {
                    "ContainerOverrides": [
                        {"Name": "c", "Environment": [{"Name": "T", "Value.$": "$$.Task.Token"}]}
                    ]
                },
            },
        ),
        ("glue:startJobRun.sync", {"JobName": "j", "Arguments": {"--any": "thing"}}),
    ],
)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
@pytest.mark.parametrize("key", ["Parameters", "Arguments"])
def test_what_aws_takes_is_fine(rule, resource, arguments, key):
    assert told(rule, resource, arguments, key) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
@pytest.mark.parametrize("partition", ["aws-cn", "${AWS::Partition}", "PARTITION", "aws-iso-b"])
def test_every_partition_is_fine(rule, partition):
    resource = f"arn:{partition}:states:::lambda:invoke"
    assert said(rule, task(resource, Parameters=INVOKE)) == []
    assert said(unknown_parameter.RULE, task(resource, Parameters={**INVOKE, "x": 1}))


# --- unknown-parameter -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resource", "arguments", "finding"),
    [
        (
            "dynamodb:putItem",
            {**PUT, "tableName": "t"},
            (
                "error",
                "dynamodb:putItem has no parameter tableName",
                "did you mean TableName?",
            ),
        ),
        (
            "dynamodb:putItem",
            {"tableName.$": "$.t", "Item": {}},
            ("error", "dynamodb:putItem has no parameter tableName", "did you mean TableName?"),
        ),
        (
            "aws-sdk:ec2:describeSnapshots",
            {"Filter": []},
            (
                "error",
                "aws-sdk:ec2:describeSnapshots has no parameter Filter",
                "did you mean Filters?",
            ),
        ),
        (
            "aws-sdk:ecs:runTask",
            {"TaskDefinition": "t", "Overrides": {"ContainerOverrides": [{"name": "c"}]}},
            (
                "error",
                "aws-sdk:ecs:runTask has no parameter Overrides.ContainerOverrides[0].name",
                "did you mean Name?",
            ),
        ),
        (
            "ecs:runTask",
            {"TaskDefinition": "t", "Overrides": {"ContainerOverrides": [{"name": "c"}]}},
            (
                "warning",
                "ecs:runTask has no parameter Overrides.ContainerOverrides[0].name",
                "did you mean Name?",
            ),
        ),
        (
            "aws-sdk:rds:stopDBInstance",
            {"DBInstanceIdentifier": "db"},
            (
                "warning",
                "aws-sdk:rds:stopDBInstance has no parameter DBInstanceIdentifier",
                "did you mean DbInstanceIdentifier?",
            ),
        ),
        (
            "sns:publish",
            {"TopicArn": "t", "Message": "m", "Xyzzy": 1},
            (
                "error",
                "sns:publish has no parameter Xyzzy",
                None,
            ),
        ),
        (
            "elasticmapreduce:createCluster",
            {"Name": "n", "Instances": {}, "Steps": []},
            ("error", "elasticmapreduce:createCluster has no parameter Steps", None),
        ),
    ],
)
def test_a_parameter_that_there_is_not_is_told(resource, arguments, finding):
    ((severity, message, hint),) = told(unknown_parameter.RULE, resource, arguments)
    assert (severity, message) == finding[:2]
    assert hint == finding[2] or finding[2] is None


def test_a_parameter_that_there_is_not_is_told_at_its_name():
    value = passing("lambda:invoke", {**INVOKE, "payload.$": "$"})
    ((_, place, state),) = said(unknown_parameter.RULE, value)
    assert (place, state) == ('"payload.$": "$"', "A")


def test_one_that_is_like_none_is_told_what_there_is():
    arguments = {"TopicArn": "t", "Message": "m", "Xyzzy": 1}
    ((_, _, hint),) = told(unknown_parameter.RULE, "sns:publish", arguments)
    assert hint.startswith("it takes TopicArn, TargetArn, PhoneNumber, Message, Subject, ")
    assert hint.endswith("; if it is newer than this boto3, upgrade boto3 or disable the rule")


@pytest.mark.parametrize(("key", "known"), [("EqualsValue", 1), ("Equals", 0), ("equals", 0)])
def test_equals_is_written_as_java_must_write_it(key, known):
    only = {"VectorSearchConfiguration": {"Filter": {key: {"Key": "a", "Value": "b"}}}}
    arguments = {
        "KnowledgeBaseId": "k",
        "RetrievalQuery": {"Text": "q"},
        "RetrievalConfiguration": only,
    }
    found = told(unknown_parameter.RULE, "aws-sdk:bedrockagentruntime:retrieve", arguments)
    assert [hint for _, _, hint in found] == ([] if known else ["did you mean EqualsValue?"])


# --- missing-parameter -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resource", "arguments", "message"),
    [
        ("lambda:invoke", {"Payload.$": "$"}, "lambda:invoke requires FunctionName"),
        ("lambda:invoke", {}, "lambda:invoke requires FunctionName"),
        ("dynamodb:putItem", {"TableName": "t"}, "dynamodb:putItem requires Item"),
        (
            "aws-sdk:sns:publishBatch",
            {"TopicArn": "t", "PublishBatchRequestEntries": [{"Id": "1"}]},
            "aws-sdk:sns:publishBatch requires PublishBatchRequestEntries[0].Message",
        ),
        (
            "http:invoke",
            {"ApiEndpoint": "u", "Method": "GET"},
            "http:invoke requires InvocationConfig or Authentication",
        ),
        (
            "http:invoke",
            {"ApiEndpoint": "u", "Method": "GET", "InvocationConfig": {}},
            "http:invoke requires InvocationConfig.ConnectionArn",
        ),
        ("bedrock:invokeModel", {"ModelId": "m"}, "bedrock:invokeModel requires Body or Input"),
        (
            "sns:publish",
            {"Message": "m"},
            "sns:publish requires TopicArn or TargetArn or PhoneNumber",
        ),
        (
            "elasticmapreduce:createCluster",
            {"Name": "n", "Instances": {}},
            "elasticmapreduce:createCluster requires Instances.KeepJobFlowAliveWhenNoSteps",
        ),
    ],
)
def test_what_is_required_and_not_there_is_told(resource, arguments, message):
    ((severity, told_, _),) = told(missing_parameter.RULE, resource, arguments)
    assert (severity, told_) == ("error", message)


def test_a_required_parameter_in_the_wrong_case_is_told_once():
    arguments = {"tableName": "t", "Item": {}}
    assert told(missing_parameter.RULE, "dynamodb:putItem", arguments) == []
    assert len(told(unknown_parameter.RULE, "dynamodb:putItem", arguments)) == 1


def test_a_key_that_is_yet_to_be_filled_in_may_be_what_is_required():
    assert told(missing_parameter.RULE, "lambda:invoke", {"${key}": "f"}) == []


def test_what_to_write_depends_on_the_language():
    for key, hint in (
        ("Parameters", 'write "FunctionName", or "FunctionName.$" with a path'),
        ("Arguments", 'write "FunctionName"'),
    ):
        assert [h for _, _, h in told(missing_parameter.RULE, "lambda:invoke", {}, key)] == [hint]


# --- parameter-value -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resource", "arguments", "severity", "message", "hint"),
    [
        (
            "events:putEvents",
            {"Entries": {"Source": "s"}},
            "error",
            "Entries of events:putEvents takes a list",
            "put it in [...]",
        ),
        (
            "dynamodb:putItem",
            {"TableName": "t", "Item": "{}"},
            "error",
            "Item of dynamodb:putItem takes an object",
            None,
        ),
        (
            "aws-sdk:dynamodb:putItem",
            {"TableName": "t", "Item": {"id": "1"}},
            "error",
            "Item.id of aws-sdk:dynamodb:putItem takes an object",
            None,
        ),
        (
            "sqs:sendMessage",
            {"QueueUrl": "q", "MessageBody": "m", "DelaySeconds": "soon"},
            "warning",
            "DelaySeconds of sqs:sendMessage takes a number",
            None,
        ),
        (
            "sqs:sendMessage",
            {"QueueUrl": "q", "MessageBody": "m", "DelaySeconds": True},
            "warning",
            "DelaySeconds of sqs:sendMessage takes a number",
            None,
        ),
        (
            "dynamodb:getItem",
            {"TableName": "t", "Key": {}, "ConsistentRead": "yes"},
            "warning",
            "ConsistentRead of dynamodb:getItem takes true or false",
            None,
        ),
        (
            "dynamodb:updateItem",
            {"TableName": "t", "Key": {}, "ReturnValues": "ALLNEW"},
            "warning",
            "ReturnValues of dynamodb:updateItem does not know 'ALLNEW'",
            "did you mean ALL_NEW?",
        ),
        (
            "lambda:invoke",
            {"FunctionName": "f", "InvocationType": "Xyzzy"},
            "warning",
            "InvocationType of lambda:invoke does not know 'Xyzzy'",
            "one of Event, RequestResponse, DryRun",
        ),
        (
            "apigateway:invoke",
            {"ApiEndpoint": "u", "Method": "get"},
            "warning",
            "Method of apigateway:invoke does not know 'get'",
            "did you mean GET?",
        ),
    ],
)
def test_a_value_of_the_wrong_kind_is_told(resource, arguments, severity, message, hint):
    assert told(parameter_value.RULE, resource, arguments) == [(severity, message, hint)]


@pytest.mark.parametrize("value", ["true", "False", True, "${flag}", "{% $flag %}"])
def test_a_truth_value_may_be_text(value):
    arguments = {"TableName": "t", "Key": {}, "ConsistentRead": value}
    assert told(parameter_value.RULE, "dynamodb:getItem", arguments) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_an_unquoted_substitution_may_be_anything(rule):
    text = json.dumps(passing("events:putEvents", {"Entries": "HERE"}))
    parsed = document.parse(text.replace('"HERE"', "${entries}"), file="d", literals=None)
    assert [*rule.check(replace(subject("{}"), document=parsed))] == []


# --- what reads and writes the items of a Map ----------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "field", "storage", "message"),
    [
        (
            missing_parameter.RULE,
            "ItemReader",
            {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b"}},
            "s3:getObject requires Key",
        ),
        (
            missing_parameter.RULE,
            "ResultWriter",
            {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Prefix": "p"}},
            "s3:putObject requires Bucket",
        ),
        (
            unknown_parameter.RULE,
            "ItemReader",
            {
                "Resource": "arn:aws:states:::s3:listObjectsV2",
                "Parameters": {"Bucket": "b", "Prefx": "p"},
            },
            "s3:listObjectsV2 has no parameter Prefx",
        ),
        (
            parameter_value.RULE,
            "ResultWriter",
            {
                "Resource": "arn:aws:states:::s3:putObject",
                "Parameters": {"Bucket": "b", "Prefix": 5},
            },
            "Prefix of s3:putObject takes a text, not 5",
        ),
    ],
)
def test_what_stores_items_is_looked_at(rule, field, storage, message):
    (found,) = said(rule, mapping(DISTRIBUTED, **{field: storage}))
    assert found[0] == message
    assert found[2] == "M"


@pytest.mark.parametrize(
    ("resource", "arguments", "message", "hint"),
    [
        (
            "dynamodb:putItem",
            {"TableName": "t", "Item": {"total": {"N": 7}}},
            "Item.total.N of dynamodb:putItem takes a text, not 7",
            'write "7"',
        ),
        (
            "ecs:runTask",
            {
                "TaskDefinition": "t",
                "NetworkConfiguration": {
                    "AwsvpcConfiguration": {"Subnets": ["s"], "AssignPublicIp": True}
                },
            },
            (
                "NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp of ecs:runTask"
                " takes a text, not true"
            ),
            'write "true"',
        ),
        (
            "http:invoke",
            {
                "ApiEndpoint": "https://a",
                "Method": "GET",
                "Authentication": {"ConnectionArn": "my-connection"},
            },
            "Authentication.ConnectionArn of http:invoke takes the ARN of a connection of EventBridge",
            None,
        ),
        (
            "sqs:sendMessage",
            {"QueueUrl": "arn:aws:sqs:eu-west-1:123456789012:q", "MessageBody": "m"},
            "QueueUrl of sqs:sendMessage takes a URL",
            "https://sqs.REGION.amazonaws.com/ACCOUNT/NAME",
        ),
        (
            "lambda:invoke",
            "$.event",
            "Parameters of lambda:invoke takes an object",
            'the keys of an object that end with ".$" are evaluated',
        ),
    ],
)
def test_a_value_that_aws_refuses_is_an_error(resource, arguments, message, hint):
    assert told(parameter_value.RULE, resource, arguments) == [("error", message, hint)]


def test_of_a_parameter_that_is_misspelt_one_rule_tells():
    arguments = {"FunctioName": "f"}
    assert told(missing_parameter.RULE, "lambda:invoke", arguments) == []
    assert len(told(unknown_parameter.RULE, "lambda:invoke", arguments)) == 1
