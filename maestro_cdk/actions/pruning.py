"""Deleting versions that nothing needs any more: maestro does it, never CloudFormation.

Kept are the last ones, those that an alias leads to, and those from which an execution that runs
was started. Versions of the project's functions go with the last version of the machine that names
them: what is below the lowest that a kept one names, nothing needs. Versions of other functions,
which a definition may name too, are not maestro's to delete.
"""

from collections.abc import Iterable, Mapping

from maestro_cdk.actions import pinning, records
from maestro_cdk.actions.threads import threads
from maestro_cdk.actions.wording import counted
from maestro_cdk.cloud import Cloud
from maestro_cdk.errors import CloudError
from maestro_cdk.model import Project
from maestro_cdk.ports import Note, Reporter
from maestro_cdk.versions import MachineVersion


def prune(project: Project, machine: str, *, cloud: Cloud, reporter: Reporter) -> tuple[int, ...]:
    """Delete the versions of a machine that are too many; return their numbers.

    That it cannot be done is no failure of the deployment.
    """
    keep = project.settings.workflow.release.keep
    try:
        known = tuple(cloud.versions.listed(machine))
        if len(known) <= keep:
            return ()
        doomed, kept = _doomed(machine, known, keep, cloud)
        if not doomed:
            return ()
        deleted = _delete(project, machine, doomed, kept, cloud)
        records.forget(project.stack_name, deleted, kept, cloud=cloud)
    except CloudError as error:
        reporter.emit(Note(f"versions that nothing needs were left: {error.message}"))
        return ()
    if deleted:
        reporter.emit(Note(f"removed {counted(len(deleted), 'version')} that nothing needs"))
    return deleted


def _doomed(
    machine: str, known: tuple[int, ...], keep: int, cloud: Cloud
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The versions that can go, and those that stay; `known` has the newest first."""
    alias = cloud.versions.alias(machine)
    needed = {*known[:keep], *cloud.versions.holding(machine), *(alias.weights if alias else ())}
    doomed = tuple(number for number in known if number not in needed)
    return doomed, tuple(number for number in known if number in needed)


def _delete(
    project: Project, machine: str, doomed: Iterable[int], kept: Iterable[int], cloud: Cloud
) -> tuple[int, ...]:
    """Delete versions of the machine, then those of the functions that only they named."""
    own = _own(project, machine)
    with threads(8) as pool:
        needed = [pool.submit(cloud.versions.describe, machine, number) for number in kept]
        lowest = _lowest([_pins(each.result(), own) for each in needed])
    unused: set[tuple[str, int]] = set()
    deleted = []
    for number in doomed:
        pins = _pins(cloud.versions.describe(machine, number), own)
        try:
            cloud.versions.delete(machine, number)
        except CloudError:  # an alias that somebody else made leads there
            lowest = _lowest([lowest, pins])
            continue
        deleted.append(number)
        unused |= pins.items()
    with threads(8) as pool:
        for each in [
            pool.submit(cloud.versions.delete_function, arn, version)
            for arn, version in unused
            if version < lowest.get(arn, 0)
        ]:
            each.result()
    return tuple(deleted)


def _own(project: Project, machine: str) -> frozenset[str]:
    """The ARNs of the project's functions, which are where its machine is."""
    place = machine.rpartition(":stateMachine:")[0].replace(":states:", ":lambda:", 1)
    return frozenset(f"{place}:function:{each.physical_name}" for each in project.functions)


def _lowest(named: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """The lowest version of each function that any of these names."""
    found: dict[str, int] = {}
    for pins in named:
        for arn, version in pins.items():
            found[arn] = min(version, found.get(arn, version))
    return found


def _pins(version: MachineVersion | None, own: frozenset[str]) -> dict[str, int]:
    return pinning.pinned(version.definition, own) if version else {}
