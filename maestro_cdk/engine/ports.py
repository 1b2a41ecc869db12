"""What the engine asks of the world: tasks to be done, the time, and names that are unique."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from maestro_cdk.asl.integrations import Integration
from maestro_cdk.model import JSON


def _ignore(*_: JSON) -> None:
    """For whoever does not need to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a Task asks for: call this resource with these arguments.

    `token` is the task token, for the integrations that wait for one and for activities. `role` is
    the machine's, or the one that `Credentials` names. `execution` is the ARN of the execution that
    asks.

    Whoever does the task says how it goes: `started` when a worker took an activity's task (with
    the worker's name, or None), `submitted` when the service has taken a job that is waited for (with
    the service's answer), `beat` at each heartbeat, `note` of what a test of the state may show.
    """

    resource: str
    integration: Integration
    arguments: JSON
    execution: str
    token: str | None = None
    role: str | None = None
    timeout: float | None = None
    heartbeat: float | None = None
    started: Callable[[str | None], None] = field(default=_ignore, compare=False)
    submitted: Callable[[JSON], None] = field(default=_ignore, compare=False)
    beat: Callable[[], None] = field(default=_ignore, compare=False)
    note: Callable[[str, JSON], None] = field(default=_ignore, compare=False)


class Tasks(Protocol):
    """Does what Tasks ask for."""

    def refuses(self, request: Request, /) -> str | None:
        """Why a request cannot even be made; None where it can.

        It ends the execution, before an event says that the task is scheduled: an activity that does
        not exist, a parameter that the service does not have.
        """

    async def call(self, request: Request, /) -> JSON:
        """Do it to its end, and give the result as the state gets it.

        For `.sync` and `.waitForTaskToken` the end is that of the job, or the answer to the token.
        It may be cancelled wherever it waits: then nobody is interested in the result any more.

        Raises:
            Failure: it failed, with the error and the cause that AWS would name.
        """


class Clock(Protocol):
    """The time, and how it passes."""

    def now(self) -> datetime:
        """What time it is, in UTC."""

    async def sleep(self, seconds: float, /) -> None:
        """Wait so long, as a Wait state and a Retry do; a clock may let it pass sooner."""

    async def elapse(self, seconds: float, /) -> None:
        """Let so much time go by, which something else is allowed to take: what timeouts count."""


class Ids(Protocol):
    """Whatever must be unlike anything before."""

    def uuid(self) -> str:
        """A UUID."""

    def random(self) -> float:
        """A number from 0 on, below 1."""
