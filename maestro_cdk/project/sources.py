"""Where templates come from: a git repository, or a folder; nothing of theirs is run.

A repository's files are read from git's objects, and never checked out: no hook, no filter and no
attribute of it counts, and what is no plain file is refused before any of it is written.
"""

import os
import re
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from maestro_cdk.errors import TemplateError

FILE_LIMIT = 5_000_000
"""Bytes of one file of a template."""
TOTAL_LIMIT = 50_000_000
"""Bytes of all templates of a source."""
COUNT_LIMIT = 5000
"""Files of a source."""
DEPTH_LIMIT = 20

_PROTOCOLS = "file:git:http:https:ssh"
"""What git may speak: not `ext::`, which runs a command."""

_OF_A_REPOSITORY = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY"),
    *("GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE"),
)
"""What git is told of the repository that a hook of it runs in: it is not the one meant here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of a source; its content is read when it is written elsewhere."""

    path: PurePosixPath
    size: int
    executable: bool
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What a source holds, as long as it is open."""

    files: tuple[File, ...]
    commit: str | None = None
    """Of a git repository."""


@contextmanager
def opened(source: str, ref: str | None, environ: Mapping[str, str]) -> Iterator[Fetched]:
    """What is at a URL or a path.

    Args:
        source: a git URL, a path of a repository, or that of a folder without one.
        ref: a branch, a tag or a commit of a repository; None for its default branch.
        environ: the environment's variables, for git.

    Raises:
        TemplateError: it cannot be had, or holds what no template may.
    """
    folder = Path(source).expanduser()
    if folder.is_dir() and not _is_repository(folder):
        if ref is not None:
            raise TemplateError(f"{source} is no git repository, and has no {ref!r}")
        yield Fetched(files=_checked(_of_folder(folder)))
        return
    with tempfile.TemporaryDirectory(prefix="maestro-templates-") as scratch:
        git = _Git(Path(scratch), environ)
        commit = git.fetch(str(folder.absolute()) if folder.exists() else source, ref)
        yield Fetched(files=_checked(git.files(commit)), commit=commit)


def _is_repository(folder: Path) -> bool:
    return (folder / ".git").exists() or (folder / "objects").is_dir()


# --- what may be in it -----------------------------------------------------------------------------


def _checked(found: Iterator[File]) -> tuple[File, ...]:
    """The files, each of them fit to be written anywhere.

    Raises:
        TemplateError: one is not, or there are too many.
    """
    files: list[File] = []
    total = 0
    for file in found:
        if problem := _problem(file):
            raise TemplateError(f"{str(file.path)!r} {problem}", hint="nothing was installed")
        files.append(file)
        total += file.size
        if len(files) > COUNT_LIMIT or total > TOTAL_LIMIT:
            raise TemplateError(
                f"it holds more than {COUNT_LIMIT:,} files, or {TOTAL_LIMIT // 1_000_000} MB",
                hint="templates are small; nothing was installed",
            )
    met: dict[str, PurePosixPath] = {}
    for file in files:
        other = met.setdefault(str(file.path).casefold(), file.path)
        if other != file.path:
            message = f"{str(other)!r} and {str(file.path)!r} are one file on some machines"
            raise TemplateError(message, hint="nothing was installed")
    return tuple(files)


def _problem(file: File) -> str | None:
    """Why a file may not be in a template."""
    parts = file.path.parts
    if file.path.is_absolute() or not parts or ".." in parts:
        return "leads out of the template"
    if any(part.casefold() == ".git" or not _is_plain(part) for part in parts):
        return "is no name for a file of a template"
    if len(parts) > DEPTH_LIMIT:
        return "is nested too deeply"
    if file.size > FILE_LIMIT:
        return f"has more than {FILE_LIMIT // 1_000_000} MB"
    return None


def _is_plain(name: str) -> bool:
    """Whether a name is one on every machine, and shows as what it is at a terminal."""
    good = name.isprintable() and not re.search(r'[\\:*?"<>|]', name)
    return good and len(name.encode("utf-8", "replace")) <= 255 and name == name.rstrip(". ")  # noqa: PLR2004 - what file systems take


# --- a folder --------------------------------------------------------------------------------------


def _of_folder(root: Path) -> Iterator[File]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in ("__pycache__", ".git"))
        for name in [*folders, *sorted(names)]:
            path = Path(folder) / name
            found = path.lstat()
            relative = PurePosixPath(path.relative_to(root).as_posix())
            if stat.S_ISDIR(found.st_mode):
                continue
            if not stat.S_ISREG(found.st_mode):
                raise TemplateError(_no_file(relative), hint="nothing was installed")
            yield File(
                path=relative,
                size=found.st_size,
                executable=bool(found.st_mode & stat.S_IXUSR),
                read=path.read_bytes,
            )


def _no_file(path: PurePosixPath) -> str:
    return f"{str(path)!r} is a link, or no file at all, which no template may hold"


# --- a repository ----------------------------------------------------------------------------------


class _Git:
    """A bare repository of our own, into which another is fetched.

    Args:
        folder: where to make it.
        environ: the environment's variables, from which git has its credentials.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self._folder = folder
        here = {name: value for name, value in environ.items() if name not in _OF_A_REPOSITORY}
        self._environ = {**here, "GIT_ALLOW_PROTOCOL": _PROTOCOLS}
        self._run("init", "--quiet", "--bare", "--template=", ".")

    def fetch(self, source: str, ref: str | None) -> str:
        """Fetch one commit and no history; return its id.

        Raises:
            TemplateError: it cannot be had.
        """
        wanted = ref or "HEAD"
        if wanted.startswith("-") or re.search(r"[\s:^~?*\[\\]|\.\.", wanted):
            raise TemplateError(f"{wanted!r} is no branch, tag or commit")
        words = ("fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--")
        try:
            self._run(*words, source, wanted)
        except TemplateError:
            if not re.fullmatch("[0-9a-f]{4,40}", wanted):
                raise
            # Not every server hands out a commit by its id, and none by a part of it.
            self._run("fetch", "--quiet", "--", source, "+refs/*:refs/fetched/*")
            return self._text("rev-parse", "--verify", f"{wanted}^{{commit}}")
        return self._text("rev-parse", "--verify", "FETCH_HEAD^{commit}")

    def files(self, commit: str) -> Iterator[File]:
        """The files of a commit.

        Raises:
            TemplateError: something in it is none.
        """
        listed = self._run("ls-tree", "-r", "-l", "-z", "--full-tree", commit)
        for entry in listed.split(b"\0"):
            if not entry:
                continue
            about, _, name = entry.partition(b"\t")
            mode, _, blob, size = about.decode().split()
            path = PurePosixPath(name.decode("utf-8", "backslashreplace"))
            if mode not in ("100644", "100755", "100664"):
                raise TemplateError(_no_file(path), hint="nothing was installed")
            yield File(
                path=path,
                size=int(size),
                executable=mode == "100755",
                read=lambda blob=blob: self._run("cat-file", "blob", blob),  # type: ignore[misc]
            )

    def _text(self, *words: str) -> str:
        return self._run(*words).decode().strip()

    def _run(self, *words: str) -> bytes:
        try:
            done = subprocess.run(
                ["git", "-c", "core.hooksPath=/dev/null", *words],
                cwd=self._folder,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        except FileNotFoundError as error:
            message = "git is needed to get templates from a repository, and is not there"
            raise TemplateError(message) from error
        if done.returncode:
            raise TemplateError(f"git cannot have it: {_said(done.stderr)}")
        return done.stdout


def _said(stderr: bytes) -> str:
    """What git said last of why it failed, fit for a terminal."""
    lines = [line.strip() for line in stderr.decode("utf-8", "replace").splitlines()]
    told = [line for line in lines if line.startswith(("fatal:", "error:"))] or lines or ["nothing"]
    return "".join(char if char.isprintable() else "?" for char in told[0])
