"""What a requirements file asks for, with the files that it takes in."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from maestro_cdk.project.dependencies.failures import Failure

_TAKES_IN = re.compile(r"(?:-r|-c|--requirements?|--constraints?)(?:\s+|=)?(\S+)")
_EDITABLE = re.compile(r"(?:-e|--editable)(?:\s+|=)?(\S+)")
_LOCAL = re.compile(
    r"(?:[\w.-]+(?:\[[^\]]*\])?\s*@\s*)?(file:\S+|\.{1,2}/\S*|/\S+|\.{1,2}$|\S+\.whl)"
)
_REMOTE = re.compile(r"(?:https?|git\+\w+|ssh)://")

FOLDERS = "put code of your own into lambdas/_shared, or build a wheel of it, and name that here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirements:
    """Requirements, read: what they say, all told, and whether they ask for anything."""

    texts: tuple[str, ...]
    empty: bool


def read(path: Path, seen: tuple[Path, ...] = ()) -> Requirements:
    """Read a requirements file, and all that it takes in.

    Raises:
        Failure: a file is not there, or something is asked for that no zip can hold.
    """
    if path in seen:
        return Requirements(texts=(), empty=True)
    texts, empty = [], True
    for line in lines(_text(path, seen)):
        texts.append(line)
        found = _TAKES_IN.match(line)
        if found and not _REMOTE.match(found.group(1)):
            inner = read(path.parent / found.group(1), (*seen, path))
            texts += inner.texts
            # Constraints ask for nothing.
            empty = empty and (inner.empty or line.startswith(("-c", "--c")))
        elif not line.startswith("-") or _EDITABLE.match(line):
            texts += _of_this_machine(line, path)
            empty = False
    return Requirements(texts=tuple(texts), empty=empty)


def lines(text: str) -> list[str]:
    """What requirements say, a line each, without comments and line breaks."""
    joined = re.sub(r"\\\r?\n", " ", text)
    plain = (re.sub(r"(^|\s)#.*", "", line).strip() for line in joined.splitlines())
    return [line for line in plain if line]


def _text(path: Path, seen: tuple[Path, ...]) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise Failure(seen[-1] if seen else path, f"{path.name} cannot be read: {why}") from error


def _of_this_machine(line: str, path: Path) -> list[str]:
    """The digest of a wheel that a line names.

    Raises:
        Failure: it names a folder, which would be built here, or linked to.
    """
    editable = _EDITABLE.match(line)
    local = _LOCAL.match(editable.group(1) if editable else line)
    if local is None and editable is None:
        return []
    name = local.group(1) if local else line
    if _REMOTE.match(name):
        return []
    wheel = path.parent / name.removeprefix("file://").removeprefix("file:")
    if editable or not wheel.name.endswith(".whl"):
        raise Failure(path, f"{name} is a folder, or is to be built: it is not installed", FOLDERS)
    try:
        return [hashlib.sha256(wheel.read_bytes()).hexdigest()]
    except OSError as error:
        raise Failure(path, f"{name} cannot be read: {error.strerror}") from error
