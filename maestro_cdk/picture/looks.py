"""Colours: of each type of state, of each way on, and of what an execution did."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from maestro_cdk.timeline.durations import duration
from maestro_cdk.timeline.visits import Fate, Timeline, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a node is drawn: its fill, its border, and a line about what it did."""

    fill: str
    border: str
    said: str = ""
    faded: bool = False


TYPES = {
    "Task": ("#FFF6EA", "#C7781B"),
    "Choice": ("#EEF5FC", "#2E73B8"),
    "Parallel": ("#F8F6FD", "#6B4FA3"),
    "Map": ("#F8F6FD", "#6B4FA3"),
    "Wait": ("#F5F6F7", "#5B6770"),
    "Pass": ("#F5F6F7", "#5B6770"),
    "Succeed": ("#ECF7EF", "#2E8540"),
    "Fail": ("#FDEEEE", "#B3261E"),
}
"""Fill and border."""

COLORS = {"catch": "#B3261E", "rule": "#2E73B8", "default": "#2E73B8"}
"""Of edges; others are grey."""

FADED = "#B4BCC3"
"""Of edges that an execution did not go."""

FATES: dict[Fate, tuple[str, str]] = {
    "succeeded": ("#DFF3E4", "#2E8540"),
    "caught": ("#FFEFD6", "#B25E00"),
    "failed": ("#FBDCDC", "#B3261E"),
    "running": ("#DCEBFA", "#2E73B8"),
    "aborted": ("#E4E7EA", "#3C464D"),
}
"""Fill and border; the worst that a state met counts, in the order below."""

_WORST: tuple[Fate, ...] = ("failed", "caught", "running", "aborted", "succeeded")

UNSEEN = Look(fill="#FFFFFF", border="#B8C0C6", faded=True)
"""Of a state that the execution never came to."""


def of(timeline: Timeline, names: Iterable[str], now: datetime) -> dict[str, Look]:
    """How states are drawn after an execution.

    Args:
        timeline: what it did.
        names: the names of all states.
        now: up to when what goes on has taken.
    """
    visits: dict[str, list[Visit]] = {}
    for visit in timeline.visits:
        visits.setdefault(visit.name, []).append(visit)
    return {name: _of(visits.get(name, []), now) for name in names}


def worst(fates: Collection[Fate]) -> Fate:
    """The one that a state shows which has met all of these."""
    return next(fate for fate in _WORST if fate in fates)


def _of(visits: list[Visit], now: datetime) -> Look:
    if not visits:
        return UNSEEN
    met = worst({visit.fate for visit in visits})
    fill, border = FATES[met]
    seconds = sum(visit.seconds(now) for visit in visits)
    times = f"{len(visits)} times · " if len(visits) > 1 else ""
    retries = sum(max(0, visit.attempts - 1) for visit in visits)
    retried = f" · {retries} {'retry' if retries == 1 else 'retries'}" if retries else ""
    word = "" if met == "succeeded" else f" · {met}"
    said = f"{times}{duration(seconds)}{retried}{word}"
    return Look(fill=fill, border=border, said=said)
