"""A project's folder as it is now: a zip of what a person wrote in it, and the commit it is at."""

import io
import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

from maestro_cdk.project.ignoring import JUNK

LIMIT = 50 * 1024 * 1024
"""Bytes of a folder that is kept: definitions and code are far below, data does not belong there."""

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold
_WANTED = (".gitignore", ".gitattributes", ".maestroignore")
_LEFT = (*(name for name in JUNK if name not in _WANTED), "node_modules", ".env", ".env.*")
_PATIENCE = 10
"""Seconds to wait for git, which may stand on a network's disk."""


def folder_zip(folder: Path) -> bytes:
    """The files of a folder, the same bytes for the same content; empty where they are too many.

    What is left out is what a repository would not have: dependencies, what tools make, secrets
    in `.env`, what the folder's own .gitignore says, links and what cannot be read.
    """
    made = io.BytesIO()
    total = 0
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in _files(folder):
            try:
                content = path.read_bytes()
                mode = path.stat().st_mode
            except OSError:
                continue
            total += len(content)
            if total > LIMIT:
                return b""
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _EPOCH)
            entry.create_system = 3  # Unix, whatever this machine is: the modes are Unix's
            entry.external_attr = (0o755 if mode & 0o100 else 0o644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return made.getvalue()


def commit(folder: Path) -> str | None:
    """The commit that a folder is at, with a `+` where files of it are changed; None without git."""
    git = shutil.which("git")
    if git is None:
        return None
    head = _said(folder, git, "rev-parse", "HEAD")
    if not head:
        return None
    changed = _said(folder, git, "--no-optional-locks", "status", "--porcelain", "--", ".")
    return f"{head}{'+' if changed else ''}"


def _said(folder: Path, *words: str) -> str | None:
    try:
        found = subprocess.run(
            words,
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None
    return found.stdout.strip() if found.returncode == 0 else None


def _files(folder: Path) -> Iterator[Path]:
    """The regular files below a folder that are kept, in the order of their names."""
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - only what publishes needs it

    left = GitIgnoreSpec.from_lines([*_LEFT, *_ignored(folder)])
    for top, folders, names in os.walk(folder):
        here = Path(top)
        inside = here.relative_to(folder).as_posix() if here != folder else ""
        below = f"{inside}/" if inside else ""
        folders[:] = sorted(name for name in folders if not left.match_file(f"{below}{name}/"))
        for name in sorted(names):
            path = here / name
            if not left.match_file(f"{below}{name}") and path.is_file() and not path.is_symlink():
                yield path


def _ignored(folder: Path) -> list[str]:
    try:
        return (folder / ".gitignore").read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
