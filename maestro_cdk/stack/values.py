"""Values of settings in CDK's types.

Each value that is made of CDK's types is a question to its kernel and back; most functions of a
project share theirs, so these are asked once.
"""

from functools import cache

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from maestro_cdk.asl import arns
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


def allow(actions: list[str], resources: list[str]) -> iam.PolicyStatement:
    """A statement that allows these actions on these resources."""
    return iam.PolicyStatement(actions=actions, resources=resources)


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
