"""What functions write while an execution calls them, each line under the state that called.

CloudWatch Logs takes a while to take lines in, and few requests a second: asked are only the logs
of functions that were called, at most once a second, and a little after the end for what is late.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from maestro_cdk.actions.tailing import CALL_ENDED, CALLED, LATE, SLACK, Source, Tail, function_of
from maestro_cdk.cloud import Cloud, LogLine
from maestro_cdk.errors import CloudError
from maestro_cdk.model import ExecutionEvent
from maestro_cdk.ports import Clock, Logged, Note, Reporter

PAUSE = 1.0
"""Seconds between two looks."""

AFTERWARDS = 3.0
"""Seconds after the end in which lines that are late are waited for."""

_LAST = "REPORT RequestId"
"""How the line begins that Lambda ends a call's with:
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-view.html"""


@dataclass(slots=True, kw_only=True, eq=False)
class _Call:
    """A call of a function, and the id of its event; without an end it goes on."""

    id: int
    function: str
    began: datetime
    ended: datetime | None = None

    def holds(self, line: LogLine) -> bool:
        late = self.ended is not None and line.time > self.ended + SLACK
        return line.time >= self.began - SLACK and not late


class Listener:
    """Hears of an execution's events, and reports what its functions write.

    Args:
        workflow: the workflow's name.
        cloud: where it runs.
        reporter: hears of each line.
        clock: tells and passes the time.
    """

    def __init__(self, workflow: str, *, cloud: Cloud, reporter: Reporter, clock: Clock) -> None:
        self._workflow, self._reporter, self._clock = workflow, reporter, clock
        self._tail = Tail(cloud, clock.now() - SLACK)
        self._calls: list[_Call] = []
        self._of: dict[int, _Call] = {}
        self._reports: dict[str, int] = {}
        self._next = 0.0
        self._deaf = False

    def hear(self, event: ExecutionEvent) -> None:
        """Take note of an event."""
        call = self._of.get(event.previous_id)
        if event.type in CALLED:
            function = function_of(event, self._workflow)
            if function is not None:
                call = _Call(id=event.id, function=function, began=event.time)
                self._of[event.id] = call
                self._calls.append(call)
        elif call is not None and event.type in CALL_ENDED:
            call.ended = event.time
        elif call is not None and call.ended is None:
            self._of[event.id] = call

    def look(self) -> None:
        """Report what is new, unless it was looked a moment ago."""
        if self._clock.monotonic() < self._next or self._deaf or not self._calls:
            return
        self._next = self._clock.monotonic() + PAUSE
        now = self._clock.now()
        heard = {each.function for each in self._calls if _may_write(each, now)}
        try:
            found = self._tail.look([self._source(name) for name in sorted(heard)])
        except CloudError as error:
            self._deaf = True
            self._reporter.emit(Note(f"without the functions' logs: {error.message}"))
            return
        for name, line in found:
            self._reports[name] = self._reports.get(name, 0) + line.text.startswith(_LAST)
            for call in self._called(name, line):
                self._reporter.emit(Logged(call.id, line.time, line.text))

    def listen_out(self) -> None:
        """Report what comes late, until all that was called has said its last, or a few seconds."""
        until = self._clock.monotonic() + AFTERWARDS
        while True:
            self._next = 0.0
            self.look()
            if self._deaf or self._has_all() or self._clock.monotonic() >= until:
                return
            self._clock.sleep(PAUSE / 2)

    def _has_all(self) -> bool:
        ended = [call.function for call in self._calls if call.ended is not None]
        return all(self._reports.get(name, 0) >= ended.count(name) for name in set(ended))

    def _called(self, name: str, line: LogLine) -> Iterator[_Call]:
        """The call that a line is of: the last one that may have written it."""
        calls = (call for call in reversed(self._calls) if call.function == name)
        found = next((call for call in calls if call.holds(line)), None)
        if found is not None:
            yield found

    def _source(self, name: str) -> Source:
        return Source(name=name, group=f"/maestro/{self._workflow}/{name}")


def _may_write(call: _Call, now: datetime) -> bool:
    """Whether lines of a call may still turn up."""
    return call.ended is None or now - call.ended < LATE
