"""`status`: what is deployed, what went wrong, and what on disk differs."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import click

from maestro_cdk.actions import releasing
from maestro_cdk.actions import status as standing
from maestro_cdk.actions.difference import Difference
from maestro_cdk.actions.run import OUTPUT
from maestro_cdk.cli import differences
from maestro_cdk.cli.context import Context
from maestro_cdk.cli.deploying import assembly_folder
from maestro_cdk.cli.examples import examples
from maestro_cdk.cli.options import CLOUD, shared
from maestro_cdk.cli.output import table
from maestro_cdk.cli.wording import past_value
from maestro_cdk.errors import ProjectError
from maestro_cdk.model import Project
from maestro_cdk.timeline.durations import duration
from maestro_cdk.versions import Alias, is_ahead

_DOMAINS = {"aws-cn": "amazonaws.cn", "aws-us-gov": "amazonaws-us-gov.com"}
"""Of the console, where it is not AWS's usual one."""


@click.command()
@shared(*CLOUD)
@examples(
    ("maestro status", "here"),
    ("maestro status --stage prod --output json", "of a stage, for a program"),
)
def status(context: Context) -> None:
    """Print what is deployed, and what on disk differs.

    Where the last operation failed, it says what failed, why, and what to do.
    """
    try:
        project = context.project()
    except ProjectError:
        project = context.outline()
        found = standing.of_stack(project, cloud=context.cloud(project))
    else:
        with assembly_folder() as out:
            found = standing.look(
                project,
                context.bundles(project),
                out,
                cloud=context.cloud(project),
                synthesizer=context.synthesizer(),
                reporter=context.reporter,
            )
    context.reporter.close()
    if context.json:
        click.echo(differences.dumped(_value(found, project)))
    else:
        _print(context, found, project)


def _value(found: standing.Standing, project: Project) -> dict[str, Any]:
    stack, failure = found.stack, found.failure
    return {
        "account": found.identity.account,
        "region": found.identity.region,
        "stack": project.stack_name,
        "status": stack.status if stack else None,
        "outputs": dict(stack.outputs) if stack else {},
        "live": _live_value(found.alias),
        "taken_back": found.taken_back,
        "alarms": dict(found.alarms),
        "executions": [past_value(past) for past in found.executions],
        "console": dict(_console(found)),
        "failure": {
            "resource": failure.resource,
            "reason": failure.reason,
            "where": str(failure.where) if failure.where else None,
            "hint": failure.hint,
        }
        if failure
        else None,
        "difference": differences.as_value(found.difference) if found.difference else None,
    }


def _print(context: Context, found: standing.Standing, project: Project) -> None:
    style, stack = context.reporter.style, found.stack
    where = f"account {found.identity.account}, {found.identity.region}"
    if stack is None:
        click.echo(f"{project.name}: not deployed ({where})")
    else:
        click.echo(f"{project.name}: {stack.status} ({where})")
        if stack.outputs:
            click.echo(table([(f"{key}:", value) for key, value in stack.outputs.items()]))
    _print_executions(context, found)
    if not context.options.local:
        click.echo(table([(f"{name}:", address) for name, address in _console(found)]))
    if found.failure:
        place = f"{found.failure.where}: " if found.failure.where else ""
        said = f"{place}{found.failure.resource}: {found.failure.reason}"
        click.echo(f"{style('failed:', fg='red', bold=True)} {said}")
        if found.failure.hint:
            click.echo(f"  {found.failure.hint}")
    if found.difference is None:
        click.echo("the folder has mistakes: `maestro validate` tells them")
    elif stack is not None:
        _compare(context, found.difference)


def _print_executions(context: Context, found: standing.Standing) -> None:
    """What starts executions, and the last ones."""
    if found.alias:
        click.echo(f"live: {_live(found.alias)}")
    if found.taken_back:
        click.echo(f"{context.reporter.style('release:', fg='red', bold=True)} {found.taken_back}")
    if found.alarms:
        said = ", ".join(f"{name} {state}" for name, state in found.alarms.items())
        fired = "ALARM" in found.alarms.values()
        click.echo(f"alarms: {context.reporter.style(said, fg='red') if fired else said}")
    for past in found.executions:
        took = duration(past.seconds(context.clock.now()))
        click.echo(f"  {past.outcome.name}  {past.outcome.status}  {took}")


def _live(alias: Alias) -> str:
    """Where live leads, and how far a release is."""
    release = releasing.going_on(alias)
    if release is None:
        ahead = ", and redeployed since" if is_ahead(alias) else ""
        return f"version {alias.version}{ahead}"
    since = f", since {release.since.astimezone():%H:%M:%S}" if release.since else ""
    return (
        f"a release goes on, {release.percentage} % to version {release.after}, the others to "
        f"{release.before}{since}"
    )


def _live_value(alias: Alias | None) -> dict[str, Any] | None:
    if alias is None:
        return None
    return {
        "version": alias.version,
        "weights": {str(number): weight for number, weight in alias.weights.items()},
        "redeployed": is_ahead(alias),
    }


def _console(found: standing.Standing) -> Iterator[tuple[str, str]]:
    """Where AWS's console shows the stack and the state machine."""
    if found.stack is None:
        return
    who = found.identity
    domain = _DOMAINS.get(who.partition, "aws.amazon.com")
    home = f"https://{who.region}.console.{domain}"
    stack = quote(found.stack.id, safe="")
    yield (
        "stack",
        f"{home}/cloudformation/home?region={who.region}#/stacks/stackinfo?stackId={stack}",
    )
    machine = found.stack.outputs.get(OUTPUT)
    if machine:
        yield (
            "state machine",
            f"{home}/states/home?region={who.region}#/statemachines/view/{quote(machine, safe='')}",
        )


def _compare(context: Context, difference: Difference) -> None:
    """What lives and what is in the folder, next to the stack."""
    if difference.lost:
        click.echo(f"deleted past the stack: {', '.join(difference.lost)}")
    if difference.ahead:
        click.echo(f"ahead of the stack: {', '.join(difference.ahead)}")
    if difference.lost or difference.ahead:
        click.echo(f"  `{context.again('deploy')}` makes it what is in the folder")
    rest = replace(difference, lost=(), ahead=())
    if difference.empty:
        click.echo("the folder is what is deployed")
    elif rest.empty:
        click.echo("the folder is what the stack says")
    else:
        click.echo("not as in the folder:" if rest.unsettled else "not deployed yet:")
        text = differences.as_text(rest, context.reporter.style)
        click.echo("\n".join(f"  {line}" for line in text.splitlines()))


COMMANDS = (status,)
