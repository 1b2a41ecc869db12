"""What a deployment would change, as a person reads it, or a program."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from maestro_cdk.actions.difference import Difference, Item, Setting
from maestro_cdk.actions.grants import Grant, shown
from maestro_cdk.cli.output import Style
from maestro_cdk.model import JSON

_MARKS = {"added": ("+", "green"), "removed": ("-", "red"), "changed": ("~", "yellow")}

_WIDEST = 60


def as_value(difference: Difference) -> dict[str, Any]:
    """The difference as JSON holds it."""
    return asdict(difference)


def as_text(difference: Difference, style: Style) -> str:
    """The difference in lines, none where nothing changes."""
    return "\n".join(_lines(difference, style))


def _lines(difference: Difference, style: Style) -> Iterator[str]:
    yield from _part("functions", items(difference.functions, style), style)
    yield from _part("states", items(difference.states, style), style)
    yield from _part("state machine", map(_setting, difference.machine), style)
    yield from _part("other resources", items(difference.resources, style), style)
    wider = [style(f"+ {_grant(item)}", fg="yellow") for item in difference.widened]
    yield from _part("permissions that widen", wider, style)
    narrower = [f"- {_grant(item)}" for item in difference.narrowed]
    yield from _part("permissions that go", narrower, style)
    replaced = [
        style(
            f"{item.logical_id} ({item.type}): {item.physical_id or 'what is there'} "
            f"{'goes' if item.replacement == 'True' else 'may go'}, another is made",
            fg="red",
        )
        for item in difference.replaced
    ]
    yield from _part("replaced", replaced, style)
    deleted = [
        style(f"{item.logical_id} ({item.type}): {item.physical_id or ''}", fg="red")
        for item in difference.deleted
    ]
    yield from _part("deleted", deleted, style)
    lost = [style(item, fg="red") for item in difference.lost]
    yield from _part("deleted past the stack, and made again", lost, style)
    yield from _part("changed past the stack, and put back", difference.ahead, style)
    yield from _part("live", [difference.release] if difference.release else [], style)
    refused = [style(item, fg="red") for item in difference.refused]
    yield from _part("why a deployment would be refused", refused, style)
    if difference.unsettled:
        yield (
            f"the stack is {difference.unsettled}: this compares with the template it was given, "
            "and not all that lives need be as that says"
        )


def _part(title: str, lines: Any, style: Style) -> Iterator[str]:
    found = list(lines)
    if found:
        yield style(title, bold=True)
        yield from (f"  {line}" for line in found)


def items(found: Sequence[Item], style: Style) -> Iterator[str]:
    """Functions, states or resources, and what of each changed, in lines."""
    for item in found:
        mark, color = _MARKS[item.verb]
        kind = f" ({item.type})" if item.type else ""
        code = " its code" if item.code else ""
        yield f"{style(f'{mark} {item.name}', fg=color)}{kind}{code}"
        yield from (f"    {_setting(each)}" for each in item.settings)


def _setting(setting: Setting) -> str:
    if setting.before is None and setting.after is None:
        return f"{setting.name} changed"
    if setting.before is None:
        return f"{setting.name}: {_value(setting.after)}"
    if setting.after is None:
        return f"{setting.name}: {_value(setting.before)} → (none)"
    return f"{setting.name}: {_value(setting.before)} → {_value(setting.after)}"


def _value(value: JSON) -> str:
    text = value if isinstance(value, str) else shown(value)
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


def _grant(grant: Grant) -> str:
    if grant.action == "sts:AssumeRole":
        said = f"{grant.role} may take on {grant.resource}"
    else:
        said = f"{grant.role}: {grant.action} on {grant.resource}"
    if grant.denied:
        said = f"{said} (a denial)"
    return f"{said} if {grant.condition}" if grant.condition else said


def dumped(value: Any) -> str:
    """A result as JSON text."""
    return json.dumps(value, indent=2, default=str)
