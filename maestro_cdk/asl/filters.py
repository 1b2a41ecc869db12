"""The filters of JSONPath, `[?(@.price < 10 && @.name)]`: whether they can be read.

They are those of Jayway's JsonPath: comparisons and existence, put together by && and ||.

https://github.com/json-path/JsonPath#filter-operators
"""

import re

MAX_DEPTH = 50
"""Deeper nesting of parentheses is refused: nobody writes it."""

_BLANK = re.compile(r"\s*")
_STRING = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"", re.DOTALL)
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_WORD = re.compile(r"(?:true|false|null)\b")
_PATTERN = re.compile(r"/(?:\\.|[^/\\])+/[a-zA-Z]*", re.DOTALL)
_OPERATOR = re.compile(
    r"===|!==|==|!=|=~|<=|>=|<|>"
    r"|(?:in|nin|subsetof|anyof|noneof|contains|all|size|empty|type|matches)\b",
    re.IGNORECASE,
)
_CLOSING = {"(": ")", "[": "]", "{": "}"}


class FilterError(ValueError):
    """A text is no filter: why, and from which character on."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.message, self.position = message, position


def closing(text: str, position: int) -> int | None:
    """Where the bracket at `position` is closed; None where it is not. Quotes may hold any."""
    opened: list[str] = []
    while position < len(text):
        found = text[position]
        if found in _CLOSING:
            opened.append(_CLOSING[found])
        elif opened and found == opened[-1]:
            opened.pop()
            if not opened:
                return position
        elif found in "'\"":
            quoted = _STRING.match(text, position)
            if not quoted:
                return None
            position = quoted.end() - 1
        position += 1
    return None


def check(text: str) -> None:
    """Read the text of a filter: what stands between `[?` and `]`.

    Raises:
        FilterError: it is none.
    """
    start = _blank(text, 0)
    if text[start : start + 1] != "(":
        raise FilterError("a filter stands in parentheses: [?(...)]", start)
    end = _blank(text, _any_of(text, start, 0))
    if end != len(text):
        raise FilterError("the filter goes on behind its parentheses", end)


def _blank(text: str, position: int) -> int:
    match = _BLANK.match(text, position)
    return match.end() if match else position


def _any_of(text: str, position: int, depth: int) -> int:
    """Terms between && and ||, all in parentheses or not; the end of them."""
    if depth > MAX_DEPTH:
        raise FilterError("the filter is nested too deep", position)
    while True:
        position = _blank(text, _term(text, _blank(text, position), depth))
        if not text.startswith(("&&", "||"), position):
            return position
        position += 2


def _term(text: str, position: int, depth: int) -> int:
    while text.startswith("!", position):
        position = _blank(text, position + 1)
    if text.startswith("(", position):
        end = _any_of(text, position + 1, depth + 1)
        if not text.startswith(")", end):
            raise FilterError("the parenthesis is not closed here", end)
        return end + 1
    left = _operand(text, position)
    at = _blank(text, left)
    operator = _OPERATOR.match(text, at)
    if not operator:
        if text[position] not in "@$":
            raise FilterError("a value by itself; compare it", position)
        return left
    return _operand(text, _blank(text, operator.end()))


def _operand(text: str, position: int) -> int:
    for kind in (_STRING, _NUMBER, _WORD, _PATTERN):
        if match := kind.match(text, position):
            return match.end()
    found = text[position : position + 1]
    if found in ("@", "$"):
        return _path(text, position + 1)
    if found in ("[", "{") and (end := closing(text, position)) is not None:
        return end + 1
    if found == "=":
        raise FilterError("a filter compares with ==", position)
    raise FilterError("a path, a 'text', a number, true, false or null is expected", position)


def _path(text: str, position: int) -> int:
    """The end of a path in a filter: at a blank, an operator or the end of its parentheses."""
    while position < len(text) and text[position] not in " \t\r\n<>=!~&|),":
        if text[position] in "[(":
            end = closing(text, position)
            if end is None:
                raise FilterError("a bracket is not closed", position)
            position = end
        position += 1
    return position
