"""AWS's guide of 2022: what Step Functions' console gave the role of each integration.

Nothing that is generated here is wider, but for what stands in a table below, with the reason.
"""

import json
import re

import pytest

from maestro_cdk.asl.permissions.merging import covers
from tests.unit.asl import corpus
from tests.unit.asl.permissions.permitting import of_task

pytestmark = pytest.mark.skipif(not corpus.PRESENT, reason=corpus.WHY)

ROLE = "arn:PARTITION:iam::ACCOUNT_ID:role/r"
DYNAMIC = "{% $x %}"

# page, heading of the guide -> integration, the arguments that name its resources
CALLS = {
    ("athena-iam.md", "StartQueryExecution"): (
        "athena:startQueryExecution",
        {"WorkGroup": "w", "QueryString": "insert into t"},
    ),
    ("athena-iam.md", "StopQueryExecution"): ("athena:stopQueryExecution", {}),
    ("athena-iam.md", "GetQueryExecution"): ("athena:getQueryExecution", {}),
    ("athena-iam.md", "GetQueryResults"): ("athena:getQueryResults", {}),
    ("batch-iam.md", None): ("batch:submitJob", {"JobQueue": "q", "JobDefinition": "d"}),
    ("codebuild-iam.md", "StartBuild"): ("codebuild:startBuild", {"ProjectName": "p"}),
    ("codebuild-iam.md", "StopBuild"): ("codebuild:stopBuild", {"Id": "p:1"}),
    ("codebuild-iam.md", "BatchDeleteBuilds"): ("codebuild:batchDeleteBuilds", {"Ids": ["p:1"]}),
    ("codebuild-iam.md", "BatchGetReports"): (
        "codebuild:batchGetReports",
        {"ReportArns": ["arn:PARTITION:codebuild:REGION:ACCOUNT_ID:report-group/r"]},
    ),
    ("codebuild-iam.md", "StartBuildBatch"): ("codebuild:startBuildBatch", {"ProjectName": "p"}),
    ("codebuild-iam.md", "StopBuildBatch"): ("codebuild:stopBuildBatch", {"Id": "p:1"}),
    ("codebuild-iam.md", "RetryBuildBatch"): ("codebuild:retryBuildBatch", {"Id": "p:1"}),
    ("codebuild-iam.md", "DeleteBuildBatch"): ("codebuild:deleteBuildBatch", {"Id": "p:1"}),
    ("databrew-iam.md", None): ("databrew:startJobRun", {"Name": "j"}),
    ("dynamo-iam.md", None): ("dynamodb:updateItem", {"TableName": "t"}),
    ("ecs-iam.md", None): ("ecs:runTask", {"TaskDefinition": "d:1", "Cluster": "c"}),
    ("eks-iam.md", "CreateCluster"): ("eks:createCluster.sync", {"Name": "c", "RoleArn": ROLE}),
    ("eks-iam.md", "CreateNodeGroup"): (
        "eks:createNodegroup.sync",
        {"ClusterName": "c", "NodegroupName": "n", "NodeRole": ROLE},
    ),
    ("eks-iam.md", "DeleteCluster"): ("eks:deleteCluster.sync", {"Name": "ExampleCluster"}),
    ("eks-iam.md", "DeleteNodegroup"): (
        "eks:deleteNodegroup.sync",
        {"ClusterName": "ExampleCluster", "NodegroupName": "ExampleNodegroup"},
    ),
    ("emr-eks-iam.md", "CreateVirtualCluster"): ("emr-containers:createVirtualCluster", {}),
    ("emr-eks-iam.md", "DeleteVirtualCluster"): (
        "emr-containers:deleteVirtualCluster",
        {"Id": "v"},
    ),
    ("emr-eks-iam.md", "StartJobRun"): (
        "emr-containers:startJobRun",
        {"VirtualClusterId": "v", "ExecutionRoleArn": ROLE},
    ),
    ("emr-iam.md", "addStep"): ("elasticmapreduce:addStep.sync", {"ClusterId": "c"}),
    ("emr-iam.md", "cancelStep"): ("elasticmapreduce:cancelStep", {"ClusterId": "c"}),
    ("emr-iam.md", "createCluster"): (
        "elasticmapreduce:createCluster.sync",
        {"ServiceRole": "s", "JobFlowRole": "j"},
    ),
    ("emr-iam.md", "setClusterTerminationProtection"): (
        "elasticmapreduce:setClusterTerminationProtection",
        {"ClusterId": "c"},
    ),
    ("emr-iam.md", "modifyInstanceFleetByName"): (
        "elasticmapreduce:modifyInstanceFleetByName",
        {"ClusterId": "c"},
    ),
    ("emr-iam.md", "modifyInstanceGroupByName"): (
        "elasticmapreduce:modifyInstanceGroupByName",
        {"ClusterId": "c"},
    ),
    ("emr-iam.md", "terminateCluster"): (
        "elasticmapreduce:terminateCluster.sync",
        {"ClusterId": "c"},
    ),
    ("eventbridge-iam.md", "PutEvents"): (
        "events:putEvents",
        {"Entries": [{"EventBusName": "stepfunctions-sampleproject-eventbus"}]},
    ),
    ("glue-iam.md", None): ("glue:startJobRun", {"JobName": "j"}),
    ("lambda-iam.md", None): (
        "lambda:invoke",
        {"FunctionName": "arn:PARTITION:lambda:REGION:ACCOUNT_ID:function:f"},
    ),
    ("sagemaker-iam.md", "CreateTrainingJob"): (
        "sagemaker:createTrainingJob",
        {"TrainingJobName": "t", "RoleArn": ROLE},
    ),
    ("sagemaker-iam.md", "CreateTransformJob"): (
        "sagemaker:createTransformJob",
        {"TransformJobName": "t"},
    ),
    ("sns-iam.md", None): (
        "sns:publish",
        {"TopicArn": "arn:PARTITION:sns:REGION:ACCOUNT_ID:t"},
    ),
    ("sqs-iam.md", None): (
        "sqs:sendMessage",
        {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/q"},
    ),
    ("stepfunctions-iam.md", None): (
        "states:startExecution",
        {"StateMachineArn": "arn:PARTITION:states:REGION:ACCOUNT_ID:stateMachine:m"},
    ),
}
ELSEWHERE = {
    "activities-iam.md": "a policy that denies everything",
    "api-gateway-iam.md": "its resource there is no ARN; see test_integrations.py",
    "vpc-iam.md": "about who may make state machines",
    "xray-iam.md": "what a machine that is traced needs; see below",
    "concept-create-iam-advanced.md": "about who may make state machines",
}
WIDER = {
    ("ecs-iam.md", "iam:PassRole"): "the page says so under the policies: the task's roles",
    ("eks-iam.md", "iam:PassRole"): "the page shows the roles of its example",
    ("emr-eks-iam.md", "iam:CreateServiceLinkedRole"): "the page misspells the role",
    ("stepfunctions-iam.md", "states:DescribeExecution"): "the executions of EXPRESS machines too",
}


def guide():
    path = corpus.FOLDER / "iam" / "devguide.json"
    return json.loads(path.read_text("utf-8"))["policies"] if corpus.PRESENT else []


def policies():
    for entry in guide():
        heading = entry["heading"] and entry["heading"].strip("`")
        if entry["page"] in ELSEWHERE or not entry["policy"]:
            continue
        if entry["page"] == "codebuild-iam.md" and heading is None:
            continue  # of a whole sample project
        yield pytest.param(
            (entry["page"], heading),
            entry,
            id=f"{entry['page']} {heading} {entry['pattern']} {entry['resources_kind']}",
        )


def integration(key, entry):
    name, arguments = CALLS[key]
    waits = (entry["pattern"] or "") in (
        "Run a Job (.sync)",
        "Synchronous",
        ".sync or .waitForTaskToken",
    )
    return (f"{name}.sync" if waits else name), arguments


def patterns(statement):
    """What a statement of the guide's is about, anything in place of what stands for a name."""
    resources = statement["Resource"]
    return map(generalized, [resources] if isinstance(resources, str) else resources)


def generalized(text):
    for pattern, word in (
        (r"\[\[roleArn\]\]", "*"),
        (r"\[\[region\]\]|\{\{region\}\}|sa-east-1|us-east-1", "REGION"),
        (r"\[\[account(?:Id|ID)?\]\]|\{\{account(?:Id)?\}\}|\d{12}", "ACCOUNT_ID"),
        (r"\[\[[^\]]+\]\]|\{\{[^}]+\}\}", "*"),
        ("arn:aws:", "arn:PARTITION:"),
        (r"\s", ""),
    ):
        text = re.sub(pattern, word, text)
    return text


def ours(text):
    text = text.replace(":eu-west-1:123456789012:", ":REGION:ACCOUNT_ID:")
    return text.replace("arn:aws:", "arn:PARTITION:")


def asked(key, entry):
    """What an integration of the guide's comes to here."""
    name, arguments = integration(key, entry)
    if entry["resources_kind"] and "Dynamic" in entry["resources_kind"]:
        arguments = {
            name: value if name in ("QueryString", "RoleArn", "ExecutionRoleArn") else DYNAMIC
            for name, value in arguments.items()
        }
    return of_task(name, arguments)


def beyond(found, entry):
    """The actions and resources that the guide's policy does not cover."""
    for statement in found.statements:
        for action in statement.actions:
            granted = [
                pattern
                for each in entry["policy"]["Statement"]
                for named in (
                    [each["Action"]] if isinstance(each["Action"], str) else each["Action"]
                )
                if named.lower() == action.lower()
                for pattern in patterns(each)
            ]
            for arn in map(ours, statement.resources):
                if not any(covers(pattern, arn) for pattern in granted):
                    yield action, arn, granted


def test_what_is_wider_is_so_still():
    wider = set()
    for param in policies():
        key, entry = param.values
        for action, _, _ in beyond(asked(key, entry), entry):
            wider.add((key[0], action))
    assert wider == WIDER.keys()


@pytest.mark.parametrize(("key", "entry"), policies())
def test_nothing_is_wider_than_the_guide(key, entry):
    wider = [each for each in beyond(asked(key, entry), entry) if (key[0], each[0]) not in WIDER]
    assert wider == []


def test_the_table_speaks_of_every_page():
    assert {key for key, _ in (param.values for param in policies())} <= CALLS.keys()
    pages = {entry["page"] for entry in guide()}
    assert pages == {key[0] for key in CALLS} | ELSEWHERE.keys()


def test_what_is_traced_needs_what_the_guide_says():
    (entry,) = [entry for entry in guide() if entry["page"] == "xray-iam.md"]
    found = of_task("arn:aws:states:eu-west-1:1:activity:a", {}, tracing=True)
    (statement,) = found.statements
    assert set(statement.actions) == set(entry["policy"]["Statement"][0]["Action"])
