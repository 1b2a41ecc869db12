"""What of a project's files is left out of its zips: junk, and what .maestroignore says."""

from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

    _Patterns: TypeAlias = tuple[Path, GitIgnoreSpec]

FILE = ".maestroignore"

JUNK = (
    "__pycache__", "*.py[co]", ".git", ".gitignore", ".gitattributes", ".DS_Store", "Thumbs.db",
    ".venv", ".tox", ".nox", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis",
    ".coverage", ".ipynb_checkpoints", ".idea", ".vscode", "*.sw[op]", ".npmrc",
    ".package-lock.json", ".bin", ".aws-sam", "cdk.out", FILE,
)  # fmt: skip
"""Names of what is part of no function: other tools' own files, and passwords of npm's."""

_RECORDS = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")
"""What installers note beside a package: paths and times of the machine that they ran on."""


class Ignoring:
    """Tells what is left out.

    Each folder may have a `.maestroignore` in gitignore's language, whose patterns begin at that
    folder; the nearest to a file counts most, and all of them count above what is junk.

    Args:
        project: the project's folder; what is above it says nothing.
    """

    def __init__(self, project: Path) -> None:
        self._project = project
        self._said: dict[Path, tuple[_Patterns, ...]] = {}

    def leaves_out(self, path: Path, *, folder: bool) -> bool:
        """Whether a file, or a folder with all in it, is left out."""
        said = self.said(path, folder=folder)
        return _is_junk(path) if said is None else said

    def speaks(self, folder: Path) -> bool:
        """Whether there are patterns that count in a folder."""
        return bool(self._above(folder))

    def said(self, path: Path, *, folder: bool = False) -> bool | None:
        """What the files say of a path: True leaves it out, False keeps it; None is nothing."""
        said: bool | None = None
        for place, spec in self._above(path.parent):
            name = path.relative_to(place).as_posix()
            found = spec.check_file(f"{name}/" if folder else name).include
            said = said if found is None else found
        return said

    def _above(self, folder: Path) -> "tuple[_Patterns, ...]":
        """What counts in a folder: the patterns of those above it, and its own."""
        if folder not in self._said:
            inside = folder != self._project and folder.is_relative_to(self._project)
            above = self._above(folder.parent) if inside else ()
            own = _read(folder / FILE)
            self._said[folder] = (*above, (folder, own)) if own is not None else above
        return self._said[folder]


def _read(path: Path) -> "GitIgnoreSpec | None":
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - most projects have no such file

    return GitIgnoreSpec.from_lines(line for line in lines if line.strip("!/\\ "))


def _is_junk(path: Path) -> bool:
    if path.name in _RECORDS and path.parent.name.endswith(".dist-info"):
        return True
    return any(fnmatchcase(path.name, pattern) for pattern in JUNK)
