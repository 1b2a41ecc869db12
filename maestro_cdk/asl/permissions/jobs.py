"""What an integration needs beside the call that it is called for.

To wait for a job (`.sync`) is to describe it, to stop it where the execution is stopped, and to
hear of its end by a rule that Step Functions manages:
https://docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from maestro_cdk.asl.integrations import SYNC, SYNC_2
from maestro_cdk.asl.permissions.calls import Call, Needs, limited, on
from maestro_cdk.asl.permissions.resources import computed
from maestro_cdk.asl.permissions.special import at

RULE_ACTIONS = ("events:DescribeRule", "events:PutRule", "events:PutTargets")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What waiting for a job needs: actions, and the name of the managed rule."""

    actions: tuple[str, ...]
    listens: str | None = None


_EMR_APPLICATION = "StepFunctionsGetEventsForEMRServerlessApplicationRule"
_EMR_JOB = "StepFunctionsGetEventsForEMRServerlessJobRule"

JOBS: Mapping[str, Job] = {
    # https://docs.aws.amazon.com/step-functions/latest/dg/athena-iam.html
    "athena:startQueryExecution": Job(
        actions=("athena:GetQueryExecution", "athena:StopQueryExecution")
    ),
    # https://docs.aws.amazon.com/step-functions/latest/dg/batch-iam.html
    "batch:submitJob": Job(
        actions=("batch:DescribeJobs", "batch:TerminateJob"),
        listens="StepFunctionsGetEventsForBatchJobsRule",
    ),
    # https://docs.aws.amazon.com/step-functions/latest/dg/bedrock-iam.html
    "bedrock:createModelCustomizationJob": Job(
        actions=("bedrock:GetModelCustomizationJob", "bedrock:StopModelCustomizationJob")
    ),
    # https://docs.aws.amazon.com/step-functions/latest/dg/codebuild-iam.html
    "codebuild:startBuild": Job(
        actions=("codebuild:BatchGetBuilds", "codebuild:StopBuild"),
        listens="StepFunctionsGetEventForCodeBuildStartBuildRule",
    ),
    "codebuild:startBuildBatch": Job(
        actions=("codebuild:BatchGetBuildBatches", "codebuild:StopBuildBatch"),
        listens="StepFunctionsGetEventForCodeBuildStartBuildBatchRule",
    ),
    "codebuild:retryBuildBatch": Job(
        actions=("codebuild:BatchGetBuildBatches", "codebuild:StopBuildBatch")
    ),
    # https://docs.aws.amazon.com/step-functions/latest/dg/databrew-iam.html
    "databrew:startJobRun": Job(actions=("databrew:ListJobRuns", "databrew:StopJobRun")),
    # https://docs.aws.amazon.com/step-functions/latest/dg/ecs-iam.html
    "ecs:runTask": Job(
        actions=("ecs:DescribeTasks", "ecs:StopTask"),
        listens="StepFunctionsGetEventsForECSTaskRule",
    ),
    # https://docs.aws.amazon.com/step-functions/latest/dg/eks-iam.html
    "eks:createCluster": Job(actions=("eks:DeleteCluster", "eks:DescribeCluster")),
    "eks:createFargateProfile": Job(
        actions=("eks:DeleteFargateProfile", "eks:DescribeFargateProfile")
    ),
    "eks:createNodegroup": Job(actions=("eks:DeleteNodegroup", "eks:DescribeNodegroup")),
    "eks:deleteCluster": Job(actions=("eks:DescribeCluster",)),
    "eks:deleteFargateProfile": Job(actions=("eks:DescribeFargateProfile",)),
    "eks:deleteNodegroup": Job(actions=("eks:DescribeNodegroup",)),
    # https://docs.aws.amazon.com/step-functions/latest/dg/emr-iam.html
    "elasticmapreduce:addStep": Job(
        actions=("elasticmapreduce:CancelSteps", "elasticmapreduce:DescribeStep"),
        listens="StepFunctionsGetEventForEMRAddJobFlowStepsRule",
    ),
    "elasticmapreduce:createCluster": Job(
        actions=("elasticmapreduce:DescribeCluster", "elasticmapreduce:TerminateJobFlows"),
        listens="StepFunctionsGetEventForEMRRunJobFlowRule",
    ),
    "elasticmapreduce:terminateCluster": Job(
        actions=("elasticmapreduce:DescribeCluster",),
        listens="StepFunctionsGetEventForEMRTerminateJobFlowsRule",
    ),
    # https://docs.aws.amazon.com/step-functions/latest/dg/emr-eks-iam.html
    "emr-containers:deleteVirtualCluster": Job(actions=("emr-containers:DescribeVirtualCluster",)),
    "emr-containers:startJobRun": Job(
        actions=("emr-containers:CancelJobRun", "emr-containers:DescribeJobRun")
    ),
    # https://docs.aws.amazon.com/step-functions/latest/dg/emr-serverless-iam.html
    "emr-serverless:cancelJobRun": Job(actions=("emr-serverless:GetJobRun",), listens=_EMR_JOB),
    "emr-serverless:createApplication": Job(
        actions=("emr-serverless:DeleteApplication", "emr-serverless:GetApplication"),
        listens=_EMR_APPLICATION,
    ),
    "emr-serverless:deleteApplication": Job(
        actions=("emr-serverless:GetApplication",), listens=_EMR_APPLICATION
    ),
    "emr-serverless:startApplication": Job(
        actions=("emr-serverless:GetApplication", "emr-serverless:StopApplication"),
        listens=_EMR_APPLICATION,
    ),
    "emr-serverless:startJobRun": Job(
        actions=("emr-serverless:CancelJobRun", "emr-serverless:GetJobRun"), listens=_EMR_JOB
    ),
    "emr-serverless:stopApplication": Job(
        actions=("emr-serverless:GetApplication",), listens=_EMR_APPLICATION
    ),
    # https://docs.aws.amazon.com/step-functions/latest/dg/glue-iam.html
    "glue:startJobRun": Job(actions=("glue:BatchStopJobRun", "glue:GetJobRun", "glue:GetJobRuns")),
    # https://docs.aws.amazon.com/step-functions/latest/dg/connect-mediaconvert.html
    "mediaconvert:createJob": Job(
        actions=("mediaconvert:CancelJob", "mediaconvert:GetJob"),
        listens="StepFunctionsGetEventsForMediaConvertJobRule",
    ),
    # https://docs.aws.amazon.com/step-functions/latest/dg/sagemaker-iam.html
    "sagemaker:createHyperParameterTuningJob": Job(
        actions=(
            "sagemaker:DescribeHyperParameterTuningJob",
            "sagemaker:StopHyperParameterTuningJob",
        ),
        listens="StepFunctionsGetEventsForSageMaker*",
    ),
    "sagemaker:createLabelingJob": Job(
        actions=("sagemaker:DescribeLabelingJob", "sagemaker:StopLabelingJob"),
        listens="StepFunctionsGetEventsForSageMaker*",
    ),
    "sagemaker:createProcessingJob": Job(
        actions=("sagemaker:DescribeProcessingJob", "sagemaker:StopProcessingJob"),
        listens="StepFunctionsGetEventsForSageMaker*",
    ),
    "sagemaker:createTrainingJob": Job(
        actions=("sagemaker:DescribeTrainingJob", "sagemaker:StopTrainingJob"),
        listens="StepFunctionsGetEventsForSageMakerTrainingJobsRule",
    ),
    "sagemaker:createTransformJob": Job(
        actions=("sagemaker:DescribeTransformJob", "sagemaker:StopTransformJob"),
        listens="StepFunctionsGetEventsForSageMakerTransformJobsRule",
    ),
    # https://docs.aws.amazon.com/step-functions/latest/dg/stepfunctions-iam.html
    "states:startExecution": Job(
        actions=("states:DescribeExecution", "states:StopExecution"),
        listens="StepFunctionsGetEventsForStepFunctionsExecutionRule",
    ),
}
"""By the names of optimized integrations. AWS names the rule of three of SageMaker's jobs nowhere
that we found: these have the words that the rules of the others begin with."""

ALSO: Mapping[str, tuple[str, ...]] = {
    "athena:startQueryExecution": ("athena:GetDataCatalog",),
    # Fleets and groups are found by their names.
    "elasticmapreduce:modifyInstanceFleetByName": ("elasticmapreduce:ListInstanceFleets",),
    "elasticmapreduce:modifyInstanceGroupByName": ("elasticmapreduce:ListInstanceGroups",),
    "timestreamquery:query": ("timestream:DescribeEndpoints", "timestream:SelectValues"),
}
"""What a call needs besides, waiting or not."""

_LINKED = {
    "emr-containers:createVirtualCluster": (
        "emr-containers",
        "AWSServiceRoleForAmazonEMRContainers",
    ),
    "emr-serverless:createApplication": (
        "ops.emr-serverless",
        "AWSServiceRoleForAmazonEMRServerless*",
    ),
}
"""Integrations that make a role of their service's, the first time in an account."""

_UNSAID = ("what a query reads and writes is not among its arguments",)
_DATA = "arn:PARTITION:s3:::*"
_CATALOG = tuple(
    f"arn:PARTITION:glue:REGION:ACCOUNT_ID:{what}"
    for what in ("catalog", "database/*", "table/*", "userDefinedFunction/*")
)
_READ_TABLES = (
    "glue:BatchGetPartition", "glue:GetDatabase", "glue:GetDatabases", "glue:GetPartition",
    "glue:GetPartitions", "glue:GetTable", "glue:GetTables",
)  # fmt: skip
_WRITE_TABLES = (
    "glue:BatchCreatePartition", "glue:BatchDeletePartition", "glue:BatchDeleteTable",
    "glue:CreateDatabase", "glue:CreatePartition", "glue:CreateTable", "glue:DeleteDatabase",
    "glue:DeletePartition", "glue:DeleteTable", "glue:UpdateDatabase", "glue:UpdatePartition",
    "glue:UpdateTable",
)  # fmt: skip
_READ_DATA = ("s3:GetBucketLocation", "s3:GetObject", "s3:ListBucket")
_WRITE_DATA = (
    "s3:AbortMultipartUpload", "s3:ListBucketMultipartUploads", "s3:ListMultipartUploadParts",
    "s3:PutObject",
)  # fmt: skip
_READS = re.compile(r"(?:select|with|show|describe|desc|explain|values)\b", re.IGNORECASE)


def waiting(name: str, call: Call) -> Needs:
    """What an optimized integration needs beside its call."""
    job = JOBS.get(name)
    if job is None or call.pattern not in (SYNC, SYNC_2):
        return
    machine = call.arguments.get("StateMachineArn")
    if machine is not None and machine.token:
        for action in job.actions:
            yield on(action, f"${{{machine.token}:executions}}")
    else:
        yield from call.needs(*job.actions)
    if job.listens:
        for action in RULE_ACTIONS:
            yield on(action, f"arn:PARTITION:events:REGION:ACCOUNT_ID:rule/{job.listens}")


def besides(name: str, call: Call) -> Needs:
    """What a call, by the name of its integration, needs besides, waiting or not."""
    yield from call.needs(*ALSO.get(name, ()))
    if name == "athena:startQueryExecution":
        yield from _query(call)
    elif name == "athena:getQueryResults":
        yield on("s3:GetObject", _DATA, why=_UNSAID, wide=True)
    elif name.startswith("sagemaker:create"):
        yield on("sagemaker:ListTags", "*")
    elif name == "eks:createNodegroup":
        yield on("ec2:DescribeSubnets", "*")
        role = call.arguments.get("NodeRole")
        arn, why = "arn:PARTITION:iam::ACCOUNT_ID:role/*", computed("NodeRole")
        if role is not None and not role.computed:
            arn, why = role.text, ()
        for action in ("iam:GetRole", "iam:ListAttachedRolePolicies"):
            yield on(action, arn, why=why, wide=bool(why))
    elif name in _LINKED:
        principal, role_name = _LINKED[name]
        service = f"{principal}.amazonaws.com"
        linked = f"arn:PARTITION:iam::ACCOUNT_ID:role/aws-service-role/{service}/{role_name}"
        need = on("iam:CreateServiceLinkedRole", linked)
        yield limited(need, {"StringLike": {"iam:AWSServiceName": service}})


def _query(call: Call) -> Needs:
    """The tables and the data of a query, of which its arguments say little.

    https://docs.aws.amazon.com/step-functions/latest/dg/athena-iam.html
    """
    query = call.arguments.get("QueryString")
    reads = query is not None and _READS.match(query.text.lstrip(" \t\r\n(")) is not None
    tables = _READ_TABLES if reads else (*_READ_TABLES, *_WRITE_TABLES)
    for action in tables:
        yield on(action, *_CATALOG, why=_UNSAID, wide=True)
    for action in _READ_DATA:
        yield on(action, _DATA, why=_UNSAID, wide=True)
    output = call.arguments.get("ResultConfiguration.OutputLocation")
    for action in _WRITE_DATA:
        if output is None or output.computed or not reads:
            yield on(action, _DATA, why=_UNSAID, wide=True)
        elif action == "s3:ListBucketMultipartUploads":
            yield on(action, "/".join(at(action, output).reach.arns[0].split("/")[:1]))
        else:
            yield on(action, *(f"{arn.rstrip('*')}*" for arn in at(action, output).reach.arns))
    yield on("lakeformation:GetDataAccess", "*")
