"""`new`: a project from a template."""

import shlex
import sys
from pathlib import Path

import click

from maestro_cdk.errors import UsageError
from maestro_cdk.project import templates
from maestro_cdk.project.templates import Template


def _folders() -> tuple[Path, ...]:
    """Where templates are: the user's own first, then those that ship."""
    return (Path.home() / ".maestro" / "templates", templates.shipped())


@click.command()
@click.argument("name", required=False)
@click.option("-t", "--template", "wanted", metavar="NAME", help="The template to begin from.")
@click.option("-n", "--no-template", is_flag=True, help="Begin from one state, and no function.")
@click.option("--list", "list_", is_flag=True, help="List the templates.")
@click.option("--no-git", is_flag=True, help="Make no git repository.")
def new(
    name: str | None, *, wanted: str | None, no_template: bool, list_: bool, no_git: bool
) -> None:
    """Make a project's folder from a template.

    \b
    maestro new orders                  choose a template from the list
    maestro new orders -t approval      begin from this one
    """  # noqa: D301 - \b is click's
    known = templates.available(_folders())
    if list_:
        for item in known:
            click.echo(f"{item.name:<12} {item.summary}")
        return
    if not name:
        raise UsageError("the project needs a name", hint="maestro new NAME")
    template: Template | None = None
    if not no_template:
        template = templates.choose(known, wanted) if wanted else _asked(known)
    target = Path(name)
    repository = templates.create(target.absolute(), template, git=not no_git)
    made = f"from the template {template.name}" if template else "without a template"
    click.echo(f"made {target}/ {made}{', a git repository' if repository else ''}", err=True)
    event = next(iter(sorted((target / "events").glob("*.json"))), None)
    run = f"maestro run --local -i {event.relative_to(target)}" if event else "maestro run --local"
    click.echo(f"\n  cd {shlex.quote(name)}\n  maestro deploy --local\n  {run}\n", err=True)


def _asked(known: tuple[Template, ...]) -> Template | None:
    """The template that the user picks; return, or an answer that is none, is no template."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "which template? There is no terminal to ask at",
            hint=f"add -t NAME ({', '.join(item.name for item in known)}), or -n for none",
        )
    click.echo("Select a template to base your project on (return for none)", err=True)
    for n, template in enumerate(known, 1):
        click.echo(f"  [{n}] {template.name:<12} {template.summary}", err=True)
    answer = click.prompt(f"Template 1-{len(known)}", default="", show_default=False, err=True)
    if answer.isdecimal() and 1 <= int(answer) <= len(known):
        return known[int(answer) - 1]
    return next((template for template in known if template.name == answer.strip()), None)


COMMANDS = (new,)
