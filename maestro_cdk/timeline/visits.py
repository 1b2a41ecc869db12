"""Events to visits: each time that an execution was in a state, and how that went.

Events of branches and items that run at the same time stand in one list. Each names the one that it
followed from, and so it is known which visit it belongs to: that of the event before, or of the Map
or the Parallel around that, unless it enters a state itself.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from maestro_cdk.model import JSON, ExecutionEvent

Fate: TypeAlias = Literal["running", "succeeded", "caught", "failed", "aborted"]

ENTERED, EXITED = "StateEntered", "StateExited"
ITEM = "MapIterationStarted"

_ATTEMPTS = ("ActivityScheduled", "LambdaFunctionScheduled", "TaskScheduled", "MapRunStarted")
"""What each attempt of a state begins with, the first one included."""

_AROUND = {"Map": ("MapIteration", "MapState", "MapRun"), "Parallel": ("ParallelState",)}
"""How the events begin that belong to a state around the one that they follow from."""

FAILED = ("Failed", "TimedOut")
_WRONG = (*FAILED, "Aborted")


@dataclass(slots=True, kw_only=True, eq=False)
class Visit:
    """A state that was entered.

    `parent` is the visit of the Map or the Parallel that it is in, `after` the one that led to it,
    None where it is the first; `item` is the index of the Map's item, `inside` those in it that have not ended. `errors` are the names and causes of what went
    wrong in it, in order: what was retried, and at the end what was caught or not. `events` are the
    ids of what belongs to it.
    """

    name: str
    type: str
    entered: datetime
    input: str | None = None
    parent: "Visit | None" = None
    after: "Visit | None" = None
    item: int | None = None
    fate: Fate = "running"
    exited: datetime | None = None
    output: str | None = None
    attempts: int = 0
    errors: list[tuple[str, str]] = field(default_factory=list)
    events: list[int] = field(default_factory=list)
    inside: set["Visit"] = field(default_factory=set)

    @property
    def depth(self) -> int:
        """How many Maps and Parallels it is in."""
        return 0 if self.parent is None else self.parent.depth + 1

    def seconds(self, now: datetime) -> float:
        """How long it took; of one that goes on, how long until now."""
        return ((self.exited or now) - self.entered).total_seconds()


class Timeline:
    """The visits of an execution, in the order in which states were entered; it grows by events.

    `status` is the execution's, as the API names it.
    """

    def __init__(self) -> None:
        self.visits: list[Visit] = []
        self.began: datetime | None = None
        self.ended: datetime | None = None
        self.status = "RUNNING"
        self._of: dict[int, Visit] = {}
        self._items: dict[int, int] = {}
        self._wrong: set[int] = set()
        self._open: set[Visit] = set()

    def add(self, event: ExecutionEvent) -> Visit | None:
        """Take an event in; return the visit that it belongs to, None where it is of none."""
        before = self._of.get(event.previous_id)
        if event.type.startswith("Execution"):
            self._moved(event, before)
            return None
        visit = self._entered(event, before) if event.type.endswith(ENTERED) else None
        visit = visit or self._went_on(event, before)
        if visit is not None:
            self._of[event.id] = visit
            visit.events.append(event.id)
        return visit

    def visit_of(self, event: int) -> Visit | None:
        """The visit that an event belongs to, by its id; None where it is of none."""
        return self._of.get(event)

    def _moved(self, event: ExecutionEvent, last: Visit | None) -> None:
        """The execution itself began or ended."""
        self.began = self.began or event.time
        word = event.type.removeprefix("Execution")
        if word in ("Started", "Redriven"):
            self.status, self.ended = "RUNNING", None
            return
        self.status = {"TimedOut": "TIMED_OUT"}.get(word, word.upper())
        self.ended = event.time
        if word == "Failed" and last is not None and last.fate == "running":
            _fail(last, event)  # as of a Fail state, which tells nothing else
        self._close(self._open, event)

    def _entered(self, event: ExecutionEvent, before: Visit | None) -> Visit:
        parent, item, after = before, self._items.get(event.previous_id), None
        if before is not None and before.exited is not None:
            parent, item, after = before.parent, before.item, before  # it is the next one
        visit = Visit(
            name=str(event.details.get("name", "")),
            type=event.type.removesuffix(ENTERED),
            entered=event.time,
            input=_text(event.details.get("input")),
            parent=parent,
            after=after,
            item=item,
        )
        self.visits.append(visit)
        self._around(visit).add(visit)
        return visit

    def _went_on(self, event: ExecutionEvent, before: Visit | None) -> Visit | None:
        kind, details = event.type, event.details
        visit = _owner(kind, details, before)
        if kind == "EvaluationFailed":  # it names its state, and may follow from the one before
            name = details.get("state")
            open_ones = (each for each in reversed(self.visits) if each.exited is None)
            visit = next((each for each in open_ones if each.name == name), visit)
        if visit is None:
            return None
        if kind in _ATTEMPTS:
            visit.attempts += 1
            visit.fate = "running"
        elif kind == ITEM:
            index = details.get("index")
            self._items[event.id] = index if isinstance(index, int) else 0
        elif kind.endswith(EXITED):
            visit.output = _text(details.get("output"))
            self._leave(visit, event, "caught" if event.previous_id in self._wrong else "succeeded")
        elif kind.endswith(_WRONG):
            self._go_wrong(visit, event, before)
        return visit

    def _go_wrong(self, visit: Visit, event: ExecutionEvent, before: Visit | None) -> None:
        """Something failed: an attempt, an item of a Map, or all of a Map or a Parallel."""
        self._wrong.add(event.id)
        inner = visit.inside
        if event.type.startswith("MapIteration"):
            index = event.details.get("index")
            inner = {each for each in inner if each.item == index}
        elif event.type.endswith(FAILED):  # what is aborted has no error of its own
            _fail(visit, event)
        if before in inner and before.fate == "running":
            _fail(before, event)
        self._close(inner, event)

    def _close(self, visits: Iterable[Visit], event: ExecutionEvent) -> None:
        """End visits that have no event which leaves them, and those in them."""
        for visit in tuple(visits):
            self._close(visit.inside, event)
            self._leave(visit, event, "failed" if visit.fate == "failed" else "aborted")

    def _leave(self, visit: Visit, event: ExecutionEvent, fate: Fate) -> None:
        visit.exited, visit.fate = event.time, fate
        self._around(visit).discard(visit)

    def _around(self, visit: Visit) -> set[Visit]:
        return self._open if visit.parent is None else visit.parent.inside


def steps(timeline: Timeline) -> frozenset[tuple[str | None, str | None]]:
    """From which state to which it went, by their names; None is the start, and the end."""
    went = {(each.after.name if each.after else None, each.name) for each in timeline.visits}
    left = {each.after for each in timeline.visits}
    ended = (each for each in timeline.visits if each.fate == "succeeded" and each not in left)
    return frozenset(went | {(each.name, None) for each in ended})


def of(events: Iterable[ExecutionEvent]) -> Timeline:
    """The timeline that events make, in their order."""
    timeline = Timeline()
    for event in events:
        timeline.add(event)
    return timeline


def _owner(kind: str, details: Mapping[str, JSON], before: Visit | None) -> Visit | None:
    """The visit that an event belongs to: that of the event before, or one around it."""
    around = [type_ for type_, begins in _AROUND.items() if kind.startswith(begins)]
    if kind.endswith(EXITED):
        name = details.get("name")
        return next((each for each in _outward(before) if each.name == name), None)
    if around:
        open_ones = (each for each in _outward(before) if each.exited is None)
        return next((each for each in open_ones if each.type in around), None)
    return before


def _outward(visit: Visit | None) -> Iterator[Visit]:
    """A visit, and those around it."""
    while visit is not None:
        yield visit
        visit = visit.parent


def _fail(visit: Visit, event: ExecutionEvent) -> None:
    """Take note of what went wrong; whether it is tried again, or caught, shows later."""
    details = event.details
    visit.errors.append((str(details.get("error") or ""), str(details.get("cause") or "")))
    visit.fate = "failed"


def _text(value: JSON) -> str | None:
    return value if isinstance(value, str) else None
