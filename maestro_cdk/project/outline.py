"""Where a project is, what it is called and where it goes: all that most commands need to know."""

from collections.abc import Mapping
from pathlib import Path

from maestro_cdk.errors import ProjectError, UsageError
from maestro_cdk.model import Definition, Finding, Project, Settings, SourceRef
from maestro_cdk.project import definitions, settings
from maestro_cdk.project.definitions import DEFINITION
from maestro_cdk.project.entries import LAMBDAS


def find(start: Path) -> Path:
    """The nearest folder upward from `start` that holds a definition.

    Raises:
        ProjectError: there is none up to the root.
    """
    for folder in (start, *start.parents):
        # A function may be called `workflow` too.
        function = folder.name == LAMBDAS and definitions.present(folder.parent)
        if definitions.present(folder) and not function:
            return folder
    raise ProjectError(
        [
            Finding(
                rule="definition",
                severity="error",
                message=f"there is no {DEFINITION} in {start}, nor in any folder above it",
                hint="go to a project's folder, name one with --project, or make one with "
                "`maestro new`",
                where=SourceRef(file=DEFINITION),
            )
        ]
    )


def of(folder: Path, flags: settings.Flags, *, environ: Mapping[str, str], home: Path) -> Project:
    """What a project is called and where it goes, whatever is in its folder by now.

    Raises:
        ProjectError: its settings cannot be read.
    """
    found, wrong = read(folder, flags, environ=environ, home=home)
    if wrong:
        raise ProjectError(wrong)
    name = full_name(found)
    return Project(
        folder=folder,
        definition=Definition(text="", substitutions={}),
        functions=(),
        shared=(),
        settings=found,
        name=name,
        stack_name=name,
    )


def read(
    folder: Path, flags: settings.Flags, *, environ: Mapping[str, str], home: Path
) -> tuple[Settings, tuple[Finding, ...]]:
    """The settings of a project, and what is wrong with them.

    Raises:
        ProjectError: a file is not TOML, or cannot be read.
        UsageError: there is no such folder.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder", hint="--project names a project's folder")
    return settings.read(folder, flags, environ=environ, home=home)


def full_name(found: Settings) -> str:
    """The workflow's name with its stage, which is the stack's and the state machine's too."""
    return f"{found.workflow.name}-{found.stage}" if found.stage else found.workflow.name
