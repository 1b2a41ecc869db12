"""Errors as a person reads them, or a program; and what is written down of a bug of ours."""

import json
import platform
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

import click

from maestro_cdk import __version__
from maestro_cdk.cli.findings import as_text, as_values
from maestro_cdk.errors import MaestroError, ProjectError


def show(error: MaestroError, *, verbose: bool, as_json: bool) -> None:
    """Say what is wrong, where, and what to do.

    Args:
        error: what is wrong.
        verbose: whether to show how it came about, call by call.
        as_json: whether the result was to be JSON: then it is, with the error in it.
    """
    if verbose:
        traceback.print_exception(error)
    if as_json and not error.in_result:
        click.echo(json.dumps({"error": _value(error)}, indent=2))
    if isinstance(error, ProjectError):
        click.echo(as_text(error.findings, Path.cwd()), err=True)
        return
    place = f"{error.where}: " if error.where else ""
    click.echo(f"{click.style('error:', fg='red', bold=True)} {place}{error.message}", err=True)
    if error.hint:
        click.echo(f"  {error.hint}", err=True)


def of_system(error: OSError) -> MaestroError:
    """What the system refused, in our words: a file that may not be read, a disk that is full."""
    why = (error.strerror or str(error)).lower()
    shown = MaestroError(f"{error.filename}: {why}" if error.filename else why)
    shown.__cause__ = error
    return shown


def report_bug(error: Exception) -> None:
    """Write what we need to know to a file, and name it."""
    report = "\n".join(
        [
            f"maestro {__version__}, Python {platform.python_version()}, {platform.platform()}",
            f"command: {' '.join(sys.argv)}",
            "",
            "".join(traceback.format_exception(error)),
        ]
    )
    with tempfile.NamedTemporaryFile(
        "w", prefix="maestro-bug-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.write(report)
    click.echo(f"{click.style('bug:', fg='red', bold=True)} {error!r}", err=True)
    click.echo(f"  this is maestro's fault; a report is in {file.name}", err=True)


def _value(error: MaestroError) -> dict[str, Any]:
    value: dict[str, Any] = {
        "message": error.message,
        "hint": error.hint,
        "where": str(error.where) if error.where else None,
    }
    if isinstance(error, ProjectError):
        value["findings"] = as_values(error.findings)
    return value
