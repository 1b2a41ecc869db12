"""A new project: a folder made from a template, whole or not at all."""

import json
import re
import shutil
import subprocess
import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from maestro_cdk import __version__
from maestro_cdk.asl.document import Document
from maestro_cdk.errors import ProjectError, TemplateError
from maestro_cdk.model import JSON
from maestro_cdk.project import beginnings, definitions, json_schema, pipelines
from maestro_cdk.project.definitions import DEFINITION
from maestro_cdk.project.runtimes import DEFAULTS
from maestro_cdk.project.settings import FILE, workflow_name
from maestro_cdk.project.templates import LANGUAGES, OVERLAYS, Template, overlay

SAMPLE = "sample.json"

LONGEST = 40
"""Letters of a workflow's name that `new` takes from a folder's: a function has 64 with its own."""

KEPT = re.compile(
    r"\.git|\.gitignore|\.gitattributes|(README|LICENSE|COPYING)(\.\w+)?", re.IGNORECASE
)
"""What a repository that has just been made may hold: it stays as it is."""

Draw: TypeAlias = Callable[[Document], str | None]

_LEFT = shutil.ignore_patterns("__pycache__", "*.pyc", "cdk.out", ".git")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What became of it."""

    repository: bool
    """Whether a git repository was made."""
    within: Path | None = None
    """The repository that the folder is part of."""
    named: str | None = None
    """The workflow's name, where the folder's cannot be one."""


def create(
    target: Path,
    template: Template | None,
    *,
    git: bool,
    language: str | None = None,
    ci: str | None = None,
    draw: Draw = lambda _: None,
) -> Made:
    """Make a project's folder, whole or not at all.

    Args:
        target: the folder to make; its name becomes the workflow's.
        template: what to begin from; None for a workflow of one state.
        git: whether a repository is wanted, where the folder is not in one already.
        language: "python" or "node"; None for the template's own.
        ci: "github" or "gitlab", for which a pipeline is written; None for none.
        draw: makes the README's picture of a definition, in Mermaid's language.

    Raises:
        TemplateError: the folder is there already and holds something, or cannot be made.
    """
    over = overlay(template, language) if template else None
    kept = _kept(target)
    named = _other_name(target.name)
    try:
        with (
            _parents(target),
            tempfile.TemporaryDirectory(dir=target.parent, prefix=".maestro-new-") as folder,
        ):
            made = Path(folder) / "project"
            _copy(made, template, over)
            _describe(made, template, title=target.name, language=language, draw=draw)
            _complete(made, template, language=language, named=named)
            within = _repository(target.parent if not target.is_dir() else target)
            if ci is not None:
                inside = target.relative_to(within) if within else Path()
                pipelines.write(made, ci, version=__version__, folder=PurePosixPath(inside))
            _move(made, target, kept)
    except (OSError, shutil.Error) as error:
        raise TemplateError(f"{target} cannot be made: {_reason(error)}") from error
    repository = git and within is None and _init_repository(target)
    return Made(repository=repository, within=within, named=named)


def _kept(target: Path) -> frozenset[str]:
    """The names of what a folder holds and keeps.

    Raises:
        TemplateError: it cannot become a project.
    """
    another = "choose another name"
    if not target.name or not target.name.isprintable():
        raise TemplateError(f"{str(target)!r} cannot be the name of a folder", hint=another)
    if target.is_symlink() or target.is_file():
        raise TemplateError(f"{target} is a file", hint=another)
    names = frozenset(path.name for path in target.iterdir()) if target.is_dir() else frozenset()
    if any(not KEPT.fullmatch(name) for name in names):
        raise TemplateError(f"{target} is there already, and is not empty", hint=another)
    return names


def _other_name(folder: str) -> str | None:
    """The workflow's name where a folder's cannot be one: a stack's name begins with a letter."""
    if re.match("[A-Za-z]", folder) and len(folder) <= LONGEST:
        return None
    plain = unicodedata.normalize("NFKD", folder).encode("ascii", "ignore").decode()
    name = workflow_name(plain).strip("-")
    if not re.match("[A-Za-z]", name):
        name = f"workflow-{name}".rstrip("-")
    return name[:LONGEST].rstrip("-")


@contextmanager
def _parents(target: Path) -> Iterator[None]:
    """Make the folders above, and take them away again where what follows fails."""
    missing = [parent for parent in target.parents if not parent.exists()]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for parent in missing:
            if parent.is_dir():
                parent.rmdir()
        raise


def _reason(error: OSError) -> str:
    """Why, in words: of a copy that failed at several files, the first's."""
    if isinstance(error, shutil.Error):
        _, _, why = error.args[0][0]
        return str(why)
    return error.strerror or str(error)


def _copy(folder: Path, template: Template | None, over: Path | None) -> None:
    """Lay out a template's files, and over them those of a language."""
    if template is None:
        (folder / "lambdas").mkdir(parents=True)
        return
    for path in template.folder.rglob("*"):
        if path.is_symlink():  # what it leads to would become the project's, and be deployed
            raise TemplateError(f"{path} is a link, which no template may hold")
    shutil.copytree(template.folder, folder, ignore=_LEFT)
    shutil.rmtree(folder / OVERLAYS, ignore_errors=True)
    if over is not None:
        shutil.rmtree(folder / "lambdas", ignore_errors=True)
        shutil.copytree(over, folder, ignore=_LEFT, dirs_exist_ok=True)


def _describe(
    folder: Path, template: Template | None, *, title: str, language: str | None, draw: Draw
) -> None:
    """Add the definition of one state, where there is no template, and a README with a picture."""
    if template is None:
        _write_json(folder / DEFINITION, beginnings.DEFINITION)
    if (folder / "README.md").exists():
        return
    picture = None
    for name in definitions.present(folder):
        if not name.endswith(".py"):  # that is a program: nothing of a template's is run
            with suppress(OSError, ProjectError):
                picture = draw(definitions.read(folder / name, file=name, literals=None))
    event = min((path.name for path in (folder / "events").glob("*.json")), default=SAMPLE)
    spoken = _spoken(template, language)
    text = beginnings.readme(title, spoken, event=event, picture=picture)
    (folder / "README.md").write_text(text, "utf-8")


def _spoken(template: Template | None, language: str | None) -> str:
    return language or (template.languages[0] if template and template.languages else "python")


def _complete(
    folder: Path, template: Template | None, *, language: str | None, named: str | None
) -> None:
    """Add what a project has and the template has not."""
    runtime = DEFAULTS[LANGUAGES[_spoken(template, language)]]
    if not (folder / "events").is_dir():
        (folder / "events").mkdir()
        _write_json(folder / "events" / SAMPLE, {})
    if not (folder / ".gitignore").exists():
        (folder / ".gitignore").write_text(beginnings.GITIGNORE, "utf-8")
    if not (folder / "cdk.json").exists():
        _write_json(folder / "cdk.json", beginnings.CDK_JSON)
    settings = folder / FILE
    if not settings.exists():
        settings.write_text(beginnings.settings(runtime), "utf-8")
    elif language is not None:
        settings.write_text(beginnings.with_runtime(settings.read_text("utf-8"), runtime), "utf-8")
    if json_schema.DIRECTIVE in settings.read_text("utf-8"):
        _write_json(folder / json_schema.FILE, json_schema.document())
    if named is not None:
        settings.write_text(beginnings.with_name(settings.read_text("utf-8"), named), "utf-8")


def _write_json(path: Path, value: JSON) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n", "utf-8")


def _move(made: Path, target: Path, kept: frozenset[str]) -> None:
    """Put what was made into its place."""
    if not target.is_dir():
        made.rename(target)
        return
    for path in made.iterdir():  # somebody may stand in it: it stays, and is filled
        if path.name not in kept:
            path.rename(target / path.name)


def _repository(folder: Path) -> Path | None:
    """The root of the repository that a folder is in; without git there is none."""
    git = shutil.which("git")
    if git is None:
        return None
    words = (git, "rev-parse", "--show-toplevel")
    found = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    root = Path(found.stdout.strip())
    return root if found.returncode == 0 and folder.is_relative_to(root) else None


def _init_repository(folder: Path) -> bool:
    """Make a git repository of a folder; without git there is none."""
    git = shutil.which("git")
    if git is None:
        return False
    made = subprocess.run([git, "init", "--quiet"], cwd=folder, capture_output=True, check=False)
    return made.returncode == 0
