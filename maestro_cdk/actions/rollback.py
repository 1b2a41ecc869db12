"""Going back to a version: moving the alias, which takes effect in seconds.

The stack is left alone, so the next deployment begins from what it is, and says that it moves live.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from maestro_cdk.actions import pinning, publishing, records, releasing, versions
from maestro_cdk.actions.threads import threads
from maestro_cdk.cloud import Cloud, Stack
from maestro_cdk.errors import CloudError, StackBusy
from maestro_cdk.model import Project
from maestro_cdk.versions import ALL, Alias, absent


@dataclass(frozen=True, slots=True, kw_only=True)
class RolledBack:
    """Where live leads now; `before` is where it led, the same where nothing was to do."""

    before: int | None
    after: int
    stopped: int


def roll_back(
    project: Project, stack: Stack, machine: str, wanted: str | None, *, cloud: Cloud
) -> RolledBack:
    """Have live lead to a version again; a release that goes on is ended.

    Args:
        project: the project.
        stack: its stack.
        machine: the state machine's ARN.
        wanted: the version's number; None is the one before that live leads to, or the one that a
            release comes from.
        cloud: where.

    Raises:
        StackBusy: a deployment goes on.
        CloudError: there is no such version, or nothing before it, or a function's is gone.
    """
    if stack.status.endswith("_IN_PROGRESS"):
        raise StackBusy(
            f"a deployment goes on: {stack.name} is {stack.status}",
            hint="wait for its end, which publishes a version; `maestro status` tells",
        )
    alias = cloud.versions.alias(machine)
    known = cloud.versions.listed(machine)
    if alias is None:
        raise CloudError(
            "nothing is published, so there is nothing to go back to",
            hint="`maestro deploy` publishes what it deploys",
        )
    releases = releasing.running(machine, cloud=cloud)
    number = _target(alias, known, wanted, under_way=bool(releases))
    if alias.version == number and not releases:
        return RolledBack(before=number, after=number, stopped=0)
    _check_functions(machine, number, cloud)
    record = records.read(project.stack_name, number, known[number], cloud=cloud)
    for release in releases:
        cloud.machines.stop(release, cause=f"maestro rollback to version {number}")
    template = record.template if record else "unknown"
    said = publishing.described(number, template)
    cloud.versions.point(machine, {number: ALL}, said)
    return RolledBack(before=alias.version, after=number, stopped=len(releases))


def _target(
    alias: Alias, known: Mapping[int, datetime], wanted: str | None, *, under_way: bool
) -> int:
    if wanted is not None:
        if not wanted.isdecimal() or int(wanted) not in known:
            raise absent(wanted, known)
        return int(wanted)
    if under_way or alias.version is None:  # live may lead to the version before alone as yet
        return min(alias.weights)
    earlier = [number for number in known if number < alias.version]
    if not earlier:
        raise CloudError(
            f"live leads to version {alias.version}, and there is none before it",
            hint="`maestro versions` lists those there are",
        )
    return max(earlier)


def _check_functions(machine: str, number: int, cloud: Cloud) -> None:
    """Refuse a version one of whose functions is gone: its executions would fail."""
    pins = pinning.pinned(versions.version(machine, number, cloud).definition)
    if not pins:
        return
    with threads(8) as pool:
        there = {
            (arn, version): pool.submit(cloud.versions.function_exists, arn, version)
            for arn, version in pins.items()
        }
        gone = [pair for pair, each in there.items() if not each.result()]
    if gone:
        names = ", ".join(f"{arn.rpartition(':')[2]}:{version}" for arn, version in sorted(gone))
        raise CloudError(
            f"version {number} cannot run any more: it needs {names}, which somebody deleted",
            hint=f"`maestro versions --checkout {number} DIR` brings its folder back, to deploy it "
            "anew",
        )
