"""What services read, write and make in the name of whoever calls them."""

from collections.abc import Mapping
from dataclasses import replace

from maestro_cdk.asl.permissions import special
from maestro_cdk.asl.permissions.arguments import Value
from maestro_cdk.asl.permissions.calls import Call, Gap, Need, Needs, on
from maestro_cdk.asl.permissions.resources import computed
from maestro_cdk.asl.permissions.special import at
from maestro_cdk.asl.permissions.storage import Place

_READS: Mapping[str, tuple[tuple[str, str], ...]] = {
    # https://docs.aws.amazon.com/rekognition/latest/dg/images-s3.html
    "rekognition": tuple(
        (f"{what}.S3Object.Bucket", f"{what}.S3Object.Name")
        for what in ("Image", "SourceImage", "TargetImage", "Video")
    ),
    # https://docs.aws.amazon.com/textract/latest/dg/security_iam_id-based-policy-examples.html
    "textract": tuple(
        (f"{what}.S3Object.Bucket", f"{what}.S3Object.Name")
        for what in ("Document", "DocumentLocation")
    ),
}
"""The parameters that name a bucket and a key of what a service reads."""

_WRITES: Mapping[str, tuple[tuple[str, str], ...]] = {
    # https://docs.aws.amazon.com/polly/latest/dg/asynchronous-iam.html
    "polly": (("OutputS3BucketName", "OutputS3KeyPrefix"),),
    "textract": (("OutputConfig.S3Bucket", "OutputConfig.S3Prefix"),),
    # https://docs.aws.amazon.com/transcribe/latest/dg/security_iam_id-based-policy-examples.html
    "transcribe": (("OutputBucketName", "OutputKey"),),
}
"""The parameters that name a bucket and what the keys begin with of what a service writes."""

_MAKERS: Mapping[str, str] = {
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html
    "cloudformation:createChangeSet": "RoleARN",
    "cloudformation:createStack": "RoleARN",
    "cloudformation:deleteStack": "RoleARN",
    "cloudformation:executeChangeSet": "RoleARN",
    "cloudformation:updateStack": "RoleARN",
    # https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/resource-operations.html
    "cloudcontrol:createResource": "RoleArn",
    "cloudcontrol:deleteResource": "RoleArn",
    "cloudcontrol:updateResource": "RoleArn",
}
"""Calls that make, change or delete any resources, and the parameter of the role that may."""


def needs(call: Call) -> Needs:
    """What a call needs for what the service does in its name."""
    for bucket, key in _READS.get(call.service, ()):
        yield from _object("s3:GetObject", call.arguments.get(bucket), call.arguments.get(key))
    for bucket, key in _WRITES.get(call.service, ()):
        prefix = call.arguments.get(key)
        below = Value(name=key, text="*")
        if prefix:
            below = replace(prefix, text=f"{prefix.text.rstrip('*')}*")
        yield from _object("s3:PutObject", call.arguments.get(bucket), below)
    if call.service == "transcribe" and (uri := call.arguments.get("Media.MediaFileUri")):
        yield at("s3:GetObject", uri)
    if call.service == "polly" and (topic := call.arguments.get("SnsTopicArn")):
        yield special.topic(topic)
    if call.service in ("bedrockruntime", "bedrockagentruntime"):
        yield from _model(call)
    if call.service in ("rdsdata", "redshiftdata"):
        yield from _secret(call)
    maker = _MAKERS.get(f"{call.service}:{call.action}")
    if maker and not call.arguments.has(maker):
        message = f"what {call.service}:{call.action} makes needs permissions of its own"
        yield Gap(actions=(), message=message, severity="warning")


def _object(action: str, bucket: Value | None, key: Value | None) -> Needs:
    if bucket is not None:
        yield Need(action=action, reach=Place(bucket=bucket, key=key).reach(objects=True))


def _model(call: Call) -> Needs:
    """What stands around a model: guardrails, and the knowledge base that answers are made of.

    https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-permissions-id.html
    https://docs.aws.amazon.com/bedrock/latest/userguide/kb-test-retrieve-generate.html
    """
    head = "arn:PARTITION:bedrock:REGION:ACCOUNT_ID"
    generate = "RetrieveAndGenerateConfiguration.KnowledgeBaseConfiguration"
    for path, action, kind in (
        ("GuardrailIdentifier", "bedrock:ApplyGuardrail", "guardrail"),
        ("GuardrailConfig.GuardrailIdentifier", "bedrock:ApplyGuardrail", "guardrail"),
        (f"{generate}.KnowledgeBaseId", "bedrock:Retrieve", "knowledge-base"),
    ):
        if value := call.arguments.get(path):
            arn = value.text if value.is_arn else f"{head}:{kind}/{value.text}"
            why = computed(value.name) if value.computed else ()
            yield on(action, arn, why=why, wide=value.text == "*")
    if model := call.arguments.get(f"{generate}.ModelArn"):
        reach = special.models(model)
        yield on("bedrock:InvokeModel", *reach.arns, why=reach.why, wide=reach.wide)


def _secret(call: Call) -> Needs:
    """How a query gets into a database.

    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.access.html
    https://docs.aws.amazon.com/redshift/latest/mgmt/data-api-access.html
    """
    if call.arguments.has("SecretArn"):
        yield from call.needs("secretsmanager:GetSecretValue")
    elif call.arguments.has("WorkgroupName"):
        why = ("the ARN of a workgroup holds an id that WorkgroupName does not say",)
        yield on("redshift-serverless:GetCredentials", f"{_SERVERLESS}:workgroup/*", why=why)
    elif cluster := call.arguments.get("ClusterIdentifier"):
        database = call.arguments.get("Database")
        user = call.arguments.get("DbUser")
        name = f"{_REDSHIFT}:dbname:{cluster.text}/{database.text if database else '*'}"
        unknown = computed(
            *(each.name for each in (cluster, database, user) if each and each.computed)
        )
        wide = cluster.text == "*"
        if user is None:
            yield on("redshift:GetClusterCredentialsWithIAM", name, why=unknown, wide=wide)
        else:
            named = f"{_REDSHIFT}:dbuser:{cluster.text}/{user.text}"
            yield on("redshift:GetClusterCredentials", name, named, why=unknown, wide=wide)


_REDSHIFT = "arn:PARTITION:redshift:REGION:ACCOUNT_ID"
_SERVERLESS = "arn:PARTITION:redshift-serverless:REGION:ACCOUNT_ID"
