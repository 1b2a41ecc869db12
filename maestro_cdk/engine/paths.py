"""JSONPath as AWS evaluates it: with Jayway's JsonPath, which differs from RFC 9535.

A path is walked step by step, for this is where the two differ: a path that can name one node only
gives that node or fails, any other gives a list, which may be empty; a filter on an object asks the
object itself. What a filter says is python-jsonpath's to answer.

https://github.com/json-path/JsonPath
https://docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html
"""

import re
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from maestro_cdk.asl import jsonpath
from maestro_cdk.asl.jsonpath import JSONPath, PathError, Step
from maestro_cdk.engine.data import kind
from maestro_cdk.model import JSON

__all__ = ["MissingError", "PathError", "find", "parse", "walk"]

parse = lru_cache(maxsize=4096)(jsonpath.parse)
"""Read a path; a machine asks for the same ones again and again."""


class MissingError(LookupError):
    """A path leads nowhere; why, in the words of Jayway.

    `beyond` says that it names an element behind the end of an array, which AWS takes for null in
    some places.
    """

    def __init__(self, reason: str, *, beyond: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.beyond = reason, beyond


def find(text: str, value: JSON, context: JSON, variables: Mapping[str, JSON]) -> JSON:
    """What a path finds in a value, in the context object (`$$`) or in a variable (`$name`).

    Raises:
        PathError: it is no path.
        MissingError: it leads nowhere.
    """
    path = parse(text)
    if path.variable is not None:
        if path.variable not in variables:
            raise MissingError(f"No results for path: $['{path.variable}']")
        value = variables[path.variable]
    elif path.root == "$$":
        value = context
    return walk(path, value)


def walk(path: JSONPath, value: JSON) -> JSON:
    """What the steps of a path find in a value.

    Raises:
        MissingError: it leads nowhere.
    """
    steps, last = path.steps, None
    if steps and steps[-1].kind == "function":
        steps, last = steps[:-1], steps[-1]
    if steps and not _plural(steps):
        value = _one(steps, value)
    elif steps:
        value = _all(steps, value)
    return value if last is None else _call(last, value)


def _plural(steps: Sequence[Step]) -> bool:
    """Whether a path can find several nodes; several names at its end make one object."""
    *before, last = steps
    merged = last.kind == "names"
    return any(
        step.kind not in ("names", "indices") or len(step.values) > 1 for step in before
    ) or (not merged and (last.kind != "indices" or len(last.values) > 1))


# --- one node ---------------------------------------------------------------------------------


def _one(steps: Sequence[Step], value: JSON) -> JSON:
    for n, step in enumerate(steps):
        if step.kind == "indices":
            value = _element(steps, n, value)
        elif len(step.values) > 1:
            value = _merged(step, value) if isinstance(value, dict) else {}
        elif isinstance(value, dict) and step.values[0] in value:
            value = value[str(step.values[0])]
        elif isinstance(value, dict):
            last = n + 1 == len(steps)
            reason = "No results for path:" if last else "Missing property in path"
            raise MissingError(f"{reason} {_written(steps[: n + 1])}")
        else:
            raise MissingError(
                f"Expected to find an object with property ['{step.values[0]}'] in path "
                f"{_written(steps[:n])} but found '{kind(value)}'. This is not a json object."
            )
    return value


def _element(steps: Sequence[Step], n: int, value: JSON) -> JSON:
    index = steps[n].values[0]
    if not isinstance(value, list) or not isinstance(index, int):
        raise MissingError(
            f"Filter: [{index}] can only be applied to arrays. Current context is: {value}"
        )
    if -len(value) <= index < len(value):
        return value[index]
    written = _written(steps[: n + 1])
    last = n + 1 == len(steps)
    raise MissingError(f"Index out of bounds when evaluating path {written}", beyond=last)


def _merged(step: Step, value: Mapping[str, JSON]) -> JSON:
    return {str(name): value[str(name)] for name in step.values if name in value}


def _written(steps: Sequence[Step]) -> str:
    """A path in Jayway's own spelling: `$['a'][0]`."""
    parts = (
        f"[{value}]" if step.kind == "indices" else f"['{value}']"
        for step in steps
        for value in step.values[:1]
    )
    return "$" + "".join(parts)


# --- any number of nodes ----------------------------------------------------------------------


def _all(steps: Sequence[Step], value: JSON) -> list[JSON]:
    nodes = [value]
    for step in steps:
        found: list[JSON] = []
        for node in nodes:
            found.extend(_SELECT[step.kind](step, node, value))
        nodes = found
    return nodes


def _names(step: Step, node: JSON, _: JSON) -> Iterator[JSON]:
    if isinstance(node, dict):
        yield from (node[str(name)] for name in step.values if name in node)


def _indices(step: Step, node: JSON, _: JSON) -> Iterator[JSON]:
    if isinstance(node, list):
        for index in step.values:
            if isinstance(index, int) and -len(node) <= index < len(node):
                yield node[index]


def _slice(step: Step, node: JSON, _: JSON) -> Iterator[JSON]:
    if isinstance(node, list):
        bounds: tuple[Any, ...] = step.values
        yield from node[slice(*bounds)]


def _any(_: Step, node: JSON, __: JSON) -> Iterator[JSON]:
    if isinstance(node, dict):
        yield from node.values()
    elif isinstance(node, list):
        yield from node


def _descendants(_: Step, node: JSON, __: JSON) -> Iterator[JSON]:
    """The node and all objects and arrays in it, outermost first."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict | list):
            yield node
            inner = list(node.values()) if isinstance(node, dict) else node
            waiting.extend(reversed(inner))


def _filtered(step: Step, node: JSON, root: JSON) -> list[JSON]:
    if not isinstance(node, dict | list):
        return []
    nodes = node if isinstance(node, list) else [node]
    around = root if isinstance(root, dict | list) else {}
    found: list[JSON] = _filter(str(step.values[0])).findall(nodes, filter_context=around)
    return found


_SELECT: Mapping[str, Callable[[Step, JSON, JSON], Any]] = {
    "names": _names,
    "indices": _indices,
    "slice": _slice,
    "any": _any,
    "descendants": _descendants,
    "filter": _filtered,
    "function": lambda *_: (),
}


# --- filters ----------------------------------------------------------------------------------

_QUOTED_OR_ROOT = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|/(?:\\.|[^/\\])+/|\$")
_LENGTH = re.compile(r"(@[^\s()=<>!&|]*?)\.(?:length|size)\(\)")


@cache
def _environment() -> Any:
    from jsonpath import JSONPathEnvironment, NodeList  # noqa: PLC0415 - 60 ms, for those who filter

    def single(value: Any) -> Any:
        return value[0] if isinstance(value, NodeList) and len(value) == 1 else value

    class Environment(JSONPathEnvironment):
        """In JSON, 1 is not true."""

        def compare(self, left: object, operator: str, right: object) -> bool:
            if operator in ("==", "!="):
                values = single(left), single(right)
                if sum(isinstance(value, bool) for value in values) == 1:
                    return operator == "!="
            return super().compare(left, operator, right)

    return Environment()


@lru_cache(maxsize=1024)
def _filter(text: str) -> Any:
    from jsonpath import JSONPathError  # noqa: PLC0415 - as above

    text = _LENGTH.sub(r"length(\1)", text)
    text = _QUOTED_OR_ROOT.sub(lambda part: "_" if part.group() == "$" else part.group(), text)
    try:
        return _environment().compile(f"$[?{text}]")
    except JSONPathError as error:
        raise PathError(f"the filter {text} cannot be evaluated", 0) from error


# --- functions --------------------------------------------------------------------------------


def _numbers(value: JSON) -> list[float]:
    found = (
        [number for number in value if kind(number) == "number"] if kind(value) == "array" else []
    )
    if not found:
        raise MissingError("Aggregation function attempted to calculate value using empty array")
    return found


def _length(value: JSON) -> int:
    if isinstance(value, str | list | dict):
        return len(value)
    raise MissingError(f"length() was applied to {kind(value)}")


def _at(value: JSON, index: int) -> JSON:
    if isinstance(value, list) and -len(value) <= index < len(value):
        return value[index]
    raise MissingError(f"there is no element {index}")


_FUNCTIONS: Mapping[str, Callable[[JSON], JSON]] = {
    "length": _length,
    "size": _length,
    "min": lambda value: min(_numbers(value)),
    "max": lambda value: max(_numbers(value)),
    "sum": lambda value: sum(_numbers(value)),
    "avg": lambda value: statistics.fmean(_numbers(value)),
    "stddev": lambda value: statistics.pstdev(_numbers(value)),
    "keys": lambda value: list(value) if isinstance(value, dict) else [],
    "first": lambda value: _at(value, 0),
    "last": lambda value: _at(value, -1),
}


def _call(step: Step, value: JSON) -> JSON:
    name, arguments = (str(part) for part in step.values)
    if name == "index" and re.fullmatch(r"-?\d{1,9}", arguments):
        return _at(value, int(arguments))
    if name in _FUNCTIONS and not arguments:
        return _FUNCTIONS[name](value)
    raise MissingError(f"the function {name}({arguments}) is not known")
