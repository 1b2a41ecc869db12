"""What the roles of a project may do: its functions', by its settings, and its machine's."""

from collections.abc import Iterable

from maestro_cdk.asl import permissions
from maestro_cdk.asl.document import walk
from maestro_cdk.asl.rules import Subject
from maestro_cdk.model import (
    Definition,
    Finding,
    Function,
    PolicyStatement,
    WorkflowSettings,
)
from maestro_cdk.services.authorization import IamReference
from maestro_cdk.versions import LIVE

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
    reason="its network",
)
"""What Lambda needs of a role to stand in a VPC:
https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html"""

_TRACING = PolicyStatement(
    actions=("xray:PutTraceSegments", "xray:PutTelemetryRecords"),
    resources=("*",),
    reason="its traces",
)


def log_group(workflow: str, function: str) -> str:
    """The name of a function's log group."""
    return f"/maestro/{workflow}/{function}"


def logging(group: str) -> PolicyStatement:
    """That a function may write its log, to the group of this ARN."""
    return PolicyStatement(
        actions=("logs:CreateLogStream", "logs:PutLogEvents"),
        resources=(group,),
        reason="its log",
    )


def of_release(workflow: str) -> tuple[PolicyStatement, ...]:
    """What the machine needs that moves the alias of a workflow's machine."""
    arn = f"arn:PARTITION:states:REGION:ACCOUNT_ID:stateMachine:{workflow}"
    return (
        PolicyStatement(
            actions=("states:DescribeStateMachineAlias", "states:UpdateStateMachineAlias"),
            resources=(arn, f"{arn}:{LIVE}"),
            reason="moving live",
        ),
        PolicyStatement(
            actions=("cloudwatch:DescribeAlarms",), resources=("*",), reason="its alarms"
        ),
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
        resources = (settings.dead_letter,)
        reason = "its dead letters"
        statements.append(PolicyStatement(actions=(action,), resources=resources, reason=reason))
    return tuple(statements)


def of_machine(
    subject: Subject,
    definition: Definition,
    workflow: str,
    settings: WorkflowSettings,
    findings: list[Finding],
) -> tuple[tuple[PolicyStatement, ...], list[Finding]]:
    """What the state machine's role may do, and the findings with what is to be said of that.

    What is wrong to begin with needs to be mended, not to be allowed: of that nothing more is said.
    """
    needed = permissions.of(
        subject.document,
        definition,
        workflow=workflow,
        functions={name: f"{workflow}_{name}" for name in subject.functions or ()},
        settings=settings,
        services=subject.services,
        known=IamReference(),
    )
    wrong = [
        item
        for item in findings
        if item.rule in _NAMING and item.rule not in settings.disable_rules
    ]
    told = [item for item in needed.findings if not _echoes(item, wrong, subject)]
    return needed.statements, [*findings, *told]


_NAMING = ("resource", "unknown-function", "unknown-substitution")
"""The rules about what a Task calls, and on what: what they complain of is not to be allowed."""

_CALLING = ("Resource", "Parameters", "Arguments", "ItemReader", "ResultWriter", "Credentials")
"""The fields that say so."""


def _echoes(finding: Finding, wrong: Iterable[Finding], subject: Subject) -> bool:
    """Whether a permission cannot be told for what is wrong with the very call.

    An error is left out for another error only: an execution would die of what was not said.
    """
    near = [
        item
        for item in wrong
        if item.state is not None
        and item.state == finding.state
        and (item.severity == "error" or finding.severity != "error")
    ]
    if not near:
        return False
    document = subject.document
    places = {
        document.where(pointer, key=key)
        for state in subject.states
        if state.name == finding.state
        for field in _CALLING
        if field in state.value
        for pointer, _ in walk(document, (*state.pointer, field))
        for key in (False, True)
    }
    return any(item.where in places for item in near)
