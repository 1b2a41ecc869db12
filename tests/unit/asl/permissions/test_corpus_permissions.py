"""What others wrote: each call of each definition is allowed by the policy that it comes to.

The calls are read anew here, and made concrete: what is computed becomes a sample. MiniStack's
evaluation of IAM policies is the judge.
"""

import json
import re

import pytest

from tests.unit.asl import corpus
from tests.unit.asl.permissions.permitting import IAM, MODELS, allowed, of_text, placed

pytestmark = pytest.mark.skipif(not corpus.PRESENT, reason=corpus.WHY)

HERE = "eu-west-1:123456789012"
SAMPLE = "sample"

S3 = {
    "copyObject": ["GetObject", "PutObject"],
    "deleteObject": ["DeleteObject"],
    "getObject": ["GetObject"],
    "getObjectAttributes": ["GetObjectAttributes"],
    "headObject": ["GetObject"],
    "listObjects": ["ListBucket"],
    "listObjectsV2": ["ListBucket"],
    "putObject": ["PutObject"],
}
SYNC = {
    "batch:submitJob": ["batch:DescribeJobs", "batch:TerminateJob"],
    "ecs:runTask": ["ecs:DescribeTasks", "ecs:StopTask"],
    "glue:startJobRun": ["glue:GetJobRun", "glue:BatchStopJobRun"],
    "athena:startQueryExecution": ["athena:GetQueryExecution", "athena:StopQueryExecution"],
    "states:startExecution": ["states:DescribeExecution", "states:StopExecution"],
    "sagemaker:createTrainingJob": ["sagemaker:DescribeTrainingJob"],
    "sagemaker:createTransformJob": ["sagemaker:StopTransformJob"],
    "codebuild:startBuild": ["codebuild:BatchGetBuilds"],
    "mediaconvert:createJob": ["mediaconvert:GetJob"],
}
WITH_RULE = {
    "batch:submitJob": "StepFunctionsGetEventsForBatchJobsRule",
    "ecs:runTask": "StepFunctionsGetEventsForECSTaskRule",
    "states:startExecution": "StepFunctionsGetEventsForStepFunctionsExecutionRule",
    "sagemaker:createTrainingJob": "StepFunctionsGetEventsForSageMakerTrainingJobsRule",
    "mediaconvert:createJob": "StepFunctionsGetEventsForMediaConvertJobRule",
}
OPTIMIZED = {  # service of an optimized integration -> the same as aws-sdk integrations name it
    "states": "sfn",
    "events": "eventbridge",
    "elasticmapreduce": "emr",
    "emr-containers": "emrcontainers",
    "emr-serverless": "emrserverless",
}
EMR = {
    "addStep": "addJobFlowSteps",
    "createCluster": "runJobFlow",
    "terminateCluster": "terminateJobFlows",
}


def states_of(machine, language="JSONPath"):
    """Every state at any depth, with its query language."""
    for name, state in machine.get("States", {}).items():
        if not isinstance(state, dict):
            continue
        yield name, state, state.get("QueryLanguage", language)
        inner = [state.get("ItemProcessor"), state.get("Iterator"), *state.get("Branches", [])]
        for each in inner:
            if isinstance(each, dict):
                yield from states_of(each, language)


class Call:
    """A Task's arguments, of which all that is computed is a sample."""

    def __init__(self, state, language):
        given = state.get("Arguments" if language == "JSONata" else "Parameters")
        self.given = given if isinstance(given, dict) else None

    def text(self, name, sample=SAMPLE):
        if self.given is None or f"{name}.$" in self.given:
            return sample
        value = self.given.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or "${" in value:
            return sample
        if literal := re.fullmatch(r"\{%\s*'([^']*)'\s*%\}", value):
            return literal[1]
        return sample if value.startswith("{%") else value

    def key(self):
        """A key, of whose computed parts each is a sample."""
        given = self.given or {}
        value = given.get("Key.$") or given.get("Key") or SAMPLE
        parts = re.fullmatch(r"States\.Format\('([^']*)'.*\)", str(value))
        if parts:
            return parts[1].replace("{}", SAMPLE)
        parts = re.fullmatch(r"\{%\s*'([^']*)'\s*&.*%\}", str(value))
        return f"{parts[1]}{SAMPLE}" if parts else self.text("Key") or SAMPLE

    def has(self, name):
        return self.given is None or name in self.given or f"{name}.$" in self.given


ALSO_NAMED = {
    "ClusterId": ("JobFlowId",),
    "ClusterName": ("Name",),
    "CrawlerName": ("Name",),
    "JobQueueName": ("JobQueue",),
    "ResourceId": ("Name",),
    "RuleName": ("Name",),
    "ScheduleName": ("Name",),
    "TableName": ("Name",),
    "TaskDefinitionFamilyName": ("TaskDefinition",),
}


DEFAULT = {"WorkGroupName": "primary", "ClusterName": "default"}


def named(variable):
    """The parameters that may hold a variable of an ARN."""
    return [variable, re.sub("(Name|Id)$", "", variable), *ALSO_NAMED.get(variable, ())]


def arn(service, resource, place=HERE):
    return f"arn:aws:{service}:{place}:{resource}"


def whole(value, otherwise):
    """An ARN that is given, or one made of a name."""
    return placed(value) if value and value.startswith("arn:") else otherwise


def needed(name, call):
    """(action, resource, context) of the integrations that are met most; None of others."""
    service, _, action = name.removeprefix("aws-sdk:").partition(":")
    if service == "dynamodb" and call.has("TableName"):
        table = call.text("TableName")
        verb = action[:1].upper() + action[1:]
        return [(f"dynamodb:{verb}", whole(table, arn("dynamodb", f"table/{table}")), {})]
    if service == "sqs":
        url = call.text("QueueUrl") or SAMPLE
        known = re.fullmatch(r"https://sqs\.([^.]+)\.[^/]+/([^/]+)/([^/]+)", url)
        queue = arn("sqs", known[3], f"{known[1]}:{known[2]}") if known else arn("sqs", SAMPLE)
        return [(f"sqs:{action[:1].upper()}{action[1:]}", queue, {})]
    if service == "sns" and action == "publish":
        topic = call.text("TopicArn", arn("sns", SAMPLE)) or call.text("TargetArn", arn("sns", "t"))
        return [("sns:Publish", whole(topic, "*"), {})]
    if service == "s3" and action in S3:
        bucket, key = call.text("Bucket"), call.key()
        at = f"arn:aws:s3:::{bucket}"
        of_bucket = action.startswith("list")
        return [
            (f"s3:{each}", at if of_bucket else f"{at}/{key}", {})
            for each in S3[action]
            if not (action == "copyObject" and each == "GetObject")
        ]
    if name == "states:startExecution":
        itself = "$$.StateMachine.Id" in json.dumps(call.given)
        sample = arn("states", f"stateMachine:{'flow' if itself else SAMPLE}")
        machine = call.text("StateMachineArn", sample)
        if not machine.startswith("arn:"):  # 'child2': the role may start any, and that is told
            machine = sample
        return [("states:StartExecution", placed(machine), {})]
    return None


def generic(name, call):
    """What an API's action needs on each kind of resource that IAM requires, with samples."""
    service, _, action = name.removeprefix("aws-sdk:").partition(":")
    if not name.startswith("aws-sdk:"):
        if service == "elasticmapreduce":
            action = EMR.get(action, action)
        service = OPTIMIZED.get(service, service)
    model = MODELS.service(service)
    operation = model.operation(action) if model else None
    known = IAM.action(f"{model.signing_name}:{operation.name}") if operation else None
    if known is None:
        return []
    partly = [v for v in (call.given or {}).values() if isinstance(v, str) and "${" in v]
    if any(value.startswith("arn:") for value in partly):  # what stands in it is the template's
        return []
    needs = []
    for kind in known.resources:
        if not kind.required:
            continue

        def fill(match):
            word = {"Partition": "aws", "Region": "eu-west-1", "Account": "123456789012"}
            if match[1] in word:
                return word[match[1]]
            value = next(filter(None, map(call.text, named(match[1]))), DEFAULT.get(match[1]))
            return (
                re.split("[:/]", value)[-1]
                if value and value.startswith("arn:")
                else value or SAMPLE
            )

        given = [
            call.text(parameter)
            for parameter in (call.given or {})
            if (call.text(parameter) or "").startswith("arn:")
        ]
        if not given:
            needs.append((known.name, re.sub(r"\$\{(\w+)\}", fill, kind.arn), {}))
    return needs or ([(known.name, "*", {})] if not known.resources else [])


def calls(value):
    """Every call of a definition, and what it needs."""
    language = value.get("QueryLanguage", "JSONPath")
    for state_name, state, own in states_of(value, language):
        resource = state.get("Resource")
        if state.get("Type") != "Task" or not isinstance(resource, str) or "Credentials" in state:
            continue
        match = re.fullmatch(r"arn:[^:]*:states:[^:]*:[^:]*:(?!activity:)(.+)", resource)
        if match is None or "lambda:invoke" in resource:
            continue
        name, _, pattern = match[1].partition(".")
        call = Call(state, own)
        if name in ("apigateway:invoke", "http:invoke", "eks:call", "eks:runJob"):
            continue
        for need in needed(name, call) or generic(name, call):
            yield state_name, need
        if pattern.startswith("sync"):
            for action in SYNC.get(name, ()):
                yield state_name, (action, None, {})
            if name in WITH_RULE:
                rule = arn("events", f"rule/{WITH_RULE[name]}")
                for action in ("PutTargets", "PutRule", "DescribeRule"):
                    yield state_name, (f"events:{action}", rule, {})


def published():
    return [
        (name, text)
        for name, validity, _, text in corpus.declared()
        if validity in ("valid", "assumed-valid")
    ]


def test_each_call_of_each_definition_is_allowed():
    asked = refused = 0
    for name, text in published():
        try:
            value = json.loads(text)
        except ValueError:
            continue
        found = of_text(text)
        unknown = {item.state for item in found.findings if item.rule == "unknown-permission"}
        actions = {action for item in found.statements for action in item.actions}
        for state, (action, resource, context) in calls(value):
            if state in unknown:
                refused += 1
                continue
            asked += 1
            if resource is None:
                assert action in actions, (name, state, action)
            else:
                assert allowed(found, action, resource, **context), (name, state, action, resource)
    assert asked > 500
    assert refused < 12


def test_no_policy_of_a_definition_is_larger_than_a_role_can_hold():
    for name, text in published():
        found = of_text(text)
        size = sum(
            len(json.dumps([item.actions, item.resources, item.conditions]))
            for item in found.statements
        )
        assert size < 6_000, name


def test_nothing_is_allowed_on_everything_but_what_iam_cannot_limit():
    for name, text in published():
        for statement in of_text(text).statements:
            if statement.resources == ("*",):
                for action in statement.actions:
                    kinds = IAM.action(action).resources
                    assert not any(kind.required for kind in kinds) or action == "sns:Publish", (
                        name,
                        action,
                    )
