"""Publishing what is deployed as a version, and having the alias `live` lead to it.

It comes after the deployment, in an order in which each step can be the last: functions first, then
the version that names theirs, then what is noted of it, then the alias. What was published before
stays as it is, and what was begun and not ended is found again by what it is, not by a note.
docs/explanation/versions.md says more.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256

from maestro_cdk.actions import living, pinning, pruning, records, releasing
from maestro_cdk.actions.difference import Difference
from maestro_cdk.actions.living import Live
from maestro_cdk.actions.patience import once_settled, patiently
from maestro_cdk.actions.records import Origin, Record
from maestro_cdk.actions.resolution import World
from maestro_cdk.actions.run import OUTPUT
from maestro_cdk.actions.threads import threads
from maestro_cdk.actions.wording import counted
from maestro_cdk.cloud import Cloud, LiveFunction, Stack
from maestro_cdk.errors import CloudError, DeploymentFailed, ReleaseUnderway
from maestro_cdk.model import Assembly, Project
from maestro_cdk.ports import Clock, Note, Reporter, Step
from maestro_cdk.versions import AHEAD, ALL, Alias, FunctionVersion, MachineVersion, is_ahead


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What live leads to after a deployment; `before` is what it led to, None where to nothing.

    `fresh` says that the version was made now. `percentage` is less than 100 where a release
    goes on, which moves the rest by and by.
    """

    version: int
    before: int | None
    fresh: bool
    percentage: int = ALL


def digest(template: str) -> str:
    """What a template is known by in a version's description."""
    return sha256(template.encode()).hexdigest()[:16]


def described(version: int, template: str) -> str:
    """What an alias says of itself, by which the next deployment knows it."""
    return f"version {version}, template {template}"


def is_published(alias: Alias | None, template: str) -> bool:
    """Whether live leads to the version of a template, and nothing came past CloudFormation."""
    version = alias.version if alias else None
    return (
        version is not None
        and alias is not None
        and (alias.description == described(version, digest(template)))
    )


def mark_ahead(machine: str, alias: Alias | None, *, cloud: Cloud) -> None:
    """Note that the machine and its functions are ahead of what live leads to."""
    if alias is not None and alias.version and not is_ahead(alias):
        cloud.versions.point(machine, alias.weights, f"{alias.description}{AHEAD}")


def check(alias: Alias | None) -> None:
    """Refuse to move what is just moving.

    Raises:
        ReleaseUnderway: live leads to two versions.
    """
    if alias is None or len(alias.weights) <= 1:
        return
    said = " and ".join(f"{weight} % to version {n}" for n, weight in sorted(alias.weights.items()))
    older = min(alias.weights)
    raise ReleaseUnderway(
        f"a release goes on: of the executions that are started go {said}",
        hint=f"wait for its end (`maestro status` tells), or `maestro rollback {older}` ends it there",
    )


def tell_of_removed(
    difference: Difference, live: Live, *, cloud: Cloud, reporter: Reporter
) -> None:
    """Tell where executions run that a deletion of functions takes the code from.

    The versions of a function go with it. Whether an execution will call it nobody can tell.
    """
    removed = [item.name for item in difference.functions if item.verb == "removed"]
    if not removed or live.alias is None or live.machine is None:
        return
    held = cloud.versions.holding(live.machine.arn)
    if held:
        names = ", ".join(removed)
        reporter.emit(
            Note(
                f"{counted(sum(held.values()), 'execution')} of earlier versions run: they fail "
                f"where they still call {names}, which is deleted with all its versions"
            )
        )


def publish(
    project: Project,
    stack: Stack,
    assembly: Assembly,
    alias: Alias | None,
    origin: Callable[[], Origin],
    *,
    cloud: Cloud,
    reporter: Reporter,
    clock: Clock,
) -> Published | None:
    """Publish what is deployed, unless it is published already, and have live lead there.

    Args:
        project: the project.
        stack: its stack.
        assembly: what is deployed.
        alias: live, as it is.
        origin: tells where it comes from; asked only where something is published.
        cloud: where.
        reporter: hears of it.
        clock: tells and passes the time.

    Returns:
        None where versions are not kept.

    Raises:
        DeploymentFailed: it stopped half-way; live leads where it did.
    """
    machine = stack.outputs.get(OUTPUT)
    if machine is None or not project.settings.workflow.release.keep:
        return None
    before, template = alias.version if alias else None, assembly.template
    if before and is_published(alias, template):
        return Published(version=before, before=before, fresh=False)
    try:
        world = _world(assembly, stack, cloud)
        wanted = living.wanted_definition(assembly, world)
        found = _look(project, machine, before, wanted, cloud=cloud, clock=clock)
        _check_functions(found, assembly, world)
        number, fresh = _version(
            project, machine, template, found, origin, cloud=cloud, reporter=reporter, clock=clock
        )
        percentage = _move(project, machine, number, before, template, cloud=cloud, clock=clock)
    except CloudError as error:
        led = f"version {before}, as before" if before else "no version yet"
        raise DeploymentFailed(
            f"the stack is deployed, but not published: {error.message}",
            hint=f"{error.hint}\n  " * bool(error.hint)
            + f"live leads to {led}; `maestro deploy` goes on from here",
        ) from error
    if fresh and len(found.known) >= project.settings.workflow.release.keep:
        pruning.prune(project, machine, cloud=cloud, reporter=reporter)
    return Published(version=number, before=before, fresh=fresh, percentage=percentage)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """The machine as it is, its versions, and of each function the version that is as it is.

    `live` is the version that live leads to.
    """

    current: MachineVersion
    live: MachineVersion | None
    known: Mapping[int, datetime]
    functions: Mapping[str, FunctionVersion]


def _world(assembly: Assembly, stack: Stack, cloud: Cloud) -> World:
    """What the template's values became."""
    return World(
        identity=cloud.identity,
        stack_id=stack.id,
        template=json.loads(assembly.template),
        listed=lambda: cloud.stacks.resources(stack.id),
    )


def _check_functions(found: _Found, assembly: Assembly, world: World) -> None:
    """Refuse to make a version of functions that another deployment changed meanwhile."""
    live = Live(
        functions={
            name: LiveFunction(name=name, code=version.code, properties=version.properties)
            for name, version in found.functions.items()
        }
    )
    changed = list(map(str, living.repairs(live, assembly, world.template, world)))
    if changed:
        raise CloudError(
            f"changed meanwhile, by another deployment or by hand: {', '.join(changed)}"
        )


def _look(
    project: Project,
    machine: str,
    live: int | None,
    wanted: str | None,
    *,
    cloud: Cloud,
    clock: Clock,
) -> _Found:
    """Publish the functions, and look at all else side by side."""
    names = [function.physical_name for function in project.functions]
    with threads(10) as pool:
        now = pool.submit(_current, machine, wanted, cloud, clock)
        led = pool.submit(cloud.versions.describe, machine, live) if live else None
        listed = pool.submit(cloud.versions.listed, machine)
        asked = {name: pool.submit(_published, name, cloud, clock) for name in names}
        return _Found(
            current=now.result(),
            live=led.result() if led else None,
            known=listed.result(),
            functions={name: each.result() for name, each in asked.items()},
        )


def _current(machine: str, wanted: str | None, cloud: Cloud, clock: Clock) -> MachineVersion:
    """The machine as it is now, which is told for moments as it was before its update.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html
    """

    def ask() -> MachineVersion:
        found = cloud.versions.describe(machine)
        if found is None:
            raise CloudError(f"there is no state machine {machine}")
        if wanted is not None and not living.same_definition(wanted, found.definition):
            raise CloudError(f"{machine} {_OTHERWISE}")
        return found

    return patiently(ask, lambda error: error.message.endswith(_OTHERWISE), clock)


_OTHERWISE = "does not have the definition that was deployed"


def _published(name: str, cloud: Cloud, clock: Clock) -> FunctionVersion:
    """The version of a function that is as the function is now."""
    return once_settled(lambda: cloud.versions.publish_function(name), clock)


def _version(
    project: Project,
    machine: str,
    template: str,
    found: _Found,
    origin: Callable[[], Origin],
    *,
    cloud: Cloud,
    reporter: Reporter,
    clock: Clock,
) -> tuple[int, bool]:
    """The number of the version that is what is deployed, and whether it was made now."""
    numbers = {each.arn: each.number for each in found.functions.values()}
    definition = pinning.pin(found.current.definition, numbers)
    number = _same(machine, replace(found.current, definition=definition), found, cloud)
    fresh, stack = number is None, project.stack_name
    if number is not None and records.read(stack, number, found.known[number], cloud=cloud):
        return number, fresh
    came_from = origin()
    record = Record(
        number=number or 0,
        time=clock.now().astimezone(UTC).isoformat(timespec="seconds"),
        by=cloud.identity.arn,
        commit=came_from.commit,
        message=came_from.message,
        template=digest(template),
        source=records.source_key(stack, came_from.folder),
        functions={name: version.number for name, version in found.functions.items()},
    )
    with threads(2) as pool:
        kept = pool.submit(cloud.assets.write, record.source, came_from.folder)
        restored = None
        if number is None:
            reporter.emit(Step("publishing a version"))
            said = came_from.message or came_from.commit or "deployed by maestro"
            try:
                number = cloud.versions.publish(machine, definition, said)
            finally:  # its answer may be lost, and it done
                restored = pool.submit(_restore, machine, found.current, definition, cloud)
        kept.result()
        records.write(stack, replace(record, number=number), cloud=cloud)
        if restored:
            restored.result()
    return number, fresh


def _restore(machine: str, current: MachineVersion, definition: str, cloud: Cloud) -> None:
    """Give a machine that was published with another definition its own back.

    Step Functions publishes a machine only as it is. Executions that are started from the machine
    itself in between do the same by the functions' new versions.
    """
    if definition != current.definition:
        cloud.machines.update(machine, {"definition": current.definition})


def _same(machine: str, wanted: MachineVersion, found: _Found, cloud: Cloud) -> int | None:
    """The version that is just so already: the one that live leads to, or the newest."""
    newest = next(iter(found.known), None)
    candidates = [found.live]
    if newest is not None and (found.live is None or newest != found.live.number):
        candidates.append(cloud.versions.describe(machine, newest))
    return next(
        (
            each.number
            for each in candidates
            if each and (each.definition, each.settings) == (wanted.definition, wanted.settings)
        ),
        None,
    )


def _move(
    project: Project,
    machine: str,
    number: int,
    before: int | None,
    template: str,
    *,
    cloud: Cloud,
    clock: Clock,
) -> int:
    """Have live lead to a version, or begin to; return how many of 100 executions go there first."""
    said = described(number, digest(template))
    release = project.settings.workflow.release
    if before is None or before == number or not release.gradual:
        cloud.versions.point(machine, {number: ALL}, said, new=before is None)
        return ALL
    releasing.begin(
        machine,
        project.name,
        release,
        before=before,
        after=number,
        said=said,
        cloud=cloud,
        clock=clock,
    )
    return release.percentage
