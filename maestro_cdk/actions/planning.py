"""The change set of a deployment: in which mode, whether one is needed, and what it may not do."""

from dataclasses import dataclass

from maestro_cdk.actions import naming, recovery
from maestro_cdk.actions.uploading import template_url
from maestro_cdk.cloud import Cloud, Mode, Plan, Stack
from maestro_cdk.errors import DeploymentFailed
from maestro_cdk.model import JSON, Assembly, Identity, Project
from maestro_cdk.ports import Clock, Note, Reporter, Step

INLINE_TEMPLATE_LIMIT = 51_200
"""Bytes of a template that may be sent with the request:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""

_NAMED = ("AWS::Lambda::Function", "AWS::Logs::LogGroup", "AWS::StepFunctions::StateMachine")
"""What has a name of its own in our stack: a second one beside the first, as a replacement is
made, cannot have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How a project is to be deployed.

    `express` is CloudFormation's express mode, `rolls_back` whether what fails is undone, `wait`
    whether an operation that runs on the stack already is waited for.
    """

    express: bool = False
    rolls_back: bool = True
    wait: bool = True


def mode_for(wish: Wish, stack: Stack | None) -> Mode:
    """The mode to deploy in.

    What express mode has left failed takes nothing else, and no rollback:
    https://github.com/aws/aws-cdk-cli/issues/1739
    """
    if stack is not None and stack.status == "UPDATE_FAILED":
        return Mode(express=True, rolls_back=False)
    return Mode(express=wish.express, rolls_back=wish.rolls_back)


def is_same(stack: Stack, old: JSON, new: JSON, project: Project) -> bool:
    """Whether the stack is as it should be, so that no change set needs to be made to know.

    A template with parameters may mean something else today, one with macros likewise.
    """
    role = project.settings.workflow.cloudformation_role
    return (
        old == new
        and stack.status in recovery.WHOLE
        and dict(stack.tags) == project.tags
        and (role is None or role == stack.role)
        and not any(section in new for section in ("Parameters", "Transform", "Mappings"))
    )


def change_set(
    project: Project,
    assembly: Assembly,
    stack: Stack | None,
    mode: Mode,
    *,
    cloud: Cloud,
    reporter: Reporter,
) -> tuple[Plan, Mode]:
    """Make the change set; one that replaces something, in the standard mode."""

    def make(mode: Mode) -> Plan:
        return change_set_in(mode, project, assembly, stack, cloud=cloud, reporter=reporter)

    plan = make(mode)
    _check_replacements(plan, cloud=cloud)
    # Without a rollback CloudFormation replaces nothing, not even what it only may.
    kinds = ("True",) if mode.rolls_back else ("True", "Conditional")
    replaced = [item for item in plan.changes if item.replacement in kinds]
    if not replaced or mode == Mode():
        return plan, mode
    cloud.stacks.discard(plan)
    names = ", ".join(item.logical_id for item in replaced)
    if stack is not None and stack.status == "UPDATE_FAILED":
        raise DeploymentFailed(
            f"{names} would have to be replaced, which a stack that was left without a rollback "
            "does not take",
            hint="nothing was changed. Deploy what was there before, then this",
        )
    reporter.emit(Note(f"in the standard mode, with a rollback: {names} may be replaced"))
    return make(Mode()), Mode()


def change_set_in(
    mode: Mode,
    project: Project,
    assembly: Assembly,
    stack: Stack | None,
    *,
    cloud: Cloud,
    reporter: Reporter,
) -> Plan:
    """Make the change set in that mode, whatever it would replace."""
    reporter.emit(Step("asking CloudFormation what would change"))
    inline = len(assembly.template.encode()) <= INLINE_TEMPLATE_LIMIT
    return cloud.stacks.plan(
        project.stack_name,
        creates=stack is None or stack.status == "REVIEW_IN_PROGRESS",
        template=assembly.template if inline else None,
        template_url=None if inline else template_url(assembly, cloud),
        tags=project.tags,
        role=project.settings.workflow.cloudformation_role,
        mode=mode,
    )


def check_names(old: JSON, new: JSON, identity: Identity, *, cloud: Cloud, clock: Clock) -> None:
    """Refuse to make what has the name of something outside of the stack.

    Raises:
        DeploymentFailed: names what is there.
    """
    found = naming.taken(old, new, identity, cloud=cloud, clock=clock)
    if found:
        raise DeploymentFailed(
            f"already there, outside of the stack: {', '.join(found)}",
            hint="nothing was changed. Delete them, or give the workflow another name in "
            "maestro.toml",
        )


def _check_replacements(plan: Plan, *, cloud: Cloud) -> None:
    """Refuse to replace what has a name: CloudFormation would try, fail and roll back."""
    for change in plan.changes:
        if change.replacement == "True" and change.type in _NAMED:
            cloud.stacks.discard(plan)
            raise DeploymentFailed(
                f"{change.logical_id} ({change.type}) would have to be replaced, "
                f"and its name {change.physical_id} is in use by the one that is there",
                hint="nothing was changed. Give the workflow another name in maestro.toml, or "
                "tear it down first; a state machine's type cannot change under its name",
            )


def tell_retained(plan: Plan, template: JSON, *, reporter: Reporter) -> None:
    """Say which of the new resources a teardown will not delete."""
    resources = template["Resources"]
    for change in plan.changes:
        policy = resources.get(change.logical_id, {}).get("DeletionPolicy", "Delete")
        if change.action == "Add" and policy != "Delete":
            reporter.emit(
                Note(
                    f"{change.logical_id} ({change.type}) stays after a teardown: its removal "
                    f"policy is {policy}"
                )
            )
