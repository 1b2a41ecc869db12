"""Where a definition holds what AWS evaluates: paths, payload templates and JSONata.

Which fields of a state are evaluated, how, and what they can refer to is one table, for the rules,
for what grants permissions and for what runs definitions.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-input-output-filtering.html
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from maestro_cdk.asl import intrinsics, jsonata, jsonpath
from maestro_cdk.asl.deferred import deferred
from maestro_cdk.asl.document import Pointer
from maestro_cdk.asl.machines import Language, State
from maestro_cdk.model import JSON

Kind: TypeAlias = Literal[
    "path", "reference", "result", "path or call", "dynamic", "literal", "operand", "jsonata"
]
"""What a value is: a path that finds nodes, a reference path that finds one, the reference path of
ResultPath, a path or an intrinsic function, the value of a key that ends with `.$`, a text in a
template that AWS hands on as it is, what a Choice rule compares with, or JSONata's."""

Moment: TypeAlias = Literal["before", "after", "caught"]
"""When a value is evaluated: before a state's work, after it, or when an error was caught."""


Read: TypeAlias = (
    jsonpath.JSONPath
    | jsonpath.PathError
    | intrinsics.Call
    | intrinsics.IntrinsicError
    | jsonata.Expression
    | jsonata.JsonataError
)
"""What a text is found to be, or why it is none of it."""


class Site(NamedTuple):
    """A value that AWS evaluates, or that could be meant so.

    `read` is what it was found to be; None where it is not of a kind that is evaluated, no text, a
    text that a substitution changes, or one that does not begin like a path or a call.
    """

    state: State
    language: Language
    field: str
    pointer: Pointer
    value: JSON
    kind: Kind
    moment: Moment = "before"
    read: Read | None = None

    @property
    def text(self) -> str | None:
        """The value, where it is a text that is not to become another."""
        return self.value if isinstance(self.value, str) and not deferred(self.value) else None


PATHS: Mapping[str, Kind] = {
    "InputPath": "path",
    "OutputPath": "path",
    "ResultPath": "result",
    "ItemsPath": "reference",
    "SecondsPath": "reference",
    "TimestampPath": "reference",
    "TimeoutSecondsPath": "reference",
    "HeartbeatSecondsPath": "reference",
    "MaxConcurrencyPath": "reference",
    "MaxItemsPath": "reference",
    "MaxItemsPerBatchPath": "reference",
    "MaxInputBytesPerBatchPath": "reference",
    "ToleratedFailureCountPath": "reference",
    "ToleratedFailurePercentagePath": "reference",
    "ErrorPath": "path or call",
    "CausePath": "path or call",
}
"""The fields that hold a path, and which kind of path."""

TEMPLATES: Mapping[str, Moment] = {
    "Parameters": "before",
    "ItemSelector": "before",
    "BatchInput": "before",
    "Credentials": "before",
    "ResultSelector": "after",
    "Assign": "after",
}
"""The fields that hold a payload template in JSONPath states, and when it is filled."""

_GROUPS = ("ItemBatcher", "ItemReader", "ReaderConfig", "ResultWriter")
"""Fields that hold fields of the same kinds."""

_STATIC = ("Result", "Error", "Cause")
"""What JSONPath states take as it is, though people write paths there."""

_SIGN = re.compile(r"\$|\{%|%\}|States\.")
"""What stands in every text that is evaluated, or looks so."""

_WORKING = ("Task", "Parallel", "Map")

_NO_JSONATA = frozenset(
    {
        *("Type", "Comment", "QueryLanguage", "Resource", "Next", "End", "Default", "Label"),
        *("Branches", "ItemProcessor", "Iterator", "Retry", "ErrorEquals", "CSVHeaders"),
        *("Parameters", "ResultSelector", "Result", *PATHS),
    }
)
"""Fields of JSONata states in which AWS takes `{% %}` as text, or which are JSONPath's."""

_PAYLOADS = frozenset(
    {"Arguments", "Assign", "BatchInput", "Credentials", "ItemSelector", "Items", "Output"}
)
"""Fields of JSONata states that hold any JSON, whose keys mean nothing to AWS."""


def sites(states: Iterable[State]) -> Iterator[Site]:
    """Every value of some states that AWS evaluates, or that could be meant so."""
    for state in states:
        if state.language is None:
            continue
        yield from _jsonpath(state) if state.language == "JSONPath" else _jsonata(state)


def _evaluated(
    state: State,
    field: str,
    pointer: Pointer,
    value: JSON,
    kind: Kind,
    moment: Moment = "before",
) -> Site:
    """The site of a value that AWS evaluates, read."""
    language: Language = "JSONata" if kind == "jsonata" else "JSONPath"
    read = _read(value, kind) if isinstance(value, str) else None
    return Site(state, language, field, pointer, value, kind, moment, read)


@lru_cache(maxsize=16384)
def _read(text: str, kind: Kind) -> Read | None:
    try:
        if "${" in text:
            return None
        if kind == "jsonata":
            return jsonata.parse(text)
        if text.startswith("$"):
            return jsonpath.parse(text)
        if text.startswith("States.") and kind in ("dynamic", "path or call"):
            return intrinsics.parse(text)
    except (jsonpath.PathError, intrinsics.IntrinsicError, jsonata.JsonataError) as error:
        return error.with_traceback(None)
    return None


def paths(site: Site) -> tuple[tuple[jsonpath.JSONPath, int], ...]:
    """The paths in a site's text, each with its place in it."""
    if isinstance(site.read, jsonpath.JSONPath):
        return ((site.read, 0),)
    if isinstance(site.read, intrinsics.Call):
        return tuple((part.path, part.position) for part in intrinsics.references(site.read))
    return ()


# --- JSONPath --------------------------------------------------------------------------------


def _jsonpath(state: State) -> Iterator[Site]:
    yield from _fields(state, state.pointer, state.value, None, "after")
    for key in ("Choices", "Catch"):
        entries = state.value.get(key)
        moment: Moment = "after" if key == "Choices" else "caught"
        for n, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, dict):
                at = (*state.pointer, key, n)
                yield from _fields(state, at, entry, key, moment)
                if key == "Choices":
                    yield from _comparisons(state, at, entry)


def _fields(
    state: State, at: Pointer, holder: Mapping[str, JSON], field: str | None, moment: Moment
) -> Iterator[Site]:
    """The values of an object that holds fields by their names; `field` is the state's own."""
    for key, value in holder.items():
        own = field or key
        if key in PATHS:
            yield _evaluated(state, own, (*at, key), value, PATHS[key])
        elif key in TEMPLATES:
            when = moment if key == "Assign" else TEMPLATES[key]
            yield from _template(state, own, (*at, key), value, when)
        elif key in _GROUPS and isinstance(value, dict):
            yield from _fields(state, (*at, key), value, own, moment)
        elif key in _STATIC and field is None:
            yield from _template(state, own, (*at, key), value, "before", static=True)


def _template(
    state: State, field: str, at: Pointer, value: JSON, moment: Moment, *, static: bool = False
) -> Iterator[Site]:
    """The texts of a payload template, at any depth; in a static one, none is evaluated."""
    waiting: list[tuple[Pointer, JSON]] = [(at, value)]
    while waiting:
        pointer, value = waiting.pop()
        key = pointer[-1]
        if isinstance(value, dict) and deferred(value):
            continue
        if isinstance(key, str) and key.endswith(".$") and not static:
            yield _evaluated(state, field, pointer, value, "dynamic", moment)
        elif isinstance(value, str):
            if _SIGN.search(value):
                yield Site(state, "JSONPath", field, pointer, value, "literal", moment)
        elif isinstance(value, dict):
            waiting += [((*pointer, inner), value[inner]) for inner in reversed(value)]
        elif isinstance(value, list):
            waiting += [((*pointer, n), value[n]) for n in reversed(range(len(value)))]


def _comparisons(state: State, at: Pointer, rule: Mapping[str, JSON]) -> Iterator[Site]:
    """What a Choice rule compares, at any depth of And, Or and Not."""
    waiting: list[tuple[Pointer, JSON]] = [(at, rule)]
    while waiting:
        pointer, rule_or_list = waiting.pop()
        if isinstance(rule_or_list, list):
            waiting += [((*pointer, n), rule) for n, rule in enumerate(rule_or_list)]
        for key, value in rule_or_list.items() if isinstance(rule_or_list, dict) else ():
            inner = (*pointer, key)
            if key in ("And", "Or", "Not"):
                waiting.append((inner, value))
            elif key == "Variable" or key.endswith("Path"):
                yield _evaluated(state, "Choices", inner, value, "reference")
            elif isinstance(value, str) and "$" in value and key not in ("Next", "Comment"):
                yield Site(state, "JSONPath", "Choices", inner, value, "operand")


# --- JSONata ---------------------------------------------------------------------------------


def _jsonata(state: State) -> Iterator[Site]:
    """The texts of a JSONata state's fields, but for those in which AWS evaluates nothing."""
    waiting: list[tuple[Pointer, JSON, bool]] = [(state.pointer, state.value, False)]
    own = len(state.pointer)
    while waiting:
        pointer, value, payload = waiting.pop()
        if isinstance(value, dict):
            for key, inner in value.items() if not deferred(value) else ():
                if payload or key not in _NO_JSONATA:
                    waiting.append(((*pointer, key), inner, payload or key in _PAYLOADS))
        elif isinstance(value, list):
            waiting += [((*pointer, n), inner, payload) for n, inner in enumerate(value)]
        elif isinstance(value, str) and (_SIGN.search(value) or "$" in str(pointer[-1])):
            field = str(pointer[own])
            moment = _moment(state, field)
            if value.startswith("{%") or value.endswith("%}"):
                yield _evaluated(state, field, pointer, value, "jsonata", moment)
            else:
                yield Site(state, "JSONata", field, pointer, value, "literal", moment)


def _moment(state: State, field: str) -> Moment:
    if field == "Catch":
        return "caught"
    return "after" if field in ("Assign", "Output") and state.type in _WORKING else "before"
