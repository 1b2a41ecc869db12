"""What the roles of a project's functions may do, as far as its settings say."""

from maestro_cdk.model import Function, PolicyStatement

_NETWORK = PolicyStatement(
    actions=(
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
    ),
    resources=("*",),
)
"""What Lambda needs of a role to stand in a VPC:
https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html"""

_TRACING = PolicyStatement(
    actions=("xray:PutTraceSegments", "xray:PutTelemetryRecords"), resources=("*",)
)


def log_group(workflow: str, function: str) -> str:
    """The name of a function's log group."""
    return f"/maestro/{workflow}/{function}"


def logging(group: str) -> PolicyStatement:
    """That a function may write its log, to the group of this ARN."""
    return PolicyStatement(
        actions=("logs:CreateLogStream", "logs:PutLogEvents"), resources=(group,)
    )


def of(function: Function) -> tuple[PolicyStatement, ...]:
    """What a function's settings need, besides its log and its own policies."""
    settings = function.settings
    statements = []
    if settings.tracing:
        statements.append(_TRACING)
    if settings.vpc:
        statements.append(_NETWORK)
    if settings.dead_letter:
        action = "sns:Publish" if ":sns:" in settings.dead_letter else "sqs:SendMessage"
        statements.append(PolicyStatement(actions=(action,), resources=(settings.dead_letter,)))
    return tuple(statements)
