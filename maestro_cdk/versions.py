"""Versions of a workflow as AWS keeps them: of its state machine, of its functions, and an alias.

What an action does with them is in `actions`; docs/explanation/versions.md says why.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from maestro_cdk.errors import CloudError
from maestro_cdk.model import JSON

LIVE = "live"
"""The alias by which executions are started."""

ALL = 100
"""The weight of a version that every execution goes to."""

RELEASER = "-release"
"""What the name of the machine that moves `live` has behind the workflow's."""

ALARMS: Mapping[str, str] = {
    "failed": "ExecutionsFailed",
    "timed_out": "ExecutionsTimedOut",
    "throttled": "ExecutionThrottled",
}
"""The alarms that maestro makes, and the metric of each:
https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html"""


def alarm(workflow: str, name: str) -> str:
    """The name in CloudWatch of an alarm of a workflow's; one that somebody else made has its own."""
    return f"{workflow}-{name}" if name in ALARMS else name


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """Where an alias leads: versions of a machine by number, and how many of 100 go to each."""

    arn: str
    weights: Mapping[int, int]
    description: str = ""
    updated: datetime | None = None

    @property
    def version(self) -> int | None:
        """The version that every execution goes to; None where there are two."""
        return next(iter(self.weights)) if len(self.weights) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineVersion:
    """A version of a state machine: what it was when it was published.

    `settings` are role, logging and tracing, as the API writes them.
    """

    number: int
    definition: str
    description: str = ""
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionVersion:
    """A version of a function: what the function was when it was published.

    `arn` is the function's; `code` and `properties` are as those of a `LiveFunction`.
    """

    arn: str
    number: int
    code: str
    properties: Mapping[str, JSON]


AHEAD = ", redeployed since"
"""What `live` says at the end of its description once the machine is ahead of it."""


def is_ahead(alias: Alias) -> bool:
    """Whether the machine was redeployed since live was moved."""
    return alias.description.endswith(AHEAD)


def absent(wanted: str, known: Iterable[int]) -> CloudError:
    """That there is no such version, and which there are."""
    numbers = sorted(known)
    if not numbers:
        return CloudError("there are no versions", hint="`maestro deploy` publishes one")
    there = f"{numbers[0]} to {numbers[-1]}" if len(numbers) > 1 else str(numbers[0])
    return CloudError(
        f"there is no version {wanted}; there are {there}",
        hint="`maestro versions` lists them; older ones are removed",
    )


class Versions(Protocol):
    """The versions of a state machine and of functions, and the machine's alias."""

    def alias(self, machine: str, /) -> Alias | None:
        """The alias live of a machine; None where there is none."""

    def point(
        self, machine: str, weights: Mapping[int, int], description: str, /, *, new: bool = False
    ) -> None:
        """Have live lead to these versions; make it where there is none: `new` says that is so."""

    def describe(self, machine: str, /, number: int | None = None) -> MachineVersion | None:
        """A version, or the machine as it is now; None where there is none."""

    def publish(self, machine: str, definition: str, description: str, /) -> int:
        """Give a machine a definition, and publish it as a version; return its number."""

    def listed(self, machine: str, /) -> Mapping[int, datetime]:
        """The versions of a machine, newest first, and when each was published."""

    def holding(self, machine: str, /) -> Mapping[int, int]:
        """How many executions run that were started from each version."""

    def delete(self, machine: str, number: int, /) -> None:
        """Delete a version of a machine: executions that run are left alone."""

    def publish_function(self, name: str, /) -> FunctionVersion:
        """Publish a function as it is, unless that is its last version already."""

    def function_exists(self, arn: str, number: int, /) -> bool:
        """Whether a function has that version."""

    def delete_function(self, arn: str, number: int, /) -> None:
        """Delete a version of a function; one that is not there, or that an alias needs, is left."""

    def alarms(self, names: Sequence[str], /) -> Mapping[str, str]:
        """The states of alarms, OK, ALARM or INSUFFICIENT_DATA; of those that are there."""
