"""The intrinsic functions of JSONPath states: `States.Format('{} of {}', $.n, $.all)` to a tree.

https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from maestro_cdk.asl import jsonpath
from maestro_cdk.asl.filters import closing

MAX_NESTED = 10
"""So many calls may stand in one text, one inside another."""

MAX_DEPTH = 60
"""Deeper nesting is not read on: it is far beyond what AWS takes."""

_NAME = re.compile(r"States\.[A-Za-z0-9]*|[A-Za-z_][\w.]*(?=\s*\()")
_TEXT = re.compile(r"'((?:\\.|[^'\\])*)'", re.DOTALL)
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])")
_WORD = re.compile(r"(?:true|false|null)(?!\w)")
_ESCAPE = re.compile(r"\\(.?)", re.DOTALL)
_ESCAPES = {
    '"': "a double quote needs no backslash but that of JSON",
    "n": "a line break needs no backslash but that of JSON",
}
_PATH_STOP = re.compile(r"[,()\s\[]")


class IntrinsicError(ValueError):
    """A text is no call: why, and from which character on."""

    def __init__(self, message: str, position: int, hint: str | None = None) -> None:
        super().__init__(message)
        self.message, self.position, self.hint = message, position, hint


class Text(NamedTuple):
    """A text in quotes: `raw` as it is written, `value` without its escapes."""

    position: int
    raw: str
    value: str


class Constant(NamedTuple):
    """A number, true, false or null."""

    position: int
    value: float | bool | None


class Reference(NamedTuple):
    """A path as an argument."""

    position: int
    text: str
    path: jsonpath.JSONPath


class Call(NamedTuple):
    """A call: the function's full name, and its arguments."""

    position: int
    name: str
    arguments: "tuple[Argument, ...]"


Argument: TypeAlias = Text | Constant | Reference | Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """How many arguments a function takes; `most` is None where any number is right."""

    least: int
    most: int | None

    def __str__(self) -> str:
        """In words: `2 arguments`."""
        if self.most is None:
            return f"{self.least} arguments or more" if self.least != 1 else "an argument or more"
        if self.most != self.least:
            return f"{self.least} or {self.most} arguments"
        return {0: "no arguments", 1: "1 argument"}.get(self.most, f"{self.most} arguments")


FUNCTIONS: Mapping[str, Function] = {
    "States.Array": Function(least=0, most=None),
    "States.ArrayContains": Function(least=2, most=2),
    "States.ArrayGetItem": Function(least=2, most=2),
    "States.ArrayLength": Function(least=1, most=1),
    "States.ArrayPartition": Function(least=2, most=2),
    "States.ArrayRange": Function(least=3, most=3),
    "States.ArrayUnique": Function(least=1, most=1),
    "States.Base64Decode": Function(least=1, most=1),
    "States.Base64Encode": Function(least=1, most=1),
    "States.Format": Function(least=1, most=None),
    "States.Hash": Function(least=2, most=2),
    "States.JsonMerge": Function(least=3, most=3),
    "States.JsonToString": Function(least=1, most=1),
    "States.MathAdd": Function(least=2, most=2),
    "States.MathRandom": Function(least=2, most=3),
    "States.StringSplit": Function(least=2, most=2),
    "States.StringToJson": Function(least=1, most=1),
    "States.UUID": Function(least=0, most=0),
}


def looks_like_call(text: str) -> bool:
    """Whether a text was meant as a call."""
    return text.startswith("States.") and "(" in text


def parse(text: str) -> Call:
    """Read a call.

    Raises:
        IntrinsicError: it is none.
    """
    call, end = _call(text, 0, 0)
    rest = _blank(text, end)
    if rest != len(text):
        raise IntrinsicError("the call goes on behind its end", rest)
    return call


def calls(call: Call) -> Iterator[tuple[Call, int]]:
    """A call and those in its arguments, each with how many are around it."""
    waiting = [(call, 0)]
    while waiting:
        call, depth = waiting.pop()
        yield call, depth
        waiting += [(part, depth + 1) for part in call.arguments if isinstance(part, Call)]


def references(call: Call) -> Iterator[Reference]:
    """The paths in the arguments of a call, at any depth."""
    for inner, _ in calls(call):
        yield from (part for part in inner.arguments if isinstance(part, Reference))


def placeholders(template: Text) -> int:
    """How many `{}` stand in a template of States.Format."""
    return _ESCAPE.sub("", template.raw).count("{}")


def _blank(text: str, position: int) -> int:
    while text[position : position + 1].isspace():
        position += 1
    return position


def _call(text: str, position: int, depth: int) -> tuple[Call, int]:
    name = _NAME.match(text, position)
    if not name:
        raise IntrinsicError("a call begins with States.", position)
    if depth > MAX_DEPTH:
        raise IntrinsicError("the calls are nested too deep", position)
    opening = _blank(text, name.end())
    if text[opening : opening + 1] != "(":
        raise IntrinsicError(f"{name.group()} is not followed by its arguments: (...)", opening)
    arguments: list[Argument] = []
    at = _blank(text, opening + 1)
    while text[at : at + 1] != ")" or arguments:
        argument, end = _argument(text, at, depth)
        arguments.append(argument)
        at = _blank(text, end)
        found = text[at : at + 1]
        if found == ")":
            break
        if found != ",":
            raise _unseparated(name.group(), text, at)
        at = _blank(text, at + 1)
    return Call(position=position, name=name.group(), arguments=tuple(arguments)), at + 1


def _unseparated(name: str, text: str, position: int) -> IntrinsicError:
    if position >= len(text):
        return IntrinsicError(f"the arguments of {name} are not closed", position, "add a )")
    return IntrinsicError("a comma or ) is missing between arguments", position)


def _argument(text: str, position: int, depth: int) -> tuple[Argument, int]:
    first = text[position : position + 1]
    if first == "$":
        return _reference(text, position)
    if first == "'":
        return _text(text, position)
    if match := _NUMBER.match(text, position):
        return Constant(position=position, value=float(match.group())), match.end()
    if match := _WORD.match(text, position):
        value = {"true": True, "false": False}.get(match.group())
        return Constant(position=position, value=value), match.end()
    if _NAME.match(text, position):
        return _call(text, position, depth + 1)
    if first in ('"', "`", "“", "‘"):
        raise IntrinsicError("a text stands in single quotes", position, "write '...'")
    if not first or first in "),":
        raise IntrinsicError("an argument is missing", position)
    raise IntrinsicError(
        "an argument is a path, a 'text', a number, true, false, null or a call", position
    )


def _text(text: str, position: int) -> tuple[Text, int]:
    match = _TEXT.match(text, position)
    if not match:
        raise IntrinsicError("a text has no closing quote", position, r"a quote in it is \'")
    for escape in _ESCAPE.finditer(match.group(1)):
        if escape.group(1) not in ("'", "{", "}", "\\"):
            message = f"{escape.group()!s} is no escape: only \\', \\{{, \\}} and \\\\ are"
            hint = _ESCAPES.get(escape.group(1), "a backslash itself is written twice")
            raise IntrinsicError(message, match.start(1) + escape.start(), hint)
    raw = match.group(1)
    return Text(position=position, raw=raw, value=_ESCAPE.sub(r"\1", raw)), match.end()


def _reference(text: str, position: int) -> tuple[Reference, int]:
    end = position
    while stop := _PATH_STOP.search(text, end):
        end = stop.start()
        if stop.group() not in ("[", "("):
            break
        closed = closing(text, end)
        if closed is None:
            raise IntrinsicError("a bracket is not closed", end)
        end = closed + 1
    else:
        end = len(text)
    written = text[position:end]
    try:
        path = jsonpath.parse(written)
    except jsonpath.PathError as error:
        raise IntrinsicError(error.message, position + error.position) from error
    return Reference(position=position, text=written, path=path), end
