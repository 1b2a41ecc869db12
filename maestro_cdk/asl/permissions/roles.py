"""The roles and keys that a call hands on to a service.

Whoever hands a role to a service must be allowed to: iam:PassRole, best for that service alone.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""

import re
from collections.abc import Iterator, Mapping

from maestro_cdk.asl.permissions.arguments import Value
from maestro_cdk.asl.permissions.calls import Call, Gap, Needs, limited, on
from maestro_cdk.asl.permissions.resources import Reach, computed
from maestro_cdk.asl.permissions.special import keyed

_ROLE = re.compile(
    r"(?:.*Role|.*RoleArn|.*RoleARN|RoleName|.*Role_arn|IamRoleArn|.*ServiceRole|.*RoleOverride)",
    re.IGNORECASE,
)
_ARN = re.compile(r"arn:[^:]*:iam::[^:]*:role/.+")
_MAKES = re.compile(r"(?:create|run|start|restore|submit|modify|update)")

ROLES = "arn:PARTITION:iam::ACCOUNT_ID:role/*"

SERVICES: Mapping[str, str] = {
    "appflow": "appflow",
    "appsync": "appsync",
    "autoscaling": "autoscaling",
    "backup": "backup",
    "batch": "ecs-tasks",
    "bedrock": "bedrock",
    "bedrockagent": "bedrock",
    "bedrockagentcorecontrol": "bedrock-agentcore",
    "bedrockdataautomation": "bedrock",
    "cloudformation": "cloudformation",
    "cloudtrail": "cloudtrail",
    "cloudwatchlogs": "logs",
    "codebuild": "codebuild",
    "codepipeline": "codepipeline",
    "comprehend": "comprehend",
    "config": "config",
    "databasemigration": "dms",
    "databrew": "databrew",
    "datasync": "datasync",
    "dlm": "dlm",
    "ec2": "ec2",
    "ecs": "ecs-tasks",
    "eks": "eks",
    "emr": "elasticmapreduce",
    "emrserverless": "emr-serverless",
    "eventbridge": "events",
    "firehose": "firehose",
    "fis": "fis",
    "forecast": "forecast",
    "glue": "glue",
    "healthlake": "healthlake",
    "iot": "iot",
    "kendra": "kendra",
    "kinesisanalyticsv2": "kinesisanalytics",
    "lakeformation": "lakeformation",
    "lambda": "lambda",
    "mediaconvert": "mediaconvert",
    "omics": "omics",
    "personalize": "personalize",
    "pipes": "pipes",
    "rds": "rds",
    "redshift": "redshift",
    "rekognition": "rekognition",
    "s3control": "batchoperations.s3",
    "sagemaker": "sagemaker",
    "scheduler": "scheduler",
    "sfn": "states",
    "ssm": "ssm",
    "textract": "textract",
    "timestreamquery": "timestream",
    "transcribe": "transcribe",
    "transfer": "transfer",
    "translate": "translate",
}
"""The principal, without `.amazonaws.com`, that takes the roles which a service's calls name:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html"""

_OTHERS: Mapping[tuple[str, str], str] = {
    # An instance profile has the name of its role, which the instances take.
    # https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-iam-roles.html
    ("emr", "JobFlowRole"): "ec2",
    ("emr", "AutoScalingRole"): "application-autoscaling",
    # https://docs.aws.amazon.com/eks/latest/userguide/pod-execution-role.html
    ("eks", "PodExecutionRoleArn"): "eks-fargate-pods",
    ("eks", "NodeRole"): "eks",
    ("ec2", ""): "ec2",
}

_NOT_HANDED_ON = (
    "cognitoidentity", "emrcontainers", "iam", "organizations", "rolesanywhere", "securityhub",
    "sso", "ssoadmin", "sts",
)  # fmt: skip
"""Services that name roles for other ends: to look at them, or to take them themselves."""

_ELSEWHERE = Value(name="", text="*", computed=True)
"""A role that no argument names."""

_OF_TASKS = ("ecs:runTask", "ecs:startTask")


def handed(call: Call) -> Needs:
    """The roles that a call hands on."""
    if call.service in _NOT_HANDED_ON:
        return
    for value in _roles(call):
        yield from _pass(call, value)
    if call.service == "ec2" and call.arguments.has("IamInstanceProfile"):
        # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/permission-to-pass-iam-roles.html
        yield from _pass(call, _ELSEWHERE, why="the role of an instance profile stands elsewhere")
    if f"{call.service}:{call.action}" in _OF_TASKS:
        # The task definition names them, which is not part of the definition.
        # https://docs.aws.amazon.com/step-functions/latest/dg/ecs-iam.html
        yield from _pass(call, _ELSEWHERE, why="a task definition's roles stand elsewhere")


def _roles(call: Call) -> Iterator[Value]:
    operation = call.operation
    members = operation.parameters.members if operation and operation.parameters else {}
    named = [name for name in members if _ROLE.fullmatch(name)]
    if isinstance(call.arguments.tree, Value):  # nothing is known of the arguments
        required = operation.parameters.required if operation and operation.parameters else ()
        yield from (Value(name=name, text="*", computed=True) for name in named if name in required)
        return
    for value in call.arguments.leaves():
        if _ROLE.fullmatch(value.name) and (_known(value) or value.computed):
            yield value
        elif value.name in named and call.service in ("emr", "glue"):  # which take names
            path = f"arn:PARTITION:iam::ACCOUNT_ID:role/{value.text}"
            yield Value(name=value.name, text=path)
            if call.service == "glue":  # the console makes them under a path
                yield Value(name=value.name, text=f"{ROLES}/{value.text}")


def _known(value: Value) -> bool:
    """Whether it is known which role it is: by its ARN, a name within which may be computed."""
    return _ARN.fullmatch(value.text) is not None or value.token is not None


def _pass(call: Call, value: Value, why: str = "") -> Needs:
    principal = _OTHERS.get((call.service, value.name)) or SERVICES.get(call.service)
    known = _known(value)
    if principal is None and not known:
        yield Gap(
            actions=("iam:PassRole",),
            message=f"which role {call.service}:{call.action} hands on is computed ({value.name}), "
            "and to which service is not known",
        )
        return
    arn = value.text if known else ROLES
    reason = (why,) if why else computed(value.name)
    clear = known and not value.computed
    need = on("iam:PassRole", arn, why=() if clear else reason, wide=not known)
    if principal:
        service = f"{principal}.amazonaws.com"
        need = limited(need, {"StringEquals": {"iam:PassedToService": service}})
    yield need


def _names_key(parameter: str) -> bool:
    _, kms, rest = parameter.lower().partition("kms")
    return bool(kms) and "key" in rest


def keys(call: Call) -> Needs:
    """The keys of KMS's that a call names: what it stores or reads is encrypted with them.

    https://docs.aws.amazon.com/kms/latest/developerguide/services-kms.html
    """
    if call.service == "kms":
        return
    for value in call.arguments.leaves():
        if not _names_key(value.name) or value.text.isdigit():
            continue
        yield keyed("kms:Decrypt", value)
        yield keyed("kms:GenerateDataKey", value)
        if _MAKES.match(call.action) and call.service not in ("s3", "secretsmanager", "sqs"):
            yield keyed("kms:DescribeKey", value)
            grant = keyed("kms:CreateGrant", value)
            bound = {**grant.conditions, "Bool": {"kms:GrantIsForAWSResource": "true"}}
            yield limited(grant, bound)


_TAGS = ("Tags", "TagList", "TagSpecifications", "JobTags", "CustomModelTags")
"""What the parameters are called that hold tags."""

TAGS = ("TagResource", "AddTags", "AddTagsToResource", "CreateTags", "TagQueue")
"""What the action is called that gives a resource its tags, the first that a service has."""


def tags(call: Call, needs: Needs) -> Needs:
    """A call's needs, and that to give tags to what it makes, where it does.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html
    """
    tagged = any(call.arguments.has(name) for name in _TAGS)
    own: Reach | None = None
    prefix = ""
    for need in needs:
        yield need
        if own is None and not isinstance(need, Gap):
            own, prefix = need.reach, need.action.partition(":")[0]
    if not tagged or own is None or prefix in ("s3", "iam") or not _MAKES.match(call.action):
        return
    if prefix == "ecs":
        cluster = call.arguments.get("Cluster")
        name = cluster.text.rpartition("/")[2] if cluster else "default"
        why = computed(cluster.name) if cluster and cluster.computed else ()
        own = Reach(arns=(f"arn:PARTITION:ecs:REGION:ACCOUNT_ID:task/{name}/*",), why=why)
    # What is made is of this account; what it is made of need not be.
    made = tuple(arn for arn in own.arns if ":ACCOUNT_ID:" in arn) or own.arns
    for name in TAGS:
        action = call.known.action(f"{prefix}:{name}")
        if action is not None:
            yield on(action.name, *made, why=own.why, wide=own.wide)
            return
