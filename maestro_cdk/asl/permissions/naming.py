"""Which parameter names what in the ARN of a resource, where the two are not called the same.

The forms of ARNs are IAM's: https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

import re
from collections.abc import Callable, Mapping

PARAMETERS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "appflow": {"FlowName": ("FlowName",)},
    "athena": {
        "DataCatalogName": ("QueryExecutionContext.Catalog", "CatalogName", "Name"),
        "WorkGroupName": ("WorkGroup", "Name"),
    },
    "autoscaling": {
        "GroupFriendlyName": ("AutoScalingGroupName", "AutoScalingGroupNames[]"),
    },
    "batch": {
        "JobDefinitionName": ("JobDefinition", "JobDefinitionName"),
        "JobQueueName": ("JobQueue", "JobQueueName"),
        "Revision": ("JobDefinition",),
    },
    "cloudformation": {"StackName": ("StackName",), "StackSetName": ("StackSetName",)},
    "cloudwatch": {"AlarmName": ("AlarmName", "AlarmNames[]"), "DashboardName": ("DashboardName",)},
    "codebuild": {
        "ProjectName": (
            "ProjectName", "ProjectNames[]", "Name", "Names[]", "Id", "Ids[]", "BuildIds[]",
        ),
        "ReportGroupName": ("ReportGroupName", "ReportArns[]"),
    },
    "codepipeline": {"PipelineName": ("PipelineName", "Name")},
    "databrew": {"ResourceId": ("Name", "JobName", "DatasetName", "RecipeName", "ProjectName")},
    "dynamodb": {
        "TableName": (
            "TableName", "RequestItems{}", "TransactItems[].Get.TableName",
            "TransactItems[].Put.TableName", "TransactItems[].Update.TableName",
            "TransactItems[].Delete.TableName", "TransactItems[].ConditionCheck.TableName",
        ),
    },
    "ec2": {
        "ImageId": ("ImageId", "ImageIds[]"),
        "InstanceId": ("InstanceId", "InstanceIds[]"),
        "KeyPairName": ("KeyName",),
        "LaunchTemplateId": ("LaunchTemplate.LaunchTemplateId", "LaunchTemplateId"),
        "SecurityGroupId": ("GroupId", "GroupIds[]", "Groups[]", "SecurityGroupIds[]"),
    },
    "ecs": {
        "ClusterName": ("Cluster", "ClusterName"),
        "ServiceName": ("Service", "ServiceName"),
        "TaskDefinitionFamilyName": ("TaskDefinition", "Family"),
        "TaskDefinitionRevisionNumber": ("TaskDefinition",),
        "TaskId": ("Task", "Tasks[]"),
    },
    "eks": {"ClusterName": ("ClusterName", "Name")},
    "elasticmapreduce": {"ClusterId": ("ClusterId", "JobFlowId", "JobFlowIds[]")},
    "emr-containers": {"VirtualClusterId": ("VirtualClusterId", "Id")},
    "events": {
        "EventBusName": ("EventBusName", "Entries[].EventBusName"),
        "RuleName": ("Rule", "Name"),
    },
    "glue": {
        "CatalogName": ("CatalogId",),
        "CrawlerName": ("CrawlerName", "Name"),
        "DatabaseName": ("DatabaseName", "DatabaseInput.Name", "Name"),
        "JobName": ("JobName", "Name"),
        "TableName": ("TableName", "TableInput.Name", "Name"),
        "TriggerName": ("TriggerName", "Name"),
        "WorkflowName": ("WorkflowName", "Name"),
    },
    "iam": {
        "GroupNameWithPath": ("GroupName",),
        "InstanceProfileNameWithPath": ("InstanceProfileName",),
        "PolicyNameWithPath": ("PolicyName",),
        "RoleNameWithPath": ("RoleName",),
        "UserNameWithPath": ("UserName",),
    },
    "iot": {"TopicName": ("Topic",)},
    "logs": {"LogGroupName": ("LogGroupName", "LogGroupNames[]", "LogGroupIdentifier")},
    "mediaconvert": {
        "JobTemplateName": ("JobTemplate",),
        "QueueName": ("Queue",),
    },
    "polly": {"LexiconName": ("Name", "LexiconNames[]")},
    "rds": {
        "DbClusterInstanceName": ("DBClusterIdentifier",),
        "DbInstanceName": ("DBInstanceIdentifier",),
        "SnapshotName": ("DBSnapshotIdentifier",),
        "ClusterSnapshotName": ("DBClusterSnapshotIdentifier",),
    },
    "redshift-data": {"ClusterName": ("ClusterIdentifier",)},
    "route53": {"Id": ("HostedZoneId",)},
    "s3vectors": {"BucketName": ("VectorBucketName",), "IndexName": ("IndexName",)},
    "scheduler": {
        "GroupName": ("GroupName",),
        "ScheduleName": ("Name",),
    },
    "secretsmanager": {"SecretId": ("SecretId", "SecretIdList[]", "SecretArn", "Name")},
    "ses": {"IdentityName": ("FromEmailAddress", "Source", "EmailIdentity")},
    "ssm": {
        "BucketName": ("OutputS3BucketName",),
        "DocumentName": ("DocumentName", "Name"),
        "InstanceId": ("InstanceId", "InstanceIds[]"),
        "ParameterNameWithoutLeadingSlash": ("Name", "Names[]", "Path"),
    },
    "transcribe": {"JobName": ("TranscriptionJobName", "MedicalTranscriptionJobName")},
}  # fmt: skip
"""IAM's prefix, the variable of the ARN, the parameters that may hold it."""

DEFAULTS: Mapping[tuple[str, str], str] = {
    # https://docs.aws.amazon.com/athena/latest/ug/workgroups-benefits.html
    ("athena", "WorkGroupName"): "primary",
    # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
    ("ecs", "ClusterName"): "default",
    # https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
    ("events", "EventBusName"): "default",
    # https://docs.aws.amazon.com/mediaconvert/latest/ug/working-with-queues.html
    ("mediaconvert", "QueueName"): "Default",
    # https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
    ("scheduler", "GroupName"): "default",
}
"""What is meant where no parameter says it."""


def _revised(text: str) -> tuple[str, ...]:
    """The name of `name:revision`, and the project of a build, `project:id`."""
    return (text.partition(":")[0],)


def _revision(text: str) -> tuple[str, ...]:
    """The revision of `name:revision`, any where there is none: it is the latest one."""
    return (text.partition(":")[2] or "*",)


def _secret(text: str) -> tuple[str, ...]:
    """A secret's name, and the six characters that its ARN has behind it.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html
    """
    return (f"{text}-??????",)


def _parameter(text: str) -> tuple[str, ...]:
    """A parameter's name in its ARN: without the first slash, version and label."""
    return (re.sub(r":[^:/]+$", "", text).removeprefix("/"),)


def _pathed(text: str) -> tuple[str, ...]:
    """A name by itself, and below any path."""
    return (text, f"*/{text}")


def _zone(text: str) -> tuple[str, ...]:
    return (text.rpartition("/")[2],)


def _group(text: str) -> tuple[str, ...]:
    """A log group, and the streams in it, of whose ARN it is the beginning."""
    return (text, f"{text}:*")


def _sender(text: str) -> tuple[str, ...]:
    """An address of mail, `Name <name@domain>`, and its domain: either may be verified."""
    address = re.sub(r".*<([^>]*)>", r"\1", text)
    return tuple(dict.fromkeys((address, address.rpartition("@")[2])))


def _lower(text: str) -> tuple[str, ...]:
    """A name as it is, and in small letters, which SageMaker's ARNs have."""
    return tuple(dict.fromkeys((text, text.lower())))


FORMS: Mapping[tuple[str, str], Callable[[str], tuple[str, ...]]] = {
    ("batch", "JobDefinitionName"): _revised,
    ("batch", "Revision"): _revision,
    ("codebuild", "ProjectName"): _revised,
    ("ecs", "TaskDefinitionFamilyName"): _revised,
    ("ecs", "TaskDefinitionRevisionNumber"): _revision,
    ("iam", "GroupNameWithPath"): _pathed,
    ("iam", "InstanceProfileNameWithPath"): _pathed,
    ("iam", "PolicyNameWithPath"): _pathed,
    ("iam", "RoleNameWithPath"): _pathed,
    ("iam", "UserNameWithPath"): _pathed,
    ("logs", "LogGroupName"): _group,
    ("route53", "Id"): _zone,
    ("secretsmanager", "SecretId"): _secret,
    ("ses", "IdentityName"): _sender,
    ("ssm", "ParameterNameWithoutLeadingSlash"): _parameter,
}
"""How the value of a parameter stands in the ARN, where it does not as it is."""


def parameters(prefix: str, variable: str) -> tuple[str, ...]:
    """The parameters that may hold a variable of an ARN, the likeliest first."""
    known = PARAMETERS.get(prefix, {}).get(variable)
    return known if known is not None else (variable, f"{variable}s[]")


def forms(prefix: str, variable: str, text: str) -> tuple[str, ...]:
    """How a value stands in an ARN."""
    form = FORMS.get((prefix, variable))
    if form is None:
        return _lower(text) if prefix == "sagemaker" else (text,)
    return form(text)
