"""The files that a workflow may be written in, and the one of a folder, read."""

from collections.abc import Mapping
from pathlib import Path

from maestro_cdk.asl import document
from maestro_cdk.asl.document import Document
from maestro_cdk.errors import ProjectError
from maestro_cdk.model import JSON, SourceRef
from maestro_cdk.project import files
from maestro_cdk.project.report import Report

DEFINITION = "definition.asl.json"
NAMES = (DEFINITION, "definition.asl.yaml", "definition.asl.yml", "workflow.py")
"""A folder holds exactly one of them."""


def present(folder: Path) -> tuple[str, ...]:
    """The names of the definitions in a folder."""
    return tuple(name for name in NAMES if files.is_file(folder / name))


def of_folder(report: Report, literals: Mapping[str, JSON]) -> Document | None:
    """The one definition of a folder; None, with a finding, where that cannot be.

    Args:
        report: of the folder.
        literals: the user's substitutions.
    """
    found = present(report.folder)
    if len(found) > 1:
        message = f"there are {len(found)} definitions: {', '.join(found)}"
        report.add("definition", message, SourceRef(file=found[1]), "keep one of them")
        return None
    name = found[0] if found else DEFINITION
    where = SourceRef(file=name)
    try:
        return read(report.folder / name, file=name, literals=literals)
    except ProjectError as error:
        report.findings += error.findings
    except FileNotFoundError:
        hint = "`maestro new` makes one; definition.asl.yaml and workflow.py serve as well"
        report.add("definition", f"there is no {name}", where, hint)
    except OSError as error:
        problem = files.unreadable(report.folder / name, error)
        report.add("definition", problem.message, where, problem.hint)
    return None


def read(path: Path, *, file: str, literals: Mapping[str, JSON] | None) -> Document:
    """A definition from its file.

    Args:
        path: the file.
        file: its name, as messages should show it.
        literals: what unquoted substitutions stand for; None where that is not known.

    Raises:
        ProjectError: it is not what its ending says; the findings name the lines.
        OSError: the file cannot be read.
    """
    content = path.read_bytes()
    if path.suffix.lower() == ".py":
        from maestro_cdk.project import python_document  # noqa: PLC0415 - spares its imports

        return python_document.parse(content, file=file)
    if path.suffix.lower() in (".yaml", ".yml"):
        text = document.decode(content, file=file, rule="yaml-syntax")
        from maestro_cdk.asl import yaml_document  # noqa: PLC0415 - most are JSON

        return yaml_document.parse(text, file=file, literals=literals)
    text = document.decode(content, file=file)
    return document.parse(text, file=file, literals=literals)
