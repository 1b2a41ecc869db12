"""`new`: a project from a template."""

import os
import re
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from maestro_cdk import __version__
from maestro_cdk.asl.document import Document
from maestro_cdk.cli import completing
from maestro_cdk.cli.examples import examples
from maestro_cdk.errors import UsageError
from maestro_cdk.picture import chart as charts
from maestro_cdk.picture import mermaid
from maestro_cdk.project import creating, installing, pipelines, templates
from maestro_cdk.project.templates import Template


def known() -> tuple[Template, ...]:
    """Every template: the user's own before those that ship."""
    return templates.available((templates.of_user(Path.home()), templates.shipped()))


@click.command()
@click.argument("name", required=False)
@click.option(
    "-t",
    "--template",
    "wanted",
    metavar="NAME",
    shell_complete=completing.templates,
    help="The template to begin from.",
)
@click.option("-n", "--no-template", is_flag=True, help="Begin from one state, and no function.")
@click.option("--list", "list_", is_flag=True, help="List the templates.")
@click.option(
    "--language",
    type=click.Choice([*templates.LANGUAGES]),
    help="The functions' language.  [default: the template's own, which is Python in ours]",
)
@click.option(
    "--ci",
    type=click.Choice([*pipelines.FILES]),
    help="Write a pipeline, too, that validates, shows differences and deploys.",
)
@click.option("--no-git", is_flag=True, help="Make no git repository.")
@examples(
    ("maestro new orders", "choose a template from the list"),
    ("maestro new orders -t approval", "begin from this one"),
    ("maestro new orders -t saga --language node", "with its functions in Node.js"),
    ("maestro new orders -t hello --ci github", "with a workflow that deploys it"),
    ("maestro new --list", "what templates there are, and what each is for"),
)
def new(
    name: str | None,
    *,
    wanted: str | None,
    no_template: bool,
    list_: bool,
    language: str | None,
    ci: str | None,
    no_git: bool,
) -> None:
    """Make a project's folder from a template."""
    every = known()
    if list_:
        for line in _rows([each for each in every if language in (None, *each.languages)]):
            click.echo(line)
        return
    if not name:
        raise UsageError("the project needs a name", hint="maestro new NAME")
    template: Template | None = None
    if wanted or not no_template:
        template = templates.choose(every, wanted) if wanted else _asked(every)
    if template:
        _warn_of_old(template)
    # Without `..`, for the folder's name is the workflow's.
    target = Path(os.path.normpath(name))  # noqa: TID251 - Path cannot do it
    place = Path(os.path.normpath(target.absolute()))  # noqa: TID251
    made = creating.create(place, template, git=not no_git, language=language, ci=ci, draw=_picture)
    _tell(target, template, made)
    if ci and made.within not in (None, place):
        told = f"{target / pipelines.FILES[ci]} belongs at the top of {made.within}"
        click.echo(f"{told}: move it there", err=True)


def _picture(definition: Document) -> str | None:
    drawn = charts.chart(definition)
    return mermaid.text(drawn) if drawn.nodes else None


def _warn_of_old(template: Template) -> None:
    """Say that a template was copied from another version of maestro."""
    folder = templates.of_user(Path.home())
    record = installing.records(folder).get(template.name)
    if record is None or record.source != templates.SHIPPED or template.folder.parent != folder:
        return
    if record.ref != __version__:
        came = f"{template.folder} is of maestro {record.ref}"
        click.echo(f"{came}: `maestro get-templates` renews it", err=True)


def _rows(every: Sequence[Template]) -> list[str]:
    width = max((len(item.name) for item in every), default=0)
    return [
        f"{item.name:<{width}}  {', '.join(item.languages):<12}  {item.summary}".rstrip()
        for item in every
    ]


def _tell(target: Path, template: Template | None, made: creating.Made) -> None:
    """Say what was made, and what to do next."""
    whence = f"from the template {template.name}" if template else "without a template"
    click.echo(f"made {target}/ {whence}{', a git repository' * made.repository}", err=True)
    if made.named:
        click.echo(f"the workflow is called {made.named}: see maestro.toml", err=True)
    given = f" -i {shlex.quote(event)}" if (event := _event(target)) else ""
    entered = f"{'./' * str(target).startswith('-')}{target}"  # cd -x would be an option
    step = f"cd {shlex.quote(entered)}\n  " if target.absolute() != Path.cwd() else ""
    run = f"maestro run --local{given}"
    click.echo(f"\n  {step}maestro deploy --local\n  {run}\n", err=True)


def _event(target: Path) -> str | None:
    """The input to try first: the one of the README, or the first that there is."""
    found = re.search(
        r"-i (events/\S+\.json)", (target / "README.md").read_text("utf-8", "replace")
    )
    if found:
        return found[1]
    first = next(iter(sorted((target / "events").glob("*.json"))), None)
    return str(first.relative_to(target)) if first else None


def _asked(every: tuple[Template, ...]) -> Template | None:
    """The template that the user picks; return, or an answer that is none, is no template."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "which template? There is no terminal to ask at",
            hint=f"add -t NAME ({', '.join(item.name for item in every)}), or -n for none",
        )
    click.echo("Select a template to base your project on (return for none)", err=True)
    for n, row in enumerate(_rows(every), 1):
        click.echo(f"{f'[{n}]':>6} {row}", err=True)
    answer = click.prompt(f"Template 1-{len(every)}", default="", show_default=False, err=True)
    if answer.isdecimal() and 1 <= int(answer) <= len(every):
        return every[int(answer) - 1]
    meant = (answer.strip(), templates.ORIGINALS.get(answer.strip()))
    return next((template for template in every if template.name in meant), None)


COMMANDS = (new,)
