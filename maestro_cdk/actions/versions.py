"""What was published: the versions there are, what differs between two, and their folders."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher

from maestro_cdk.actions import pinning, records, releasing
from maestro_cdk.actions.difference import Item, states_between
from maestro_cdk.actions.records import Record
from maestro_cdk.actions.releasing import Release
from maestro_cdk.actions.threads import threads
from maestro_cdk.cloud import Cloud
from maestro_cdk.errors import CloudError
from maestro_cdk.model import Project
from maestro_cdk.versions import LIVE, Alias, MachineVersion, absent, is_ahead

SHOWN = 20
"""So many versions are listed, unless all are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version; `record` is what was noted of it, None where that is lost.

    `weight` is how many of 100 executions live gives to it, `running` how many run that were
    started from it.
    """

    number: int
    published: datetime
    record: Record | None
    weight: int
    running: int


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The versions of a workflow, newest first, and where live leads.

    `by_hand` says that live leads elsewhere than maestro left it.
    """

    versions: tuple[Version, ...]
    alias: Alias | None
    release: Release | None
    ahead: bool
    by_hand: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """A file of the folder that differs between two versions: lines that came and went.

    Both are None for one that is no text.
    """

    path: str
    verb: str
    added: int | None = None
    removed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What differs between two versions; `files` is None where a folder was not kept."""

    states: tuple[Item, ...]
    functions: Mapping[str, tuple[int | None, int | None]]
    settings: tuple[str, ...]
    files: tuple[FileChange, ...] | None


def history(project: Project, machine: str, *, cloud: Cloud, most: int | None = SHOWN) -> History:
    """The versions there are."""
    with threads(8) as pool:
        listed = pool.submit(cloud.versions.listed, machine)
        led = pool.submit(cloud.versions.alias, machine)
        held = pool.submit(cloud.versions.holding, machine)
        known = dict([*listed.result().items()][:most])
        noted = {
            number: pool.submit(records.read, project.stack_name, number, when, cloud=cloud)
            for number, when in known.items()
        }
        alias, running = led.result(), held.result()
        versions = tuple(
            Version(
                number=number,
                published=when,
                record=noted[number].result(),
                weight=alias.weights.get(number, 0) if alias else 0,
                running=running.get(number, 0),
            )
            for number, when in known.items()
        )
    return History(
        versions=versions,
        alias=alias,
        release=releasing.going_on(alias),
        ahead=alias is not None and is_ahead(alias),
        by_hand=_by_hand(alias),
    )


def _by_hand(alias: Alias | None) -> bool:
    """Whether somebody else moved live: what it says of itself names another version."""
    if alias is None or alias.version is None:
        return False
    return not alias.description.startswith(f"version {alias.version},")


def number_of(wanted: str, machine: str, *, cloud: Cloud) -> int:
    """The number of a version that a person names: itself, or `live`.

    Raises:
        CloudError: there is no such version.
    """
    if wanted == LIVE:
        alias = cloud.versions.alias(machine)
        if alias is None or alias.version is None:
            raise CloudError("live leads to no one version", hint="name a version by its number")
        return alias.version
    known = cloud.versions.listed(machine)
    if not wanted.isdecimal() or int(wanted) not in known:
        raise absent(wanted, known)
    return int(wanted)


def between(project: Project, machine: str, one: int, two: int, *, cloud: Cloud) -> Changes:
    """What changed from a version to another.

    Raises:
        CloudError: there is no such version any more.
    """
    with threads(4) as pool:
        pair = [pool.submit(version, machine, number, cloud) for number in (one, two)]
        folders = [pool.submit(folder, project, machine, n, cloud=cloud) for n in (one, two)]
        before, after = (each.result() for each in pair)
        old, new = (each.result() for each in folders)
    was, now = pinning.pinned(before.definition), pinning.pinned(after.definition)
    return Changes(
        states=states_between(
            pinning.loosened(before.definition), pinning.loosened(after.definition)
        ),
        functions={
            arn.rpartition(":")[2]: (was.get(arn), now.get(arn))
            for arn in sorted({*was, *now})
            if was.get(arn) != now.get(arn)
        },
        settings=tuple(
            name
            for name in sorted({*before.settings, *after.settings})
            if before.settings.get(name) != after.settings.get(name)
        ),
        files=_files(old, new) if old is not None and new is not None else None,
    )


def folder(
    project: Project, machine: str, number: int, *, cloud: Cloud
) -> Mapping[str, tuple[bytes, bool]] | None:
    """The files of the folder that a version was made from, and whether each can be executed.

    Returns:
        None where they were not kept.
    """
    published = cloud.versions.listed(machine).get(number)
    if published is None:
        raise absent(str(number), cloud.versions.listed(machine))
    record = records.read(project.stack_name, number, published, cloud=cloud)
    content = cloud.assets.read(record.source) if record and record.source else None
    return records.unpacked(content) if content else None


def version(machine: str, number: int, cloud: Cloud) -> MachineVersion:
    """A version as it was published.

    Raises:
        CloudError: there is none of that number.
    """
    found = cloud.versions.describe(machine, number)
    if found is None:
        raise absent(str(number), cloud.versions.listed(machine))
    return found


def _files(
    old: Mapping[str, tuple[bytes, bool]], new: Mapping[str, tuple[bytes, bool]]
) -> tuple[FileChange, ...]:
    return tuple(
        _file(path, *(each[path][0] if path in each else None for each in (old, new)))
        for path in sorted({*old, *new})
        if old.get(path) != new.get(path)
    )


def _file(path: str, old: bytes | None, new: bytes | None) -> FileChange:
    verb = "added" if old is None else "removed" if new is None else "changed"
    try:
        before, after = ((each or b"").decode().splitlines() for each in (old, new))
    except UnicodeDecodeError:
        return FileChange(path=path, verb=verb)
    added = removed = 0
    for _, i, j, k, m in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if before[i:j] != after[k:m]:
            removed, added = removed + j - i, added + m - k
    return FileChange(path=path, verb=verb, added=added, removed=removed)
