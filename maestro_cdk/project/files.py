"""The files of a function's folder: which are packed, and which cannot be."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from maestro_cdk.project.ignoring import Ignoring


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why something cannot be packed, and what to do."""

    message: str
    hint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A file and its name in the zip, or whatever stands in the way of packing it."""

    name: str
    path: Path
    problem: Problem | None = None


def walk(path: Path, name: str, project: Path, ignoring: Ignoring) -> Iterator[Found]:
    """A file, or all below a folder, under the name `name`.

    Args:
        path: the file or folder.
        name: what it is called in the zip; empty for the zip's root.
        project: the project's folder, out of which no link may lead.
        ignoring: what is left out.
    """
    try:
        if ignoring.leaves_out(path, folder=path.is_dir()):
            return
        problem = obstacle(path, project)
        if problem is not None:
            yield Found(name=name, path=path, problem=problem)
            return
        if path.is_file():
            yield Found(name=name, path=path)
            return
        if not path.is_dir() or _loops(path):
            return
        children = sorted(path.iterdir())
    except OSError as error:
        yield Found(name=name, path=path, problem=unreadable(path, error))
        return
    for child in children:
        inner = f"{name}/{child.name}" if name else child.name
        yield from walk(child, inner, project, ignoring)


def obstacle(path: Path, project: Path) -> Problem | None:
    """Why a file or folder may not be packed, whatever is in it; None where it may."""
    if shown(path.name) != path.name:
        return Problem(message=f"the name {shown(path.name)!r} is not UTF-8", hint="rename it")
    if not path.is_symlink() or not path.exists():
        return None
    target = path.resolve()
    if target.is_relative_to(project.resolve()):
        return None
    # A project that was cloned could carry a link to its reader's credentials.
    return Problem(
        message=f"the link {path.name} leads out of the project, to {shown(str(target))}",
        hint="copy what it leads to into the project",
    )


def unreadable(path: Path, error: OSError) -> Problem:
    """That a file or folder cannot be read, and why."""
    return Problem(message=f"{shown(path.name)} cannot be read: {error.strerror or error}")


def is_file(path: Path) -> bool:
    """Whether there is a file, as far as anybody may look."""
    try:
        return path.is_file()
    except OSError:
        return False


def shown(name: str) -> str:
    """A name as it can be printed: bytes in it that are not UTF-8 show as what they are not."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _loops(path: Path) -> bool:
    """Whether a folder is a link to one that holds it."""
    if not path.is_symlink():
        return False
    target = path.resolve()  # what is above may be reached by links itself
    return any(parent.resolve() == target for parent in path.absolute().parents)
