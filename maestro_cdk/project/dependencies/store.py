"""Folders that were made once, and are kept under a name made of all that they depend on."""

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from maestro_cdk.model import PackedFile

UNUSED_DAYS = 30
"""What nobody used for so long is dropped."""

_FILES = "files"
_LIST = "files.json"
_NOTE = ".note"
_PART = ".part-"


class Store:
    """Keeps folders of files.

    Several processes may use one at a time: a folder is made beside its place and moved there
    when it is whole, and whoever comes second takes what is there.

    Args:
        folder: where it keeps them.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, key: str) -> tuple[PackedFile, ...] | None:
        """The files of a folder that was made before, as they go into a zip; None: there is none.

        Their list was written with them, so that they need not be read again.
        """
        place = self._folder / key
        try:
            listed = json.loads((place / _LIST).read_bytes())
            os.utime(place)
            root = place / _FILES
            return tuple(
                PackedFile(
                    name=name, root=root, path=name, digest=digest, size=size, executable=executable
                )
                for name, digest, size, executable in listed
            )
        except (OSError, ValueError, TypeError):
            return None

    def folder(self, key: str) -> Path:
        """Where the files of a folder that was made are."""
        return self._folder / key / _FILES

    def note(self, key: str, text: str) -> None:
        """Keep a text under a name, in place of an earlier one."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", dir=self._folder, prefix=_PART, delete=False, encoding="utf-8"
        ) as file:
            file.write(text)
        Path(file.name).replace(self._folder / f"{key}{_NOTE}")

    def noted(self, key: str) -> str | None:
        """The text that is kept under a name; None: there is none."""
        path = self._folder / f"{key}{_NOTE}"
        try:
            os.utime(path)
            return path.read_text("utf-8")
        except OSError:
            return None

    def make(self, key: str, work: Callable[[Path], None]) -> tuple[PackedFile, ...]:
        """Have a folder made, and keep it.

        Args:
            key: its name.
            work: fills the empty folder that it is given.

        Raises:
            OSError: nothing can be kept.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(dir=self._folder, prefix=_PART))
        try:
            (part / _FILES).mkdir()
            work(part / _FILES)
            (part / _LIST).write_text(json.dumps(_listed(part / _FILES)), "utf-8")
            part.chmod(0o755)
            self._place(part, self._folder / key)
        finally:
            shutil.rmtree(part, ignore_errors=True)
        self._drop_unused()
        found = self.find(key)
        if found is None:
            raise OSError(f"{self._folder / key} disappeared")
        return found

    def _place(self, part: Path, place: Path) -> None:
        try:
            part.rename(place)
        except OSError:
            if self.find(place.name) is None:  # it is there, and damaged
                shutil.rmtree(place, ignore_errors=True)
                part.rename(place)

    def _drop_unused(self) -> None:
        oldest = time.time() - UNUSED_DAYS * 86_400
        for path in self._folder.iterdir():
            with suppress(OSError):  # another process may have dropped it
                if path.stat().st_mtime < oldest:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()


def forget(file: Path) -> None:
    """Drop the folder that a file is kept in, where it is not as it was: it is made again then."""
    for folder in file.parents:
        if folder.name == _FILES and (folder.parent / _LIST).is_file():
            shutil.rmtree(folder.parent, ignore_errors=True)
            return


def _listed(root: Path) -> list[tuple[str, str, int, bool]]:
    """Every file below a folder: its name, digest and size, and whether it may be executed."""
    listed = []
    for path in sorted(root.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            executable = bool(path.stat().st_mode & 0o111)
            digest = hashlib.sha256(content).hexdigest()
            listed.append((path.relative_to(root).as_posix(), digest, len(content), executable))
    return sorted(listed)
