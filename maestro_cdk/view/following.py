"""One execution, followed as long as somebody looks at it."""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from threading import Lock, Thread

from maestro_cdk.actions.counting import Maps
from maestro_cdk.actions.following import pauses
from maestro_cdk.asl import document
from maestro_cdk.cloud import Cloud
from maestro_cdk.errors import MaestroError
from maestro_cdk.model import JSON, ExecutionEvent, PastExecution
from maestro_cdk.picture import chart as charts
from maestro_cdk.ports import Counted, Event
from maestro_cdk.view import story as stories
from maestro_cdk.view.board import Board, bug
from maestro_cdk.view.folder import drawn
from maestro_cdk.view.scene import shape
from maestro_cdk.view.story import Items, Story

FIRST, LONGEST = 0.15, 0.6
"""Seconds between two looks: after something happened, and while nothing does."""

QUIET, QUIETEST = 300.0, 3.0
"""Seconds without an event after which looks are this far apart: a wait may take a year."""

TROUBLED = 30.0
"""Seconds at most before what went wrong is tried again."""


class Followed:
    """An execution: its story, and what is said of it on the board.

    Args:
        arn: the execution's.
        cloud: where it runs.
        board: where it is said.
        clock: the time.
    """

    def __init__(
        self, arn: str, *, cloud: Cloud, board: Board, clock: Callable[[], datetime]
    ) -> None:
        self.arn, self._cloud, self._board, self._clock = arn, cloud, board, clock
        self.story = Story()
        self._maps = Maps(cloud, self)
        self.lock = Lock()
        self.topics = (f"execution:{arn}", f"states:{arn}", f"trouble:{arn}")
        self._past: PastExecution | None = None
        self._shape: str | None = None
        self._starting = Lock()
        self._thread: Thread | None = None

    @property
    def busy(self) -> bool:
        """Whether it is being followed, or somebody looks at it."""
        running = self._thread is not None and self._thread.is_alive()
        return running or self._board.heard(self.topics[0])

    def begin(self, *, again: bool = False) -> None:
        """Follow it from where it was left; `again` where it has ended but may have gone on."""
        with self._starting:
            if self._thread is not None and self._thread.is_alive():
                return
            if self._past is not None and self._past.ended is not None and not again:
                return
            self._thread = Thread(target=self._carefully, name="follow", daemon=True)
            self._thread.start()

    def definition(self) -> JSON:
        """The definition that it began with, drawn.

        Raises:
            MaestroError: it cannot be had, or not be drawn.
        """
        text = self._cloud.machines.definition(self.arn)
        return drawn(document.parse(text, file="as it was deployed"), text)

    def states(self, since: int) -> JSON:
        """How its states stand that changed since a version of its story."""
        with self.lock:
            return {
                "version": self.story.version,
                "now": stories.now(self._clock),
                "events": self.story.last,
                "states": self.story.states(since),
                "steps": self.story.steps(since),
            }

    def look(self) -> bool:
        """Take in what is new; return whether anything was.

        Raises:
            MaestroError: it cannot be asked for.
        """
        if self._past is None:
            self._past = self._cloud.machines.past(self.arn)
            self._say()
        if self.story.last:
            events = self._cloud.machines.history(self.arn, self.story.last)
            self._add(events)
        else:
            events = ()
            for page in self._cloud.machines.pages(self.arn):
                events = page or events
                self._add(page)
        self._maps.look()
        if events and (self.story.ended or self._past.ended is not None):
            self._past = self._cloud.machines.past(self.arn)
        self._settle(events[-1] if events else None)
        self._say()
        return bool(events)

    def _carefully(self) -> None:
        try:
            self._run()
        except Exception as error:  # noqa: BLE001 - whatever is left is a bug of ours
            self._board.report(error)
            self._board.put(self.topics[2], {"message": bug(error), "hint": None, "again": None})

    def _run(self) -> None:
        waits, wrong = pauses(first=FIRST, longest=LONGEST), pauses(first=1.0, longest=TROUBLED)
        quiet = 0.0
        while True:
            try:
                news = self.look()
            except MaestroError as error:
                pause = next(wrong)
                said = {"message": error.message, "hint": error.hint, "again": pause}
                self._board.put(self.topics[2], said)
            else:
                self._board.put(self.topics[2], None)
                wrong = pauses(first=1.0, longest=TROUBLED)
                if self._past is not None and self._past.ended is not None and self.story.ended:
                    return
                if news:
                    waits, quiet = pauses(first=FIRST, longest=LONGEST), 0.0
                pause = next(waits) if quiet < QUIET else QUIETEST
                quiet += pause
            if not self._board.rest(pause) or not self._board.heard(self.topics[0]):
                return

    def _add(self, events: tuple[ExecutionEvent, ...]) -> None:
        if not events:
            return
        with self.lock:
            self.story.add(events)
        for event in events:
            self._maps.hear(event)
        self._board.put(self.topics[1], self.story.version)

    def emit(self, event: Event) -> None:
        """Hear how far a distributed Map is."""
        if isinstance(event, Counted):
            items = Items(done=event.done, total=event.total, failed=event.failed)
            with self.lock:
                self.story.counted(event.run, items)
            self._board.put(self.topics[1], self.story.version)

    def _settle(self, last: ExecutionEvent | None) -> None:
        """Take the outcome from the last event: DescribeExecution may lag behind it.

        https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
        """
        timeline, past = self.story.timeline, self._past
        if past is None or last is None:
            return
        if timeline.ended is not None and past.ended is None:
            details = last.details
            outcome = replace(
                past.outcome,
                status=timeline.status,
                output=details.get("output"),
                error=details.get("error"),
                cause=details.get("cause"),
            )
            self._past = replace(past, outcome=outcome, ended=timeline.ended)
        elif timeline.ended is None and past.ended is not None:  # it was redriven
            self._past = replace(past, outcome=replace(past.outcome, status="RUNNING"), ended=None)

    def told(self) -> JSON:
        """The execution as the page has it; None before the first look."""
        if self._past is None:
            return None
        if self._shape is None:
            with contextlib.suppress(MaestroError):  # the page shows the folder's definition
                text = self._cloud.machines.definition(self.arn)
                self._shape = shape(charts.chart(document.parse(text, file=self.arn)))
        return {**stories.execution(self._past), "shape": self._shape}

    def _say(self) -> None:
        self._board.put(self.topics[0], self.told())
