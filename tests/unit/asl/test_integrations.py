"""What a Resource calls, and the table of optimized integrations."""

import pytest

from maestro_cdk.asl import integrations
from maestro_cdk.asl.integrations import OPTIMIZED, SYNC, SYNC_2, WAIT
from maestro_cdk.services.models import BotocoreModels

STATES = "arn:aws:states:::"


@pytest.mark.parametrize(
    ("resource", "kind", "service", "action", "pattern"),
    [
        (STATES + "lambda:invoke", "optimized", "lambda", "invoke", ""),
        (STATES + "lambda:invoke.waitForTaskToken", "optimized", "lambda", "invoke", WAIT),
        (STATES + "states:startExecution.sync:2", "optimized", "states", "startExecution", SYNC_2),
        (STATES + "aws-sdk:s3:getObject", "aws-sdk", "s3", "getObject", ""),
        (STATES + "aws-sdk:sqs:sendMessage.waitForTaskToken", "aws-sdk", "sqs", "sendMessage", WAIT),
        (STATES + "nosuch:thing.always", "optimized", "nosuch", "thing", "always"),
        ("arn:aws-cn:states:::sns:publish", "optimized", "sns", "publish", ""),
        ("arn:aws-us-gov:states:::sns:publish", "optimized", "sns", "publish", ""),
        ("arn:PARTITION:states:::sns:publish", "optimized", "sns", "publish", ""),
        ("arn:${AWS::Partition}:states:::sns:publish", "optimized", "sns", "publish", ""),
        ("arn:aws:states:eu-west-1:123456789012:sns:publish", "optimized", "sns", "publish", ""),
        ("arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:aws-sdk:s3:putObject",
         "aws-sdk", "s3", "putObject", ""),
        ("arn:aws:lambda:eu-west-1:123456789012:function:Hello", "lambda", "lambda", "Hello", ""),
        ("arn:aws:lambda:REGION:ACCOUNT_ID:function:Hello:live", "lambda", "lambda", "Hello:live",
         ""),
        ("arn:aws:lambda:::function:${Hello}", "lambda", "lambda", "${Hello}", ""),
        ("arn:aws:states:eu-west-1:123456789012:activity:ask", "activity", "states", "ask", ""),
        ("arn:aws:states:eu-west-1:123456789012:activity:${ask}", "activity", "states", "${ask}",
         ""),
    ],
)  # fmt: skip
def test_a_resource_is_read(resource, kind, service, action, pattern):
    found = integrations.parse(resource)
    assert (found.kind, found.service, found.action, found.pattern) == (
        kind,
        service,
        action,
        pattern,
    )


@pytest.mark.parametrize(
    "resource",
    [
        "",
        "foo:bar",
        "arn:x",
        "${Function}",
        "{% $name %}",
        "arn:aws:swf:us-east-1:123456789012:task:X",
        "arn:aws:states:::",
        "arn:aws:states:::lambda",
        "arn:aws:states:::aws-sdk:s3",
        "arn:aws:states:::aws-sdk:s3:.sync",
        "arn:aws:states:::${service}:invoke",
        "arn:aws:states:::lambda:${action}",
        "arn:aws:states:::lambda:invoke.${pattern}",
        "arn:aws:${service}:::lambda:invoke",
        "arn:aws:lambda:eu-west-1:123456789012:layer:Hello:1",
        "arn:aws:lambda:eu-west-1:123456789012:function:",
    ],
)
def test_what_calls_nothing_or_cannot_be_known_is_none(resource):
    assert integrations.parse(resource) is None


@pytest.mark.parametrize(
    ("resource", "api", "invokes", "waits"),
    [
        (STATES + "lambda:invoke", ("lambda", "invoke"), True, False),
        (STATES + "aws-sdk:lambda:invoke", ("lambda", "invoke"), True, False),
        (STATES + "aws-sdk:lambda:getFunction", ("lambda", "getFunction"), False, False),
        (STATES + "events:putEvents.waitForTaskToken", ("eventbridge", "putEvents"), False, True),
        (STATES + "elasticmapreduce:addStep.sync", ("emr", "addJobFlowSteps"), False, False),
        (STATES + "http:invoke", None, False, False),
        (STATES + "dynamodb:query", None, False, False),
        ("arn:aws:lambda:eu-west-1:123456789012:function:Hello", None, True, False),
        ("arn:aws:states:eu-west-1:123456789012:activity:ask", None, False, True),
    ],
)
def test_an_integration_tells_what_it_calls(resource, api, invokes, waits):
    found = integrations.parse(resource)
    assert (found.api, found.invokes, found.waits) == (api, invokes, waits)


def test_an_integration_is_named_as_the_guide_names_it():
    assert integrations.parse(STATES + "sqs:sendMessage.waitForTaskToken").name == "sqs:sendMessage"
    assert integrations.parse(STATES + "aws-sdk:sqs:sendMessage").name == "aws-sdk:sqs:sendMessage"


def supporting(pattern):
    """The services of which some action supports a pattern."""
    return {
        service
        for service, actions in OPTIMIZED.items()
        if any(pattern in action.patterns for action in actions.values())
    }


def test_services_support_the_patterns_of_the_guides_table():
    # https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
    assert supporting(SYNC) == {
        "athena", "batch", "bedrock", "codebuild", "databrew", "ecs", "eks", "elasticmapreduce",
        "emr-containers", "emr-serverless", "glue", "mediaconvert", "sagemaker", "states",
    }  # fmt: skip
    assert supporting(WAIT) == {
        "apigateway", "bedrock", "ecs", "eks", "events", "lambda", "sns", "sqs", "states",
    }  # fmt: skip
    assert supporting(SYNC_2) == {"states"}
    assert set(OPTIMIZED) - supporting(SYNC) - supporting(WAIT) == {
        "bedrockagentcore",
        "dynamodb",
        "http",
    }


def test_every_api_behind_an_action_is_one_of_aws():
    models = BotocoreModels()
    apis = [action.api for actions in OPTIMIZED.values() for action in actions.values()]
    for service, action in filter(None, apis):
        assert models.service(service).operation(action), (service, action)
    assert apis.count(None) == len(["apigateway:invoke", "eks:call", "eks:runJob", "http:invoke"])
