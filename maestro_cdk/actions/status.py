"""How a project stands: its stack, what went wrong last, what lives otherwise, what is new here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from maestro_cdk.actions import diagnosis, releasing, watching
from maestro_cdk.actions.comparison import seen
from maestro_cdk.actions.diagnosis import Diagnosis
from maestro_cdk.actions.difference import Difference
from maestro_cdk.actions.guards import check_account, check_owner
from maestro_cdk.actions.run import OUTPUT
from maestro_cdk.actions.surveying import Found, survey
from maestro_cdk.cloud import Cloud, Stack
from maestro_cdk.errors import CloudError
from maestro_cdk.model import Bundle, Identity, PastExecution, Project
from maestro_cdk.ports import Reporter, Synthesizer
from maestro_cdk.versions import Alias, alarm

_EVER = datetime(1970, 1, 1, tzinfo=UTC)

LAST = 3
"""So many executions are told of."""

_TROUBLED = ("ROLLBACK", "FAILED")
"""What the status of a stack holds whose last operation failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a project stands; without a stack it is not deployed.

    `failure` is what made the last operation fail, `executions` are those that were started last,
    newest first. `alias` is where live leads, `taken_back` why the last release did not get to its
    end, `alarms` the states of those that it heeds. `difference` is what deploying would change;
    None where the folder cannot be read.
    """

    identity: Identity
    stack: Stack | None
    failure: Diagnosis | None = None
    executions: tuple[PastExecution, ...] = ()
    alias: Alias | None = None
    taken_back: str | None = None
    alarms: Mapping[str, str] = field(default_factory=dict)
    difference: Difference | None = None


def of_stack(project: Project, *, cloud: Cloud) -> Standing:
    """How the stack of a project stands whose folder cannot be read.

    Raises:
        CredentialsError: the credentials are of another account than the stage's.
        StackForeign: a stack of that name is not this project's.
    """
    check_account(project, cloud.identity)
    stack = cloud.stacks.describe(project.stack_name)
    if stack is not None:
        check_owner(project, stack)
    return Standing(
        identity=cloud.identity,
        stack=stack,
        failure=_failure(stack, project, cloud),
        executions=_executions(stack, cloud),
        alias=_alias(stack, cloud),
    )


def look(
    project: Project,
    bundles: Sequence[Bundle],
    out: Path,
    *,
    cloud: Cloud,
    synthesizer: Synthesizer,
    reporter: Reporter,
) -> Standing:
    """How a project stands, next to what is in its folder.

    Raises:
        CredentialsError: the credentials are of another account than the stage's.
        StackForeign: a stack of that name is not this project's.
    """
    found = survey(project, bundles, out, cloud=cloud, synthesizer=synthesizer, reporter=reporter)
    was = seen(found, cloud)
    there = found.stack is not None and found.stack.status != "REVIEW_IN_PROGRESS"
    return Standing(
        identity=found.identity,
        stack=found.stack if there else None,
        failure=_failure(found.stack, project, cloud),
        executions=_executions(found.stack, cloud),
        alias=found.live.alias,
        taken_back=_taken_back(found, project, cloud),
        alarms=_alarms(found, project, cloud),
        difference=was.difference,
    )


def _executions(stack: Stack | None, cloud: Cloud) -> tuple[PastExecution, ...]:
    """The executions that were started last; none where that cannot be told."""
    machine = stack.outputs.get(OUTPUT) if stack else None
    if machine is None:
        return ()
    try:
        return watching.past(machine, cloud=cloud, most=LAST)
    except CloudError:
        return ()  # the stack may be half-made, or these credentials may not look


def _alias(stack: Stack | None, cloud: Cloud) -> Alias | None:
    """Where live leads; None where that cannot be told."""
    machine = stack.outputs.get(OUTPUT) if stack else None
    try:
        return cloud.versions.alias(machine) if machine else None
    except CloudError:
        return None


def _taken_back(found: Found, project: Project, cloud: Cloud) -> str | None:
    """Why the last release did not get to its end; None where that cannot be told."""
    machine = found.stack.outputs.get(OUTPUT) if found.stack else None
    if machine is None or not project.settings.workflow.release.gradual:
        return None
    try:
        return releasing.taken_back(machine, found.live.alias, cloud=cloud)
    except CloudError:
        return None


def _alarms(found: Found, project: Project, cloud: Cloud) -> Mapping[str, str]:
    """The alarms that a gradual release heeds; none where that cannot be told."""
    release = project.settings.workflow.release
    if found.stack is None or not release.gradual:
        return {}
    try:
        return cloud.versions.alarms([alarm(project.name, name) for name in release.alarms])
    except CloudError:
        return {}


def _failure(stack: Stack | None, project: Project, cloud: Cloud) -> Diagnosis | None:
    if stack is None or not any(word in stack.status for word in _TROUBLED):
        return None
    event = diagnosis.first_failure(cloud.stacks.events(stack.id, _EVER), stack)
    return diagnosis.of(event, project) if event else None
