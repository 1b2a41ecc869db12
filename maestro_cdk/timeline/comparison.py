"""Two executions next to each other: the states in which they went apart."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from maestro_cdk.timeline.visits import Fate, Timeline, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What an execution did in a state, all visits of it taken together."""

    times: int
    seconds: float
    fates: tuple[Fate, ...]
    inputs: tuple[str | None, ...]
    outputs: tuple[str | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """A state in which two executions differ; None for one that never came to it."""

    name: str
    one: Side | None
    two: Side | None

    @property
    def same_data(self) -> bool:
        """Whether it was given and gave the same."""
        if self.one is None or self.two is None:
            return False
        return self.one.inputs == self.two.inputs and self.one.outputs == self.two.outputs


def compare(one: Timeline, two: Timeline, now: datetime) -> Iterator[Apart]:
    """The states in which two executions differ, but for the time that they took.

    Args:
        one: what the first did.
        two: what the second did.
        now: up to when what goes on has taken.
    """
    first, second = _by_name(one), _by_name(two)
    for name in dict.fromkeys([*first, *second]):
        left, right = _side(first.get(name), now), _side(second.get(name), now)
        apart = Apart(name=name, one=left, two=right)
        if left is None or right is None or left.fates != right.fates or not apart.same_data:
            yield apart


def _by_name(timeline: Timeline) -> dict[str, list[Visit]]:
    found: dict[str, list[Visit]] = {}
    for visit in timeline.visits:
        found.setdefault(visit.name, []).append(visit)
    return found


def _side(visits: list[Visit] | None, now: datetime) -> Side | None:
    if not visits:
        return None
    # Items of a Map may come in any order.
    ordered = sorted(visits, key=lambda visit: (visit.item or 0, visit.entered))
    return Side(
        times=len(visits),
        seconds=sum(visit.seconds(now) for visit in visits),
        fates=tuple(visit.fate for visit in ordered),
        inputs=tuple(visit.input for visit in ordered),
        outputs=tuple(visit.output for visit in ordered),
    )
