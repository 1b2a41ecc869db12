"""An execution as the page tells it: how each state stands, and what one visit of it was."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from maestro_cdk.actions.tailing import Window
from maestro_cdk.cloud import LogLine
from maestro_cdk.model import JSON, ExecutionEvent, PastExecution
from maestro_cdk.picture import looks
from maestro_cdk.timeline.lines import said_by_function
from maestro_cdk.timeline.visits import FAILED, Fate, Timeline, Visit, steps

PAGE = 200
"""Visits of a state that are listed at once."""

STEPS = 100
"""Events of a visit that are told one by one."""


ITEM_OF = "MapIteration"
_ITEM_ENDS = ("MapIterationSucceeded", "MapIterationFailed", "MapIterationAborted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """How many items of a Map are done, of how many, and how many of them failed."""

    done: int = 0
    total: int = 0
    failed: int = 0


class Story:
    """Takes events in, and knows which states changed since when.

    Not for several threads at once: whoever shares it holds a lock.
    """

    def __init__(self) -> None:
        self.timeline = Timeline()
        self.version = 0
        self.last = 0
        self._events: dict[int, ExecutionEvent] = {}
        self._visits: dict[str, list[Visit]] = {}
        self._told: dict[str, tuple[int, JSON]] = {}
        self._items: dict[str, dict[int, Items]] = {}
        self._steps: tuple[int, JSON] = (0, [])

    @property
    def ended(self) -> bool:
        """Whether the execution has come to its end."""
        return self.timeline.ended is not None

    def add(self, events: Iterable[ExecutionEvent]) -> None:
        """Take events in, in their order; those that are known already count once."""
        known = len(self.timeline.visits)
        for event in events:
            if event.id > self.last:
                self._events[event.id] = event
                self.last = event.id
                self._count(event, self.timeline.add(event))
        for visit in self.timeline.visits[known:]:
            self._visits.setdefault(visit.name, []).append(visit)
        self._tell()

    def counted(self, run: int, items: Items) -> None:
        """Take in how far a distributed Map is, by the id of the event that began its run."""
        visit = self.timeline.visit_of(run)
        if visit is not None:
            self._items.setdefault(visit.name, {})[run] = items
            self._tell()

    def _count(self, event: ExecutionEvent, visit: Visit | None) -> None:
        """Count the items of a Map whose events are in this history."""
        if visit is None or not event.type.startswith(("MapStateStarted", ITEM_OF)):
            return
        of_state = self._items.setdefault(visit.name, {})
        before = of_state.get(0, Items())
        length = event.details.get("length") if event.type == "MapStateStarted" else 0
        done = event.type in _ITEM_ENDS
        of_state[0] = Items(
            done=before.done + done,
            total=before.total + (length if isinstance(length, int) else 0),
            failed=before.failed + (done and event.type != "MapIterationSucceeded"),
        )

    def _tell(self) -> None:
        self.version += 1
        went = sorted((one or "", other or "") for one, other in steps(self.timeline))
        if went != self._steps[1]:
            self._steps = (self.version, went)
        for name, visits in self._visits.items():
            value = _standing(visits, self._items.get(name, {}))
            if name not in self._told or self._told[name][1] != value:
                self._told[name] = (self.version, value)

    def states(self, since: int) -> list[JSON]:
        """How the states stand that have changed since a version; all, since 0."""
        return [{"name": name, **value} for name, (at, value) in self._told.items() if at > since]

    def steps(self, since: int) -> JSON:
        """From which state to which it went, by their names; None where nothing changed since."""
        at, steps = self._steps
        return steps if at > since else None

    def visits(self, name: str, offset: int | None) -> JSON:
        """Some visits of a state, from `offset` on; without one, those about the most telling."""
        found = self._visits.get(name, [])
        chosen = _telling(found)
        first = offset if offset is not None else max(0, chosen - PAGE // 2)
        return {
            "total": len(found),
            "offset": first,
            "chosen": chosen,
            "visits": [
                {
                    "fate": _fate(visit),
                    "item": visit.item,
                    "entered": millis(visit.entered),
                    "exited": millis(visit.exited),
                    "attempts": visit.attempts,
                }
                for visit in found[first : first + PAGE]
            ],
        }

    def visit(self, name: str, number: int) -> JSON:
        """One visit of a state, in full; None where there is none."""
        visit = self.at(name, number)
        if visit is None:
            return None
        events = self.events_of(visit)
        return {
            "name": name,
            "number": number,
            "type": visit.type,
            "fate": _fate(visit),
            "item": visit.item,
            "inside": [outer.name for outer in _outward(visit)],
            "entered": millis(visit.entered),
            "exited": millis(visit.exited),
            "attempts": visit.attempts,
            "input": visit.input,
            "output": visit.output,
            "errors": [{"error": error, "cause": cause} for error, cause in visit.errors],
            "steps": [
                {"type": event.type, "time": millis(event.time), "error": _error(event)}
                for event in events[:STEPS]
            ],
            "more": max(0, len(events) - STEPS),
        }

    def at(self, name: str, number: int) -> Visit | None:
        """A visit of a state by its number, from 0; None where there is none."""
        found = self._visits.get(name, [])
        return found[number] if 0 <= number < len(found) else None

    def count(self, name: str) -> int:
        """How often a state was entered."""
        return len(self._visits.get(name, ()))

    @property
    def names(self) -> tuple[str, ...]:
        """The states that were entered, in order."""
        return tuple(self._visits)

    def events_of(self, visit: Visit) -> Sequence[ExecutionEvent]:
        """The events that belong to a visit."""
        return [self._events[number] for number in visit.events]


def execution(past: PastExecution) -> JSON:
    """An execution as the page has it."""
    outcome = past.outcome
    return {
        "arn": outcome.arn,
        "name": outcome.name,
        "status": outcome.status,
        "began": millis(past.began),
        "ended": millis(past.ended),
        "input": past.input,
        "output": outcome.output,
        "error": outcome.error,
        "cause": outcome.cause,
    }


def logs(windows: Sequence[Window], lines: Sequence[tuple[str, LogLine]]) -> JSON:
    """Log lines as the page has them, and the functions that were called."""
    said = [(source, line.time, said_by_function(line.text)) for source, line in lines]
    return {
        "called": sorted({window.function for window in windows}),
        "lines": [
            {"source": source, "time": millis(time), "text": text}
            for source, time, text in said
            if text is not None
        ],
    }


def now(clock: Callable[[], datetime]) -> int:
    """The time of day as the page counts it: milliseconds."""
    return millis(clock().astimezone(UTC)) or 0


def millis(time: datetime | None) -> int | None:
    """A time as the page counts it: milliseconds since 1970."""
    return round(time.timestamp() * 1000) if time else None


def _standing(visits: Sequence[Visit], items: Mapping[int, Items]) -> JSON:
    """How a state stands: `since` are the beginnings of those visits that go on, added up."""
    runs = [each for run, each in items.items() if run]
    counts = runs or list(items.values())  # of a Map in executions of its own these know more
    running = [visit for visit in visits if visit.exited is None]
    spent = sum((visit.exited - visit.entered).total_seconds() for visit in visits if visit.exited)
    return {
        "fate": looks.worst({_fate(visit) for visit in visits}),
        "times": len(visits),
        "spent": round(spent * 1000),
        "running": len(running),
        "since": sum(millis(visit.entered) or 0 for visit in running),
        "retries": sum(max(0, visit.attempts - 1) for visit in visits),
        "failed": sum(_fate(visit) == "failed" for visit in visits),
        "items": [sum(each.done for each in counts), sum(each.total for each in counts)],
        "lost": sum(each.failed for each in counts),
    }


def _fate(visit: Visit) -> Fate:
    """How a visit went; one that failed, and is not over, is about to be tried again."""
    return visit.fate if visit.exited is not None else "running"


def _telling(visits: Sequence[Visit]) -> int:
    """The visit that is shown first: one that failed, else one that goes on, else the last."""
    for fate in ("failed", "caught", "running"):
        for number, visit in enumerate(visits):
            if _fate(visit) == fate:
                return number
    return max(0, len(visits) - 1)


def _outward(visit: Visit) -> list[Visit]:
    found = []
    while visit.parent is not None:
        visit = visit.parent
        found.append(visit)
    return found[::-1]


def _error(event: ExecutionEvent) -> str | None:
    return str(event.details.get("error") or "") if event.type.endswith(FAILED) else None
