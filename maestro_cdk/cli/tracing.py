"""An execution as it goes on, a line for each thing that happens to a state."""

from collections.abc import Callable
from datetime import datetime

from maestro_cdk.cli.wording import failure
from maestro_cdk.model import ExecutionEvent
from maestro_cdk.ports import Counted, Logged
from maestro_cdk.timeline.durations import duration
from maestro_cdk.timeline.lines import is_by_lambda
from maestro_cdk.timeline.visits import ENTERED, EXITED, FAILED, ITEM, Timeline, Visit

MANY = 20
"""A Map of more items than this is counted in tenths, not told item by item."""


class Trace:
    """Writes what happens.

    Args:
        write: takes a line.
        style: colours a text.
        verbose: whether each event is told.
    """

    def __init__(
        self, write: Callable[[str], None], style: Callable[..., str], *, verbose: bool
    ) -> None:
        self._write, self._style, self._verbose = write, style, verbose
        self._timeline = Timeline()
        self._failed: dict[Visit, datetime] = {}
        self._lengths: dict[Visit, int] = {}
        self._done: dict[Visit, int] = {}

    def add(self, event: ExecutionEvent) -> None:
        """Take an event in, and tell of it."""
        visit = self._timeline.add(event)
        told = visit is not None and self._told(event, visit)
        if not told and self._verbose:
            self._line(event.time, visit, self._style(event.type, dim=True))

    def log(self, logged: Logged) -> None:
        """Tell what a function wrote, under the state that called it; not what Lambda adds."""
        visit = self._timeline.visit_of(logged.call)
        if visit is None or is_by_lambda(logged.text) or self._is_one_of_many(visit):
            return
        for line in logged.text.splitlines() or [""]:
            shown = f"{self._style('│', dim=True)} {self._style(visit.name, dim=True)}  {line}"
            self._line(logged.time, visit, shown)

    def count(self, counted: Counted) -> None:
        """Tell how many items of a distributed Map are done."""
        visit = self._timeline.visit_of(counted.run)
        if visit is None or not counted.total:
            return
        failed = f", {counted.failed:,} failed" if counted.failed else ""
        said = f"  {visit.name}: {counted.done:,} of {counted.total:,} items{failed}"
        self._line(None, visit, said)

    def _told(self, event: ExecutionEvent, visit: Visit) -> bool:
        kind = event.type
        if kind == "MapStateStarted":
            length = event.details.get("length")
            self._lengths[visit] = length if isinstance(length, int) else 0
            return False
        if kind.startswith("MapIteration"):
            return kind != ITEM and self._item(event, visit)
        if self._is_one_of_many(visit):
            return True
        if kind.endswith(ENTERED):
            self._line(event.time, visit, f"{self._style('→', fg='cyan')} {visit.name}")
        elif kind.endswith(EXITED):
            caught = visit.fate == "caught"
            mark = self._style("!", fg="yellow") if caught else self._style("✓", fg="green")
            spent = self._style(f"({duration(visit.seconds(event.time))})", dim=True)
            rest = " caught, and goes on" if caught else ""
            self._line(event.time, visit, f"{mark} {visit.name} {spent}{rest}")
        elif kind.endswith(FAILED) and visit.fate == "failed":
            said = failure(*visit.errors[-1], limit=200)
            self._failed[visit] = event.time
            self._line(
                event.time, visit, f"{self._style('✗', fg='red')} {visit.name} {said}".rstrip()
            )
        elif visit.attempts > 1 and visit in self._failed:
            waited = duration((event.time - self._failed.pop(visit)).total_seconds())
            mark = self._style("↻", fg="yellow")
            said = f"{mark} {visit.name} attempt {visit.attempts}, after {waited}"
            self._line(event.time, visit, said)
        else:
            return False
        return True

    def _item(self, event: ExecutionEvent, visit: Visit) -> bool:
        """An item of a Map that has ended: of many, each tenth is worth a line."""
        length = self._lengths.get(visit, 0)
        self._done[visit] = done = self._done.get(visit, 0) + 1
        if length <= MANY:
            return False
        if done * 10 // length > (done - 1) * 10 // length:
            self._line(event.time, visit, f"  {visit.name}: {done:,} of {length:,} items")
        return True

    def _is_one_of_many(self, visit: Visit) -> bool:
        around = visit.parent
        while around is not None:
            if self._lengths.get(around, 0) > MANY:
                return True
            around = around.parent
        return False

    def _line(self, time: datetime | None, visit: Visit | None, said: str) -> None:
        began = self._timeline.began or time
        passed = (
            f"{max(0.0, (time - began).total_seconds()):7.2f} s " if time and began else " " * 10
        )
        at = self._style(passed, dim=True)
        inside = "  " * (visit.depth if visit else 0)
        item = f"[{visit.item}] " if visit is not None and visit.item is not None else ""
        self._write(f"{at} {inside}{item}{said}")
