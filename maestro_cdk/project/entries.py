"""What stands in lambdas/: functions, what they share, and what is neither."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from maestro_cdk.project import files, handlers, ignoring, runtimes
from maestro_cdk.project.report import Report

LAMBDAS = "lambdas"

_IGNORED = re.compile(
    r"\..*|README(\.rst)?|tests?|__pycache__|__init__\.py|node_modules|conftest\.py"
    r"|.*\.lock|.*-lock\.(json|yaml)|package\.json|tsconfig\.json|requirements.*\.txt"
    r"|pyproject\.toml|.*\.(md|txt|d\.[mc]?ts|pyc)",
    re.IGNORECASE,
)
_SERVING = re.compile(
    r"requirements.*\.txt|pyproject\.toml|uv\.lock|pylock.*\.toml|package\.json|package-lock\.json"
    r"|npm-shrinkwrap\.json|tsconfig.*\.json|node_modules"
)
"""What names the packages of the functions that are files beside it."""

_TO_BE_BUILT = (".rb", ".go", ".java", ".cs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What may be a function: `handler` is its file, None where no name says which.

    `readable` is False for one that is there, and whose files may not be looked at.
    """

    name: str
    root: Path
    handler: Path | None = None
    readable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """The functions of a folder, and what is packed beside each."""

    candidates: tuple[Candidate, ...]
    shared: tuple[Path, ...]


def read(report: Report) -> Entries:
    """Look at all that stands in lambdas/."""
    candidates: list[Candidate] = []
    shared: list[Path] = []
    listed = _listed(report)
    serving = any(path.suffix in runtimes.ENDINGS and files.is_file(path) for path in listed)
    for path in listed:
        if path.name.startswith("_") and not _IGNORED.fullmatch(path.name):
            shared.append(path)
            _check_files(path, report)
        elif not (serving and _SERVING.fullmatch(path.name)):
            candidates += _candidate(path, report)
    return Entries(candidates=tuple(candidates), shared=tuple(shared))


def _listed(report: Report) -> list[Path]:
    folder = report.folder / LAMBDAS
    if problem := files.obstacle(folder, report.folder):
        report.add("functions", problem.message, folder, problem.hint)
        return []
    if files.is_file(folder):
        report.add("functions", f"{LAMBDAS} is a file", folder, "make it a folder")
        return []
    try:
        return sorted(folder.iterdir()) if folder.is_dir() else []
    except OSError as error:
        report.add("functions", files.unreadable(folder, error).message, folder)
        return []


def _candidate(path: Path, report: Report) -> Iterator[Candidate]:
    if _IGNORED.fullmatch(path.name):
        if not path.name.startswith((".", "__")):
            _ignore(path, "it is no function", report)
        return
    name = files.shown(path.stem if path.suffix in runtimes.ENDINGS else path.name)
    try:
        if report.ignoring.said(path, folder=path.is_dir()):
            _ignore(path, f"{ignoring.FILE} says so", report)
            return
        if problem := files.obstacle(path, report.folder):
            report.add("functions", problem.message, path, problem.hint)
            yield Candidate(name=name, root=path, readable=False)
        elif path.is_dir():
            if any(path.iterdir()):
                yield Candidate(name=name, root=path, handler=handlers.named_in(path))
                _check_files(path, report)
            else:
                _ignore(path, "it is empty", report)
        elif path.suffix in runtimes.ENDINGS:
            yield Candidate(name=name, root=path, handler=path)
        elif path.suffix in _TO_BE_BUILT:
            report.add(
                "functions",
                f"a single file ending in {path.suffix} is not something that maestro builds",
                path,
                "put what you built from it into a folder of its own, and set its handler "
                f"and runtime in maestro.toml: [functions.{path.stem}]",
            )
        else:
            _ignore(path, f"no runtime has files ending in {path.suffix or 'nothing'}", report)
    except OSError as error:
        report.add("functions", files.unreadable(path, error).message, path)
        yield Candidate(name=name, root=path, readable=False)


def _check_files(path: Path, report: Report) -> None:
    """Say what of a function's files, or of those that all share, cannot be packed."""
    for found in files.walk(path, path.name, report.folder, report.ignoring):
        if found.problem is not None:
            report.add("functions", found.problem.message, found.path, found.problem.hint)


def _ignore(path: Path, why: str, report: Report) -> None:
    report.add("ignored", f"{files.shown(path.name)} is ignored: {why}", path, severity="info")
