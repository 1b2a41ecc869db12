"""Values of settings in CDK's types.

Each value that is made of CDK's types is a question to its kernel and back; most functions of a
project share theirs, so these are asked once.
"""

from collections.abc import Callable, Mapping
from functools import cache

from aws_cdk import Aws, CfnResource, Duration, Fn, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from maestro_cdk.asl import arns
from maestro_cdk.model import PolicyStatement
from maestro_cdk.project import runtimes

_LANGUAGES = {
    "python": lambda_.RuntimeFamily.PYTHON,
    "nodejs": lambda_.RuntimeFamily.NODEJS,
    "ruby": lambda_.RuntimeFamily.RUBY,
    "java": lambda_.RuntimeFamily.JAVA,
    "dotnet": lambda_.RuntimeFamily.DOTNET_CORE,
}

PSEUDO_PARAMETERS = {
    "AWS::Region": Aws.REGION,
    "AWS::AccountId": Aws.ACCOUNT_ID,
    "AWS::Partition": Aws.PARTITION,
    "AWS::URLSuffix": Aws.URL_SUFFIX,
    "AWS::StackName": Aws.STACK_NAME,
}

RETENTION = {
    1: logs.RetentionDays.ONE_DAY,
    3: logs.RetentionDays.THREE_DAYS,
    5: logs.RetentionDays.FIVE_DAYS,
    7: logs.RetentionDays.ONE_WEEK,
    14: logs.RetentionDays.TWO_WEEKS,
    30: logs.RetentionDays.ONE_MONTH,
    60: logs.RetentionDays.TWO_MONTHS,
    90: logs.RetentionDays.THREE_MONTHS,
    120: logs.RetentionDays.FOUR_MONTHS,
    150: logs.RetentionDays.FIVE_MONTHS,
    180: logs.RetentionDays.SIX_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
    400: logs.RetentionDays.THIRTEEN_MONTHS,
    545: logs.RetentionDays.EIGHTEEN_MONTHS,
    731: logs.RetentionDays.TWO_YEARS,
    1096: logs.RetentionDays.THREE_YEARS,
    1827: logs.RetentionDays.FIVE_YEARS,
    2192: logs.RetentionDays.SIX_YEARS,
    2557: logs.RetentionDays.SEVEN_YEARS,
    2922: logs.RetentionDays.EIGHT_YEARS,
    3288: logs.RetentionDays.NINE_YEARS,
    3653: logs.RetentionDays.TEN_YEARS,
}


@cache
def runtime(name: str) -> lambda_.Runtime:
    """A runtime by Lambda's name for it."""
    return lambda_.Runtime(name, _LANGUAGES.get(runtimes.language(name)))


@cache
def architecture(name: str) -> lambda_.Architecture:
    """A processor by Lambda's name for it."""
    return lambda_.Architecture.custom(name)


@cache
def seconds(count: int) -> Duration:
    """So many seconds."""
    return Duration.seconds(count)


def allowed(
    statement: PolicyStatement, fill: Callable[[str], str] | None = None
) -> iam.PolicyStatement:
    """A statement in CDK's words; `fill` puts what CloudFormation knows into its texts."""
    filling = fill or filled
    conditions = {
        operator: {key: filling(value) for key, value in keys.items()}
        for operator, keys in statement.conditions.items()
    }
    return iam.PolicyStatement(
        actions=list(statement.actions),
        resources=[filling(resource) for resource in statement.resources],
        conditions=conditions or None,
    )


def queue_arn(url: str) -> str:
    """The ARN of the queue whose URL that is: https://sqs.REGION.amazonaws.com/ACCOUNT/NAME."""
    parts = Fn.split("/", url)
    account, name = Fn.select(3, parts), Fn.select(4, parts)
    return f"arn:{Aws.PARTITION}:sqs:{Aws.REGION}:{account}:{name}"


def executions(machine: str) -> str:
    """The ARNs of a state machine's executions; of a machine's ARN, the name is the seventh part."""
    parts = Fn.split(":", machine)
    region, account, name = (Fn.select(n, parts) for n in (3, 4, 6))
    return f"arn:{Aws.PARTITION}:states:{region}:{account}:execution:{name}:*"


MADE_OF: Mapping[str, Callable[[str], str]] = {"queue-arn": queue_arn, "executions": executions}
"""What `${key:word}` in a statement is, by the word, of the key's value."""

_REFERRED_TO_BY_ARN = (
    "AWS::Batch::JobDefinition",
    "AWS::Batch::JobQueue",
    "AWS::ECS::TaskDefinition",
    "AWS::Lambda::Alias",
    "AWS::Lambda::Version",
    "AWS::SNS::Topic",
    "AWS::SecretsManager::Secret",
    "AWS::StepFunctions::Activity",
    "AWS::StepFunctions::StateMachine",
)
"""Resources whose Ref is their ARN: the sections "Return values" of
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html"""


def is_arn(scope: Construct, text: str) -> bool:
    """Whether a text that CDK may have tokens in will be an ARN."""
    stack = Stack.of(scope)
    match stack.resolve(text):
        case str() as known:
            return known.startswith("arn:")
        case {"Fn::GetAtt": [_, str() as attribute]}:
            return attribute.endswith("Arn")
        case {"Fn::Join": ["", [str() as first, *_]]}:
            return first.startswith("arn:")
        case {"Ref": str() as name}:
            return any(
                isinstance(item, CfnResource)
                and item.cfn_resource_type in _REFERRED_TO_BY_ARN
                and stack.resolve(item.logical_id) == name
                for item in stack.node.find_all()
            )
        case _:
            return False


def managed(scope: Construct, id_: str, policy: str | None) -> iam.IManagedPolicy | None:
    """A managed policy by its ARN, or AWS's own by its name."""
    if policy is None:
        return None
    if policy.startswith("arn:"):
        return iam.ManagedPolicy.from_managed_policy_arn(scope, id_, filled(policy))
    return iam.ManagedPolicy.from_aws_managed_policy_name(policy)


def filled(text: str) -> str:
    """An ARN of the settings with what CloudFormation knows in place of the placeholders."""
    return "".join(
        piece if isinstance(piece, str) else PSEUDO_PARAMETERS[piece.name]
        for piece in arns.words(text)
    )
