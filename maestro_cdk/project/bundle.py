"""A function's files to a zip that is the same for the same content, and the digest that names it."""

import hashlib
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from maestro_cdk.errors import ProjectError
from maestro_cdk.model import Bundle, Finding, Function, PackedFile, Project, SourceRef
from maestro_cdk.project import artefacts, files, runtimes
from maestro_cdk.project.dependencies import needs, store
from maestro_cdk.project.dependencies.installer import Installer
from maestro_cdk.project.dependencies.targets import Here
from maestro_cdk.project.dependencies.workbench import Need
from maestro_cdk.project.ignoring import Ignoring

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold

UNZIPPED_LIMIT = 262_144_000
"""Bytes of a function, its layers included:
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""


def bundles(project: Project, installer: Installer, here: Here | None = None) -> tuple[Bundle, ...]:
    """What each function of a project is made of: its own files, and what they need.

    Args:
        project: the project.
        installer: gets what they need.
        here: this machine, where they are to run on it rather than in Lambda.

    Raises:
        ProjectError: a file cannot be read, or packed; what is needed cannot be had; a function
            is larger than Lambda takes.
    """
    wanted = {
        function.name: need
        for function in project.functions
        if (need := needs.of(function, project.shared, project.folder, here)) is not None
    }
    installed = installer.get(wanted, project.folder) if wanted else {}
    packer = _Packer(project.folder)
    made = tuple(
        packer.bundle(
            function,
            project.shared,
            wanted.get(function.name),
            installed.get(function.name, ()),
        )
        for function in project.functions
    )
    if findings := [
        finding
        for function, item in zip(project.functions, made, strict=True)
        for finding in _too_large(item, function.root.relative_to(project.folder))
    ]:
        raise ProjectError(findings)
    return made


def _too_large(bundle: Bundle, root: Path) -> Iterator[Finding]:
    size = sum(file.size for file in bundle.files)
    if size > UNZIPPED_LIMIT:
        folders: Counter[str] = Counter()
        for file in bundle.files:
            folders[_part(file.name)] += file.size
        largest = ", ".join(f"{name} {_megabytes(n)}" for name, n in folders.most_common(4))
        yield Finding(
            rule="limits",
            severity="error",
            message=f"the function {bundle.function!r} has {_megabytes(size)} unzipped; "
            f"Lambda takes at most {_megabytes(UNZIPPED_LIMIT)}, layers included",
            hint=f"the largest: {largest}. Leave out what it does without (.maestroignore), or "
            "divide it",
            where=SourceRef(file=root.as_posix()),
        )


def _part(name: str) -> str:
    """What a file belongs to, of all that lies side by side in a zip: a folder, a package."""
    folders = name.split("/")
    if folders[0] != "node_modules" or len(folders) == 1:
        return folders[0]
    return "/".join(folders[: 3 if folders[1].startswith("@") else 2])


def _megabytes(size: int) -> str:
    return f"{size / 1_048_576:.0f} MB"


WriteZip: TypeAlias = Callable[[Bundle, Path], None]
"""Writes a bundle to a path as a zip."""


def write_zip(bundle: Bundle, path: Path) -> None:
    """Write a bundle as a zip: sorted, with fixed times and modes.

    Raises:
        ProjectError: a file is no longer what the bundle's digest names.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for file in bundle.files:
            entry = zipfile.ZipInfo(file.name, _EPOCH)
            entry.create_system = 3  # Unix, whatever this machine is: the modes are Unix's
            entry.external_attr = (0o755 if file.executable else 0o644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, _content(file))


def _content(file: PackedFile) -> bytes:
    """A file's content, which must be what was digested: the digest names the zip for good."""
    content: bytes | None = None
    with suppress(OSError):
        content = file.source.read_bytes()
    if content is None or hashlib.sha256(content).hexdigest() != file.digest:
        store.forget(file.source)
        message = f"{file.source.name} changed while it was packed"
        raise _refused(file.source, message, "deploy again")
    return content


def _refused(path: Path, message: str, hint: str | None) -> ProjectError:
    where = SourceRef(file=files.shown(path.as_posix()))
    return ProjectError(
        [Finding(rule="functions", severity="error", message=message, hint=hint, where=where)]
    )


class _Packer:
    """Reads each file of a project once, however many functions share it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ignoring = Ignoring(folder)
        self.digests: dict[Path, str] = {}

    def bundle(
        self,
        function: Function,
        shared: tuple[Path, ...],
        need: Need | None,
        installed: Iterable[PackedFile],
    ) -> Bundle:
        """A function's files: its own before those that all share, and these before installed ones."""
        home = function.root if function.root.is_dir() else function.root.parent
        packed = {file.name: file for file in installed}
        if self.ignoring.speaks(home):  # as if it stood beside the function's own code
            left_out = [name for name in packed if self.ignoring.said(home / name)]
            packed = {name: packed[name] for name in packed.keys() - left_out}
        prefix = "" if function.root.is_dir() else function.root.name
        for path, name in (*((path, path.name) for path in shared), (function.root, prefix)):
            for file in self._files(path, name):
                if need is None or not need.replaces(file.name):
                    packed[file.name] = file
        if artefacts.BOOTSTRAP in packed and runtimes.language(function.runtime) == "provided":
            program = packed[artefacts.BOOTSTRAP]  # it is started, whatever built or copied it
            packed[artefacts.BOOTSTRAP] = replace(program, executable=True)
        ordered = tuple(packed[name] for name in sorted(packed))
        return Bundle(function=function.name, digest=_digest(function, ordered), files=ordered)

    def _files(self, path: Path, name: str) -> Iterator[PackedFile]:
        for found in files.walk(path, name, self.folder, self.ignoring):
            if found.problem is not None:
                raise _refused(self._place(found.path), found.problem.message, found.problem.hint)
            try:
                status = found.path.stat()
                # What is too large by itself is refused, and may be too large to be read.
                fits = status.st_size <= UNZIPPED_LIMIT
                digest = self._content_digest(found.path) if fits else ""
            except OSError as error:
                problem = files.unreadable(found.path, error)
                raise _refused(self._place(found.path), problem.message, None) from error
            yield PackedFile(
                name=found.name,
                root=found.path.parent,
                path=found.path.name,
                digest=digest,
                size=status.st_size,
                # Not whether this user may execute it: the zip is the same whoever makes it.
                executable=bool(status.st_mode & 0o111),
            )

    def _place(self, path: Path) -> Path:
        return path.relative_to(self.folder)

    def _content_digest(self, path: Path) -> str:
        if path not in self.digests:
            self.digests[path] = hashlib.sha256(path.read_bytes()).hexdigest()
        return self.digests[path]


def _digest(function: Function, packed: tuple[PackedFile, ...]) -> str:
    digest = hashlib.sha256()
    # The function's name keeps apart what two functions of the same code are in the template.
    for word in (function.name, function.runtime, function.settings.architecture):
        digest.update(f"{word}\0".encode())
    for file in packed:
        digest.update(f"{file.name}\0{file.executable:d}\0{file.digest}\0".encode())
    return digest.hexdigest()
