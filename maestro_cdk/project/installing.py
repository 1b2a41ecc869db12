"""Templates installed for this user: from a source, all of them or none, and renewed from it later."""

import hashlib
import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from maestro_cdk.errors import TemplateError
from maestro_cdk.project.definitions import NAMES, present
from maestro_cdk.project.sources import Fetched, File

RECORDS = ".sources.json"
"""In the folder of the templates: where each came from."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SHELF = "templates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Where a template came from, and what it was then."""

    source: str
    ref: str | None
    commit: str | None
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A template that is there: whence, and whether somebody changed it since."""

    name: str
    record: Record | None
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an installation did, template by template."""

    added: tuple[str, ...]
    renewed: tuple[str, ...]
    same: tuple[str, ...]
    removed: tuple[str, ...]
    """Those that the source no longer has."""


def install(
    fetched: Fetched, folder: Path, *, source: str, ref: str | None, force: bool
) -> Outcome:
    """Put a source's templates into the user's folder.

    Args:
        fetched: what the source holds.
        folder: the user's templates.
        source: how the source is called.
        ref: what was asked for of it.
        force: whether a template that is the user's own by now is replaced.

    Raises:
        TemplateError: there is none in it, one has a name that cannot be, or another of that name
            would be lost.
    """
    found = _split(fetched.files, source)
    known = records(folder)
    gone = [
        name
        for name, record in known.items()
        if record.source == source and name not in found and (folder / name).is_dir()
    ]
    if not force:
        _spare(folder, known, [*found, *gone], source)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".new-") as scratch:
        stage = Path(scratch) / "new"
        for name, files in found.items():
            _write(stage / name, files)
        digests = {name: digest(stage / name) for name in found}
        was = {name: digest(folder / name) for name in found if (folder / name).is_dir()}
        with _exchanged(stage, folder, Path(scratch) / "old", [*found], gone):
            kept = {name: record for name, record in known.items() if name not in gone}
            made = {
                name: Record(source=source, ref=ref, commit=fetched.commit, digest=digests[name])
                for name in found
            }
            _keep_records(folder, kept | made, Path(scratch))
    return Outcome(
        added=tuple(sorted(set(found) - set(was))),
        renewed=tuple(sorted(name for name in was if was[name] != digests[name])),
        same=tuple(sorted(name for name in was if was[name] == digests[name])),
        removed=tuple(sorted(gone)),
    )


def installed(folder: Path) -> tuple[Installed, ...]:
    """The templates that are there."""
    if not folder.is_dir():
        return ()
    known = records(folder)
    return tuple(
        Installed(
            name=path.name,
            record=(record := known.get(path.name)),
            changed=record is not None and record.digest != digest(path),
        )
        for path in sorted(folder.iterdir())
        if path.is_dir() and present(path)
    )


def digest(folder: Path) -> str:
    """What tells a folder's content from another."""
    found = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        for part in (path.relative_to(folder).as_posix().encode(), path.read_bytes()):
            found.update(len(part).to_bytes(8, "big") + part)
    return found.hexdigest()


# --- what a source holds ---------------------------------------------------------------------------


def _split(files: Sequence[File], source: str) -> dict[str, list[tuple[PurePosixPath, File]]]:
    """A source's templates: their files by their paths in them.

    A folder with a definition is one. They stand in `templates/`, or at the top; or the whole source
    is one, and called as the source is.
    """
    homes = {file.path.parent for file in files if file.path.name in NAMES}
    for shelf in (PurePosixPath(_SHELF), PurePosixPath()):
        names = {home.name: home for home in homes if home != shelf and home.parent == shelf}
        if names and PurePosixPath() not in homes:
            return {_checked(name): _under(files, home) for name, home in sorted(names.items())}
    if PurePosixPath() in homes:
        return {_checked(_name_of(source)): _under(files, PurePosixPath())}
    raise TemplateError(
        f"{source} holds no template",
        hint=f"a template is a folder with a {NAMES[0]}, in templates/ or at the top",
    )


def _under(files: Sequence[File], home: PurePosixPath) -> list[tuple[PurePosixPath, File]]:
    return [(file.path.relative_to(home), file) for file in files if file.path.is_relative_to(home)]


def _name_of(source: str) -> str:
    """What a source is called: git@example.com:team/order-flow.git is order-flow."""
    return re.split(r"[/:]", source.rstrip("/"))[-1].removesuffix(".git")


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        message = (
            f"{name!r} is no name for a template: letters, digits, dots, hyphens and underscores"
        )
        raise TemplateError(message, hint="nothing was installed")
    return name


# --- the user's folder -----------------------------------------------------------------------------


def _spare(folder: Path, known: Mapping[str, Record], names: Sequence[str], source: str) -> None:
    """Refuse to replace what did not come from this source, or was changed since."""
    for name in names:
        if not (folder / name).exists():
            continue
        record = known.get(name)
        if record is None or record.source != source:
            whence = f"from {record.source}" if record else "your own"
            message = f"there is a template {name!r} already, and it is {whence}"
        elif record.digest != digest(folder / name):
            message = f"the template {name!r} was changed in {folder / name}"
        else:
            continue
        raise TemplateError(message, hint="rename it, or replace it by --force")


def _write(folder: Path, files: Sequence[tuple[PurePosixPath, File]]) -> None:
    for path, file in files:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read())
        if file.executable:
            target.chmod(0o755)


@contextmanager
def _exchanged(
    stage: Path, folder: Path, old: Path, names: Sequence[str], gone: Sequence[str]
) -> Iterator[None]:
    """Put the new templates in the place of the old; back again, where anything fails."""
    old.mkdir()
    moved: list[tuple[Path, Path]] = []
    try:
        for name in [*names, *gone]:
            if (folder / name).exists():
                (folder / name).rename(old / name)
                moved.append((old / name, folder / name))
            if name in names:
                (stage / name).rename(folder / name)
                moved.append((folder / name, stage / name))
        yield
    except BaseException:
        for now, before in reversed(moved):
            now.rename(before)
        raise


def records(folder: Path) -> dict[str, Record]:
    """Where the templates came from, as far as that is written down."""
    try:
        found = json.loads((folder / RECORDS).read_text("utf-8"))
        return {str(name): Record(**record) for name, record in found.items()}
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return {}


def _keep_records(folder: Path, known: Mapping[str, Record], scratch: Path) -> None:
    text = json.dumps({name: asdict(known[name]) for name in sorted(known)}, indent=2)
    (scratch / RECORDS).write_text(text + "\n", "utf-8")
    (scratch / RECORDS).replace(folder / RECORDS)
