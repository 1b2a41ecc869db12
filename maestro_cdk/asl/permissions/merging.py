"""Needs of states to statements: few, small, and the same ones each time."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from maestro_cdk.asl.permissions.calls import Need
from maestro_cdk.model import PolicyStatement

_WILD = re.compile(r"[*?]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """What a state needs, and its name."""

    need: Need
    state: str


def statements(needed: Iterable[Needed]) -> tuple[PolicyStatement, ...]:
    """The least statements that say all that is needed, each with the states that need it."""
    # action and conditions -> resource -> states
    table: dict[tuple[str, _Frozen], dict[str, dict[str, None]]] = {}
    for item in needed:
        row = table.setdefault((item.need.action, _frozen(item.need.conditions)), {})
        for arn in item.need.reach.arns:
            row.setdefault(arn, {})[item.state] = None
    # conditions and resources -> action -> states
    merged: dict[tuple[_Frozen, tuple[str, ...]], dict[str, dict[str, None]]] = {}
    for (action, conditions), row in table.items():
        kept = _without_covered(row)
        key = (conditions, tuple(sorted(kept)))
        states = merged.setdefault(key, {}).setdefault(action, {})
        for names in kept.values():
            states |= names
    found = [
        PolicyStatement(
            actions=tuple(sorted(by_action)),
            resources=resources,
            conditions={operator: dict(keys) for operator, keys in conditions},
            states=tuple(dict.fromkeys(name for names in by_action.values() for name in names)),
        )
        for (conditions, resources), by_action in merged.items()
    ]
    return tuple(sorted(found, key=lambda each: (each.actions, each.resources)))


def _without_covered(row: Mapping[str, dict[str, None]]) -> dict[str, dict[str, None]]:
    """The resources but those that a wider one among them is about as well."""
    by_head: dict[str, list[str]] = {}
    for pattern in row:
        if "*" in pattern:
            by_head.setdefault(_WILD.split(pattern, maxsplit=1)[0], []).append(pattern)
    lengths = sorted({len(head) for head in by_head})
    kept: dict[str, dict[str, None]] = {}
    for arn, states in row.items():
        # What covers it begins with the same letters: only few have to be compared with it.
        near = (each for length in lengths for each in by_head.get(arn[:length], ()))
        wider = (each for each in near if each != arn and covers(each, arn))
        over = min(wider, key=lambda each: (len(each), each), default=None)
        if over is None:
            kept.setdefault(arn, {}).update(states)
        else:
            kept.setdefault(over, {}).update({**row[over], **states})
    return kept


def covers(pattern: str, text: str) -> bool:
    """Whether a pattern of IAM's, with `*` and `?`, matches a text or narrower pattern."""
    return _expression(pattern).fullmatch(text) is not None


@lru_cache(maxsize=2**12)
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


_Frozen = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def _frozen(conditions: Mapping[str, Mapping[str, str]]) -> _Frozen:
    return tuple(sorted((key, tuple(sorted(inner.items()))) for key, inner in conditions.items()))
