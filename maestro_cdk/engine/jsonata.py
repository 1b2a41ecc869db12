"""JSONata as AWS evaluates it: 2.0.6 of the reference, with AWS's own functions and limits.

jsonata-python evaluates. This is the one place that knows where it differs from AWS.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

import hashlib
import json
import math
import operator
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from maestro_cdk.asl.jsonata import CLOSING, OPENING
from maestro_cdk.engine import data
from maestro_cdk.engine.ports import Clock, Ids
from maestro_cdk.model import JSON

MOST_SECONDS = 5
"""So long an expression may take: more than any that ends, on a machine that is busy."""

MOST_DEPTH = 100
"""So deep expressions and functions may call each other; measured on AWS, where sums of 200 terms fail.

https://github.com/floci-io/floci/pull/2783
"""

UNDEFINED: Any = object()
"""What an expression gives that gives nothing."""

_PATH = re.compile(r"\s*\$([A-Za-z_]\w*)((?:\.[A-Za-z_]\w*)*)\s*")
_BLANK = re.compile(r"\{?\{\{(\w+)\}\}\}?")
_CALL = re.compile(r"\$(\w+)")
_ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}
_WORDS = frozenset({"true", "false", "null", "and", "or", "in", "function"})
_TYPES = {"n": "numbers", "s": "strings", "o": "objects", "b": "booleans", "a": "arrays"}
_BOUNDS = {
    "D1011": "Stack overflow error: Check for non-terminating recursive function. "
    "Consider rewriting as tail-recursive",
    "D1012": "Expression evaluation timeout: Check for infinite loop",
}
_MEMORY = "Expression evaluation memory limit exceeded: Check for excessive memory usage"
_INTERNAL = "threw an internal error during evaluation"


class JsonataError(ValueError):
    """An expression cannot be evaluated; the message follows its name in a cause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What expressions can see: `$states`, the variables, the clock's time, chance."""

    states: Mapping[str, JSON]
    variables: Mapping[str, JSON]
    clock: Clock
    ids: Ids


def is_expression(value: JSON) -> bool:
    """Whether a value of a JSONata state is evaluated."""
    return isinstance(value, str) and value.startswith(OPENING) and value.endswith(CLOSING)


def inner(text: str) -> str:
    """An expression without what marks it as one."""
    return text.removeprefix(OPENING).removesuffix(CLOSING).strip()


def evaluate(text: str, scope: Scope) -> JSON:
    """What an expression gives; UNDEFINED where that is nothing.

    Raises:
        JsonataError: it fails.
    """
    if match := _PATH.fullmatch(text):
        name, *rest = (match.group(1) + match.group(2)).split(".")
        if (name == "states" or name in scope.variables) and _WORDS.isdisjoint(rest):
            value = scope.states if name == "states" else scope.variables[name]
            found = _follow(value, rest)
            if found is not _UNCLEAR:
                return found
    return _evaluate(text, scope)


_UNCLEAR: Any = object()


def _follow(value: Any, names: list[str]) -> JSON:
    """Almost every expression: names and dots. An array in between is left to those who know."""
    for name in names:
        if isinstance(value, list):
            return _UNCLEAR
        value = value.get(name, UNDEFINED) if isinstance(value, Mapping) else UNDEFINED
    return value


# --- the library ------------------------------------------------------------------------------


def _evaluate(text: str, scope: Scope) -> JSON:
    from jsonata.jexception import JException  # noqa: PLC0415 - 40 ms, for those who use JSONata

    try:
        expression, named = _compile(text)
        frame = expression.create_frame()
        for name, value in scope.variables.items():
            frame.bind(name, value)
        for name in named:
            frame.bind(name, _function(name, scope))
        frame.bind("states", scope.states)
        frame.set_runtime_bounds(MOST_SECONDS * 1000, MOST_DEPTH)
        return _plain(expression.evaluate(None, frame))
    except JException as error:
        raise JsonataError(_message(error)) from error
    except RecursionError as error:
        raise JsonataError(f": {_BOUNDS['D1011']}") from error
    except MemoryError as error:
        raise JsonataError(f": {_MEMORY}") from error
    except JsonataError:
        raise
    except Exception as error:  # the library stumbles over what it did not expect
        raise JsonataError(f". {error}") from error


def _message(error: Any) -> str:
    """What went wrong, in the words of the reference; the library leaves out some."""
    from jsonata.jexception import JException  # noqa: PLC0415 - as above

    if error.error in _BOUNDS:
        return f": {_BOUNDS[error.error]}"
    template = JException.error_codes.get(error.error)
    if template is None:
        return f": {error}"
    values = iter((error.current, error.expected, error.extra))

    def fill(match: re.Match[str]) -> str:
        value = next(values, None)
        if match.group().startswith("{{{"):
            return str(value)
        if match.group(1) == "type":
            value = _TYPES.get(str(value), value)
        return json.dumps(value, ensure_ascii=False, default=str)

    words = re.sub(r"\bObject\b", "function", template)
    return f". {error.error}: {_BLANK.sub(fill, words)}"


def _plain(value: Any) -> JSON:
    """A result as JSON: without the library's own types, and numbers as JavaScript writes them."""
    from jsonata.utils import Utils  # noqa: PLC0415 - as above

    if value is None:
        return UNDEFINED

    def plain(value: Any) -> JSON:
        if value is None or value is Utils.NULL_VALUE:
            return None
        if isinstance(value, float):
            return _number(value)
        if isinstance(value, list):
            return [plain(value[n]) for n in range(len(value))]
        if isinstance(value, dict):
            return {str(key): plain(inner) for key, inner in value.items()}
        if not isinstance(value, str | int):
            raise JsonataError("")
        return value

    return plain(value)


def _number(value: float) -> float | None:
    if not math.isfinite(value):
        return None
    whole = value.is_integer() and abs(value) < 1e21  # noqa: PLR2004 - from there on in exponents
    # JavaScript writes as few digits as tell a number from others, and zeros behind them.
    return int(Decimal(repr(value))) if whole else value


@lru_cache(maxsize=2048)
def _compile(text: str) -> tuple[Any, frozenset[str]]:
    """An expression, and which of the functions it may call that are AWS's own."""
    expression = _library()(text)
    expression.set_output_convert_nulls(False)
    return expression, _OWN.intersection(_CALL.findall(text))


@cache
def _library() -> Any:
    """jsonata-python, with its arithmetic and the texts of its numbers put right."""
    from jsonata.functions import Functions  # noqa: PLC0415 - as above
    from jsonata.jexception import JException  # noqa: PLC0415 - as above
    from jsonata.jsonata import Jsonata  # noqa: PLC0415 - as above
    from jsonata.utils import Utils  # noqa: PLC0415 - as above

    class Expression(Jsonata):  # type: ignore[misc]  # it has no types
        def evaluate_numeric_expression(self, lhs: Any, rhs: Any, op: Any) -> Any:
            """As JavaScript calculates: 1/0 is infinite, and 7.5 % 2 is 1.5."""
            for side, code in ((lhs, "T2001"), (rhs, "T2002")):
                if side is not None and not Utils.is_numeric(side):
                    raise JException(code, -1, op, side)
            if lhs is None or rhs is None:
                return None
            result = _calculate(lhs, rhs, op)
            return Utils.convert_number(result) if math.isfinite(result) else result

        def apply_inner(self, proc: Any, args: Any, input: Any, environment: Any) -> Any:  # noqa: A002
            """What is no function is not applied, and nothing is printed about it."""
            known = isinstance(proc, Jsonata.JFunctionCallable | Jsonata.JFunction)
            if not known and not Functions.is_lambda(proc) and not Functions.is_regex(proc):
                raise JException("T1006", 0)
            return super().apply_inner(proc, args, input, environment)

    class Encoder(Functions.Encoder):  # type: ignore[misc]  # it has no types
        def encode(self, o: Any) -> str:
            """As JavaScript writes numbers: rounded to 15 digits, below 1e21 all of them."""
            value = _rounded(o)
            whole = isinstance(value, int) and not isinstance(value, bool)
            return str(value) if whole else str(super().encode(value))

    Functions.Encoder = Encoder
    return Expression


def _rounded(value: Any) -> Any:
    """A value with its numbers as $string rounds them."""
    if isinstance(value, list):
        return [_rounded(value[n]) for n in range(len(value))]
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return value
    return _number(float(f"{value:.15g}"))


def _calculate(left: float, right: float, sign: str) -> float:
    left, right = float(left), float(right)
    if sign in _ARITHMETIC:
        return _ARITHMETIC[sign](left, right)
    if sign == "%":
        return math.fmod(left, right) if right else math.nan
    if right:
        return left / right
    return math.nan if left == 0 else math.copysign(math.inf, left)


# --- AWS's functions --------------------------------------------------------------------------

_OWN = frozenset(["eval", "hash", "millis", "now", "parse", "partition", "random", "range", "uuid"])
"""The functions that AWS adds, those that ask for the time or for chance, and one it has not."""


def _function(name: str, scope: Scope) -> Any:
    millis = int(scope.clock.now().timestamp() * 1000)
    functions: dict[str, tuple[int, Callable[..., Any]]] = {
        "hash": (2, _hash),
        "millis": (0, lambda: millis),
        "now": (2, lambda picture=None, zone=None: _date(millis, picture, zone)),
        "parse": (1, _parse),
        "partition": (2, _partition),
        "random": (1, lambda seed=None: _random(scope.ids, seed)),
        "range": (3, _range),
        "uuid": (0, scope.ids.uuid),
    }
    return _native(name, *functions[name]) if name in functions else None


def _native(name: str, most: int, function: Callable[..., Any]) -> Any:
    """A function of at most so many arguments; as in JavaScript, more are ignored."""
    from jsonata.jexception import JException  # noqa: PLC0415 - as above
    from jsonata.jsonata import Jsonata  # noqa: PLC0415 - as above

    def call(*arguments: Any) -> Any:
        try:
            return function(*arguments[:most])
        except (TypeError, ValueError) as error:
            raise JException("T0410", -1, 1, name) from error

    return Jsonata.JLambda(call)


def _date(millis: int, picture: Any, zone: Any) -> Any:
    from jsonata.functions import Functions  # noqa: PLC0415 - as above

    return Functions.datetime_from_millis(millis, picture, zone)


def _hash(text: str, algorithm: str = "SHA-256") -> Any:
    if text is None:
        return None
    names = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384"}
    name = {**names, "SHA-512": "sha512"}.get(algorithm)
    if name is None or not isinstance(text, str):
        raise ValueError(algorithm)
    return hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()


def _parse(text: Any) -> Any:
    from jsonata.utils import Utils  # noqa: PLC0415 - as above

    if text is None:
        return None
    value = data.loads(text)
    return Utils.NULL_VALUE if value is None else value


def _partition(array: Any, length: Any) -> Any:
    if array is None or length is None:
        return None
    items = array if isinstance(array, list) else [array]
    step = int(length)
    if step <= 0:
        raise ValueError(length)
    return [list(items[start : start + step]) for start in range(0, len(items), step)]


def _random(ids: Ids, seed: Any) -> float:
    return ids.random() if seed is None else random.Random(int(seed)).random()  # noqa: S311


def _range(first: Any, last: Any, step: Any) -> Any:
    if first is None or last is None or step is None or int(step) == 0:
        return None
    start, end, by = int(first), int(last), int(step)
    if (end - start) // by >= 1_000_000:  # noqa: PLR2004 - as the range operator's limit
        raise MemoryError
    return list(range(start, end + (1 if by > 0 else -1), by)) or None
