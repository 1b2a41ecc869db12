"""The intrinsic functions: `States.Format('{} of {}', $.n, $.all)`.

https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
"""

import base64
import hashlib
import math
import random
import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from maestro_cdk.asl import intrinsics
from maestro_cdk.asl.intrinsics import Argument, Call, Constant, IntrinsicError, Reference, Text
from maestro_cdk.engine import data
from maestro_cdk.engine.ports import Ids
from maestro_cdk.model import JSON

__all__ = ["IntrinsicError", "call", "parse"]

MOST_ITEMS = 1000
"""So many items an array of States.ArrayRange can have."""

MOST_CHARACTERS = 10_000
"""So many characters can be encoded, decoded or hashed."""

_TOKENS = re.compile(r"\\(.)|\{\}", re.DOTALL)
_ALGORITHMS = {
    "MD5": "md5",
    "SHA-1": "sha1",
    "SHA-256": "sha256",
    "SHA-384": "sha384",
    "SHA-512": "sha512",
}


class ArgumentError(ValueError):
    """A function cannot do this with such arguments."""


parse = lru_cache(maxsize=4096)(intrinsics.parse)
"""Read a call; a machine asks for the same ones again and again."""


def call(text: str, resolve: Callable[[str], JSON], ids: Ids) -> JSON:
    """What a call gives; `resolve` gives what a path in it finds.

    Raises:
        IntrinsicError: it is no call.
        ArgumentError: a function cannot do this with such arguments.
    """
    return _evaluate(parse(text), resolve, ids)


def _evaluate(argument: Argument, resolve: Callable[[str], JSON], ids: Ids) -> JSON:
    if isinstance(argument, Text):
        return argument.value
    if isinstance(argument, Constant):
        value = argument.value
        return int(value) if isinstance(value, float) and value.is_integer() else value
    if isinstance(argument, Reference):
        return resolve(argument.text)
    name = argument.name.removeprefix("States.")
    if name == "Format":
        return _format(argument, resolve, ids)
    arguments = [_evaluate(part, resolve, ids) for part in argument.arguments]
    if name == "UUID" and not arguments:
        return ids.uuid()
    if name == "MathRandom":
        return _random(ids, *arguments)
    function = _FUNCTIONS.get(name)
    if function is None:
        raise ArgumentError(f"The function '{argument.name}' is not known")
    return function(*_counted(argument, arguments))


def _counted(found: Call, arguments: list[JSON]) -> list[JSON]:
    expected = intrinsics.FUNCTIONS[found.name]
    most = math.inf if expected.most is None else expected.most
    if not expected.least <= len(arguments) <= most:
        raise ArgumentError(f"Invalid number of arguments: {found.name} takes {expected}")
    return arguments


# --- texts ------------------------------------------------------------------------------------


def _format(found: Call, resolve: Callable[[str], JSON], ids: Ids) -> str:
    if not found.arguments:
        raise ArgumentError("Invalid number of arguments: States.Format takes a template")
    first = found.arguments[0]
    # A template from a path has no escapes of the call's own.
    template = first.raw if isinstance(first, Text) else _text(_evaluate(first, resolve, ids))
    values = [_evaluate(part, resolve, ids) for part in found.arguments[1:]]
    used = 0

    def replaced(match: re.Match[str]) -> str:
        nonlocal used
        if match.group() != "{}":
            return match.group(1)
        used += 1
        if used > len(values):
            raise ArgumentError("The number of arguments does not match the occurrences of {}")
        return _printed(values[used - 1])

    text = _TOKENS.sub(replaced, template)
    if used != len(values):
        raise ArgumentError("The number of arguments does not match the occurrences of {}")
    return text


def _printed(value: JSON) -> str:
    """A value as Java prints it: what States.Format puts in a text."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={_printed(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_printed(inner) for inner in value) + "]"
    return value if isinstance(value, str) else data.dumps(value)


def _split(text: JSON, characters: JSON) -> list[str]:
    parts = re.split(f"[{re.escape(_text(characters))}]", _text(text)) if characters else [text]
    return [part for part in parts if part]


def _encode(text: JSON) -> str:
    return base64.b64encode(_short(text).encode()).decode()


def _decode(text: JSON) -> str:
    try:
        return base64.b64decode(_short(text), validate=True).decode(errors="replace")
    except ValueError as error:
        raise ArgumentError("Invalid Base64 input") from error


def _hash(value: JSON, algorithm: JSON) -> str:
    name = _ALGORITHMS.get(algorithm) if isinstance(algorithm, str) else None
    if name is None:
        raise ArgumentError(f"Invalid hashing algorithm: {data.dumps(algorithm)}")
    text = value if isinstance(value, str) else data.dumps(value)
    return hashlib.new(name, _short(text).encode(), usedforsecurity=False).hexdigest()


def _parsed(text: JSON) -> JSON:
    try:
        return data.loads(_text(text))
    except ValueError as error:
        raise ArgumentError("Invalid JSON") from error


# --- arrays and objects -----------------------------------------------------------------------


def _partition(array: JSON, length: JSON) -> list[JSON]:
    items, step = _array(array), _whole(length)
    if step <= 0:
        raise ArgumentError("The chunk size must be a positive number")
    return [items[start : start + step] for start in range(0, len(items), step)]


def _contains(array: JSON, value: JSON) -> bool:
    return any(_same(item, value) for item in _array(array))


def _range(first: JSON, last: JSON, step: JSON) -> list[int]:
    start, end, by = _whole(first), _whole(last), _whole(step)
    if by == 0:
        raise ArgumentError("The increment must not be 0")
    if (end - start) // by >= MOST_ITEMS:
        raise ArgumentError(f"The array can contain at most {MOST_ITEMS} items")
    return list(range(start, end + (1 if by > 0 else -1), by))


def _item(array: JSON, index: JSON) -> JSON:
    items, at = _array(array), _whole(index)
    if not 0 <= at < len(items):
        raise ArgumentError(f"The index {at} is out of bounds for an array of {len(items)} items")
    return items[at]


def _unique(array: JSON) -> list[JSON]:
    found = {_key(item): item for item in reversed(_array(array))}
    return list(reversed(found.values()))


def _merge(left: JSON, right: JSON, deep: JSON) -> JSON:
    if not isinstance(left, dict) or not isinstance(right, dict):
        raise ArgumentError("Only JSON objects can be merged")
    if deep is not False:
        raise ArgumentError("Deep merging is not supported")
    return {**left, **right}


# --- numbers ----------------------------------------------------------------------------------


def _add(left: JSON, right: JSON) -> int:
    return _whole(left) + _whole(right)


def _random(ids: Ids, *arguments: JSON) -> int:
    if len(arguments) not in (2, 3):
        raise ArgumentError("Invalid number of arguments: States.MathRandom takes 2 or 3 arguments")
    start, end = _whole(arguments[0]), _whole(arguments[1])
    if start >= end:
        raise ArgumentError("The start must be below the end")
    seed = arguments[2:]
    chance = random.Random(_whole(seed[0])).random() if seed else ids.random()  # noqa: S311
    return start + int(chance * (end - start))


# --- arguments --------------------------------------------------------------------------------


def _array(value: JSON) -> list[JSON]:
    if not isinstance(value, list):
        raise ArgumentError(f"An array is expected, but found {data.kind(value)}")
    return value


def _text(value: JSON) -> str:
    if not isinstance(value, str):
        raise ArgumentError(f"A string is expected, but found {data.kind(value)}")
    return value


def _short(value: JSON) -> str:
    text = _text(value)
    if len(text) > MOST_CHARACTERS:
        raise ArgumentError(f"The input can have at most {MOST_CHARACTERS} characters")
    return text


def _whole(value: JSON) -> int:
    """A number, rounded as Java rounds: halves up."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ArgumentError(f"A number is expected, but found {data.kind(value)}")
    return value if isinstance(value, int) else math.floor(value + 0.5)


def _key(value: JSON) -> str:
    """The same for values that are the same: 1 and 1.0, but not 1 and true."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list):
        return "[" + ",".join(_key(item) for item in value) + "]"
    if isinstance(value, dict):
        pairs = (f"{data.dumps(name)}:{_key(value[name])}" for name in sorted(value))
        return "{" + ",".join(pairs) + "}"
    return data.dumps(value)


def _same(left: JSON, right: JSON) -> bool:
    return left == right and _key(left) == _key(right)


_FUNCTIONS: Mapping[str, Callable[..., JSON]] = {
    "Array": lambda *items: list(items),
    "ArrayContains": _contains,
    "ArrayGetItem": _item,
    "ArrayLength": lambda array: len(_array(array)),
    "ArrayPartition": _partition,
    "ArrayRange": _range,
    "ArrayUnique": _unique,
    "Base64Decode": _decode,
    "Base64Encode": _encode,
    "Hash": _hash,
    "JsonMerge": _merge,
    "JsonToString": data.dumps,
    "MathAdd": _add,
    "StringSplit": _split,
    "StringToJson": _parsed,
}
