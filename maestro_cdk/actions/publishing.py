"""Publishing what is deployed as a version, and having the alias `live` lead to it.

It comes after the deployment, in an order in which each step can be the last: functions first, then
the version that names theirs, then what is noted of it, then the alias. What was published before
stays as it is, and what was begun and not ended is found again by what it is, not by a note.
docs/explanation/versions.md says more.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from hashlib import sha256

from maestro_cdk.actions import pinning, pruning, records, releasing
from maestro_cdk.actions.patience import once_settled
from maestro_cdk.actions.records import Origin, Record
from maestro_cdk.actions.run import OUTPUT
from maestro_cdk.actions.threads import threads
from maestro_cdk.cloud import Cloud, Stack
from maestro_cdk.errors import CloudError, DeploymentFailed, ReleaseUnderway
from maestro_cdk.model import Project
from maestro_cdk.ports import Clock, Reporter, Step
from maestro_cdk.versions import AHEAD, ALL, Alias, MachineVersion, is_ahead


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


def publish(
    project: Project,
    stack: Stack,
    template: str,
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
        template: the template that is deployed.
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
    before = alias.version if alias else None
    if before and is_published(alias, template):
        return Published(version=before, before=before, fresh=False)
    try:
        number, fresh = _version(
            project, machine, template, before, origin, cloud=cloud, reporter=reporter, clock=clock
        )
        percentage = _move(project, machine, number, before, template, cloud=cloud, clock=clock)
    except CloudError as error:
        led = f"version {before}, as before" if before else "no version yet"
        raise DeploymentFailed(
            f"the stack is deployed, but not published: {error.message}",
            hint=f"{error.hint}\n  " * bool(error.hint)
            + f"live leads to {led}; `maestro deploy` goes on from here",
        ) from error
    if fresh:
        pruning.prune(project, machine, cloud=cloud, reporter=reporter)
    return Published(version=number, before=before, fresh=fresh, percentage=percentage)


def _version(
    project: Project,
    machine: str,
    template: str,
    live: int | None,
    origin: Callable[[], Origin],
    *,
    cloud: Cloud,
    reporter: Reporter,
    clock: Clock,
) -> tuple[int, bool]:
    """The number of the version that is what is deployed, and whether it was made now."""
    names = [function.physical_name for function in project.functions]
    with threads(10) as pool:
        described_now = pool.submit(cloud.versions.describe, machine)
        listed = pool.submit(cloud.versions.listed, machine)
        asked = {name: pool.submit(_published, name, cloud, clock) for name in names}
        current = described_now.result()
        known = listed.result()
        functions = {name: each.result() for name, each in asked.items()}
    if current is None:
        raise CloudError(f"there is no state machine {machine}")
    wanted = pinning.pin(current.definition, dict(functions.values()))
    number = _same(machine, replace(current, definition=wanted), [*known][:1], live, cloud)
    fresh = number is None
    stack = project.stack_name
    if number is not None and records.read(stack, number, known[number], cloud=cloud):
        return number, fresh
    came_from = origin()
    source = records.keep_source(stack, came_from.folder, cloud=cloud)
    if number is None:
        reporter.emit(Step("publishing a version"))
        said = came_from.message or came_from.commit or "deployed by maestro"
        number = _publish(machine, current, wanted, said, cloud)
    record = Record(
        number=number,
        time=clock.now().astimezone(UTC).isoformat(timespec="seconds"),
        by=cloud.identity.arn,
        commit=came_from.commit,
        message=came_from.message,
        template=digest(template),
        source=source,
        functions={name: version for name, (_, version) in functions.items()},
    )
    records.write(stack, record, cloud=cloud)
    return number, fresh


def _published(name: str, cloud: Cloud, clock: Clock) -> tuple[str, int]:
    """A function's ARN, and the version that is as the function is now."""
    return once_settled(lambda: cloud.versions.publish_function(name), clock)


def _same(
    machine: str, wanted: MachineVersion, newest: Sequence[int], live: int | None, cloud: Cloud
) -> int | None:
    """The version that is just so already: the newest, or the one that live leads to."""
    for number in dict.fromkeys([*newest, *([live] if live else [])]):
        found = cloud.versions.describe(machine, number)
        if found and (found.definition, found.settings) == (wanted.definition, wanted.settings):
            return number
    return None


def _publish(machine: str, current: MachineVersion, wanted: str, said: str, cloud: Cloud) -> int:
    """Publish a machine with another definition, and give it its own back, whatever happens.

    Step Functions publishes a machine only as it is. Executions that are started from the machine
    itself in between do the same by the functions' new versions.
    """
    try:
        return cloud.versions.publish(machine, wanted, said)
    finally:
        if wanted != current.definition:
            cloud.machines.update(machine, {"definition": current.definition})


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
        cloud.versions.point(machine, {number: ALL}, said)
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
