"""What is kept of each version beside what AWS keeps: who made it, from what, and the folder itself.

A record is JSON in the asset bucket under the stack's prefix, so a teardown removes it. It tells
people; nothing that a deployment does depends on it, and one that is lost is told as lost.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import PurePosixPath

from maestro_cdk.cloud import Cloud
from maestro_cdk.model import JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a version comes from: the commit, what was said of it, and the folder as a zip."""

    commit: str | None = None
    message: str | None = None
    folder: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What was noted when a version was published.

    `template` is the digest of the deployed template, `functions` the number of each function's
    version by its name in Lambda, `source` the key of the folder's zip.
    """

    number: int
    time: str
    by: str
    template: str
    source: str
    commit: str | None = None
    message: str | None = None
    functions: Mapping[str, int] = field(default_factory=dict)


def prefix(stack_name: str) -> str:
    """What the keys of all records and folders of a stack begin with."""
    return f"{stack_name}/versions/"


def source_key(stack_name: str, folder: bytes) -> str:
    """The key of a folder's zip, which names its content."""
    return f"{prefix(stack_name)}{hashlib.sha256(folder).hexdigest()[:32]}.zip"


def write(stack_name: str, record: Record, *, cloud: Cloud) -> None:
    """Keep a record, in place of one of the same number."""
    text = json.dumps(asdict(record), indent=2, ensure_ascii=False)
    cloud.assets.write(_key(stack_name, record.number), text.encode())


def read(stack_name: str, number: int, published: datetime, *, cloud: Cloud) -> Record | None:
    """The record of a version that was published then.

    Returns:
        None where there is none, or where it is of an earlier machine of that name.
    """
    content = cloud.assets.read(_key(stack_name, number))
    if content is None:
        return None
    try:
        value: JSON = json.loads(content)
        record = Record(**{name: value.get(name) for name in Record.__slots__})
        known = datetime.fromisoformat(record.time)
    except (ValueError, TypeError, AttributeError):
        return None
    return record if (known - published).total_seconds() > -_CLOCKS_APART else None


_CLOCKS_APART = 900
"""Seconds by which this machine's clock may be behind AWS's, which takes no request beyond that."""


def forget(
    stack_name: str, numbers: tuple[int, ...], kept: tuple[int, ...], *, cloud: Cloud
) -> None:
    """Discard the records of these versions, and the folders that none of those kept came from."""
    doomed = {_key(stack_name, number) for number in numbers}
    stored = cloud.assets.listed(prefix(stack_name))
    needed = {_source(cloud.assets.read(_key(stack_name, number))) for number in kept}
    before = {_source(cloud.assets.read(key)) for key in doomed if key in stored}
    cloud.assets.discard(
        [key for key in stored if key in doomed or (key in before and key not in needed)]
    )


def unpacked(folder: bytes) -> dict[str, tuple[bytes, bool]]:
    """The files of a folder's zip by their paths, and whether each can be executed.

    One that would lead out of the folder is left out.
    """
    found = {}
    with zipfile.ZipFile(io.BytesIO(folder)) as archive:
        for entry in archive.infolist():
            path = PurePosixPath(entry.filename)
            if entry.is_dir() or path.is_absolute() or ".." in path.parts:
                continue
            found[entry.filename] = archive.read(entry), bool(entry.external_attr >> 16 & 0o100)
    return found


def _source(content: bytes | None) -> str | None:
    try:
        value = json.loads(content) if content else None
    except ValueError:
        return None
    return value.get("source") if isinstance(value, dict) else None


def _key(stack_name: str, number: int) -> str:
    return f"{prefix(stack_name)}{number}.json"
