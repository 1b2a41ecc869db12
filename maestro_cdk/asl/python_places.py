"""Where in a Python module the values of the definition stand that was compiled of it.

The compiler tells which statements each state comes from. In these, what is passed to a call is
found by its name.
"""

import ast
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from maestro_cdk.asl.document import Pointer
from maestro_cdk.model import SourceRef

Position: TypeAlias = tuple[int, int]
"""Line and column, both from 1; columns count characters."""

_ARGUMENTS = {
    "Credentials": "role",
    "HeartbeatSeconds": "heartbeat",
    "ItemBatcher": "batch",
    "ItemReader": "source",
    "Label": "label",
    "MaxConcurrency": "max_concurrency",
    "ResultWriter": "result",
    "Retry": "retry",
    "TimeoutSeconds": "timeout",
    "ToleratedFailureCount": "tolerated_failure_count",
    "ToleratedFailurePercentage": "tolerated_failure_percentage",
}
"""What a call of sfnx's names the fields of its state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A piece of the module; `end` is the position behind it."""

    start: Position
    end: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """A keyword argument or an entry of a dict: where its name stands, and its value."""

    name: str
    at: Position
    value: ast.expr


@dataclass(frozen=True, kw_only=True)
class PythonPlaces:
    """The places of a definition in the module that it was compiled of.

    `function` is the one that became the state machine, `spans` what each state, choice and
    catcher was made of.
    """

    file: str
    source: str
    function: str
    spans: Mapping[Pointer, Sequence[Span]]

    def where(self, pointer: Pointer, *, key: bool = False) -> SourceRef:
        """The place of a value, or of its name; of what made its state, where it is not there."""
        made = pointer
        while made and made not in self.spans:
            made = made[:-1]
        if not made:
            return self.of_function(self.function)
        spans = self.spans[made]
        found = self._argument(pointer[len(made) :], spans)
        if found is None:
            return self._ref(spans[0].start)
        return self._ref(found.at if key else self._position(found.value))

    def inside(self, pointer: Pointer, position: int) -> SourceRef:  # noqa: ARG002 - see below
        """The place of the value: what is in it, the compiler wrote."""
        return self.where(pointer)

    def of_function(self, name: str) -> SourceRef:
        """The place of a function of the module."""
        found = [
            node
            for node in self._tree.body
            if isinstance(node, ast.FunctionDef) and node.name == name
        ]
        return self._ref(self._position(found[-1]))

    def _argument(self, steps: Pointer, spans: Sequence[Span]) -> _Named | None:
        """What is passed to the call of a state, as far as the steps lead."""
        if not steps:
            return None
        field, *names = steps
        if field != "Arguments":
            names = [_ARGUMENTS.get(str(field), ""), *names]
        found = None
        for name in names:
            inner = self._step(name, spans, found)
            if inner is None:
                break
            found = inner
            spans = [self._span(inner.value)]
        return found

    def _step(self, name: str | int, spans: Sequence[Span], holder: _Named | None) -> _Named | None:
        if isinstance(name, str):
            return next(
                (item for item in self._names if item.name == name and _in(item, spans)), None
            )
        items = holder.value.elts if holder and isinstance(holder.value, ast.List) else []
        if name >= len(items):
            return None
        return _Named(name="", at=self._position(items[name]), value=items[name])

    # --- the module --------------------------------------------------------------------------

    @cached_property
    def _tree(self) -> ast.Module:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the user's code
            return ast.parse(self.source)

    @cached_property
    def _lines(self) -> list[str]:
        return self.source.split("\n")

    @cached_property
    def _names(self) -> list[_Named]:
        """Everything that is passed or held by name, in the order of the text."""
        return sorted(self._named(), key=lambda item: item.at)

    def _named(self) -> Iterator[_Named]:
        for node in ast.walk(self._tree):
            if isinstance(node, ast.keyword) and node.arg:
                yield _Named(name=node.arg, at=self._position(node), value=node.value)
            elif isinstance(node, ast.Dict):
                for key, value in zip(node.keys, node.values, strict=True):
                    if isinstance(key, ast.Constant):
                        at = self._position(key)
                        yield _Named(name=str(key.value), at=at, value=value)

    def _span(self, node: ast.expr) -> Span:
        end_line, end = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return Span(start=self._position(node), end=self._characters(end_line, end))

    def _position(self, node: ast.stmt | ast.expr | ast.keyword) -> Position:
        return self._characters(node.lineno, node.col_offset)

    def _characters(self, line: int, offset: int) -> Position:
        """A position of Python's parser, which counts bytes from 0."""
        before = self._lines[line - 1].encode()[:offset]
        return line, len(before.decode(errors="ignore")) + 1

    def _ref(self, position: Position) -> SourceRef:
        line, column = position
        return SourceRef(file=self.file, line=line, column=column)


def _in(item: _Named, spans: Sequence[Span]) -> bool:
    return any(span.start <= item.at < span.end for span in spans)
