"""Kinds of values that a field of the language may hold."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from maestro_cdk.asl.machines import Language
from maestro_cdk.model import JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of value: in words, and whether a value is one.

    Where it is `computed`, a JSONata expression may stand for it. `options` are all that there
    are, where they can be counted.
    """

    words: str
    fits: Callable[[JSON], bool]
    computed: bool = False
    options: tuple[str, ...] = ()

    def holds(self, value: JSON, language: Language | None) -> bool:
        """Whether a value is of this kind, in a state of a query language."""
        if self.fits(value):
            return True
        return self.computed and language != "JSONPath" and expression(value)

    def expected(self, language: Language | None) -> str:
        """What to write, in words."""
        if self.computed and language != "JSONPath":
            return f"{self.words} or a JSONata expression"
        return self.words


def expression(value: JSON) -> bool:
    """Whether a value is a text between `{%` and `%}`; what stands between is another's concern."""
    return isinstance(value, str) and value.startswith("{%") and value.endswith("%}")


def _is(*types: type) -> Callable[[JSON], bool]:
    return lambda value: isinstance(value, types)


def _numeric(value: JSON) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _objects(value: JSON) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _texts(value: JSON) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII)


def _timestamp(value: JSON) -> bool:
    if not isinstance(value, str) or not _TIMESTAMP.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(re.sub(r"\.\d+", "", value))
    except ValueError:
        return False
    return True


_ROLE = re.compile(r"arn:[^:\s]+:iam::[^:\s]+:role/\S+")


def _role(value: JSON) -> bool:
    return isinstance(value, str) and bool(_ROLE.fullmatch(value))


def one_of(*options: str) -> Kind:
    """One of some words."""
    return Kind(words=_or(options), fits=lambda value: value in options, options=options)


def whole(low: int, high: int | None = None, *, computed: bool = True) -> Kind:
    """A whole number within bounds."""

    def fits(value: JSON) -> bool:
        is_whole = _numeric(value) and (isinstance(value, int) or value.is_integer())
        return is_whole and low <= value <= (high or value)

    words = f"a whole number from {low} to {high}" if high else f"a whole number, {low} or more"
    return Kind(words=words, fits=fits, computed=computed)


def number(low: float, high: float | None = None, *, computed: bool = True) -> Kind:
    """A number within bounds."""

    def fits(value: JSON) -> bool:
        return _numeric(value) and low <= value <= (high or value)

    words = f"a number from {low} to {high}" if high else f"a number, {low} or more"
    return Kind(words=words, fits=fits, computed=computed)


def _or(options: tuple[str, ...]) -> str:
    *most, last = options
    return f"{', '.join(most)} or {last}" if most else last


ANY = Kind(words="anything", fits=lambda _: True)
TEXT = Kind(words="a text", fits=_is(str))
TEXT_OR_NULL = Kind(words="a text or null", fits=_is(str, type(None)))
FLAG = Kind(words="true or false", fits=_is(bool))
CONDITION = Kind(words="true, false", fits=_is(bool), computed=True)
NUMBER = Kind(words="a number", fits=_numeric)
TIMESTAMP = Kind(words="a timestamp like 2016-03-14T01:59:00Z", fits=_timestamp, computed=True)
ROLE = Kind(words="the ARN of a role", fits=_role, computed=True)
OBJECT = Kind(words="an object", fits=_is(dict))
ARGUMENTS = Kind(words="an object", fits=_is(dict), computed=True)
ITEMS = Kind(words="a list, an object", fits=_is(list, dict), computed=True)
OBJECTS = Kind(words="a list of objects", fits=_objects)
SOME_OBJECTS = Kind(words="a list of objects, one at least", fits=lambda v: _objects(v) and bool(v))
SOME_TEXTS = Kind(words="a list of texts, one at least", fits=lambda v: _texts(v) and bool(v))
