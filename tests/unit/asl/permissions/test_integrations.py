"""What integrations need beside the call that they are called for."""

import json

import pytest

from maestro_cdk.asl.integrations import OPTIMIZED, SYNC
from maestro_cdk.asl.permissions import jobs
from tests.unit.asl.permissions.permitting import (
    IAM,
    allowed,
    of_states,
    of_task,
    said,
    table,
    task,
)

ROLE = "arn:aws:iam::123456789012:role/worker"
RULES = ("events:DescribeRule", "events:PutRule", "events:PutTargets")


def conditions(found, action):
    return [item.conditions for item in found.statements if action in item.actions]


def test_every_integration_that_waits_for_a_job_says_what_that_needs():
    waiting = {
        f"{service}:{action}"
        for service, actions in OPTIMIZED.items()
        for action, what in actions.items()
        if SYNC in what.patterns
    }
    assert waiting - jobs.JOBS.keys() == {"eks:runJob"}  # of Kubernetes, not of AWS
    assert jobs.JOBS.keys() <= waiting


def test_all_actions_of_the_tables_exist():
    named = {action for job in jobs.JOBS.values() for action in job.actions}
    named |= {action for actions in jobs.ALSO.values() for action in actions}
    assert {name for name in named if IAM.action(name) is None} == set()


@pytest.mark.parametrize(
    "name",
    [
        f"{service}:{action}"
        for service, actions in OPTIMIZED.items()
        for action in actions
        if (service, action) not in {("eks", "call"), ("eks", "runJob"), ("apigateway", "invoke")}
    ],
)
@pytest.mark.parametrize("known", [True, False])
def test_every_optimized_integration_is_understood(name, known):
    arguments = {"FunctionName": "manager"} if name == "lambda:invoke" else {}
    found = of_task(name, arguments if known else None)
    assert found.statements
    assert "unknown-permission" not in {rule for rule, _, _ in said(found)}


def test_waiting_for_a_job_needs_more_than_starting_it():
    arguments = {"JobQueue": "q", "JobDefinition": "d"}
    submit = {
        "batch:SubmitJob": [
            "batch::job-definition/d",
            "batch::job-definition/d:*",
            "batch::job-queue/q",
            "batch::job/*",
        ]
    }
    assert table(of_task("batch:submitJob", arguments)) == submit
    rule = ["events::rule/StepFunctionsGetEventsForBatchJobsRule"]
    assert table(of_task("batch:submitJob.sync", arguments)) == {
        **submit,
        "batch:DescribeJobs": ["*"],
        "batch:TerminateJob": ["batch::job/*"],
        **dict.fromkeys(RULES, rule),
    }


def test_an_execution_that_is_waited_for_is_described_and_stopped():
    arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:child"
    found = of_task("states:startExecution.sync:2", {"StateMachineArn": f"{arn}:live"})
    execution = "arn:aws:states:eu-west-1:123456789012:execution:child"
    assert allowed(found, "states:StartExecution", f"{arn}:live")
    for action in ("states:DescribeExecution", "states:StopExecution"):
        assert allowed(found, action, f"{execution}:one")
        assert not allowed(found, action, f"{execution.replace('child', 'children')}:one")


def test_a_callback_needs_nothing_more_than_the_call():
    topic = {"TopicArn": "arn:aws:sns:eu-west-1:123456789012:orders"}
    callback = of_task("sns:publish.waitForTaskToken", topic)
    assert callback.statements == of_task("sns:publish", topic).statements


# --- functions -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resource", "arguments", "expected"),
    [
        ("${manager}", {}, "REGION:ACCOUNT_ID:function:flow_manager"),
        ("lambda:invoke", {"FunctionName": "manager"}, "REGION:ACCOUNT_ID:function:flow_manager"),
        (
            "lambda:invoke",
            {"FunctionName": "${manager}:live"},
            "REGION:ACCOUNT_ID:function:flow_manager",
        ),
        (
            "aws-sdk:lambda:invoke",
            {"FunctionName": "123456789012:function:theirs:3"},
            "REGION:123456789012:function:theirs",
        ),
    ],
)
def test_a_function_with_its_versions(resource, arguments, expected):
    arn = f"arn:PARTITION:lambda:{expected}"
    (statement,) = of_task(resource, arguments).statements
    assert statement.actions == ("lambda:InvokeFunction",)
    assert statement.resources == (arn, f"{arn}:*")
    assert statement.states == ("A",)


def test_a_function_whose_name_is_computed_is_any_of_the_folder():
    found = of_task("lambda:invoke", {"FunctionName": "{% $f %}"}, functions=("a", "b"))
    names = {arn.split(":")[6] for arn in found.statements[0].resources}
    assert names == {"flow_a", "flow_b"}
    ((rule, severity, message),) = said(found)
    assert (rule, severity) == ("wide-permission", "info")
    assert message.startswith("FunctionName is computed, so the role has lambda:InvokeFunction on ")


@pytest.mark.parametrize(
    ("name", "resources"),
    [
        ("{% 'flow_a' & $x %}", ["lambda::function:flow_a", "lambda::function:flow_a:*"]),
        (
            "{% 'arn:aws:lambda:eu-west-1:999999999999:function:other-' & $x %}",
            ["arn:aws:lambda:eu-west-1:999999999999:function:other-*"],
        ),
    ],
)
def test_what_is_known_of_a_computed_name_counts(name, resources):
    found = of_task("lambda:invoke", {"FunctionName": name}, functions=("a", "b"))
    assert table(found) == {"lambda:InvokeFunction": resources}
    assert len(said(found)) == 1


@pytest.mark.parametrize(
    ("name", "arguments", "action"),
    [
        ("aws-sdk:polly:startSpeechSynthesisTask", {"SnsTopicArn": "{% $t %}"}, "sns:Publish"),
        ("aws-sdk:sns:publish", {"TopicArn": "{% $t %}"}, "sns:Publish"),
        (
            "aws-sdk:redshiftdata:executeStatement",
            {"ClusterIdentifier": "{% $c %}", "Database": "d", "Sql": "s"},
            "redshift:GetClusterCredentialsWithIAM",
        ),
        ("eks:createNodegroup", {"ClusterName": "c", "NodeRole": "{% $r %}"}, "iam:GetRole"),
        (
            "aws-sdk:kms:encrypt",
            {"KeyId": "{% 'alias/app-' & $x %}", "Plaintext": "p"},
            "kms:Encrypt",
        ),
    ],
)
def test_what_is_allowed_for_an_argument_that_is_computed_is_told(name, arguments, action):
    found = of_task(name, arguments)
    assert any(action in message for rule, _, message in said(found) if rule == "wide-permission")


def test_a_key_by_an_alias_that_is_computed_is_any_whose_alias_fits():
    found = of_task("aws-sdk:kms:encrypt", {"KeyId": "{% 'alias/app-' & $x %}", "Plaintext": "p"})
    (statement,) = found.statements
    assert statement.conditions == {"StringLike": {"kms:RequestAlias": "alias/app-*"}}


def test_a_topic_keeps_what_is_known_of_it():
    arn = "arn:aws:sns:eu-west-1:123456789012:orders-"
    found = of_task("sns:publish", {"TopicArn": f"{{% '{arn}' & $x %}}", "Message": "m"})
    assert table(found) == {"sns:Publish": [f"{arn}*"]}


def test_a_statement_of_partiql_may_begin_on_a_line_of_its_own():
    query = 'SELECT\n  * FROM "orders"'
    found = of_task("aws-sdk:dynamodb:executeStatement", {"Statement": query})
    assert list(table(found)) == ["dynamodb:PartiQLSelect"]


def test_a_function_whose_name_is_computed_is_any_at_all_where_the_folder_has_none():
    found = of_task("lambda:invoke", {"FunctionName": "{% $f %}"}, functions=())
    assert table(found) == {"lambda:InvokeFunction": ["lambda::function:*"]}
    assert said(found)[0][:2] == ("wide-permission", "warning")


def test_another_action_on_a_function_of_the_folder():
    found = of_task("aws-sdk:lambda:getFunction", {"FunctionName": "${manager}"})
    arn = "lambda::function:flow_manager"
    assert table(found) == {"lambda:GetFunction": [arn, f"{arn}:*"]}


# --- roles, keys, tags -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resource", "arguments", "principal"),
    [
        ("sagemaker:createModel", {"ModelName": "m", "ExecutionRoleArn": ROLE}, "sagemaker"),
        (
            "sagemaker:createHyperParameterTuningJob",
            {"TrainingJobDefinition": {"RoleArn": ROLE}},
            "sagemaker",
        ),
        ("emr-serverless:startJobRun", {"ExecutionRoleArn": ROLE}, "emr-serverless"),
        ("aws-sdk:scheduler:createSchedule", {"Target": {"RoleArn": ROLE}}, "scheduler"),
        ("aws-sdk:lambda:createFunction", {"Role": ROLE}, "lambda"),
        ("aws-sdk:cloudformation:createStack", {"RoleARN": ROLE}, "cloudformation"),
        ("ecs:runTask", {"Overrides": {"TaskRoleArn": ROLE}}, "ecs-tasks"),
    ],
)
def test_a_role_is_handed_on_to_its_service_alone(resource, arguments, principal):
    found = of_task(resource, arguments)
    service = f"{principal}.amazonaws.com"
    assert allowed(found, "iam:PassRole", ROLE, iam_PassedToService=service)
    assert not allowed(found, "iam:PassRole", ROLE, iam_PassedToService="ec2.amazonaws.com")


def test_a_role_that_is_computed_is_any_for_that_service():
    found = of_task("sagemaker:createModel", {"ModelName": "m", "ExecutionRoleArn": "{% $r %}"})
    assert table(found)["iam:PassRole"] == ["iam::ACCOUNT_ID:role/*"]
    assert said(found) == [
        (
            "wide-permission",
            "warning",
            (
                "ExecutionRoleArn is computed, so the role has iam:PassRole on "
                "arn:PARTITION:iam::ACCOUNT_ID:role/*"
            ),
        )
    ]


def test_where_arguments_are_computed_a_role_that_is_required_is_any():
    assert "iam:PassRole" in table(of_task("sagemaker:createTrainingJob"))
    assert "iam:PassRole" not in table(of_task("glue:startJobRun"))


def test_a_computed_role_for_a_service_that_is_not_known_is_an_error():
    found = of_task("aws-sdk:deadline:createQueue", {"RoleArn": "{% $r %}"})
    ((rule, severity, message),) = said(found)
    assert (rule, severity) == ("unknown-permission", "error")
    assert "RoleArn" in message
    assert "iam:PassRole" in found.findings[0].hint


def test_emr_takes_names_of_roles():
    found = of_task(
        "elasticmapreduce:createCluster", {"ServiceRole": "Service", "JobFlowRole": "Nodes"}
    )
    role = "arn:aws:iam::123456789012:role/"
    emr, nodes = "elasticmapreduce.amazonaws.com", "ec2.amazonaws.com"
    assert allowed(found, "iam:PassRole", f"{role}Service", iam_PassedToService=emr)
    assert allowed(found, "iam:PassRole", f"{role}Nodes", iam_PassedToService=nodes)
    assert not allowed(found, "iam:PassRole", f"{role}Nodes", iam_PassedToService=emr)


def test_to_take_a_role_is_not_to_hand_it_on():
    found = of_task("aws-sdk:sts:assumeRole", {"RoleArn": ROLE, "RoleSessionName": "s"})
    assert allowed(found, "sts:AssumeRole", ROLE)
    assert "iam:PassRole" not in table(found)


def test_a_key_that_is_named_may_be_used():
    key = "arn:aws:kms:eu-west-1:123456789012:key/k1"
    arguments = {"Bucket": "b", "Key": "k", "SSEKMSKeyId": key}
    found = of_task("aws-sdk:s3:putObject", arguments)
    assert table(found) == {
        "kms:Decrypt": [key],
        "kms:GenerateDataKey": [key],
        "s3:PutObject": ["s3:::b/k"],
    }
    training = of_task("sagemaker:createTrainingJob", {"ResourceConfig": {"VolumeKmsKeyId": key}})
    assert conditions(training, "kms:CreateGrant") == [
        {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    ]


def test_what_is_made_with_tags_may_be_given_them():
    arguments = {"TrainingJobName": "t", "Tags": [{"Key": "a", "Value": "b"}]}
    found = table(of_task("sagemaker:createTrainingJob", arguments))
    assert found["sagemaker:AddTags"] == found["sagemaker:CreateTrainingJob"]
    task = of_task("ecs:runTask", {"Cluster": "main", "TaskDefinition": "d", "Tags": []})
    assert table(task)["ecs:TagResource"] == ["ecs::task/main/*"]
    assert "ecs:TagResource" not in table(of_task("ecs:runTask", {"TaskDefinition": "d"}))


# --- what services do in the caller's name ---------------------------------------------------


@pytest.mark.parametrize(
    ("resource", "arguments", "action", "arn"),
    [
        (
            "aws-sdk:rekognition:detectLabels",
            {"Image": {"S3Object": {"Bucket": "b", "Name": "k.png"}}},
            "s3:GetObject",
            "s3:::b/k.png",
        ),
        (
            "aws-sdk:textract:startDocumentTextDetection",
            {"DocumentLocation": {"S3Object": {"Bucket": "b", "Name": "{% $k %}"}}},
            "s3:GetObject",
            "s3:::b/*",
        ),
        (
            "aws-sdk:transcribe:startTranscriptionJob",
            {"Media": {"MediaFileUri": "s3://b/talk.mp3"}},
            "s3:GetObject",
            "s3:::b/talk.mp3",
        ),
        (
            "aws-sdk:polly:startSpeechSynthesisTask",
            {"OutputS3BucketName": "b", "OutputS3KeyPrefix": "out/"},
            "s3:PutObject",
            "s3:::b/out/*",
        ),
        (
            "bedrock:invokeModel",
            {"ModelId": "m", "Input": {"S3Uri": "s3://b/in.json"}},
            "s3:GetObject",
            "s3:::b/in.json",
        ),
    ],
)
def test_the_objects_that_a_service_reads_and_writes(resource, arguments, action, arn):
    assert table(of_task(resource, arguments))[action] == [arn]


def test_what_a_template_makes_is_not_known():
    (finding,) = of_task("aws-sdk:cloudformation:createStack", {"StackName": "s"}).findings
    assert (finding.rule, finding.severity) == ("unknown-permission", "warning")


# --- other integrations ----------------------------------------------------------------------


def test_athena_reads_what_its_query_says_and_writes_where_it_is_told():
    arguments = {
        "QueryString": "  (SELECT 1)",
        "WorkGroup": "w",
        "ResultConfiguration": {"OutputLocation": "s3://results/athena/"},
    }
    found = of_task("athena:startQueryExecution", arguments)
    assert allowed(
        found, "athena:StartQueryExecution", "arn:aws:athena:eu-west-1:123456789012:workgroup/w"
    )
    assert allowed(found, "s3:PutObject", "arn:aws:s3:::results/athena/1.csv")
    assert not allowed(found, "s3:PutObject", "arn:aws:s3:::orders/1.csv")
    assert allowed(found, "s3:GetObject", "arn:aws:s3:::orders/1.csv")
    assert "glue:CreateTable" not in table(found)
    writes = of_task("athena:startQueryExecution", {**arguments, "QueryString": "create table x"})
    assert "glue:CreateTable" in table(writes)
    assert allowed(writes, "s3:PutObject", "arn:aws:s3:::orders/1.csv")


def test_an_endpoint_of_http_is_a_condition():
    name = "arn:aws:events:eu-west-1:123456789012:connection/shop"
    found = of_task(
        "http:invoke",
        {
            "ApiEndpoint": "{% 'https://api.example.com/orders/' & $id %}",
            "Method": "POST",
            "Authentication": {"ConnectionArn": f"{name}/1111"},
        },
    )
    keys = {"states_HTTPMethod": "POST", "states_HTTPEndpoint": "https://api.example.com/orders/7"}
    assert allowed(found, "states:InvokeHTTPEndpoint", **keys)
    assert not allowed(found, "states:InvokeHTTPEndpoint", **{**keys, "states_HTTPMethod": "GET"})
    elsewhere = {**keys, "states_HTTPEndpoint": "https://example.com/orders/7"}
    assert not allowed(found, "states:InvokeHTTPEndpoint", **elsewhere)
    assert allowed(found, "events:RetrieveConnectionCredentials", f"{name}/1111")
    secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:events!connection"
    for action in ("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"):
        assert allowed(found, action, f"{secret}/shop/2222-AbCdEf")
        assert not allowed(found, action, f"{secret}/bank/2222-AbCdEf")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"AuthType": "NO_AUTH"}, {}),
        ({}, {}),
        (
            {"AuthType": "IAM_ROLE"},
            {"execute-api:Invoke": ["execute-api:eu-west-1:ACCOUNT_ID:abc/prod/GET/orders"]},
        ),
        (
            {"AuthType": "IAM_ROLE", "Path": "/@connections/1"},
            {
                action: ["execute-api:eu-west-1:ACCOUNT_ID:abc/prod/GET/@connections/1"]
                for action in ("execute-api:Invoke", "execute-api:ManageConnections")
            },
        ),
        (
            {"AuthType": "IAM_ROLE", "ApiEndpoint": "api.example.com"},
            {"execute-api:Invoke": ["execute-api::*/prod/GET/orders"]},
        ),
    ],
)
def test_an_api_of_api_gateway(arguments, expected):
    api = {
        "ApiEndpoint": "abc.execute-api.eu-west-1.amazonaws.com",
        "Stage": "prod",
        "Method": "GET",
        "Path": "/orders",
    }
    assert table(of_task("apigateway:invoke", {**api, **arguments})) == expected


def test_another_role_does_the_task_with_its_own_permissions():
    more = {"Credentials": {"RoleArn": ROLE}}
    found = of_task("aws-sdk:dynamodb:scan", {"TableName": "t"}, more=more)
    assert [item.actions for item in found.statements] == [("sts:AssumeRole",)]
    assert found.statements[0].resources == (ROLE,)
    computed = {"Credentials": {"RoleArn": "{% $role %}"}}
    assert table(of_task("lambda:invoke", {"FunctionName": "f"}, more=computed)) == {
        "sts:AssumeRole": ["iam::*:role/*"]
    }


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:states:eu-west-1:123456789012:activity:people",
        "eks:call",
        "eks:runJob.sync",
    ],
)
def test_what_others_come_for_or_allow_needs_nothing(resource):
    found = of_task(resource, {})
    assert (found.statements, found.findings) == ((), ())


def test_a_machine_that_logs_and_is_traced_may():
    found = of_task("arn:aws:states:eu-west-1:1:activity:a", {}, logging="ALL", tracing=True)
    actions = json.dumps([item.actions for item in found.statements])
    assert "logs:CreateLogDelivery" in actions
    assert "xray:PutTraceSegments" in actions


# --- what users would die of ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "arguments", "action", "resources"),
    [
        (
            "bedrock:invokeModel",
            {"ModelId": "m", "Body": {}, "GuardrailIdentifier": "abc", "GuardrailVersion": "1"},
            "bedrock:ApplyGuardrail",
            ["bedrock::guardrail/abc"],
        ),
        (
            "aws-sdk:bedrockruntime:converse",
            {"ModelId": "m", "GuardrailConfig": {"GuardrailIdentifier": "abc"}},
            "bedrock:ApplyGuardrail",
            ["bedrock::guardrail/abc"],
        ),
        (
            "aws-sdk:ssm:sendCommand",
            {"DocumentName": "AWS-RunShellScript", "InstanceIds": ["i-1"]},
            "ssm:SendCommand",
            [
                "arn:PARTITION:ec2:REGION:ACCOUNT_ID:instance/i-1",
                "arn:PARTITION:ssm:REGION::document/AWS-RunShellScript",
                "arn:PARTITION:ssm:REGION:ACCOUNT_ID:managed-instance/i-1",
            ],
        ),
        (
            "aws-sdk:s3:deleteObjects",
            {"Bucket": "b", "Delete": {"Objects": [{"Key": "k", "VersionId": "v"}]}},
            "s3:DeleteObjectVersion",
            ["arn:PARTITION:s3:::b/k"],
        ),
        (
            "aws-sdk:s3:getObjectAttributes",
            {"Bucket": "b", "Key": "k", "ObjectAttributes": ["ETag"]},
            "s3:GetObject",
            ["arn:PARTITION:s3:::b/k"],
        ),
        (
            "codebuild:startBuild",
            {"ProjectName": "p", "ServiceRoleOverride": "arn:aws:iam::123456789012:role/R"},
            "iam:PassRole",
            ["arn:aws:iam::123456789012:role/R"],
        ),
        (
            "aws-sdk:iotdataplane:publish",
            {"Topic": "a/b"},
            "iot:Publish",
            ["arn:PARTITION:iot:REGION:ACCOUNT_ID:topic/a/b"],
        ),
        (
            "aws-sdk:s3vectors:putVectors",
            {"VectorBucketName": "vb", "IndexName": "ix", "Vectors": []},
            "s3vectors:PutVectors",
            ["arn:PARTITION:s3vectors:REGION:ACCOUNT_ID:bucket/vb/index/ix"],
        ),
        (
            "aws-sdk:databasemigration:startReplicationTask",
            {
                "ReplicationTaskArn": "arn:aws:dms:eu-west-1:123456789012:task:T",
                "StartReplicationTaskType": "start-replication",
            },
            "dms:StartReplicationTask",
            ["arn:aws:dms:eu-west-1:123456789012:task:T"],
        ),
        (
            "elasticmapreduce:terminateCluster",
            {"ClusterId": "j-1"},
            "elasticmapreduce:TerminateJobFlows",
            ["arn:PARTITION:elasticmapreduce:REGION:ACCOUNT_ID:cluster/j-1"],
        ),
    ],
)
def test_what_stands_in_the_arguments_is_in_the_statement(name, arguments, action, resources):
    found = of_task(name, arguments)
    (statement,) = [each for each in found.statements if action in each.actions]
    short = [
        arn.replace("arn:PARTITION:bedrock:REGION:ACCOUNT_ID:", "bedrock::")
        for arn in statement.resources
    ]
    assert short == resources


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        (
            "aws-sdk:ssm:sendCommand",
            {"DocumentName": "D", "Targets": [{"Key": "tag:a", "Values": ["b"]}]},
            "which instances there will be is not known, so the role has ssm:SendCommand on",
        ),
        (
            "aws-sdk:ec2:runInstances",
            {"MinCount": 1, "MaxCount": 1, "IamInstanceProfile": {"Name": "p"}},
            "the role of an instance profile stands elsewhere, so the role has iam:PassRole on",
        ),
        (
            "elasticmapreduce:addStep",
            {"ClusterId": "{% $c %}", "Step": {}},
            "ClusterId is computed, so the role has elasticmapreduce:AddJobFlowSteps on",
        ),
        (
            "http:invoke",
            {
                "ApiEndpoint": "{% $host %}",
                "Method": "GET",
                "Authentication": {"ConnectionArn": "arn:aws:events:r:1:connection/c/1"},
            },
            "ApiEndpoint is computed, so the role has states:InvokeHTTPEndpoint on *",
        ),
    ],
)
def test_what_does_not_stand_there_is_told(name, arguments, message):
    told = [text for rule, _, text in said(of_task(name, arguments)) if rule == "wide-permission"]
    assert any(text.startswith(message) for text in told), told


def test_the_constants_of_a_format_count():
    endpoint = "States.Format('{}/{}/{}', 'https://api.example.com', 'path', $.id)"
    call = task("http:invoke", Parameters={"ApiEndpoint.$": endpoint, "Method": "GET"})
    found = of_states({"A": call}, language="JSONPath")
    (statement,) = [s for s in found.statements if "states:InvokeHTTPEndpoint" in s.actions]
    assert statement.conditions["StringLike"] == {
        "states:HTTPEndpoint": "https://api.example.com/path/*"
    }
    assert said(found) == []
