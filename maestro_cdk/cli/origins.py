"""What `config --show` prints: every setting that holds here, and where it comes from."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from maestro_cdk.cli.context import Context
from maestro_cdk.cli.output import table
from maestro_cdk.errors import CredentialsError, ProjectError
from maestro_cdk.model import JSON, Settings
from maestro_cdk.project import settings, users
from maestro_cdk.project.schema import FUNCTION, TARGET, WORKFLOW
from maestro_cdk.project.settings import Flags

AWS = "the AWS configuration"
DEFAULT = "default"
NOBODY = "nothing says"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A setting that holds."""

    name: str
    value: JSON
    origin: str


def show(context: Context) -> None:
    """Print what holds in the project here, or outside of any."""
    rows = [*_rows(context)]
    if context.json:
        value = {row.name: {"value": row.value, "origin": row.origin} for row in rows}
        click.echo(json.dumps({"settings": value}, indent=2))
        return
    lines = [
        (row.name, "" if row.value is None else json.dumps(row.value), row.origin) for row in rows
    ]
    click.echo(table(lines, indent=""))


def _rows(context: Context) -> Iterator[Row]:
    try:
        folder = context.folder()
    except ProjectError:
        folder = None
    flags = Flags(stage=context.options.stage)
    # What is no folder holds no maestro.toml: then only what is said outside of projects counts.
    found = settings.load(
        folder or Path(os.devnull), flags, environ=context.environ, home=Path.home()
    )
    yield from _target(found, context.environ)
    if folder is None:
        return
    yield from _table("workflow", asdict(found.workflow), WORKFLOW, found.origins)
    yield from _table("functions", asdict(found.defaults), FUNCTION, found.origins)
    for name, own in sorted(found.functions.items()):
        prefix = f"functions.{name}"
        yield from (
            row
            for row in _table(prefix, asdict(own), FUNCTION, found.origins)
            if row.origin != DEFAULT
        )


def _target(found: Settings, environ: Mapping[str, str]) -> Iterator[Row]:
    values: dict[str, Any] = asdict(found.target)
    for name in TARGET:
        value, origin = values[name], found.origins.get(name, NOBODY)
        if name == "region" and value is None:
            value, origin = _region(found.target.profile, environ)
        if name == "account" and value is None:
            value, origin = _own_account()
        yield Row(name=name, value=value, origin=origin)


def _region(profile: str | None, environ: Mapping[str, str]) -> tuple[str | None, str]:
    from maestro_cdk.aws import surroundings  # noqa: PLC0415 - 0.1 s of botocore

    try:
        region = surroundings.look(profile, environ, ask=False).region
    except CredentialsError as error:
        return None, error.message
    return region, AWS if region else NOBODY


def _own_account() -> tuple[str | None, str]:
    values, origin = users.read(Path.home())
    account = values.get("account")
    return account, f"{origin}; it holds nobody to it" if account else NOBODY


def _table(
    prefix: str, values: Mapping[str, Any], keys: Mapping[str, Any], origins: Mapping[str, str]
) -> Iterator[Row]:
    for name in keys:
        full = f"{prefix}.{name}"
        yield Row(name=full, value=values[name], origin=origins.get(full, DEFAULT))
