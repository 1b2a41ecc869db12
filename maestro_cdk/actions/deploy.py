"""Deploying a project, in three steps: a plan, someone's consent to it, and its execution.

While CDK makes the assembly, AWS is asked whose credentials these are and how the stack stands.
Assets are uploaded while the change set is made that refers to them. Nothing that lives changes until
`apply`, but for a stack that an earlier operation left half-way: that is brought to order first.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from maestro_cdk.actions import (
    cleaning,
    diagnosis,
    difference,
    living,
    mending,
    planning,
    publishing,
    recovery,
)
from maestro_cdk.actions.comparison import seen
from maestro_cdk.actions.difference import Difference
from maestro_cdk.actions.following import SKEW, Ended, Mark, follow, mark
from maestro_cdk.actions.living import Repair
from maestro_cdk.actions.planning import Wish
from maestro_cdk.actions.publishing import Published
from maestro_cdk.actions.records import Origin
from maestro_cdk.actions.remedies import propagates
from maestro_cdk.actions.resolution import World
from maestro_cdk.actions.surveying import survey
from maestro_cdk.actions.threads import threads
from maestro_cdk.actions.uploading import upload
from maestro_cdk.actions.wording import counted
from maestro_cdk.cloud import Cloud, Mode, Plan, Stack
from maestro_cdk.errors import DeploymentFailed
from maestro_cdk.model import JSON, Assembly, Bundle, Identity, Project
from maestro_cdk.ports import Clock, Note, Planned, Reporter, Step, Synthesizer
from maestro_cdk.versions import Alias


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A plan, and what carrying it out needs to know; the plan is None where nothing is to do.

    `before` is the template that is deployed, None where none is, and `mark`
    where the stack's events stood. `repairs` are what lives otherwise than the template says, of what the plan leaves alone.
    `alias` is where `live` leads.
    """

    project: Project
    identity: Identity
    assembly: Assembly
    stack: Stack | None
    plan: Plan | None
    mode: Mode
    difference: Difference
    repairs: tuple[Repair, ...] = ()
    before: JSON = None
    mark: Mark | None = None
    alias: Alias | None = None

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.repairs or self.difference.release) or (
            self.plan is not None and bool(self.plan.changes)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """The stack as it stands after a deployment; `changed` is False where nothing had to be.

    `ended` is False for one that nobody waited for. `put_back` is what had been changed past
    CloudFormation, and is as the template says again; `published` what `live` leads to, None
    where versions are not published.
    """

    stack: Stack
    changed: bool
    ended: bool = True
    put_back: tuple[str, ...] = ()
    published: Published | None = None


def prepare(
    project: Project,
    bundles: Sequence[Bundle],
    out: Path,
    *,
    cloud: Cloud,
    synthesizer: Synthesizer,
    reporter: Reporter,
    clock: Clock,
    wish: Wish | None = None,
) -> Prepared:
    """Find out what deploying would change.

    Args:
        project: what to deploy.
        bundles: what its functions are made of.
        out: a folder for the assembly.
        cloud: where to.
        synthesizer: makes the assembly.
        reporter: hears of each step.
        clock: tells and passes the time.
        wish: how.

    Raises:
        CredentialsError: the credentials are of another account than the stage's.
        StackForeign: a stack of that name is not this project's.
        StackBusy: another operation runs on the stack, and was not to be waited for.
        ReleaseUnderway: `live` goes over to another version just now.
        DeploymentFailed: CloudFormation refuses the template, or cannot mend the stack.
    """
    wish = wish or Wish()
    found = survey(project, bundles, out, cloud=cloud, synthesizer=synthesizer, reporter=reporter)
    stack, assembly = found.stack, found.assembly
    publishing.check(found.live.alias)
    if stack is not None:
        stack = recovery.ready(
            stack, wait=wish.wait, stacks=cloud.stacks, reporter=reporter, clock=clock
        )
        if stack is not found.stack:  # what was seen before may have changed
            live = living.read(project, found.identity, cloud)
            found = replace(found, stack=stack, live=live)
    was = seen(found, cloud)
    mode = planning.mode_for(wish, stack, was.lost)
    if mode.express and not wish.express:
        reporter.emit(Note("in express mode: what that left failed takes nothing else"))
    plan = None
    before = None
    if stack is None or was.lost or not planning.is_same(stack, was.old, was.new, project):
        with threads(1) as pool:
            marked = pool.submit(_mark, stack, cloud, clock)
            plan, mode = planning.plan(
                project,
                assembly,
                stack,
                mode,
                found.identity,
                old=was.old,
                lost=was.lost,
                cloud=cloud,
                reporter=reporter,
                clock=clock,
            )
            before = marked.result()
        planning.tell_retained(plan, was.new, reporter=reporter)
        publishing.tell_of_removed(was.difference, found.live, cloud=cloud, reporter=reporter)
    return Prepared(
        project=project,
        identity=found.identity,
        assembly=assembly,
        stack=stack,
        plan=plan,
        mode=mode,
        difference=difference.foreseen(
            was.difference, plan.changes if plan else (), was.old, was.new
        ),
        repairs=was.repairs if was.old == was.new else (),
        before=was.old,
        mark=before,
        alias=found.live.alias,
    )


def apply(
    prepared: Prepared,
    *,
    cloud: Cloud,
    reporter: Reporter,
    clock: Clock,
    wait: bool = True,
    origin: Callable[[], Origin] = Origin,
) -> Deployed:
    """Carry out a plan, report until it is done, and publish what is deployed then.

    Where it fails only because IAM had not told a service of a new role, it is tried once more.

    Args:
        prepared: the plan.
        cloud: where.
        reporter: hears of each step.
        clock: tells and passes the time.
        wait: whether its end is waited for; without that nothing is published.
        origin: tells what a version comes from.

    Raises:
        DeploymentFailed: with the first resource that failed, why, and what in the folder made it.
    """
    project, plan, stack = prepared.project, prepared.plan, prepared.stack
    repairs, executed, updated = prepared.repairs, False, False
    if plan is not None and plan.changes:
        stack = _executed(prepared, plan, wait=wait, cloud=cloud, reporter=reporter, clock=clock)
        executed, updated = True, wait and not plan.creates
        repairs = _left(prepared, stack, cloud=cloud) if updated else ()
    if stack is None:
        raise DeploymentFailed(f"the stack {project.stack_name} was deleted meanwhile")
    _put_right(prepared, repairs, cloud=cloud, reporter=reporter, clock=clock)
    stack = _protected(stack, project, cloud=cloud, reporter=reporter)
    deployed = Deployed(
        stack=stack,
        changed=prepared.changes,
        ended=wait or not executed,
        put_back=tuple(map(str, repairs)),
    )
    if not deployed.ended:
        return deployed
    with threads(1) as pool:
        if updated:
            assembly, before = prepared.assembly, prepared.before
            pool.submit(
                cleaning.clean, assembly, before, cloud=cloud, reporter=reporter, clock=clock
            )
        published = publishing.publish(
            project,
            stack,
            prepared.assembly,
            prepared.alias,
            origin,
            cloud=cloud,
            reporter=reporter,
            clock=clock,
        )
    return replace(deployed, published=published)


def halted(prepared: Prepared, *, cloud: Cloud) -> str | None:
    """Where a deployment stands that nobody waits for any more; what has not begun never will.

    Returns:
        The stack's status; None where nothing has begun.

    Raises:
        CloudError: CloudFormation refused to tell.
    """
    plan = prepared.plan
    if plan is not None and plan.changes and not cloud.stacks.begun(plan):
        discard(prepared, cloud=cloud)
        return None
    stack = cloud.stacks.describe(prepared.project.stack_name)
    return stack.status if stack else None


def cancel(prepared: Prepared, *, cloud: Cloud, reporter: Reporter, clock: Clock) -> Ended | None:
    """Cancel the update that a plan's execution is, and follow its rollback to the end.

    Returns:
        How it ended; None where there is nothing to cancel any more.
    """
    stack = cloud.stacks.describe(prepared.project.stack_name)
    if stack is None or stack.status != "UPDATE_IN_PROGRESS":
        return None
    before = mark(stack.id, stacks=cloud.stacks, clock=clock, runs=True)
    cloud.stacks.cancel(stack.id)
    return follow(stack.id, before, stacks=cloud.stacks, reporter=reporter, clock=clock)


def discard(prepared: Prepared, *, cloud: Cloud) -> None:
    """Leave everything as it is: the change set goes."""
    if prepared.plan is not None and prepared.plan.changes:
        cloud.stacks.discard(prepared.plan)


def _mark(stack: Stack | None, cloud: Cloud, clock: Clock) -> Mark:
    """Where the stack's events stand; of one that is to be made there are none.

    If somebody else's operation comes between, the change set cannot be executed any more.
    """
    if stack is None or stack.status == "REVIEW_IN_PROGRESS":
        return Mark(since=clock.now() - SKEW, seen=frozenset())
    return mark(stack.id, stacks=cloud.stacks, clock=clock)


def _executed(
    prepared: Prepared,
    plan: Plan,
    *,
    wait: bool,
    cloud: Cloud,
    reporter: Reporter,
    clock: Clock,
) -> Stack | None:
    """The stack after a plan's execution, which is tried again where only IAM was slow."""
    project = prepared.project
    ended = _execute(
        plan, prepared.mark, project, wait=wait, cloud=cloud, reporter=reporter, clock=clock
    )
    if ended is not None and ended.status not in _WELL and _propagates(ended):
        reporter.emit(Note("IAM had not told every service of a new role: once more"))
        stack = cloud.stacks.describe(plan.stack_id)
        if stack is not None:
            stack = recovery.ready(
                stack, wait=True, stacks=cloud.stacks, reporter=reporter, clock=clock
            )
        plan, _ = planning.change_set(
            project,
            prepared.assembly,
            stack,
            prepared.mode,
            old=prepared.before,
            cloud=cloud,
            reporter=reporter,
        )
        if not plan.changes:
            return stack
        ended = _execute(
            plan, None, project, wait=wait, cloud=cloud, reporter=reporter, clock=clock
        )
    if ended is not None and ended.status not in _WELL:
        raise _failed(project, ended)
    return ended.stack if ended and ended.stack else cloud.stacks.describe(plan.stack_id)


_WELL = ("CREATE_COMPLETE", "UPDATE_COMPLETE")


def _propagates(ended: Ended) -> bool:
    """Whether it failed only because IAM had not told every service of a new role."""
    return ended.failure is not None and propagates(ended.failure.reason or "")


def _left(prepared: Prepared, stack: Stack | None, *, cloud: Cloud) -> tuple[Repair, ...]:
    """What an update has left otherwise than the template says: CloudFormation compares templates.

    Where nothing was otherwise before, nothing is since.
    """
    was = prepared.difference
    if stack is None or not (was.ahead or was.lost):
        return ()
    live = living.read(prepared.project, prepared.identity, cloud)
    template = json.loads(prepared.assembly.template)
    world = World(
        identity=prepared.identity,
        stack_id=stack.id,
        template=template,
        listed=lambda: cloud.stacks.resources(stack.id),
    )
    return tuple(living.repairs(live, prepared.assembly, template, world))


def _put_right(
    prepared: Prepared,
    repairs: tuple[Repair, ...],
    *,
    cloud: Cloud,
    reporter: Reporter,
    clock: Clock,
) -> None:
    """Make what lives as the template says where CloudFormation has not: it compares templates."""
    if not repairs:
        return
    reporter.emit(Note(f"changed past CloudFormation: {', '.join(map(str, repairs))}"))
    keys = {repair.value for repair in repairs if repair.kind == "code"}
    upload(prepared.assembly, cloud=cloud, reporter=reporter, only=keys)
    mending.mend(repairs, cloud=cloud, reporter=reporter, clock=clock)


def _execute(
    plan: Plan,
    before: Mark | None,
    project: Project,
    *,
    wait: bool,
    cloud: Cloud,
    reporter: Reporter,
    clock: Clock,
) -> Ended | None:
    """Execute a change set; return how that ended, None where nobody waits."""
    count = counted(len(plan.changes), "resource")
    verb = "creating" if plan.creates else "updating"
    reporter.emit(Step(f"{verb} the stack {project.stack_name}: {count}"))
    before = before or mark(plan.stack_id, stacks=cloud.stacks, clock=clock)
    cloud.stacks.apply(plan)
    reporter.emit(Planned(tuple(change.logical_id for change in plan.changes)))
    if not wait:
        return None
    return follow(plan.stack_id, before, stacks=cloud.stacks, reporter=reporter, clock=clock)


def _protected(stack: Stack, project: Project, *, cloud: Cloud, reporter: Reporter) -> Stack:
    """The stack, its termination protection as the settings say."""
    wanted = project.settings.workflow.protected
    if stack.protected == wanted:
        return stack
    reporter.emit(Note(f"termination protection is now {'on' if wanted else 'off'}"))
    cloud.stacks.protect(stack.id, on=wanted)
    return replace(stack, protected=wanted)


def _failed(project: Project, ended: Ended) -> DeploymentFailed:
    if ended.failure is None:
        return DeploymentFailed(f"{ended.status}: {ended.reason or 'CloudFormation says no more'}")
    return diagnosis.failed(ended.failure, project, ended.status)
