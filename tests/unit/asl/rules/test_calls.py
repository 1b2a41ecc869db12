"""What a Task calls: the resource, its pattern, and what an Express workflow may not."""

import pytest

from maestro_cdk.asl.rules import express, integration_pattern, resource
from maestro_cdk.model import FunctionSettings
from tests.unit.asl.rules.asking import machine, said, subject, task

STATES = "arn:aws:states:::"


def hints(rule, value, **around):
    return [finding.hint for finding in rule.check(subject(value, **around))]


# --- resource --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        STATES + "lambda:invoke",
        STATES + "dynamodb:getItem",
        STATES + "aws-sdk:dynamodb:query",
        STATES + "aws-sdk:sfn:startSyncExecution",
        STATES + "aws-sdk:rds:describeDBInstances",
        STATES + "aws-sdk:qldb:createLedger",  # ended: nothing is known of it any more
        STATES + "http:invoke",
        "arn:aws-cn:states:::sqs:sendMessage",
        "arn:aws-us-gov:states:::aws-sdk:s3:listBuckets",
        "arn:aws-iso:states:::sns:publish",
        "arn:PARTITION:states:::sns:publish",
        "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:athena:getQueryResults",
        "arn:aws:states:eu-west-1:123456789012:activity:ask",
        "arn:aws:lambda:eu-west-1:123456789012:function:Hello:$LATEST",
        "${Anything}",
        "arn:aws:states:::${service}:publish",
        "__tbd__",
        {"Fn::GetAtt": ["Hello", "Arn"]},
        7,
    ],
)
def test_what_can_be_called_is_fine(value):
    assert said(resource.RULE, task(value)) == []


@pytest.mark.parametrize(
    ("value", "message", "hint"),
    [
        ("", "'' is not an ARN", "such as arn:aws:states:::lambda:invoke"),
        ("greet", "'greet' is not an ARN", "such as arn:aws:states:::lambda:invoke"),
        (
            "$.function",
            "'$.function' is not an ARN",
            "a Resource cannot be computed; lambda:invoke takes a FunctionName that is",
        ),
        (
            "arn::states:::sns:publish",
            "the ARN names no partition",
            'it begins with "arn:aws:"',
        ),
        (
            "arn:aws:lambda:eu-west-1:123456789012:layer:x:1",
            "'arn:aws:lambda:eu-west-1:123456789012:layer:x:1' is no function's ARN",
            None,
        ),
        (
            "arn:aws:lambda:eu-west-1:123456789012:function:ask:1:2",
            "'1:2' is no version or alias of a function",
            None,
        ),
        (
            "arn:aws:lambda:eu-west-1:123456789012:function:ask:",
            "'' is no version or alias of a function",
            None,
        ),
        (
            "arn:aws:states:eu-west-1:123456789012:activity:by hand",
            "'by hand' is no name of an activity",
            None,
        ),
        ("${ask", "'${ask' has a ${ that never closes", 'it ends with "}"'),
        (
            "arn:aws:lambda:eu-west-1:123456789012:function:ask.waitForTaskToken",
            "a function's ARN takes no pattern",
            "write \"arn:aws:states:::lambda:invoke.waitForTaskToken\", and 'ask' as FunctionName",
        ),
        (
            "arn:aws:sqs:eu-west-1:123456789012:orders",
            "a Task cannot call 'arn:aws:sqs:eu-west-1:123456789012:orders' itself",
            "call an action, such as arn:aws:states:::sqs:sendMessage, and pass it this ARN",
        ),
        (
            "arn:aws:s3:::orders",
            "a Task cannot call 'arn:aws:s3:::orders' itself",
            "call an action, such as arn:aws:states:::aws-sdk:s3:ACTION, and pass it this ARN",
        ),
        (
            "arn:aws:states:eu-west-1:123456789012:stateMachine:other",
            "a Task cannot call a state machine itself",
            'write "arn:aws:states:::states:startExecution.sync:2", and the ARN as StateMachineArn',
        ),
        (
            STATES + "lambda",
            "'arn:aws:states:::lambda' names no action",
            "such as arn:aws:states:::lambda:invoke",
        ),
        (
            STATES + "dynamodb:query",
            "there is no optimized integration dynamodb:query",
            "did you mean aws-sdk:dynamodb:query?",
        ),
        (
            STATES + "dynamodb:batchGetItem",
            "there is no optimized integration dynamodb:batchGetItem",
            "did you mean aws-sdk:dynamodb:batchGetItem?",
        ),
        (
            STATES + "dynamodb:PutItem",
            "there is no optimized integration dynamodb:PutItem",
            "did you mean dynamodb:putItem?",
        ),
        (
            STATES + "Lambda:invoke",
            "there is no optimized integration Lambda:invoke",
            "did you mean lambda:invoke?",
        ),
        (
            STATES + "s3:putObject",
            "there is no optimized integration s3:putObject",
            (
                "did you mean aws-sdk:s3:putObject?; "
                "if it is newer than this maestro, upgrade maestro or disable the rule"
            ),
        ),
        (
            STATES + "emr:createCluster",
            "there is no optimized integration emr:createCluster",
            "did you mean elasticmapreduce:createCluster?",
        ),
        (
            STATES + "eventbridge:putEvents",
            "there is no optimized integration eventbridge:putEvents",
            "did you mean events:putEvents?",
        ),
        (
            STATES + "sqs:xyzzy",
            "there is no optimized integration sqs:xyzzy",
            "its actions: sendMessage; those of the API: aws-sdk:...",
        ),
        (
            STATES + "aws-sdk:dynamodb:Query",
            "dynamodb has no action 'Query'",
            "did you mean query?",
        ),
        (
            STATES + "aws-sdk:dynamodb:xyzzy",
            "dynamodb has no action 'xyzzy'",
            "if it is newer than this boto3, upgrade boto3 or disable the rule",
        ),
        (
            STATES + "aws-sdk:DynamoDB:query",
            "aws-sdk knows no service 'DynamoDB'",
            "did you mean aws-sdk:dynamodb:query?",
        ),
        (
            STATES + "aws-sdk:stepfunctions:startExecution",
            "aws-sdk knows no service 'stepfunctions'",
            "did you mean aws-sdk:sfn:startExecution?",
        ),
        (
            STATES + "aws-sdk:cognito-idp:listUsers",
            "aws-sdk knows no service 'cognito-idp'",
            "did you mean aws-sdk:cognitoidentityprovider:listUsers?",
        ),
        (
            STATES + "aws-sdk:quantumfoo:entangle",
            "aws-sdk knows no service 'quantumfoo'",
            "if it is newer than this boto3, upgrade boto3 or disable the rule",
        ),
        (
            STATES + "aws-sdk:sts:assumeRole",
            "Step Functions does not support sts:assumeRole",
            "call it in a function",
        ),
        (
            STATES + "aws-sdk:elastictranscoder:testRole",
            "Step Functions does not support elastictranscoder:testRole",
            "call it in a function",
        ),
    ],
)
def test_what_cannot_be_called_is_told(value, message, hint):
    ((told, _, state),) = said(resource.RULE, task(value))
    assert (told, state) == (message, "A")
    assert hints(resource.RULE, task(value)) == [hint]


def test_a_deprecated_action_is_remarked():
    (finding,) = resource.RULE.check(subject(task(STATES + "aws-sdk:s3:getBucketLifecycle")))
    assert (finding.severity, finding.message) == (
        "info",
        "AWS calls s3:getBucketLifecycle deprecated",
    )


def test_an_integration_of_nobodys_is_told_those_that_there_are():
    (hint,) = hints(resource.RULE, task(STATES + "quantumfoo:entangle"))
    assert hint.startswith("aws-sdk:SERVICE:ACTION calls any API; optimized are: apigateway, ")


@pytest.mark.parametrize("value", ["greet", "$.function", "arn:aws:lambda:eu-west-1:1:layer:x:1"])
def test_in_a_folder_another_rule_tells_of_what_is_no_function(value):
    around = {"functions": {"greet": FunctionSettings()}, "called": {}}
    assert said(resource.RULE, task(value), **around) == []
    assert len(said(resource.RULE, task(STATES + "x:y"), **around)) == 1


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("greet", False),
        ("greet:$LATEST", False),
        ("greet:live", False),
        ("function:greet", False),
        ("123456789012:function:greet:7", False),
        ("arn:aws:lambda:eu-west-1:123456789012:function:greet:live", False),
        ("arn:PARTITION:lambda:REGION:ACCOUNT_ID:function:greet", False),
        ("${greet}", False),
        ("{% $name %}", False),
        ("<NAME>", False),
        ({"Ref": "Greet"}, False),
        ("", True),
        ("my function", True),
        ("greet.handler", True),
        ("arn:aws:states:eu-west-1:123456789012:stateMachine:greet", True),
    ],
)
def test_what_stands_as_functions_name_can_be_one(name, wrong):
    value = task(STATES + "lambda:invoke", Parameters={"FunctionName": name})
    message = f"{name!r} is neither a function's name nor its ARN"
    assert [told for told, _, _ in said(resource.RULE, value)] == [message] * wrong
    folder = {"functions": {"greet": FunctionSettings()}, "called": {}}
    assert said(resource.RULE, value, **folder) == []


def test_parameters_that_are_yet_to_be_made_name_no_function():
    value = task(STATES + "lambda:invoke", Parameters={"Fn::Sub": "..."})
    assert said(resource.RULE, value) == []


# --- integration-pattern ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        "lambda:invoke",
        "lambda:invoke.waitForTaskToken",
        "states:startExecution.sync",
        "states:startExecution.sync:2",
        "aws-sdk:sqs:sendMessage.waitForTaskToken",
        "emr-serverless:startJobRun.sync",
        "nosuch:thing.sync",
    ],
)
def test_a_pattern_that_is_supported_is_fine(value):
    assert said(integration_pattern.RULE, task(STATES + value)) == []


@pytest.mark.parametrize(
    ("value", "message", "hint"),
    [
        ("lambda:invoke.sync", "lambda:invoke has no pattern .sync", "it has .waitForTaskToken"),
        (
            "lambda:invoke.waitForTasktoken",
            "lambda:invoke has no pattern .waitForTasktoken",
            "did you mean .waitForTaskToken?",
        ),
        (
            "glue:startJobRun.sync:2",
            "glue:startJobRun has no pattern .sync:2",
            "did you mean .sync?",
        ),
        (
            "dynamodb:getItem.waitForTaskToken",
            "dynamodb:getItem has no pattern .waitForTaskToken",
            "it answers at once: leave the pattern away",
        ),
        (
            "aws-sdk:glue:startJobRun.sync",
            "aws-sdk:glue:startJobRun has no pattern .sync",
            "the optimized glue:startJobRun has it",
        ),
        (
            "aws-sdk:s3:putObject.sync",
            "aws-sdk:s3:putObject has no pattern .sync",
            "it has .waitForTaskToken",
        ),
        (
            "nosuch:thing.async",
            "nosuch:thing has no pattern .async",
            "did you mean .sync?",
        ),
    ],
)
def test_a_pattern_that_is_not_supported_is_told(value, message, hint):
    found = said(integration_pattern.RULE, task(STATES + value))
    assert found == [(message, f'"{STATES}{value}"', "A")]
    assert hints(integration_pattern.RULE, task(STATES + value)) == [hint]


# --- express ---------------------------------------------------------------------------------

WAITING = {
    STATES + "states:startExecution.sync": "wait by .sync",
    STATES + "sqs:sendMessage.waitForTaskToken": "wait by .waitForTaskToken",
    "arn:aws:states:eu-west-1:123456789012:activity:ask": "run an activity",
}


def mapping(inner, **config):
    processor = {**inner, "ProcessorConfig": config}
    return machine({"M": {"Type": "Map", "ItemProcessor": processor, "End": True}})


@pytest.mark.parametrize("value", [STATES + "lambda:invoke", "${x}", "arn:aws:lambda:::function:x"])
def test_a_task_that_is_answered_at_once_may_be_express(value):
    assert said(express.RULE, task(value), type="EXPRESS") == []


@pytest.mark.parametrize(("value", "what"), WAITING.items())
def test_a_task_that_waits_may_not_be_express(value, what):
    assert said(express.RULE, task(value)) == []
    found = said(express.RULE, task(value), type="EXPRESS")
    assert found == [(f"EXPRESS workflows cannot {what}", f'"{value}"', "A")]


@pytest.mark.parametrize(("value", "what"), WAITING.items())
def test_express_children_of_a_distributed_map_may_not_wait_either(value, what):
    parallel = {"Type": "Parallel", "Branches": [task(value)], "End": True}
    children = mapping(machine({"P": parallel}), Mode="DISTRIBUTED", ExecutionType="EXPRESS")
    ((message, place, state),) = said(express.RULE, children)
    assert message == f"the child workflows of this Map are EXPRESS, and cannot {what}"
    assert (place, state) == (f'"{value}"', "A")


@pytest.mark.parametrize(
    "config", [{}, {"Mode": "INLINE"}, {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}]
)
def test_other_maps_wait_as_the_workflow_does(config):
    value = STATES + "states:startExecution.sync"
    assert said(express.RULE, mapping(task(value), **config)) == []
    assert len(said(express.RULE, mapping(task(value), **config), type="EXPRESS")) == 1


def test_what_stands_beside_an_express_map_may_wait():
    children = mapping(
        task(STATES + "sqs:sendMessage"), Mode="DISTRIBUTED", ExecutionType="EXPRESS"
    )
    beside = task(STATES + "states:startExecution.sync")["States"]
    both = machine({**children["States"], **beside})
    assert said(express.RULE, both) == []
