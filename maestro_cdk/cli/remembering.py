"""`history`: what executions did."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import click

from maestro_cdk.actions import run as running
from maestro_cdk.actions import watching
from maestro_cdk.cli.context import Context
from maestro_cdk.cli.examples import examples
from maestro_cdk.cli.options import CLOUD, shared
from maestro_cdk.cli.output import Style, table
from maestro_cdk.cli.wording import failure, past_value
from maestro_cdk.cloud import Cloud
from maestro_cdk.errors import UsageError
from maestro_cdk.model import ExecutionEvent, PastExecution
from maestro_cdk.timeline import comparison
from maestro_cdk.timeline.comparison import Side
from maestro_cdk.timeline.durations import duration
from maestro_cdk.timeline.visits import Timeline, Visit

BAR = 32
"""Characters in which the whole of an execution is drawn."""

SHOWN = 12
"""So many visits inside of a Map or a Parallel are shown; of more, only those that went wrong."""

_COLORS = {"failed": "red", "caught": "yellow", "running": "cyan", "aborted": "magenta"}


@click.command()
@click.argument("execution", required=False, metavar="[EXECUTION]")
@click.option("--list", "list_", is_flag=True, help="List the last executions.")
@click.option("--events", is_flag=True, help="Print the events themselves.")
@click.option("--compare", nargs=2, metavar="A B", help="Print in what two executions differ.")
@click.option("--redrive", is_flag=True, help="Have it go on from where it failed.")
@click.option("--stop", is_flag=True, help="Stop it.")
@shared(*CLOUD, "yes")
@examples(
    ("maestro history", "the last execution, state by state"),
    ("maestro history --list", "which there were"),
    ("maestro history nightly --events", "one by its name, each event"),
    ("maestro history --compare A B", "why one failed, and the other not"),
    ("maestro history --redrive", "once more from where the last one failed"),
)
def history(
    context: Context,
    *,
    execution: str | None,
    list_: bool,
    events: bool,
    compare: tuple[str, str] | None,
    redrive: bool,
    stop: bool,
) -> None:
    """Print what an execution did.

    The last one, or one by its name or ARN: each state, when it was, how long it took, and what went
    wrong in it.
    """
    wanted = [list_, events, compare is not None, redrive, stop]
    if sum(wanted) > 1:
        raise UsageError("--list, --events, --compare, --redrive and --stop are each for itself")
    if execution is not None and (list_ or compare):
        raise UsageError("--list and --compare take no EXECUTION beside them")
    project = context.outline()
    cloud = context.cloud(project)
    machine = running.machine_of(
        project, cloud=cloud, local=context.options.local, clock=context.clock
    )
    if list_:
        _list(context, watching.past(machine, cloud=cloud))
        return
    if compare is not None:
        _compare(context, machine, compare, cloud)
        return
    arn = watching.execution_of(machine, execution or watching.LAST, cloud=cloud)
    if redrive:
        _redrive(context, arn, cloud)
    elif stop:
        _stop(context, arn, cloud)
    elif events:
        _events(context, cloud.machines.history(arn, 0))
    else:
        past = cloud.machines.past(arn)
        _print(context, past, watching.timeline(arn, cloud=cloud))


def _list(context: Context, found: Sequence[PastExecution]) -> None:
    now = context.clock.now()
    if context.json:
        click.echo(json.dumps([past_value(past) for past in found], indent=2))
        return
    if not found:
        context.reporter.line("no execution is kept: none was started, or the machine is EXPRESS")
        return
    rows = [
        (
            past.outcome.name,
            past.outcome.status,
            _moment(past.began),
            duration(past.seconds(now)),
            _cut(past.input or "", 40),
        )
        for past in found
    ]
    click.echo(table(rows, indent=""))


def _events(context: Context, events: Sequence[ExecutionEvent]) -> None:
    if context.json:
        click.echo(json.dumps([asdict(event) for event in events], indent=2, default=str))
        return
    began = events[0].time if events else context.clock.now()
    rows = [
        (
            str(event.id),
            f"{(event.time - began).total_seconds():.3f} s",
            event.type,
            _cut(json.dumps(event.details, ensure_ascii=False, default=str), 120),
        )
        for event in events
    ]
    click.echo(table(rows, indent=""))


def _print(context: Context, past: PastExecution, timeline: Timeline) -> None:
    now = context.clock.now()
    if context.json:
        states = [_visit(visit, now) for visit in timeline.visits]
        click.echo(json.dumps({**past_value(past), "states": states}, indent=2))
        return
    style, outcome = context.reporter.style, past.outcome
    took = duration(past.seconds(now))
    ended = "so far" if past.ended is None else ""
    click.echo(f"{outcome.name}  {outcome.status}  {took} {ended}".rstrip())
    click.echo(f"  began {_moment(past.began)}")
    click.echo("\n".join(_rows(timeline, style, now)))
    said = failure(outcome.error, outcome.cause, limit=1000)
    if said:
        click.echo(f"{style('failed:', fg='red', bold=True)} {said}")
    if outcome.output is not None:
        click.echo(f"output: {_cut(outcome.output, 1000)}")


def _visit(visit: Visit, now: datetime) -> dict[str, Any]:
    return {
        "name": visit.name,
        "type": visit.type,
        "fate": visit.fate,
        "began": visit.entered.isoformat(),
        "seconds": visit.seconds(now),
        "attempts": visit.attempts,
        "item": visit.item,
        "depth": visit.depth,
        "errors": [{"error": error, "cause": cause} for error, cause in visit.errors],
        "input": visit.input,
        "output": visit.output,
    }


def _rows(timeline: Timeline, style: Style, now: datetime) -> Iterator[str]:
    """A line for each visit, with a bar that shows when it was, and one for each error."""
    shown = list(_shown(timeline))
    names = [_named(visit) if isinstance(visit, Visit) else "" for visit in shown]
    wide = min(48, max(map(len, names), default=0))
    began, ended = timeline.began or now, timeline.ended or now
    for visit, name in zip(shown, names, strict=True):
        if isinstance(visit, str):
            yield visit
            continue
        bar = _bar(visit, began, ended, now)
        color = _COLORS.get(visit.fate, "green")
        word = "" if visit.fate == "succeeded" else f"  {visit.fate}"
        again = f"  {visit.attempts} attempts" if visit.attempts > 1 else ""
        took = duration(visit.seconds(now)).rjust(9)
        yield f"  {name.ljust(wide)}  {style(bar, fg=color)}  {took}{word}{again}"
        for error, cause in visit.errors:
            said = failure(error, cause, limit=100)
            yield f"  {'  ' * visit.depth}  {style('!', fg='red')} {said}"


def _shown(timeline: Timeline) -> Iterator[Visit | str]:
    """The visits that are shown; of many inside of one those that went wrong, and how many else."""
    inside: dict[Visit | None, list[Visit]] = {}
    for visit in timeline.visits:
        inside.setdefault(visit.parent, []).append(visit)

    def within(parent: Visit | None) -> Iterator[Visit | str]:
        found = inside.get(parent, [])
        many = parent is not None and len(found) > SHOWN
        listed = [each for each in found if each.fate != "succeeded"][:SHOWN] if many else found
        for visit in listed:
            yield visit
            yield from within(visit)
        if len(listed) < len(found):
            indent = "  " * ((parent.depth if parent else 0) + 2)
            yield f"{indent}… and {len(found) - len(listed):,} more states that were come to"

    yield from within(None)


def _named(visit: Visit) -> str:
    item = f"[{visit.item}] " if visit.item is not None else ""
    return _cut(f"{'  ' * visit.depth}{item}{visit.name}", 48)


def _bar(visit: Visit, began: datetime, ended: datetime, now: datetime) -> str:
    """Where in the whole time a visit was, and for how much of it."""
    whole = max((ended - began).total_seconds(), 1e-9)
    start = min(1.0, max(0.0, (visit.entered - began).total_seconds() / whole))
    length = max(1, round(visit.seconds(now) / whole * BAR))
    left = min(round(start * BAR), BAR - 1)
    return f"{' ' * left}{'█' * min(length, BAR - left)}".ljust(BAR)


def _compare(context: Context, machine: str, names: tuple[str, str], cloud: Cloud) -> None:
    now = context.clock.now()
    arns = [watching.execution_of(machine, name, cloud=cloud) for name in names]
    found = [cloud.machines.past(arn) for arn in arns]
    one, two = (watching.timeline(arn, cloud=cloud) for arn in arns)
    apart = list(comparison.compare(one, two, now))
    if context.json:
        value = {
            "executions": [past_value(past) for past in found],
            "states": [asdict(each) for each in apart],
        }
        click.echo(json.dumps(value, indent=2))
        return
    rows = [("", *(past.outcome.name for past in found))]
    rows.append(("status", *(past.outcome.status for past in found)))
    rows.append(("time", *(duration(past.seconds(now)) for past in found)))
    if found[0].input != found[1].input:
        rows.append(("input", *(_cut(past.input or "", 40) for past in found)))
    for each in apart:
        rows.append((each.name, _side(each.one), _side(each.two)))
        if each.one and each.two:
            rows += [
                (f"  {word}", _cut(_joined(one), 40), _cut(_joined(two), 40))
                for word, one, two in (
                    ("was given", each.one.inputs, each.two.inputs),
                    ("gave", each.one.outputs, each.two.outputs),
                )
                if one != two
            ]
    click.echo(table(rows, indent=""))
    if not apart:
        context.reporter.line("both did the same, state by state")


def _joined(texts: Sequence[str | None]) -> str:
    return ", ".join(text or "–" for text in texts)


def _side(side: Side | None) -> str:
    if side is None:
        return "–"
    times = f"{side.times} times, " if side.times > 1 else ""
    return f"{times}{', '.join(dict.fromkeys(side.fates))}, {duration(side.seconds)}"


def _redrive(context: Context, arn: str, cloud: Cloud) -> None:
    cloud.machines.redrive(arn)
    _done(context, arn, "goes on from where it failed")


def _stop(context: Context, arn: str, cloud: Cloud) -> None:
    past = cloud.machines.past(arn)
    if past.ended is not None:
        _done(context, arn, f"has ended already: {past.outcome.status}")
        return
    cloud.machines.stop(arn, cause="maestro history --stop")
    _done(context, arn, "is stopped")


def _done(context: Context, arn: str, said: str) -> None:
    if context.json:
        click.echo(json.dumps({"execution": arn, "message": said}, indent=2))
    else:
        context.reporter.line(f"{arn.rpartition(':')[2]} {said}")


def _moment(time: datetime) -> str:
    return f"{time.astimezone():%Y-%m-%d %H:%M:%S}"


def _cut(text: str, length: int) -> str:
    flat = " ".join(text.split()) if "\n" in text else text
    return flat if len(flat) <= length else f"{flat[: length - 1]}…"


COMMANDS = (history,)
