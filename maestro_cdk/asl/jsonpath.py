"""JSONPath in the dialect that Step Functions takes: text to steps.

AWS reads paths with Jayway's JsonPath, whose members may hold hyphens and the like, and puts its
own in front: `$$` is the context object, `$name` a variable. A reference path is one that can
name a single node only, where AWS has to write to or read one value.

https://docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html
https://github.com/json-path/JsonPath
"""

import re
from typing import Literal, NamedTuple, TypeAlias

from maestro_cdk.asl.filters import FilterError, closing
from maestro_cdk.asl.filters import check as check_filter

FUNCTIONS = (
    "append",
    "avg",
    "concat",
    "first",
    "index",
    "keys",
    "last",
    "length",
    "max",
    "min",
    "size",
    "stddev",
    "sum",
)
"""What a path can call in a step: `$.items.length()`."""

_PLAIN = re.compile(r"\$\$?(?:[.](?:[A-Za-z_]\w*))*")
_ROOT = re.compile(r"\$\$?")
_VARIABLE = re.compile(r"[^\W\d]\w*")
_MEMBER = re.compile(r"[^\s.\[(*\])'\",][^\s.\[(\])'\",]*")
_NAMES = re.compile(
    r"\[\s*(['\"])(?:\\.|(?!\1)[^\\])*\1(?:\s*,\s*\1(?:\\.|(?!\1)[^\\])*\1)*\s*\]", re.DOTALL
)
_QUOTED = re.compile(r"(['\"])((?:\\.|(?!\1)[^\\])*)\1", re.DOTALL)
_INDICES = re.compile(r"\[\s*-?\d{1,10}(?:\s*,\s*-?\d{1,10})*\s*\]")
_SLICE = re.compile(r"\[\s*(-?\d{1,10})?\s*:\s*(-?\d{1,10})?\s*(?::\s*(?:-?\d{1,10})?\s*)?\]")
_STILL = re.compile(r"\[[^:\]]*:[^:\]]*:\s*-?0+\s*\]")
_ANY = re.compile(r"\[\s*\*\s*\]|\*")
_FILTER = re.compile(r"\[\s*\?")


class PathError(ValueError):
    """A text is no path: why, and from which character on."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.message, self.position = message, position


Kind: TypeAlias = Literal["names", "indices", "slice", "any", "descendants", "filter", "function"]


class Step(NamedTuple):
    """A step of a path: what it is, from which character on, and what it holds.

    `values` are the names, the indices, the bounds of a slice (None where open), the text of a
    filter, or the name of a function and the text of its arguments.
    """

    kind: Kind
    position: int
    values: tuple[str | int | None, ...] = ()


class JSONPath(NamedTuple):
    """A path: from the input (`$`), the context object (`$$`) or a variable, step by step."""

    root: Literal["$", "$$"]
    variable: str | None
    steps: tuple[Step, ...]

    @property
    def plural(self) -> Step | None:
        """The first step that can find several nodes or computes; None in a reference path."""
        for step in self.steps:
            if step.kind not in ("names", "indices") or len(step.values) > 1:
                return step
        return None

    @property
    def members(self) -> tuple[str, ...]:
        """The names at the beginning: `Execution`, `Id` of `$$.Execution.Id`."""
        names: list[str] = []
        for step in self.steps:
            if step.kind != "names" or len(step.values) > 1:
                break
            names.append(str(step.values[0]))
        return tuple(names)


def parse(text: str) -> JSONPath:
    """Read a path.

    Raises:
        PathError: it is none.
    """
    if _PLAIN.fullmatch(text):
        return _plain(text)
    root = _ROOT.match(text)
    if not root:
        raise PathError("a path begins with $", 0)
    position, name = root.end(), None
    variable = _VARIABLE.match(text, position) if root.group() == "$" else None
    if variable:
        name, position = variable.group(), variable.end()
    end = len(text.rstrip())
    if position < end and text[position] not in ".[":
        raise PathError(f"{text[:position]!r} is followed by '.' or '[', or ends", position)
    steps = _steps(text, position, end)
    return JSONPath("$$" if root.group() == "$$" else "$", name, tuple(steps))


def _plain(text: str) -> JSONPath:
    """Almost every path: names and dots."""
    root, *names = text.split(".")
    steps, position = [], len(root) + 1
    for name in names:
        steps.append(Step("names", position, (name,)))
        position += len(name) + 1
    return JSONPath("$$" if root == "$$" else "$", None, tuple(steps))


def _steps(text: str, position: int, end: int) -> list[Step]:
    steps: list[Step] = []
    while position < end:
        if text[position] == ".":
            dots = 2 if text.startswith("..", position) else 1
            if position + dots >= end:
                raise PathError("the path ends with a dot", position)
            if text[position + dots] == ".":
                raise PathError("too many dots", position)
            if dots > 1:
                steps.append(Step("descendants", position))
            position += dots
        step, position = _step(text, position, end)
        steps.append(step)
    return steps


def _step(text: str, position: int, end: int) -> tuple[Step, int]:
    if match := _ANY.match(text, position):
        return Step("any", position), match.end()
    if text[position] == "[":
        return _bracket(text, position)
    match = _MEMBER.match(text, position)
    if not match:
        found = text[position]
        what = "a blank" if found.isspace() else repr(found)
        raise PathError(f"{what} in a path; write such a name as ['...']", position)
    if text.startswith("(", match.end()):
        return _function(text, match, end)
    return Step("names", position, (match.group(),)), match.end()


def _bracket(text: str, position: int) -> tuple[Step, int]:
    if match := _NAMES.match(text, position):
        names = tuple(
            quoted.group(2).replace("\\" + quoted.group(1), quoted.group(1))
            for quoted in _QUOTED.finditer(text, position, match.end())
        )
        return Step("names", position, names), match.end()
    if match := _INDICES.match(text, position):
        numbers = tuple(int(number) for number in re.findall(r"-?\d+", match.group()))
        return Step("indices", position, numbers), match.end()
    if match := _SLICE.match(text, position):
        bounds = tuple(None if bound is None else int(bound) for bound in match.groups())
        if _STILL.match(text, position):
            raise PathError("a slice in steps of 0 comes to no end", position)
        return Step("slice", position, bounds), match.end()
    if match := _FILTER.match(text, position):
        return _filter(text, position, match.end())
    if closing(text, position) is None:
        raise PathError("a bracket is not closed", position)
    raise PathError("brackets hold 'names', indices, a slice, * or ?(a filter)", position)


def _filter(text: str, position: int, start: int) -> tuple[Step, int]:
    end = closing(text, position)
    if end is None:
        raise PathError("the bracket of the filter is not closed", position)
    try:
        check_filter(text[start:end])
    except FilterError as error:
        raise PathError(error.message, start + error.position) from error
    return Step("filter", position, (text[start:end].strip(),)), end + 1


def _function(text: str, name: re.Match[str], end: int) -> tuple[Step, int]:
    closed = closing(text, name.end())
    if closed is None or closed >= end:
        raise PathError(f"the arguments of {name.group()} are not closed", name.end())
    values = (name.group(), text[name.end() + 1 : closed].strip())
    return Step("function", name.start(), values), closed + 1
