"""Retry and Catch: what becomes of an error.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from maestro_cdk.engine.failures import Failure, RuntimeFailure, matches
from maestro_cdk.engine.ports import Ids
from maestro_cdk.model import JSON

MOST_SECONDS = 31_622_400
"""No retry is put off longer than an execution can last: a year."""


@dataclass(slots=True)
class Retries:
    """How often each retrier of a state has retried it on this visit."""

    state: Mapping[str, JSON]
    counts: dict[int, int] = field(default_factory=dict)
    total: int = 0

    def delay(self, failure: Failure, ids: Ids) -> float | None:
        """After how many seconds to try again; None where it is not to be tried again."""
        found = retrier(self.state, failure)
        if found is None:
            return None
        index, rule = found
        done = self.counts.get(index, 0)
        if done >= rule.get("MaxAttempts", 3):
            return None
        self.counts[index] = done + 1
        self.total += 1
        seconds = interval(rule, done)
        return seconds * ids.random() if rule.get("JitterStrategy") == "FULL" else seconds


def retrier(state: Mapping[str, JSON], failure: Failure) -> tuple[int, Mapping[str, JSON]] | None:
    """The first retrier that stands for an error, and its place."""
    return _first(state, "Retry", failure)


def catcher(state: Mapping[str, JSON], failure: Failure) -> tuple[int, Mapping[str, JSON]] | None:
    """The first catcher that stands for an error, and its place."""
    return _first(state, "Catch", failure)


def _first(
    state: Mapping[str, JSON], key: str, failure: Failure
) -> tuple[int, Mapping[str, JSON]] | None:
    if isinstance(failure, RuntimeFailure):
        return None
    for index, rule in enumerate(state.get(key) or ()):
        if matches(rule.get("ErrorEquals") or (), failure):
            return index, rule
    return None


def interval(rule: Mapping[str, JSON], done: int) -> float:
    """How many seconds a retrier waits that has retried so often."""
    first, rate = rule.get("IntervalSeconds", 1), rule.get("BackoffRate", 2.0)
    try:
        seconds = first * rate**done
    except OverflowError:
        seconds = MOST_SECONDS
    return float(min(seconds, rule.get("MaxDelaySeconds", MOST_SECONDS), MOST_SECONDS))
