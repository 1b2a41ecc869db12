"""YAML to a definition: the JSON that it stands for, and the place of each value in the YAML."""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from maestro_cdk.asl import document
from maestro_cdk.asl.document import Document, Pointer
from maestro_cdk.asl.offsets import line_starts, place
from maestro_cdk.asl.yaml_nodes import Composer, Duplicate, Node, YamlError
from maestro_cdk.errors import ProjectError
from maestro_cdk.model import JSON, Finding, SourceRef

_BLANKS = re.compile(" *")


def parse(text: str, *, file: str, literals: Mapping[str, JSON] | None = None) -> Document:
    """Read a definition.

    Args:
        text: YAML. A plain scalar that is a `${name}` and no more stands for the number or the
            boolean that `literals` has by that name.
        file: its name, as messages should show it.
        literals: the user's substitutions; None where they are not known.

    Returns:
        The definition; its text is the JSON that the YAML stands for.

    Raises:
        ProjectError: it is not YAML, or holds what JSON cannot say; the finding names the place.
    """
    text = text.removeprefix("\ufeff")
    if text.lstrip().startswith("{"):
        try:  # JSON is YAML, and its reader knows more of it: halves of surrogates, bare tokens
            return document.parse(text, file=file, literals=literals)
        except ProjectError:
            pass  # YAML has braces too
    places = _Places(file=file, text=text, lines=line_starts(text))
    composer = Composer(text, literals or {})
    try:
        root = composer.compose()
    except YamlError as error:
        where = places.at(error.offset)
        raise ProjectError([_error("yaml-syntax", error.message, where, error.hint)]) from error
    value = _expanded(root, places)
    parsed = document.of_value(value, file=file)
    return replace(parsed, written=places, findings=_twice(composer.duplicates, places))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """Where the values and keys of a definition stand in the text, by their offsets."""

    file: str
    text: str
    lines: tuple[int, ...]
    values: dict[Pointer, int] = field(default_factory=dict)
    keys: dict[Pointer, int] = field(default_factory=dict)
    texts: dict[Pointer, str] = field(default_factory=dict)

    def at(self, offset: int) -> SourceRef:
        """The place of a character."""
        return place(self.file, self.lines, offset)

    def where(self, pointer: Pointer, *, key: bool = False) -> SourceRef:
        """The place of a value, or of its key; of what holds it, where it is not there itself."""
        while pointer and pointer not in self.values:
            pointer = pointer[:-1]
        offset = self.values[pointer]
        return self.at(self.keys.get(pointer, offset) if key else offset)

    def inside(self, pointer: Pointer, position: int) -> SourceRef:
        """The place of a character of a text, or of the whole where it is written otherwise."""
        value = self.texts.get(pointer)
        if value is None:
            return self.where(pointer)
        offset = self.values[pointer]
        for start in (offset, offset + 1):  # without quotes, and with them
            if self.text.startswith(value, start):
                return self.at(start + position)
        before = value[:position].split("\n")
        return self._in_block(offset, value.split("\n")[len(before) - 1], before) or self.at(offset)

    def _in_block(self, offset: int, written: str, before: list[str]) -> SourceRef | None:
        """The place in a text that stands in lines of its own, below a `|` or a `>`."""
        first = bisect_right(self.lines, offset)
        line = first + len(before) - 1
        if self.text[offset : offset + 1] not in ("|", ">") or line >= len(self.lines):
            return None
        blanks = _BLANKS.match(self.text, self.lines[first])
        start = self.lines[line] + (len(blanks.group()) if blanks else 0)
        if not self.text.startswith((f"{written}\n", f"{written}\r\n"), start):
            return None
        return self.at(start + len(before[-1]))


def _expanded(root: Node, places: _Places) -> JSON:
    """The value of a node, with a copy for each alias; `places` learns where everything stands."""
    whole: dict[str, JSON] = {}
    waiting: list[tuple[Any, str | int, Pointer, Node]] = [(whole, "", (), root)]
    while waiting:
        holder, step, pointer, node = waiting.pop()
        places.values[pointer] = node.offset
        if isinstance(node.content, dict):
            holder[step] = dict.fromkeys(node.content)
            for key, member in node.content.items():
                places.keys[(*pointer, key)] = member.offset
                waiting.append((holder[step], key, (*pointer, key), member.node))
        elif isinstance(node.content, list):
            holder[step] = [None] * len(node.content)
            for n, item in enumerate(node.content):
                waiting.append((holder[step], n, (*pointer, n), item))
        else:
            holder[step] = node.content
            if isinstance(node.content, str):
                places.texts[pointer] = node.content
    return whole[""]


def _twice(duplicates: Sequence[Duplicate], places: _Places) -> tuple[Finding, ...]:
    return tuple(
        _error(
            "duplicate-key",
            f"{found.key!r} is written twice in one mapping "
            f"(first in line {places.at(found.first).line})",
            places.at(found.offset),
            "AWS would see one of them only; remove or rename one",
        )
        for found in duplicates
    )


def _error(rule: str, message: str, where: SourceRef, hint: str | None) -> Finding:
    return Finding(rule=rule, severity="error", message=message, hint=hint, where=where)
