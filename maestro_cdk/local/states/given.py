"""What a request gives: its parameters, each of the kind that it must be."""

import re
from typing import Any, TypeVar

from maestro_cdk.local.states.refusals import Refusal, invalid
from maestro_cdk.model import JSON

T = TypeVar("T")

_NAME = re.compile(r"[^\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]{1,80}")
"""https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html"""

MOST = 1000
"""So many entries a page has at most."""


def text(given: dict[str, JSON], name: str) -> str:
    """A text that must be there.

    Raises:
        Refusal: it is not.
    """
    value = optional(given, name)
    if value is None:
        raise invalid(
            f"1 validation error detected: Value null at '{name}' failed to satisfy constraint: "
            "Member must not be null"
        )
    return value


def optional(given: dict[str, JSON], name: str) -> str | None:
    """A text that may be there.

    Raises:
        Refusal: it is no text.
    """
    return _of(given.get(name), str, name)


def check_name(name: str) -> None:
    """See that a name is one that a machine, an activity or an execution can have.

    Raises:
        Refusal: it is none.
    """
    if not _NAME.fullmatch(name):
        raise Refusal("InvalidName", f"Invalid Name: '{name}'")


def number(given: dict[str, JSON], name: str) -> int | None:
    """A number that may be there.

    Raises:
        Refusal: it is none.
    """
    return _of(given.get(name), int, name)


def mapping(given: dict[str, JSON], name: str) -> dict[str, JSON]:
    """An object that may be there.

    Raises:
        Refusal: it is none.
    """
    return _of(given.get(name), dict, name) or {}


def _of(value: Any, kind: type[T], name: str) -> T | None:
    if value is None or isinstance(value, kind):
        return value
    raise Refusal("SerializationException", f"{name} is not of the type {kind.__name__}")


def page(given: dict[str, JSON], *, usual: int = 100) -> tuple[int, int]:
    """Where the page begins that is asked for, and how much it holds.

    Raises:
        Refusal: the token is none that was given out.
    """
    token = optional(given, "nextToken") or "0"
    if not token.isdigit():
        raise Refusal("InvalidToken", f"Invalid Token: '{token}'")
    return int(token), min(number(given, "maxResults") or usual, MOST)


def paged(name: str, entries: list[JSON], following: int | None) -> dict[str, JSON]:
    """A page, with the token of the next."""
    more = {} if following is None else {"nextToken": str(following)}
    return {name: entries, **more}
