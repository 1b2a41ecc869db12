"""The rules of a Choice state in JSONPath.

https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
"""

import operator
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from maestro_cdk.engine import timestamps
from maestro_cdk.engine.failures import RuntimeFailure
from maestro_cdk.engine.paths import MissingError, PathError
from maestro_cdk.engine.templates import Sight
from maestro_cdk.model import JSON

_ABSENT: Any = object()

_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}


def _number(value: JSON) -> Any:
    return _ABSENT if isinstance(value, bool) or not isinstance(value, int | float) else value


def _string(value: JSON) -> Any:
    return value if isinstance(value, str) else _ABSENT


def _boolean(value: JSON) -> Any:
    return value if isinstance(value, bool) else _ABSENT


def _timestamp(value: JSON) -> Any:
    moment = timestamps.parse(value) if isinstance(value, str) else None
    return _ABSENT if moment is None else moment


_KINDS: Mapping[str, Callable[[JSON], Any]] = {
    "String": _string,
    "Numeric": _number,
    "Boolean": _boolean,
    "Timestamp": _timestamp,
}
"""What can be compared, by the word an operator begins with; anything else equals nothing."""

_IS: Mapping[str, Callable[[JSON], bool]] = {
    "IsBoolean": lambda value: isinstance(value, bool),
    "IsNull": lambda value: value is None,
    "IsNumeric": lambda value: _number(value) is not _ABSENT,
    "IsString": lambda value: isinstance(value, str),
    "IsTimestamp": lambda value: _timestamp(value) is not _ABSENT,
}


def holds(rule: Mapping[str, JSON], sight: Sight) -> bool:
    """Whether a rule is true.

    Raises:
        RuntimeFailure: it asks about what is not there.
    """
    if "And" in rule:
        return all(holds(inner, sight) for inner in rule["And"])
    if "Or" in rule:
        return any(holds(inner, sight) for inner in rule["Or"])
    if "Not" in rule:
        return not holds(rule["Not"], sight)
    name = next((key for key in rule if key in OPERATORS), None)
    if name is None:
        raise RuntimeFailure("The choice rule has no operator.")
    return _asked(name, rule, sight)


def _asked(name: str, rule: Mapping[str, JSON], sight: Sight) -> bool:
    variable, wanted = rule.get("Variable"), rule[name]
    if name == "IsPresent":
        return _present(variable, sight) is wanted
    value = _find(variable, sight)
    if name in _IS:
        return _IS[name](value) is wanted
    if name == "StringMatches":
        return isinstance(value, str) and _like(value, str(wanted))
    if name.endswith("Path"):
        name, wanted = name.removesuffix("Path"), _find(wanted, sight)
    return _compared(name, value, wanted)


def _compared(name: str, value: JSON, wanted: JSON) -> bool:
    kind = next(kind for kind in _KINDS if name.startswith(kind))
    left, right = _KINDS[kind](value), _KINDS[kind](wanted)
    if left is _ABSENT or right is _ABSENT:
        return False
    return _COMPARE[name.removeprefix(kind)](left, right)


def _present(path: JSON, sight: Sight) -> bool:
    try:
        sight.find(str(path))
    except MissingError:
        return False
    except PathError as error:
        raise RuntimeFailure(f"Invalid path '{path}' : {error.message}") from error
    return True


def _find(path: JSON, sight: Sight) -> JSON:
    try:
        return sight.find(str(path))
    except (MissingError, PathError) as error:
        raise RuntimeFailure(
            f"Invalid path '{path}': The choice state's condition path references an invalid value."
        ) from error


@lru_cache(maxsize=1024)
def _literals(pattern: str) -> list[str]:
    r"""The texts between the `*` of a pattern; `\\*` is no such one but itself."""
    parts = re.split(r"(\\.)|(\*)", pattern, flags=re.DOTALL)
    literals = [""]
    for part in (part for part in parts if part):
        if part == "*":
            literals.append("")
        else:
            literals[-1] += part[1:] if part.startswith("\\") and len(part) > 1 else part
    return literals


def _like(value: str, pattern: str) -> bool:
    """Whether a text is like a pattern, in which `*` stands for anything."""
    first, *between = _literals(pattern)
    if not between:
        return value == first
    last = between.pop()
    if len(value) < len(first) + len(last) or not value.startswith(first):
        return False
    position, end = len(first), len(value) - len(last)
    for literal in between:
        found = value.find(literal, position, end)
        if found < 0:
            return False
        position = found + len(literal)
    return value.endswith(last)


OPERATORS = frozenset(
    {"IsPresent", "StringMatches", *_IS}
    | {
        f"{kind}{compare}{path}"
        for kind in ("String", "Numeric", "Timestamp")
        for compare in _COMPARE
        for path in ("", "Path")
    }
    | {"BooleanEquals", "BooleanEqualsPath"}
)
"""What a rule can ask."""
