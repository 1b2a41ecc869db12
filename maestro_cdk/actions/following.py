"""Following what takes its time: an operation on a stack, polled fast at first, then slower."""

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from maestro_cdk.actions.diagnosis import is_cause, tidied
from maestro_cdk.actions.threads import threads
from maestro_cdk.cloud import Stack, Stacks
from maestro_cdk.errors import CloudError
from maestro_cdk.model import StackEvent
from maestro_cdk.ports import Clock, Reporter, ResourceChanged, Waiting

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 3.0
GROWTH = 1.4

QUIET = 20.0
"""Seconds without an event after which it is said that the work goes on."""

SKEW = timedelta(minutes=15)
"""What this machine's clock may differ by from AWS's: one that differs more is refused."""

RETAINED = "DELETE_SKIPPED"
"""The status of a resource whose DeletionPolicy is to retain it:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html"""

_ENDS = ("_COMPLETE", "_FAILED")


def pauses(*, first: float = FIRST_PAUSE, longest: float = LONGEST_PAUSE) -> Iterator[float]:
    """Seconds to wait between looks, growing."""
    pause = first
    while True:
        yield pause
        pause = min(longest, pause * GROWTH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How an operation on a stack ended.

    `failure` is the first resource that failed of itself; `kept` are those that a deletion left
    alone, as the template says. `stack` is how the stack stands since, where that is known already.
    """

    status: str
    reason: str | None
    failure: StackEvent | None
    kept: tuple[StackEvent, ...] = ()
    stack: Stack | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Where a stack's events stand before an operation: what comes after is the operation's."""

    since: datetime
    seen: frozenset[str]


def mark(stack_id: str, *, stacks: Stacks, clock: Clock, runs: bool = False) -> Mark:
    """Take note of the stack's events so far.

    Times alone would not do: the operation before may have ended a moment ago, and AWS has a
    clock of its own.

    Args:
        stack_id: the stack's id.
        stacks: where it is.
        clock: tells the time.
        runs: whether the operation to follow has begun already.
    """
    since = clock.now() - SKEW
    events = stacks.events(stack_id, since)
    if runs:
        began = [
            n
            for n, event in enumerate(events)
            if event.physical_id == stack_id and event.status.endswith("_IN_PROGRESS")
        ]
        events = events[: began[-1]] if began else ()
    return Mark(since=since, seen=frozenset(event.id for event in events))


def follow(
    stack_id: str, before: Mark, *, stacks: Stacks, reporter: Reporter, clock: Clock
) -> Ended:
    """Report the stack's events after a mark until its operation ends.

    The stack is described beside, so that nobody has to ask once more when it has ended.
    """
    seen = set(before.seen)
    failure: StackEvent | None = None
    kept: list[StackEvent] = []
    waits = pauses()
    began = heard = clock.monotonic()
    with threads(1) as pool:
        while True:
            described = pool.submit(stacks.describe, stack_id)
            for event in stacks.events(stack_id, before.since):
                if event.id in seen:
                    continue
                seen.add(event.id)
                heard = clock.monotonic()
                reporter.emit(ResourceChanged(_tidied(event)))
                if failure is None and is_cause(event, stack_id):
                    failure = event
                if event.status == RETAINED:
                    kept.append(event)
                if event.physical_id == stack_id and _is_end(event.status):
                    return Ended(
                        status=event.status,
                        reason=event.reason,
                        failure=failure,
                        kept=tuple(kept),
                        stack=_with_status(event.status, described),
                    )
            clock.sleep(next(waits))
            if clock.monotonic() - heard > QUIET:
                heard = clock.monotonic()
                reporter.emit(Waiting(heard - began))


def _with_status(status: str, described: Future[Stack | None]) -> Stack | None:
    """The stack as it was described, unless that was before the event that told of this status."""
    try:
        stack = described.result()
    except CloudError:
        return None
    return stack if stack is not None and stack.status == status else None


def _tidied(event: StackEvent) -> StackEvent:
    """The event, its reason without what CloudFormation wraps it in."""
    return replace(event, reason=tidied(event.reason)) if event.reason else event


def _is_end(status: str) -> bool:
    """Whether a stack's status is one that it stays in."""
    return status.endswith(_ENDS)
