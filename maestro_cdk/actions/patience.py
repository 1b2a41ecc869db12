"""Asking again while what AWS answers goes away by itself."""

from collections.abc import Callable
from typing import TypeVar

from maestro_cdk.actions.following import pauses
from maestro_cdk.errors import CloudError
from maestro_cdk.ports import Clock

Answer = TypeVar("Answer")

PATIENCE = 60.0
"""Seconds to wait for IAM to tell others of a change, and for Lambda to end an update."""

_BUSY = ("update is in progress", "ResourceConflictException", "state: Pending")
"""How Lambda says that an update goes on already."""


def patiently(
    ask: Callable[[], Answer], passes: Callable[[CloudError], bool], clock: Clock
) -> Answer:
    """Ask, and ask again while `passes` says of a refusal that it goes away by itself.

    Raises:
        CloudError: any other refusal, or one of these after a minute.
    """
    until = clock.monotonic() + PATIENCE
    waits = pauses(first=0.15, longest=5.0)
    while True:
        try:
            return ask()
        except CloudError as error:
            pause = next(waits)
            if not passes(error) or clock.monotonic() + pause > until:
                raise
        clock.sleep(pause)


def once_settled(ask: Callable[[], Answer], clock: Clock) -> Answer:
    """Ask Lambda for something that it refuses while an update of the function goes on."""
    return patiently(ask, lambda error: any(word in error.message for word in _BUSY), clock)
