"""A function's files to a zip that is the same for the same content, and the digest that names it."""

import hashlib
import os
import zipfile
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from maestro_cdk.model import Bundle, Function, PackedFile, Project

JUNK = (
    "__pycache__", "*.pyc", ".git", ".DS_Store", ".venv", ".pytest_cache", ".mypy_cache",
    ".ruff_cache", ".idea", ".vscode", "*.swp",
)  # fmt: skip
"""What is never part of a function."""

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold


def bundles(project: Project) -> tuple[Bundle, ...]:
    """What each function of a project is made of."""
    return tuple(_bundle(function, project.shared) for function in project.functions)


def write_zip(bundle: Bundle, path: Path) -> None:
    """Write a bundle as a zip: sorted, with fixed times and modes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for file in bundle.files:
            entry = zipfile.ZipInfo(file.name, _EPOCH)
            entry.create_system = 3  # Unix, whatever this machine is: the modes are Unix's
            entry.external_attr = (0o755 if file.executable else 0o644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.source.read_bytes())


def _bundle(function: Function, shared: tuple[Path, ...]) -> Bundle:
    files: dict[str, PackedFile] = {}
    for path in shared:
        files |= {file.name: file for file in _files(path, path.name)}
    prefix = "" if function.root.is_dir() else function.root.name
    files |= {file.name: file for file in _files(function.root, prefix)}
    ordered = tuple(files[name] for name in sorted(files))
    return Bundle(function=function.name, digest=_digest(function, ordered), files=ordered)


def _files(path: Path, name: str) -> Iterator[PackedFile]:
    """A file, or all below a folder, under the name `name`."""
    if any(fnmatch(path.name, pattern) for pattern in JUNK):
        return
    if path.is_file():
        yield PackedFile(name=name, source=path, executable=os.access(path, os.X_OK))
    elif path.is_dir() and not _loops(path):
        for child in sorted(path.iterdir()):
            yield from _files(child, f"{name}/{child.name}" if name else child.name)


def _loops(path: Path) -> bool:
    """Whether a folder is a link to one that holds it."""
    if not path.is_symlink():
        return False
    target = path.resolve()  # what is above may be reached by links itself
    return any(parent.resolve() == target for parent in path.absolute().parents)


def _digest(function: Function, files: tuple[PackedFile, ...]) -> str:
    digest = hashlib.sha256()
    # The function's name keeps apart what two functions of the same code are in the template.
    for word in (function.name, function.runtime, function.settings.architecture):
        digest.update(f"{word}\0".encode())
    for file in files:
        content = hashlib.sha256(file.source.read_bytes()).hexdigest()
        digest.update(f"{file.name}\0{file.executable:d}\0{content}\0".encode())
    return digest.hexdigest()
