"""JSON as it goes from state to state: a value and its text, each made from the other once.

Values are never changed in place: whoever changes one copies what is around the change. So a state
can hand on what it was given without a copy, and ten thousand iterations share one input.
"""

import json
import sys
from typing import Any

from maestro_cdk.model import JSON

LIMIT = 256 * 1024
"""So many bytes a state's input or output can have.

https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html#service-limits-task-executions
"""

_UNSET: Any = object()

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


_KINDS: tuple[tuple[str, Any], ...] = (
    ("boolean", bool),
    ("number", int | float),
    ("string", str),
    ("array", list),
)


def dumps(value: JSON) -> str:
    """A value's text, as short as it can be."""
    return _encode(value)


def loads(text: str) -> JSON:
    """The value of a text.

    Raises:
        ValueError: it is no JSON, or nested too deep to be read.
    """
    try:
        return json.loads(text, parse_float=_float, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("the JSON is nested too deep") from error


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _float(digits: str) -> float:
    """A number; the largest there is for one that is larger."""
    number = float(digits)
    return max(min(number, sys.float_info.max), -sys.float_info.max)


def size(text: str) -> int:
    """How many bytes a text has."""
    return len(text) if text.isascii() else len(text.encode(errors="surrogatepass"))


def kind(value: JSON) -> str:
    """What kind of value it is, in JSON's own words: `object`, `null`."""
    for name, types in _KINDS:
        if isinstance(value, types):
            return name
    return "null" if value is None else "object"


def integer(value: JSON) -> int | None:
    """A whole number, or the text of one; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        digits = value.removeprefix("-")
        return int(value) if digits.isascii() and digits.isdigit() and len(value) < 19 else None  # noqa: PLR2004 - the digits of a long
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return value if isinstance(value, int) else None


class Data:
    """A value and its text; give either, and the other is made when it is asked for."""

    __slots__ = ("_text", "_value")

    def __init__(self, value: JSON = _UNSET, text: str | None = None) -> None:
        self._value, self._text = value, text

    @property
    def value(self) -> JSON:
        """The value."""
        if self._value is _UNSET:
            self._value = loads(self._text or "")
        return self._value

    @property
    def text(self) -> str:
        """The text."""
        if self._text is None:
            self._text = dumps(self._value)
        return self._text

    @property
    def too_large(self) -> bool:
        """Whether it is more than a state can be given."""
        return size(self.text) > LIMIT
