"""The project's folder as the page shows it: read anew whenever something in it is saved."""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from maestro_cdk.asl import document
from maestro_cdk.asl.document import Document
from maestro_cdk.asl.extents import extents
from maestro_cdk.errors import MaestroError, ProjectError
from maestro_cdk.model import JSON, Finding, Project, SourceRef
from maestro_cdk.picture import chart as charts
from maestro_cdk.project import definitions, files
from maestro_cdk.view.board import Board
from maestro_cdk.view.scene import scene

FOLDER, SAVED = "folder", "saved"

PAUSE = 0.3
"""Seconds between two looks at the files."""

MOST = 5000
"""So many files are looked at; a folder that holds more has what is installed in it."""

LONGEST = 262_144
"""Bytes of the largest input that Step Functions takes; a longer sample is none."""

_WATCHED = (*definitions.NAMES, "maestro.toml", "infra.py", "events", "lambdas")
_PASSED = frozenset(("node_modules", "__pycache__", "cdk.out"))

Signature = Mapping[str, tuple[int, int]]


class Folder:
    """Reads the folder, and says on the board what is in it.

    Args:
        folder: the project's.
        load: reads all of the project, for its findings.
        board: where it is said.
    """

    def __init__(self, folder: Path, load: Callable[[], Project], board: Board) -> None:
        self._folder, self._load, self._board = folder, load, board
        self._drawn: JSON = {"tree": None, "shape": None, "text": "", "extents": {}, "file": ""}

    def watch(self) -> None:
        """Read it, and again after each change, until the board is closed."""
        seen = self._signature()
        self.read()
        while self._board.rest(PAUSE):
            now = self._signature()
            changed = sorted(name for name in {*seen, *now} if seen.get(name) != now.get(name))
            if changed:
                seen = now
                self.read()
                before = self._board.get(SAVED) or {"number": 0}
                said = {"number": before["number"] + 1, "files": changed[:5]}
                self._board.put(SAVED, {**said, "more": max(0, len(changed) - 5)})

    def read(self) -> None:
        """Draw the definition, then look for all that is wrong with the folder."""
        wrong = self._draw()
        self._say(wrong)
        if not wrong:
            self._say(self._findings())

    def sample(self, name: str) -> str | None:
        """The text of a sample event; None where there is none of that name."""
        path = self._folder / "events" / name
        if name not in self._samples():
            return None
        return path.read_text("utf-8-sig")

    def _draw(self) -> tuple[Finding, ...]:
        """Draw the definition; what was drawn before stays where it cannot be read."""
        (name,) = definitions.present(self._folder)[:1] or (definitions.DEFINITION,)
        path = self._folder / name
        try:
            text = document.decode(path.read_bytes(), file=name)
            self._drawn = {**self._drawn, "file": name, "text": text, "extents": {}}
            self._drawn = drawn(definitions.read(path, file=name, literals=None), text)
        except ProjectError as error:
            return error.findings
        except MaestroError as error:
            return (self._finding(error.message, error.hint),)
        except OSError as error:
            return (self._finding(f"{name}: {error.strerror}", None),)
        return ()

    def _finding(self, message: str, hint: str | None) -> Finding:
        where = SourceRef(file=self._drawn["file"] or definitions.DEFINITION)
        return Finding(rule="folder", severity="error", message=message, hint=hint, where=where)

    def _findings(self) -> tuple[Finding, ...]:
        try:
            return self._load().notes
        except ProjectError as error:
            return error.findings
        except MaestroError as error:
            return (self._finding(error.message, error.hint),)
        except OSError:  # a file went while it was read: the next look tells
            return ()

    def _say(self, findings: tuple[Finding, ...]) -> None:
        self._board.put(
            FOLDER,
            {
                **self._drawn,
                "samples": self._samples(),
                "findings": [_finding(each) for each in findings if each.severity != "info"],
            },
        )

    def _samples(self) -> list[str]:
        try:
            found = sorted((self._folder / "events").iterdir())
        except OSError:
            return []
        return [
            path.name
            for path in found
            if path.suffix == ".json" and files.is_file(path) and path.stat().st_size <= LONGEST
        ]

    def _signature(self) -> Signature:
        """What tells that a file has changed: its time and its size, by its name."""
        found: dict[str, tuple[int, int]] = {}
        for name in _WATCHED:
            for path in _files(self._folder / name):
                try:
                    status = path.stat()
                except OSError:
                    continue
                found[path.relative_to(self._folder).as_posix()] = (
                    status.st_mtime_ns,
                    status.st_size,
                )
                if len(found) >= MOST:
                    return found
        return found


def drawn(read: Document, text: str) -> JSON:
    """A definition as the page has it: its picture, its text, and the lines of each state.

    Raises:
        DrawingFailed: Graphviz could not lay it out.
    """
    picture = scene(charts.chart(read))
    return {
        "file": read.file,
        "text": text,
        "extents": extents(read),
        "tree": picture.tree,
        "shape": picture.shape,
    }


def _finding(finding: Finding) -> JSON:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "message": finding.message,
        "hint": finding.hint,
        "where": str(finding.where),
        "file": finding.where.file,
        "line": finding.where.line,
    }


def _files(path: Path) -> Iterator[Path]:
    """A file, or those below a folder which are the user's own."""
    if not path.is_dir():
        yield path
        return
    for folder, inner, names in os.walk(path):
        inner[:] = [name for name in inner if name not in _PASSED and not name.startswith(".")]
        yield from (Path(folder, name) for name in names if not name.endswith(".pyc"))
