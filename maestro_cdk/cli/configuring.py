"""`config`: the account and the region that hold in every project that does not say otherwise."""

import json
import os
import sys
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import click

from maestro_cdk.cli import origins
from maestro_cdk.cli.context import Context
from maestro_cdk.cli.examples import examples
from maestro_cdk.cli.options import shared
from maestro_cdk.errors import CredentialsError, ProjectError, UsageError
from maestro_cdk.project import json_schema, users
from maestro_cdk.project.forms import Refused
from maestro_cdk.project.schema import TARGET

if TYPE_CHECKING:
    from maestro_cdk.aws.surroundings import Surroundings

ASKED = {"account": "AWS account", "region": "Region"}


@click.command()
@click.option("--account", metavar="NUMBER", help="The account: twelve digits.")
@click.option("--region", metavar="REGION", help="The region.")
@click.option("--profile", metavar="NAME", help="A profile of the AWS configuration.")
@click.option("--show", is_flag=True, help="Print every setting here, and where it comes from.")
@click.option("--schema", is_flag=True, help="Print the JSON schema of maestro.toml.")
@shared("project", "stage", "output")
@examples(
    ("maestro config", "be asked, and keep what is shown by return"),
    ("maestro config --region eu-west-1", "set the region"),
    ("maestro config --show", "what holds here, and where it comes from"),
    ("maestro config --schema > schema.json", "what maestro.toml may hold, for editors"),
)
def config(
    context: Context,
    *,
    account: str | None,
    region: str | None,
    profile: str | None,
    show: bool,
    schema: bool,
) -> None:
    """Say once which account and region you work with.

    At a terminal it asks, and offers what AWS's own configuration answers; return keeps the value
    that is shown. With flags it sets what they name, and asks nothing; an empty value forgets one.
    What was said stands in ~/.maestro/config.toml. A project and its stages may say otherwise.
    """
    if schema:
        click.echo(json.dumps(json_schema.document(), indent=2))
        return
    if show:
        origins.show(context)
        return
    given = {"account": account, "region": region, "profile": profile}
    said = {name: value for name, value in given.items() if value is not None}
    checked = {name: _checked(name, value) if value else None for name, value in said.items()}
    known = _known()
    if checked:
        found = _look(
            checked.get("profile") or known.get("profile"), said=bool(said.get("profile"))
        )
        values = checked
    else:
        found, values = _asked(known)
    _warn({**known, **values}, found)
    if aside := users.write(Path.home(), values):
        click.echo(f"the old file could not be read, and is {aside} now", err=True)
    click.echo(f"wrote {users.FILE}", err=True)


def _known() -> dict[str, str]:
    """What was said before; nothing, where that cannot be read."""
    try:
        return users.read(Path.home())[0]
    except ProjectError as error:
        click.echo(f"{error.where}: {error.message}", err=True)
        return {}


def _checked(name: str, value: str) -> str:
    """A value of the right form.

    Raises:
        UsageError: it has another.
    """
    try:
        return str(TARGET[name].read(value))
    except Refused as refused:
        raise UsageError(f"--{name} {value!r}: it takes {refused}") from refused


def _look(profile: str | None, *, said: bool) -> "Surroundings | None":
    """What AWS's configuration answers; None where a profile that is not there was said before.

    Raises:
        UsageError: there is no such profile, and it was said now.
    """
    from maestro_cdk.aws import surroundings  # noqa: PLC0415 - 0.1 s of botocore

    try:
        return surroundings.look(profile, os.environ)
    except CredentialsError as error:
        if not said:
            click.echo(f"note: {error.message}", err=True)
            return None
        near = get_close_matches(profile or "", surroundings.profiles(), n=1)
        hint = f"did you mean {near[0]!r}?" if near else error.hint
        raise UsageError(error.message, hint=hint) from error


def _asked(known: dict[str, str]) -> "tuple[Surroundings | None, dict[str, str | None]]":
    """What the user answers.

    Raises:
        UsageError: nobody can be asked.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "which account and region? There is no terminal to ask at",
            hint="maestro config --account 123456789012 --region eu-west-1",
        )
    found = _look(known.get("profile"), said=False)
    around = {"account": found.account, "region": found.region} if found else {}
    values: dict[str, str | None] = {}
    for name, question in ASKED.items():
        offered = known.get(name) or around.get(name)
        values[name] = click.prompt(question, default=offered, value_proc=_reader(name), err=True)
    return found, values


def _reader(name: str) -> Callable[[str], str]:
    """What reads an answer; click asks again where it is refused."""

    def read(answer: str) -> str:
        try:
            return str(TARGET[name].read(answer.strip()))
        except Refused as refused:
            raise click.UsageError(f"{answer!r}: it takes {refused}") from refused

    return read


def _warn(values: dict[str, str | None], found: "Surroundings | None") -> None:
    """Say what AWS's configuration knows otherwise; nothing of it stops anybody."""
    from maestro_cdk.aws import surroundings  # noqa: PLC0415 - at hand by now

    account, region = values.get("account"), values.get("region")
    if found and found.account and account and found.account != account:
        told = f"the credentials here are of the account {found.account}, not of {account}"
        click.echo(f"note: {told}", err=True)
    elif found and found.problem and account:
        click.echo(f"note: the account could not be checked: {found.problem}", err=True)
    known = surroundings.regions()
    if region and region not in known:
        near = get_close_matches(region, known, n=1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        click.echo(f"note: AWS has no region {region!r} that maestro knows of{meant}", err=True)


COMMANDS = (config,)
