"""`get-templates`: templates for this user, from git, from a folder, or those that ship."""

import os
import re
from pathlib import Path

import click

from maestro_cdk import __version__
from maestro_cdk.cli.examples import examples
from maestro_cdk.errors import UsageError
from maestro_cdk.project import installing, sources, templates


@click.command("get-templates")
@click.argument("source", required=False)
@click.option("--ref", metavar="REF", help="A branch, a tag or a commit of the repository.")
@click.option("--force", is_flag=True, help="Replace templates that are your own by now.")
@click.option("--list", "list_", is_flag=True, help="List the templates that are installed.")
@examples(
    ("maestro get-templates", "those that ship, to be changed"),
    ("maestro get-templates https://example.com/ours.git", "those of a repository"),
    ("maestro get-templates ../templates --ref v2", "of one on this machine, at a tag"),
    ("maestro get-templates --list", "what is installed, and whence"),
)
def get_templates(source: str | None, *, ref: str | None, force: bool, list_: bool) -> None:
    """Install templates for this user, from git or ours.

    SOURCE is what git can fetch, or a folder. Each folder in it that holds a definition is a
    template; so is the whole, if it holds one itself. The same command renews them. Nothing in a
    template is run. Without SOURCE it installs those that come with
    maestro, for you to change.
    """
    folder = templates.of_user(Path.home())
    if list_:
        for item in installing.installed(folder):
            click.echo(_row(item))
        return
    if source is None and ref is not None:
        raise UsageError("--ref is of a SOURCE", hint="maestro get-templates SOURCE --ref REF")
    place = str(templates.shipped()) if source is None else source
    called = templates.SHIPPED if source is None else _called(source)
    with sources.opened(place, ref, os.environ) as fetched:
        noted = __version__ if source is None else ref
        done = installing.install(fetched, folder, source=called, ref=noted, force=force)
    for word, names in (
        ("installed", done.added),
        ("renewed", done.renewed),
        ("removed, as the source did,", done.removed),
        ("the same as before:", done.same),
    ):
        if names:
            click.echo(f"{word} {', '.join(names)}", err=True)
    click.echo(f"the templates are in {folder}: maestro new --list", err=True)


def _called(source: str) -> str:
    """What a source is remembered as: a path from anywhere, a URL without a password."""
    if Path(source).expanduser().exists():
        return str(Path(source).expanduser().resolve())
    return re.sub(r"^(\w+://)[^/@]*@", r"\1", source)


def _row(item: installing.Installed) -> str:
    if item.record is None:
        return f"{item.name:<20} your own"
    at = [part for part in (item.record.ref, (item.record.commit or "")[:12]) if part]
    changed = ", changed since" if item.changed else ""
    which = f" ({', '.join(at)})" if at else ""
    return f"{item.name:<20} {item.record.source}{which}{changed}"


COMMANDS = (get_templates,)
