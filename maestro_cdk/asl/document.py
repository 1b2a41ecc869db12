"""Text to a definition in which every value knows its place in the text.

No JSON library tells where each value stands, which keys were written twice, or reads the
`${number}` that may stand unquoted in a definition with substitutions; so the tokens are walked
here, and the standard library reads the strings.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from json import JSONDecodeError, JSONDecoder, dumps
from math import isinf
from typing import TypeAlias

from maestro_cdk.asl.offsets import characters, line_starts, place
from maestro_cdk.errors import ProjectError
from maestro_cdk.model import JSON, Finding, Places, SourceRef

Pointer: TypeAlias = tuple[str | int, ...]
"""The way from the root to a value: keys and indices."""

MAX_DEPTH = 500
"""Deeper nesting is refused: no definition that a person wrote comes near, and AWS refuses far less."""

READABLE = 524_288
"""Characters: what is longer gets no white space, which counts as part of a definition's size."""

_BLANK = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")
_TOKEN = re.compile(r"\$\{([^}\"\n]*)\}")
_WORD = re.compile(r"[^\s,:\[\]{}\"]+")
_STRINGS = JSONDecoder()
_LITERALS: dict[str, JSON] = {"true": True, "false": False, "null": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A parsed definition.

    `spans` holds the start and end of each value in `text`, `keys` the start of each key, by the
    pointer of the key's value. `literals` are the unquoted `${...}` and what stands for them.
    `written` knows the places, where the user wrote something else and `text` was made of it.
    """

    file: str
    text: str
    value: JSON
    spans: Mapping[Pointer, tuple[int, int]]
    keys: Mapping[Pointer, int]
    literals: Mapping[Pointer, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    lines: tuple[int, ...] = ()
    written: Places | None = None

    def where(self, pointer: Pointer, *, key: bool = False) -> SourceRef:
        """The place of a value, or of its key; of what holds it, where it is not there itself."""
        if self.written is not None:
            return self.written.where(pointer, key=key)
        while pointer and pointer not in self.spans:
            pointer = pointer[:-1]
        offset = self.spans[pointer][0]
        if key:
            offset = self.keys.get(pointer, offset)
        return place(self.file, self.lines, offset)

    def inside(self, pointer: Pointer, position: int) -> SourceRef:
        """The place of a character of a text, which may be written with escapes."""
        if self.written is not None:
            return self.written.inside(pointer, position)
        start, end = self.spans[pointer]
        offset = start + 1
        if "\\" in self.text[start:end]:
            offsets = characters(self.text[offset : end - 1])
            offset += offsets[min(position, len(offsets) - 1)]
        else:
            offset += position
        return place(self.file, self.lines, min(offset, end - 1))

    def rewrite(
        self, strings: Mapping[Pointer, str], keys: Mapping[Pointer, str] | None = None
    ) -> str:
        """The text with other strings at some places, and values for its unquoted tokens.

        `keys` holds other keys, by the pointers of the keys' values.

        All else stays as it was written: number formats, the order of keys, white space.
        """
        edits = [(self.spans[at], _quoted(text)) for at, text in strings.items()]
        edits += [(self.spans[at], text) for at, text in self.literals.items()]
        for at, text in (keys or {}).items():
            start = self.keys[at]
            _, end = _STRINGS.raw_decode(self.text, start)
            edits.append(((start, end), _quoted(text)))
        parts, position = [], 0
        for (start, end), text in sorted(edits):
            parts += [self.text[position:start], text]
            position = end
        return "".join([*parts, self.text[position:]])


def parse(text: str, *, file: str, literals: Mapping[str, JSON] | None = None) -> Document:
    """Read a definition.

    Args:
        text: JSON, in which `${name}` may stand unquoted for a value of `literals`.
        file: its name, as messages should show it.
        literals: what unquoted tokens stand for; None where each may stand for anything.

    Raises:
        ProjectError: it is not JSON; the finding names line and column.
    """
    return _Reader(text.removeprefix("\ufeff"), file, literals).read()


def decode(content: bytes, *, file: str, rule: str = "json-syntax") -> str:
    """A definition's text from a file's bytes: UTF-8, with or without a byte order mark.

    Args:
        content: the file's.
        file: its name, as messages should show it.
        rule: the one that a file of this kind has to keep to.

    Raises:
        ProjectError: the bytes are not UTF-8; the finding names the line.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ProjectError(
            [
                Finding(
                    rule=rule,
                    severity="error",
                    message=f"byte 0x{content[error.start]:02x} is not UTF-8",
                    hint="save the file as UTF-8",
                    where=SourceRef(file=file, line=line),
                )
            ]
        ) from error


def of_value(value: JSON, *, file: str) -> Document:
    """A definition that the user did not write as JSON; its text is for a person to read."""
    text = f"{dumps(value, indent=2, ensure_ascii=False)}\n"
    if len(text) > READABLE:
        text = dumps(value, ensure_ascii=False, separators=(",", ":"))
    return parse(text, file=file)


def with_member(text: str, key: str, value: str) -> str:
    """A JSON object's text in which `key` has `value`, itself JSON text; the rest is as it was."""
    document = parse(text, file="")
    if (key,) in document.spans:
        start, end = document.spans[(key,)]
        return f"{document.text[:start]}{value}{document.text[end:]}"
    start = document.spans[()][0] + 1
    blank = _BLANK.match(document.text, start)
    gap = blank.group() if blank and document.value else ""
    comma = ("," if gap else ", ") if document.value else ""
    return f"{document.text[:start]}{gap}{dumps(key)}: {value}{comma}{document.text[start:]}"


def walk(document: Document, root: Pointer = ()) -> Iterator[tuple[Pointer, JSON]]:
    """Every value at and below `root`, in the order of the text."""
    value = document.value
    for step in root:
        value = value[step]
    waiting: list[tuple[Pointer, JSON]] = [(root, value)]
    while waiting:
        pointer, value = waiting.pop()
        yield pointer, value
        if isinstance(value, dict):
            waiting += [((*pointer, key), value[key]) for key in reversed(value)]
        elif isinstance(value, list):
            waiting += [((*pointer, n), value[n]) for n in reversed(range(len(value)))]


def _quoted(text: str) -> str:
    """A text in JSON; half a surrogate pair stays escaped, for UTF-8 cannot hold it."""
    return dumps(text, ensure_ascii=any("\ud800" <= character <= "\udfff" for character in text))


class _SyntaxError(Exception):
    def __init__(self, message: str, offset: int, hint: str | None = None) -> None:
        super().__init__(message)
        self.message, self.offset, self.hint = message, offset, hint


@dataclass(slots=True)
class _Open:
    """An object or array whose end has not been read yet."""

    value: dict[str, JSON] | list[JSON]
    start: int
    pointer: Pointer


class _Reader:
    def __init__(self, text: str, file: str, literals: Mapping[str, JSON] | None) -> None:
        self.text, self.file, self.names = text, file, literals
        self.lines = line_starts(text)
        self.spans: dict[Pointer, tuple[int, int]] = {}
        self.keys: dict[Pointer, int] = {}
        self.literals: dict[Pointer, str] = {}
        self.findings: list[Finding] = []

    def read(self) -> Document:
        try:
            value = self._document()
        except _SyntaxError as error:
            raise ProjectError(
                [self._finding("json-syntax", error.message, error.offset, error.hint)]
            ) from error
        return Document(
            file=self.file,
            text=self.text,
            value=value,
            spans=self.spans,
            keys=self.keys,
            literals=self.literals,
            findings=tuple(self.findings),
            lines=self.lines,
        )

    def _finding(self, rule: str, message: str, offset: int, hint: str | None) -> Finding:
        where = place(self.file, self.lines, offset)
        return Finding(rule=rule, severity="error", message=message, hint=hint, where=where)

    def _document(self) -> JSON:
        """Read the one value of the text, without recursion: depth is data of the user's."""
        position = self._skip(0)
        if position == len(self.text):
            raise _SyntaxError("the definition is empty", 0, "it is a JSON object with StartAt")
        opened: list[_Open] = []
        pointer: Pointer = ()
        while True:
            value, end = self._value(position, pointer)
            if isinstance(value, _Open):
                if len(opened) == MAX_DEPTH:
                    raise _SyntaxError(f"nested deeper than {MAX_DEPTH} levels", position)
                opened.append(value)
                following = self._first(value, end)
            else:
                self.spans[pointer] = (position, end)
                if not opened:
                    return self._ended(value, end)
                self._put(opened[-1], pointer, value)
                following = self._next(opened[-1], end)
            while isinstance(following, int):  # the innermost object or array ends there
                closed = opened.pop()
                self.spans[closed.pointer] = (closed.start, following)
                if not opened:
                    return self._ended(closed.value, following)
                self._put(opened[-1], closed.pointer, closed.value)
                following = self._next(opened[-1], following)
            position, pointer = following

    def _ended(self, value: JSON, position: int) -> JSON:
        rest = self._skip(position)
        if rest != len(self.text):
            raise _SyntaxError("text after the end of the definition", rest)
        return value

    def _skip(self, position: int) -> int:
        match = _BLANK.match(self.text, position)
        end = match.end() if match else position
        if self.text.startswith(("//", "/*", "#"), end):
            hint = 'JSON has no comments; a state and a machine may hold a "Comment"'
            raise _SyntaxError("a comment", end, hint)
        return end

    def _value(self, position: int, pointer: Pointer) -> tuple[JSON, int]:
        """A scalar, or the beginning of an object or array, at `position`."""
        first = self.text[position : position + 1]
        if first == '"':
            return self._string(position)
        if first == "{":
            return _Open({}, position, pointer), position + 1
        if first == "[":
            return _Open([], position, pointer), position + 1
        if first == "$" and (token := _TOKEN.match(self.text, position)):
            return self._token(token, pointer)
        if number := _NUMBER.match(self.text, position):
            digits = number.group()
            whole = number.group(1) is None and number.group(2) is None
            try:
                value = int(digits) if whole else float(digits)
            except ValueError as error:
                raise _SyntaxError("a number of too many digits", position) from error
            if isinf(value):
                raise _SyntaxError("a number that is too large", position)
            return value, number.end()
        word = _WORD.match(self.text, position)
        if word and word.group() in _LITERALS:
            return _LITERALS[word.group()], word.end()
        raise self._no_value(position, word.group() if word else first)

    def _no_value(self, position: int, found: str) -> _SyntaxError:
        if not found:
            return _SyntaxError("the definition ends in the middle", len(self.text.rstrip()))
        if found.startswith("'"):
            return _SyntaxError("a text stands in single quotes", position, 'JSON takes "..."')
        if found in ("NaN", "Infinity", "-Infinity", "-"):
            return _SyntaxError(f"{found} is not a number in JSON", position)
        if found in ("True", "False", "None"):
            hint = f"JSON writes {'null' if found == 'None' else found.lower()}"
            return _SyntaxError(f"{found} is not JSON", position, hint)
        if found in ("}", "]"):
            return _SyntaxError(
                f"a value is missing before {found!r}", position, "a comma too many?"
            )
        return _SyntaxError(f"a value is expected, not {found[:40]!r}", position)

    def _token(self, token: re.Match[str], pointer: Pointer) -> tuple[JSON, int]:
        name = token.group(1)
        if self.names is None:
            return None, token.end()
        if name not in self.names:
            hint = f'define it in [workflow.substitutions], or write it in quotes: "${{{name}}}"'
            raise _SyntaxError(f"${{{name}}} is not defined", token.start(), hint)
        value = self.names[name]
        self.literals[pointer] = dumps(value, ensure_ascii=False)
        return value, token.end()

    def _string(self, position: int) -> tuple[str, int]:
        try:
            text, end = _STRINGS.raw_decode(self.text, position)
        except JSONDecodeError as error:
            if error.msg.startswith("Unterminated"):
                raise _SyntaxError("a text has no closing quote", position) from error
            message = error.msg.removesuffix(" at")
            raise _SyntaxError(message[:1].lower() + message[1:], error.pos) from error
        return str(text), end

    def _first(self, container: _Open, position: int) -> tuple[int, Pointer] | int:
        """Where a container's first value stands; its end where it is empty."""
        position = self._skip(position)
        closing = "}" if isinstance(container.value, dict) else "]"
        if self.text[position : position + 1] == closing:
            return position + 1
        return self._member(container, position)

    def _next(self, container: _Open, position: int) -> tuple[int, Pointer] | int:
        """Where a container's next value stands; its end where there is none."""
        position = self._skip(position)
        closing = "}" if isinstance(container.value, dict) else "]"
        found = self.text[position : position + 1]
        if found == closing:
            return position + 1
        if found == ",":
            after = self._skip(position + 1)
            if self.text[after : after + 1] == closing:
                raise _SyntaxError(f"a comma stands before {closing!r}", position, "remove it")
            return self._member(container, after)
        if not found:
            line = place(self.file, self.lines, container.start).line
            what = "object" if closing == "}" else "array"
            raise _SyntaxError(
                f"the {what} that begins in line {line} is not closed", len(self.text.rstrip())
            )
        # The gap is what has to be mended, not the value behind it.
        raise _SyntaxError(f"a comma or {closing!r} is missing", len(self.text[:position].rstrip()))

    def _member(self, container: _Open, position: int) -> tuple[int, Pointer]:
        if isinstance(container.value, list):
            return position, (*container.pointer, len(container.value))
        if self.text[position : position + 1] != '"':
            raise _SyntaxError('a key in "..." is expected', position)
        key, end = self._string(position)
        pointer = (*container.pointer, key)
        if key in container.value:
            line = place(self.file, self.lines, self.keys[pointer]).line
            message = f"{key!r} is written twice in one object (first in line {line})"
            hint = "AWS would see one of them only; remove or rename one"
            self.findings.append(self._finding("duplicate-key", message, position, hint))
        self.keys[pointer] = position
        colon = self._skip(end)
        if self.text[colon : colon + 1] != ":":
            raise _SyntaxError(f"a colon is missing after {key!r}", end)
        return self._skip(colon + 1), pointer

    def _put(self, container: _Open, pointer: Pointer, value: JSON) -> None:
        if isinstance(container.value, dict):
            container.value[str(pointer[-1])] = value
        else:
            container.value.append(value)
