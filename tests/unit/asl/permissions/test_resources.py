"""The ARNs that a call's arguments come to."""

import pytest

from tests.unit.asl.permissions.permitting import of_task, said, table

ARN = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"


@pytest.mark.parametrize(
    ("resource", "arguments", "expected"),
    [
        # A name, an ARN, and what is below it.
        (
            "aws-sdk:dynamodb:query",
            {"TableName": "orders", "IndexName": "by-day"},
            {"dynamodb:Query": ["dynamodb::table/orders", "dynamodb::table/orders/index/by-day"]},
        ),
        ("aws-sdk:dynamodb:query", {"TableName": ARN}, {"dynamodb:Query": [ARN]}),
        (
            "aws-sdk:dynamodb:query",
            {"TableName": ARN, "IndexName": "by-day"},
            {"dynamodb:Query": [ARN, f"{ARN}/index/by-day"]},
        ),
        (
            "aws-sdk:dynamodb:batchWriteItem",
            {"RequestItems": {"a": [], "b": []}},
            {"dynamodb:BatchWriteItem": ["dynamodb::table/a", "dynamodb::table/b"]},
        ),
        (
            "aws-sdk:dynamodb:transactWriteItems",
            {
                "TransactItems": [
                    {"Put": {"TableName": "a", "Item": {}}},
                    {"Delete": {"TableName": "b", "Key": {}}},
                    {"ConditionCheck": {"TableName": ARN}},
                ]
            },
            {
                "dynamodb:ConditionCheckItem": [ARN],
                "dynamodb:DeleteItem": ["dynamodb::table/b"],
                "dynamodb:PutItem": ["dynamodb::table/a"],
            },
        ),
        (
            "aws-sdk:dynamodb:executeStatement",
            {"Statement": "SELECT * FROM \"orders\" WHERE id = '1'"},
            {
                "dynamodb:PartiQLSelect": [
                    "dynamodb::table/orders",
                    "dynamodb::table/orders/index/*",
                ]
            },
        ),
        # What has no resources, and what has them all.
        ("aws-sdk:s3:listBuckets", {}, {"s3:ListAllMyBuckets": ["*"]}),
        ("aws-sdk:translate:translateText", {"Text": "x"}, {"translate:TranslateText": ["*"]}),
        # Names that ARNs have in other forms.
        (
            "aws-sdk:secretsmanager:getSecretValue",
            {"SecretId": "db/password"},
            {"secretsmanager:GetSecretValue": ["secretsmanager::secret:db/password-??????"]},
        ),
        (
            "aws-sdk:ssm:getParameter",
            {"Name": "/app/key:3"},
            {"ssm:GetParameter": ["ssm::parameter/app/key"]},
        ),
        (
            "aws-sdk:ssm:getParameters",
            {"Names": ["a", "/b"]},
            {"ssm:GetParameters": ["ssm::parameter/a", "ssm::parameter/b"]},
        ),
        (
            "aws-sdk:iam:getRole",
            {"RoleName": "worker"},
            {"iam:GetRole": ["iam::ACCOUNT_ID:role/*/worker", "iam::ACCOUNT_ID:role/worker"]},
        ),
        (
            "aws-sdk:ecs:describeTaskDefinition",
            {"TaskDefinition": "report"},
            {"ecs:DescribeTaskDefinition": ["*"]},
        ),
        (
            "aws-sdk:ecs:updateService",
            {"Cluster": "main", "Service": "web"},
            {"ecs:UpdateService": ["ecs::service/main/web"]},
        ),
        (
            "aws-sdk:ecs:updateService",
            {"Service": "web"},
            {"ecs:UpdateService": ["ecs::service/default/web"]},
        ),
        (
            "aws-sdk:ecs:stopTask",
            {"Cluster": "arn:aws:ecs:eu-west-1:123456789012:cluster/main", "Task": "t1"},
            {"ecs:StopTask": ["arn:aws:ecs:eu-west-1:123456789012:task/main/t1"]},
        ),
        (
            "aws-sdk:codebuild:stopBuild",
            {"Id": "site:11111111-2222-3333-4444-555555555555"},
            {"codebuild:StopBuild": ["codebuild::project/site"]},
        ),
        (
            "aws-sdk:cloudwatchlogs:putLogEvents",
            {"LogGroupName": "/app", "LogStreamName": "s", "LogEvents": []},
            {
                "logs:PutLogEvents": [
                    "logs::log-group:/app:*:log-stream:s",
                    "logs::log-group:/app:log-stream:s",
                ]
            },
        ),
        (
            "aws-sdk:route53:changeResourceRecordSets",
            {"HostedZoneId": "/hostedzone/Z1", "ChangeBatch": {}},
            {"route53:ChangeResourceRecordSets": ["route53:::hostedzone/Z1"]},
        ),
        (
            "aws-sdk:cloudformation:describeStacks",
            {"StackName": "site"},
            {"cloudformation:DescribeStacks": ["cloudformation::stack/site/*"]},
        ),
        (
            "aws-sdk:glue:getTable",
            {"DatabaseName": "d", "Name": "t"},
            {"glue:GetTable": ["glue::catalog", "glue::database/d", "glue::table/d/t"]},
        ),
        # SageMaker's ARNs are in small letters.
        (
            "aws-sdk:sagemaker:describeTrainingJob",
            {"TrainingJobName": "Train1"},
            {
                "sagemaker:DescribeTrainingJob": [
                    "sagemaker::training-job/Train1",
                    "sagemaker::training-job/train1",
                ]
            },
        ),
        # API Gateway's resources are the paths of its API.
        (
            "aws-sdk:apigateway:getStage",
            {"RestApiId": "abc", "StageName": "prod"},
            {"apigateway:GET": ["apigateway:REGION::/restapis/abc/stages/prod"]},
        ),
        # Queues by their URLs.
        (
            "aws-sdk:sqs:deleteMessageBatch",
            {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/orders", "Entries": []},
            {"sqs:DeleteMessage": ["sqs:eu-west-1:123456789012:orders"]},
        ),
        ("aws-sdk:sqs:listQueues", {}, {"sqs:ListQueues": ["*"]}),
        (
            "aws-sdk:sqs:createQueue",
            {"QueueName": "q"},
            {"sqs:CreateQueue": ["sqs::q"]},
        ),
        # Topics, endpoints and phones.
        (
            "sns:publish",
            {"TargetArn": "arn:aws:sns:eu-west-1:123456789012:endpoint/GCM/app/1", "Message": "m"},
            {"sns:Publish": ["arn:aws:sns:eu-west-1:123456789012:endpoint/GCM/app/1"]},
        ),
        ("sns:publish", {"PhoneNumber": "+41", "Message": "m"}, {"sns:Publish": ["*"]}),
        # Buses.
        (
            "events:putEvents",
            {"Entries": [{"EventBusName": "a"}, {"Detail": {}}]},
            {"events:PutEvents": ["events::event-bus/a", "events::event-bus/default"]},
        ),
        (
            "events:putEvents",
            {"EndpointId": "e.x", "Entries": [{"EventBusName": "a"}]},
            {"events:PutEvents": ["events:*:ACCOUNT_ID:event-bus/a"]},
        ),
        # Keys.
        (
            "aws-sdk:kms:decrypt",
            {"KeyId": "1234abcd-12ab-34cd-56ef-1234567890ab", "CiphertextBlob": "x"},
            {"kms:Decrypt": ["kms::key/1234abcd-12ab-34cd-56ef-1234567890ab"]},
        ),
        ("aws-sdk:kms:decrypt", {"KeyId": "alias/app"}, {"kms:Decrypt": ["kms::key/*"]}),
        # Models.
        (
            "bedrock:invokeModel",
            {"ModelId": "amazon.titan-text-express-v1", "Body": {}},
            {
                "bedrock:InvokeModel": [
                    "bedrock:REGION::foundation-model/amazon.titan-text-express-v1"
                ]
            },
        ),
        (
            "aws-sdk:bedrockruntime:converse",
            {"ModelId": "eu.anthropic.claude-3-haiku-20240307-v1:0", "Messages": []},
            {
                "bedrock:InvokeModel": [
                    "bedrock:*::foundation-model/anthropic.claude-3-haiku-20240307-v1:0",
                    "bedrock::inference-profile/eu.anthropic.claude-3-haiku-20240307-v1:0",
                ]
            },
        ),
        (
            "bedrock:invokeModel",
            {"ModelId": "arn:aws:bedrock:eu-west-1:123456789012:provisioned-model/x", "Body": {}},
            {"bedrock:InvokeModel": ["arn:aws:bedrock:eu-west-1:123456789012:provisioned-model/x"]},
        ),
        # What of the account a call is about where IAM tells its resources apart no further.
        (
            "aws-sdk:rdsdata:executeStatement",
            {
                "ResourceArn": "arn:aws:rds:eu-west-1:123456789012:cluster:shop",
                "SecretArn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf",
                "Sql": "select 1",
            },
            {
                "rds-data:ExecuteStatement": ["arn:aws:rds:eu-west-1:123456789012:cluster:shop"],
                "secretsmanager:GetSecretValue": [
                    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf"
                ],
            },
        ),
    ],
)
def test_what_is_known_is_all_that_is_allowed(resource, arguments, expected):
    found = of_task(resource, arguments)
    shortened = {
        action: [arn.removeprefix("arn:PARTITION:") for arn in arns]
        for action, arns in table(found).items()
    }
    assert shortened == expected
    assert said(found) == []


@pytest.mark.parametrize(
    ("resource", "arguments", "expected"),
    [
        ("sqs:sendMessage", {"QueueUrl": "{% $q %}"}, {"sqs:SendMessage": ["sqs:REGION:*:*"]}),
        ("sns:publish", {"TopicArn": "{% $t %}"}, {"sns:Publish": ["sns:REGION:*:*"]}),
        (
            "aws-sdk:sfn:describeExecution",
            {"ExecutionArn": "{% $e %}"},
            {
                "states:DescribeExecution": [
                    "states:REGION:*:execution:*:*",
                    "states:REGION:*:express:*:*:*",
                ]
            },
        ),
        ("aws-sdk:kms:decrypt", {"KeyId": "{% $k %}"}, {"kms:Decrypt": ["kms::key/*"]}),
        (
            "aws-sdk:dynamodb:batchWriteItem",
            {"RequestItems": "{% $items %}"},
            {"dynamodb:BatchWriteItem": ["dynamodb::table/*"]},
        ),
        (
            "aws-sdk:dynamodb:transactWriteItems",
            {"TransactItems": "{% $items %}"},
            {
                "dynamodb:ConditionCheckItem": ["dynamodb::table/*"],
                "dynamodb:DeleteItem": ["dynamodb::table/*"],
                "dynamodb:PutItem": ["dynamodb::table/*"],
                "dynamodb:UpdateItem": ["dynamodb::table/*"],
            },
        ),
        (
            "events:putEvents",
            {"Entries": "{% $entries %}"},
            {"events:PutEvents": ["events::event-bus/*"]},
        ),
    ],
)
def test_what_is_computed_is_anything_of_its_kind(resource, arguments, expected):
    found = of_task(resource, arguments)
    assert table(found) == expected
    (finding,) = found.findings
    assert (finding.rule, finding.severity, finding.state) == ("wide-permission", "warning", "A")
    assert finding.where.line == 7


def test_an_alias_of_a_key_is_a_condition():
    (statement,) = of_task("aws-sdk:kms:decrypt", {"KeyId": "alias/app"}).statements
    assert statement.conditions == {"StringEquals": {"kms:RequestAlias": "alias/app"}}


def test_a_kind_that_the_call_does_not_name_is_left_out():
    found = of_task("aws-sdk:sagemaker:createTrainingJob", {"TrainingJobName": "t"})
    assert table(found)["sagemaker:CreateTrainingJob"] == ["sagemaker::training-job/t"]


def test_many_kinds_are_all_of_the_services():
    found = of_task("aws-sdk:sagemaker:listTags", {"ResourceArn": "{% $arn %}"})
    assert table(found) == {"sagemaker:ListTags": ["sagemaker:REGION:*:*"]}


# A substitution whose value is a token stands for what only CloudFormation knows.
LATER = {
    name: f"${{{name}}}" for name in ("Table", "Queue", "Topic", "Machine", "Role", "Function")
}


@pytest.mark.parametrize(
    ("resource", "arguments", "expected"),
    [
        (
            "dynamodb:getItem",
            {"TableName": "${Table}", "Key": {}},
            {"dynamodb:GetItem": ["dynamodb::table/${Table}"]},
        ),
        (
            "aws-sdk:s3:getObject",
            {"Bucket": "${Table}", "Key": "a/${Topic}"},
            {"s3:GetObject": ["s3:::${Table}/a/${Topic}"]},
        ),
        ("sns:publish", {"TopicArn": "${Topic}"}, {"sns:Publish": ["${Topic}"]}),
        ("sqs:sendMessage", {"QueueUrl": "${Queue}"}, {"sqs:SendMessage": ["${Queue:queue-arn}"]}),
        (
            "states:startExecution.sync",
            {"StateMachineArn": "${Machine}"},
            {
                "states:DescribeExecution": ["${Machine:executions}"],
                "states:StartExecution": ["${Machine}"],
                "states:StopExecution": ["${Machine:executions}"],
                **{
                    f"events:{action}": [
                        "events::rule/StepFunctionsGetEventsForStepFunctionsExecutionRule"
                    ]
                    for action in ("DescribeRule", "PutRule", "PutTargets")
                },
            },
        ),
        (
            "sagemaker:createModel",
            {"ModelName": "m", "ExecutionRoleArn": "${Role}"},
            {
                "iam:PassRole": ["${Role}"],
                "sagemaker:CreateModel": ["sagemaker::model/m"],
                "sagemaker:ListTags": ["*"],
            },
        ),
        (
            "${Function}",
            {},
            {"lambda:InvokeFunction": ["${Function}", "${Function}:*"]},
        ),
        (
            "lambda:invoke",
            {"FunctionName": "${Function}"},
            {
                "lambda:InvokeFunction": [
                    "lambda::function:${Function}",
                    "lambda::function:${Function}:*",
                ]
            },
        ),
    ],
)
def test_what_only_cloudformation_knows_is_named_by_its_key(resource, arguments, expected):
    found = of_task(resource, arguments, substitutions=LATER, functions=())
    assert table(found) == expected
    assert said(found) == []
