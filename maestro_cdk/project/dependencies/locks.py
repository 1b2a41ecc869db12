"""The file in a folder that names a Python function's packages, and whether it can be used."""

import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maestro_cdk.project import files
from maestro_cdk.project.dependencies import requirements
from maestro_cdk.project.dependencies.failures import Failure

_FOREIGN = {
    "poetry.lock": "poetry export -o requirements.txt",
    "pdm.lock": "pdm export -o requirements.txt",
    "Pipfile.lock": "pipenv requirements > requirements.txt",
}
"""Locks that uv does not read, and what makes a file of them that it does."""

_LOCK = "run `uv lock`"

_PLAIN = re.compile(r"(?:[=<>!~]=|[<>])(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))*(?:\.\*)?")
"""A clause about versions that is written in one way alone."""

_ELSEWHERE = frozenset({"git", "url", "path", "directory", "editable", "virtual"})
"""What uv.lock says of a requirement that no index serves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A file that names packages: all that it says, and the lock that pins what it names."""

    path: Path
    said: tuple[str, ...]
    lock: Path | None = None


def find(folder: Path, project: Path) -> Manifest | None:
    """The file that names the packages of a folder's functions; None: it needs none.

    `requirements.txt` counts before `pyproject.toml`: it is made for installing.

    Args:
        folder: where to look.
        project: the project's folder, above which nothing is looked for.

    Raises:
        Failure: it cannot be read, or not be used.
    """
    path = folder / "requirements.txt"
    if files.is_file(path):
        read = requirements.read(path)
        return None if read.empty else Manifest(path=path, said=read.texts)
    for path in sorted(folder.glob("pylock*.toml")):
        return Manifest(path=path, said=(json.dumps(_tables(path), default=str),))
    path = folder / "pyproject.toml"
    if files.is_file(path):
        return _of_project(path, _tables(path), project)
    _refuse_foreign(folder)
    return None


def _of_project(path: Path, tables: dict[str, Any], project: Path) -> Manifest | None:
    own = _table(tables.get("project"))
    if "dependencies" in _list(own.get("dynamic")):
        raise Failure(
            path, "its dependencies are dynamic", "write them down, as [project] dependencies"
        )
    _refuse_foreign(path.parent)
    wanted = own.get("dependencies", [])
    if not isinstance(wanted, list) or not all(isinstance(item, str) for item in wanted):
        form = 'a list of texts: ["numpy>=2"]'
        raise Failure(path, "[project] dependencies are no list of texts", f"write {form}")
    if not wanted:
        return None
    uv = _table(tables.get("tool")).get("uv")
    said = json.dumps([own.get("name"), wanted, uv], default=str)
    lock = _lock(path.parent, project)
    if lock is None:
        return Manifest(path=path, said=(said,))
    _check_lock(lock, path, str(own.get("name", "")), wanted)
    return Manifest(path=path, said=(said, json.dumps(_tables(lock), default=str)), lock=lock)


def _lock(folder: Path, project: Path) -> Path | None:
    """The uv.lock of a folder: its own, or that of the workspace that it is part of."""
    if files.is_file(folder / "uv.lock"):
        return folder / "uv.lock"
    for above in folder.parents:
        if not above.is_relative_to(project):
            return None
        if files.is_file(above / "uv.lock") and files.is_file(above / "pyproject.toml"):
            uv = _table(_table(_tables(above / "pyproject.toml").get("tool")).get("uv"))
            return above / "uv.lock" if "workspace" in uv else None
    return None


def _check_lock(lock: Path, path: Path, name: str, wanted: list[str]) -> None:
    """Refuse a lock that was made before what is asked for now; to ask uv would need the index."""
    for package in map(_table, _list(_tables(lock).get("package"))):
        if _normal(str(package.get("name"))) == _normal(name):
            needed = map(_table, _list(package.get("dependencies")))
            locked = {_normal(str(item.get("name"))) for item in needed}
            missing = [item for item in wanted if _normal(_name(item)) not in locked]
            if missing:
                raise Failure(path, f"uv.lock does not hold {_name(missing[0])}", _LOCK)
            asked = map(_table, _list(_table(package.get("metadata")).get("requires-dist")))
            if behind := _behind(wanted, list(asked)):
                raise Failure(path, f"uv.lock was made for another {behind}", _LOCK)
            return
    raise Failure(path, f"uv.lock does not hold the project {name!r}", _LOCK)


def _behind(wanted: list[str], locked: list[dict[str, Any]]) -> str | None:
    """The first requirement whose versions are not those that a lock was made for.

    Those that come from elsewhere than an index are uv's to compare, as are versions that can be
    written in several ways.
    """
    for item in wanted:
        own = [
            _versions(other) for other in wanted if _normal(_name(other)) == _normal(_name(item))
        ]
        entries = [
            entry for entry in locked if _normal(str(entry.get("name"))) == _normal(_name(item))
        ]
        known = [_versions(f"x{entry.get('specifier', '')}") for entry in entries]
        if None in own or None in known or any(_ELSEWHERE & entry.keys() for entry in entries):
            continue
        if entries and set(own) != set(known):
            return item
    return None


def _versions(requirement: str) -> frozenset[str] | None:
    """The versions that a requirement allows, clause by clause; None: they are not plain."""
    plain = re.sub(r"\s", "", requirement.partition(";")[0])
    found = re.fullmatch(r"[\w.-]+?(?:\[[^\]]*\])?\(?((?:[=<>!~]=|[<>])[^()]*)?\)?", plain)
    clauses = (found.group(1) or "").split(",") if found else [""]
    if not found or not all(map(_PLAIN.fullmatch, filter(None, clauses))):
        return None
    return frozenset(filter(None, clauses))


def _refuse_foreign(folder: Path) -> None:
    for name, command in _FOREIGN.items():
        if files.is_file(folder / name):
            raise Failure(
                folder / name,
                f"{name} is of a tool that maestro does not run",
                f"`{command}` makes a file of it that counts before it",
            )


def _tables(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise Failure(path, f"it cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise Failure(path, f"it is not TOML: {error}") from error


def _table(value: object) -> dict[str, Any]:
    """A table; an empty one where something else was written."""
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _name(requirement: str) -> str:
    found = re.match(r"[\w.-]+", requirement)
    return found.group() if found else requirement


def _normal(name: str) -> str:
    """A package's name as indexes compare them.

    https://packaging.python.org/en/latest/specifications/name-normalization/
    """
    return re.sub(r"[-_.]+", "-", name).lower()
