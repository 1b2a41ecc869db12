"""`logs`: what functions and the state machine wrote."""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

import click

from maestro_cdk.actions import run as running
from maestro_cdk.actions import tailing, watching
from maestro_cdk.actions.tailing import MACHINE, Source, Tail
from maestro_cdk.asl import arns
from maestro_cdk.cli.context import Context
from maestro_cdk.cli.examples import examples
from maestro_cdk.cli.options import CLOUD, shared
from maestro_cdk.cloud import Cloud, LogLine
from maestro_cdk.errors import UsageError
from maestro_cdk.model import Project
from maestro_cdk.timeline.lines import said_by_function

PAUSE = 1.0
"""Seconds between two looks."""

COLORS = ("cyan", "yellow", "green", "magenta", "blue", "bright_cyan", "bright_yellow")

_AGO = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>s|m|h|d)[a-z]*")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

Line = tuple[str, LogLine]


@click.command()
@click.argument("function", required=False, metavar="[FUNCTION]")
@click.option("-f", "--follow", is_flag=True, help="Go on with what is written from now on.")
@click.option(
    "--since",
    metavar="10m|TIME",
    default="1h",
    show_default=True,
    help="From when on: so long ago (30s, 10m, 2h, 1d), or a time as in 2026-11-23T10:00.",
)
@click.option("--filter", "text", metavar="TEXT", help="Only lines that hold this.")
@click.option("--execution", metavar="ARN|NAME|last", help="Only what one execution made.")
@shared(*CLOUD)
@examples(
    ("maestro logs", "all of the last hour, in order of time"),
    ("maestro logs manager --since 10m", "of one function"),
    ("maestro logs --follow --filter ERROR", "as it is written"),
    ("maestro logs --execution last", "what the last execution made"),
)
def logs(
    context: Context,
    *,
    function: str | None,
    follow: bool,
    since: str,
    text: str | None,
    execution: str | None,
) -> None:
    """Print log lines of the functions and the state machine, together in order of time."""
    if follow and context.json:
        raise UsageError("--follow has no end, and JSON has: leave one of them out")
    project = context.outline()
    cloud = context.cloud(project)
    began = _since(since, context.clock.now())
    machine = running.machine_of(
        project, cloud=cloud, local=context.options.local, clock=context.clock
    )
    sources = _chosen(tailing.sources(project, cloud=cloud), function)
    arn = watching.execution_of(machine, execution, cloud=cloud) if execution else None
    if arn is not None:
        began = min(began, cloud.machines.past(arn).began - tailing.SLACK)
    tail = Tail(cloud, began)

    def look() -> list[Line]:
        found = tail.look(sources, patient=follow)
        made = _made(arn, project, cloud) if arn and found else None
        return [
            line
            for line in found
            if (text is None or text in line[1].text) and (made is None or made(line))
        ]

    lines = look()
    if context.json:
        click.echo(json.dumps([_value(line) for line in lines], indent=2))
        return
    show = _Shown(context, sources)
    show(lines)
    if not lines and not follow:
        context.reporter.line("nothing was written" if not text else f"no line holds {text!r}")
    while follow:
        context.clock.sleep(PAUSE)
        show(look())


def _since(given: str, now: datetime) -> datetime:
    """A time that is given by how long ago it was, or as itself.

    Raises:
        UsageError: it is neither.
    """
    ago = _AGO.fullmatch(given.strip())
    try:
        if ago:
            return now - timedelta(**{_UNITS[ago["unit"]]: float(ago["number"])})
        return datetime.fromisoformat(given.strip()).astimezone()
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"--since {given} is no time", hint="30s, 10m, 2h, 1d, or 2026-11-23T10:00"
        ) from error


def _chosen(found: Sequence[Source], function: str | None) -> Sequence[Source]:
    if function is None:
        return found
    chosen = [source for source in found if source.name == function]
    if not chosen:
        names = ", ".join(source.name for source in found if source.name != MACHINE)
        raise UsageError(
            f"no function {function} has a log here", hint=f"there are: {names}" if names else None
        )
    return chosen


def _made(arn: str, project: Project, cloud: Cloud) -> Callable[[Line], bool]:
    """What an execution made: in the machine's log by its ARN, in a function's while it was called."""
    called = tailing.windows(cloud.machines.history(arn, 0), project.name)

    def made(line: Line) -> bool:
        source, entry = line
        if source == MACHINE:
            return arn in entry.text
        return any(window.holds(source, entry) for window in called)

    return made


def _value(line: Line) -> dict[str, str]:
    source, entry = line
    return {"source": source, "time": entry.time.isoformat(), "text": entry.text.rstrip("\n")}


class _Shown:
    """Prints lines, each function in its colour."""

    def __init__(self, context: Context, sources: Sequence[Source]) -> None:
        self._style = context.reporter.style
        functions = [source.name for source in sources if source.name != MACHINE]
        self._colors = {name: COLORS[n % len(COLORS)] for n, name in enumerate(sorted(functions))}
        self._wide = max((len(source.name) for source in sources), default=0)

    def __call__(self, lines: Iterable[Line]) -> None:
        for source, entry in lines:
            said = _machines(entry.text) if source == MACHINE else said_by_function(entry.text)
            if said is None:
                continue
            time = f"{entry.time.astimezone():%H:%M:%S}.{entry.time.microsecond // 1000:03d}"
            name = source.ljust(self._wide)
            color = self._colors.get(source)
            shown = self._style(name, fg=color) if color else self._style(name, dim=True)
            click.echo(f"{self._style(time, dim=True)}  {shown}  {said}")


def _machines(text: str) -> str:
    """A line of the state machine's log in a few words; as it is where it is none."""
    try:
        entry = json.loads(text)
        details = entry.get("details", {})
        name = arns.execution_name(entry["execution_arn"])
        parts = [name, entry["type"], details.get("name"), details.get("error")]
    except (ValueError, KeyError, TypeError, AttributeError):
        return text.rstrip()
    return " ".join(str(part) for part in parts if part)


COMMANDS = (logs,)
