"""The change set of a deployment: in which mode, whether one is needed, and what it may not do."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from maestro_cdk.actions import diagnosis, naming, recovery
from maestro_cdk.actions.living import Lost
from maestro_cdk.actions.threads import threads
from maestro_cdk.actions.uploading import template_url, upload
from maestro_cdk.cloud import Change, Cloud, Mode, Plan, Stack
from maestro_cdk.errors import CloudError, DeploymentFailed, TemplateRejected
from maestro_cdk.model import JSON, Assembly, Identity, Project, SourceRef
from maestro_cdk.ports import Clock, Note, Reporter, Step

INLINE_TEMPLATE_LIMIT = 51_200
"""Bytes of a template that may be sent with the request:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""

_NAMED = {
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
}
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


def mode_for(wish: Wish, stack: Stack | None, lost: Sequence[Lost] = ()) -> Mode:
    """The mode to deploy in.

    What express mode has left failed takes nothing else, and no rollback:
    https://github.com/aws/aws-cdk-cli/issues/1739
    """
    if stack is not None and stack.status == "UPDATE_FAILED":
        return Mode(express=True, rolls_back=False)
    if lost:
        return Mode(reverts_drift=True)
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


def plan(
    project: Project,
    assembly: Assembly,
    stack: Stack | None,
    mode: Mode,
    identity: Identity,
    *,
    old: JSON,
    lost: Sequence[Lost],
    cloud: Cloud,
    reporter: Reporter,
    clock: Clock,
) -> tuple[Plan, Mode]:
    """Make the change set while the files that it refers to are uploaded, and names looked at.

    CloudFormation reads the files when it executes the change set. Whichever of the three fails,
    no change set is left.

    Args:
        project: what to deploy.
        assembly: the new template and its assets.
        stack: the stack; None where there is none.
        mode: in which mode to deploy.
        identity: whose account it is.
        old: the deployed template; None where nothing is deployed.
        lost: what the change set has to bring back.
        cloud: where to.
        reporter: hears of each step.
        clock: tells and passes the time.

    Raises:
        DeploymentFailed: it would fail, or does not bring back what is lost.
    """

    def check() -> None:
        if stack is None or stack.status in recovery.WHOLE:  # else some is there already
            check_names(old, json.loads(assembly.template), identity, cloud=cloud, clock=clock)

    with threads(2) as pool:
        free = pool.submit(check)
        sent = pool.submit(upload, assembly, cloud=cloud, reporter=reporter)
        if not _is_inline(assembly):
            sent.result()  # CloudFormation reads a long template from the bucket, and now
        try:
            made = change_set(
                project, assembly, stack, mode, old=old, lost=lost, cloud=cloud, reporter=reporter
            )
        except DeploymentFailed:
            free.result()  # says it better, where it is a name that is taken
            raise
        try:
            free.result()
            sent.result()
        except BaseException:  # Ctrl-C too
            with suppress(CloudError):  # it may be the reason of both
                discard(made[0], cloud=cloud)
            raise
    return made


def discard(plan: Plan, *, cloud: Cloud) -> None:
    """Leave everything as it is: the change set goes, where there is one."""
    if plan.changes:
        cloud.stacks.discard(plan)


def change_set(
    project: Project,
    assembly: Assembly,
    stack: Stack | None,
    mode: Mode,
    *,
    old: JSON,
    lost: Sequence[Lost] = (),
    cloud: Cloud,
    reporter: Reporter,
) -> tuple[Plan, Mode]:
    """Make the change set; one that replaces something, in the standard mode.

    Args:
        project: what to deploy.
        assembly: the new template and its assets.
        stack: the stack; None where there is none.
        mode: in which mode to deploy.
        old: the deployed template; None where nothing is deployed.
        lost: what the change set has to bring back.
        cloud: where to.
        reporter: hears of each step.

    Raises:
        DeploymentFailed: it would fail, or does not bring back what is lost.
    """

    def make(mode: Mode) -> Plan:
        return change_set_in(mode, project, assembly, stack, cloud=cloud, reporter=reporter)

    plan = make(mode)
    for refused in refusals(plan, old, json.loads(assembly.template), lost):
        discard(plan, cloud=cloud)
        raise refused
    # Without a rollback CloudFormation replaces nothing, not even what it only may.
    kinds = ("True",) if mode.rolls_back else ("True", "Conditional")
    replaced = [item for item in plan.changes if item.replacement in kinds]
    if not replaced or (mode.rolls_back and not mode.express):
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


def _is_inline(assembly: Assembly) -> bool:
    """Whether a template is sent with the request; CloudFormation reads a longer one from S3."""
    return len(assembly.template.encode()) <= INLINE_TEMPLATE_LIMIT


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
    inline = _is_inline(assembly)
    try:
        return cloud.stacks.plan(
            project.stack_name,
            creates=stack is None or stack.status == "REVIEW_IN_PROGRESS",
            template=assembly.template if inline else None,
            template_url=None if inline else template_url(assembly, cloud),
            tags=project.tags,
            role=project.settings.workflow.cloudformation_role,
            mode=mode,
        )
    except TemplateRejected as error:
        raise diagnosis.rejected(error, project) from error


def check_names(old: JSON, new: JSON, identity: Identity, *, cloud: Cloud, clock: Clock) -> None:
    """Refuse to make what has the name of something outside of the stack.

    Raises:
        DeploymentFailed: names what is there.
    """
    found = naming.taken(old, new, identity, cloud=cloud, clock=clock)
    if found:
        them = "it" if len(found) == 1 else "them"
        raise DeploymentFailed(
            f"already there, outside of the stack: {', '.join(found)}",
            hint=f"the stack is as it was. Delete {them}, or give the workflow another name in "
            "maestro.toml",
        )


def refusals(
    plan: Plan, old: JSON, new: Mapping[str, JSON], lost: Sequence[Lost] = ()
) -> Iterator[DeploymentFailed]:
    """Why a change set is better not executed.

    Args:
        plan: what it would do.
        old: the deployed template; None where nothing is.
        new: the new one.
        lost: what it has to bring back.
    """
    yield from _collisions(plan.changes, old, new)
    yield from _given_up(lost, plan)


def _collisions(
    changes: Sequence[Change], old: JSON, new: Mapping[str, JSON]
) -> Iterator[DeploymentFailed]:
    """What would be replaced by another of the same name: CloudFormation would fail, and roll back."""
    before = old.get("Resources", {}) if isinstance(old, dict) else {}
    replaced = {change.logical_id for change in changes if change.replacement == "True"}
    for key, item in new["Resources"].items():
        if item["Type"] not in _NAMED or key not in before:
            continue
        one, two = before[key].get("Properties", {}), item.get("Properties", {})
        name = two.get(_NAMED[item["Type"]])
        if name is None or one.get(_NAMED[item["Type"]]) != name:
            continue
        types = [each.get("StateMachineType", "STANDARD") for each in (one, two)]
        if types[0] != types[1]:
            yield DeploymentFailed(
                f"the type of the state machine {name} cannot change from {types[0]} to {types[1]}",
                hint="the stack is as it was. Tear it down first, or give the workflow another "
                "name in maestro.toml",
                where=SourceRef(file="maestro.toml"),
            )
        elif key in replaced:
            yield DeploymentFailed(
                f"{key} ({item['Type']}) would have to be replaced by another of the same name, "
                f"{name}, which the one that is there has",
                hint="the stack is as it was. Deploy it under another name, or tear down first",
            )


def _given_up(lost: Sequence[Lost], plan: Plan) -> Iterator[DeploymentFailed]:
    """What was deleted past the stack, and what the change set does not make again."""
    made = {change.logical_id for change in plan.changes}
    left = [item for item in lost if item.logical_id not in made]
    if left:
        were = "was" if len(left) == 1 else "were"
        names = ", ".join(map(str, left))
        yield DeploymentFailed(
            f"{names} {were} deleted past the stack, and CloudFormation does not make it again",
            hint="the stack is as it was. `maestro teardown` and `maestro deploy` make all of it "
            "anew",
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
