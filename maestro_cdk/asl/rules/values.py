"""A field holds a value of the kind, and within the bounds, that it takes."""

import json
from collections.abc import Iterator
from difflib import get_close_matches

from maestro_cdk.asl.deferred import unsettled
from maestro_cdk.asl.document import Document, Pointer
from maestro_cdk.asl.fields import Field
from maestro_cdk.asl.kinds import expression
from maestro_cdk.asl.places import Place
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import JSON, Finding

LONG = 40
"""A message shows no more characters of a value."""


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about values of another kind than their field takes."""
    document = subject.document
    for place in subject.places:
        for name, value in place.value.items():
            field = place.shape.fields.get(name)
            if field is None or not field.speaks(place.language):
                continue
            if field.kind.holds(value, place.language):
                continue
            pointer = (*place.pointer, name)
            if _settled(document, pointer, value):
                yield Finding(
                    rule=RULE.id,
                    severity="error",
                    message=f"{name} is {_shown(value)}, not {field.kind.expected(place.language)}",
                    hint=_hint(place, field, name, value),
                    where=document.where(pointer),
                    state=place.state,
                )


def _settled(document: Document, pointer: Pointer, value: JSON) -> bool:
    """Whether a value is the one that AWS will see."""
    if isinstance(value, list):
        return not any(unsettled(document, (*pointer, n), v) for n, v in enumerate(value))
    return not unsettled(document, pointer, value)


def _shown(value: JSON) -> str:
    shown = repr(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= LONG else f"{shown[: LONG - 4]} ..."


def _hint(place: Place, field: Field, name: str, value: JSON) -> str | None:
    if field.kind.options and isinstance(value, str):
        near = get_close_matches(value.upper(), field.kind.options, n=1)
        return f"did you mean {near[0]!r}?" if near else None
    if field.kind.computed and place.language == "JSONPath" and expression(value):
        return 'an expression of JSONata needs "QueryLanguage": "JSONata"'
    if isinstance(value, str) and value.startswith("$"):
        return _evaluated(place, field, name, value)
    if isinstance(value, str) and field.kind.fits(_read(value)):
        return f"write {value} without quotes"
    return None


def _evaluated(place: Place, field: Field, name: str, path: str) -> str | None:
    """How a field is given what stands in the input."""
    if place.language == "JSONata":
        return f'write "{{% {path} %}}"' if field.kind.computed else None
    taking = [key for key in (f"{name}.$", f"{name}Path") if key in place.shape.fields]
    return f'write "{taking[0]}"' if taking else None


def _read(text: str) -> JSON:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


RULE = Rule(
    id="values",
    severity="error",
    summary="A field holds a value of the kind, and within the bounds, that it takes.",
    check=check,
    explanation="""
AWS checks what each field holds: `Expected value of type Integer`, `Minimum value is 1`, `Value
cannot be empty`, `Value should be one of the following: [FULL, NONE]`, `String does not match
RFC3339 timestamp`. A number in quotes is a text, and refused. `null` is one value among others:
only `InputPath`, `OutputPath` and `ResultPath` take it.

| field | takes |
| --- | --- |
| `TimeoutSeconds`, `HeartbeatSeconds` of a Task | 1 to 99999999, whole |
| `Seconds` of a Wait | 0 to 99999999, whole |
| `MaxAttempts`, `IntervalSeconds` | 0 to 99999999, whole |
| `MaxDelaySeconds` | 1 to 31622400, whole |
| `BackoffRate` | 1 or more |
| `MaxConcurrency`, `ToleratedFailureCount` | 0 or more, whole |
| `ToleratedFailurePercentage` | 0 to 100 |
| `MaxItems` | 0 to 100000000, whole |
| `Timestamp` | RFC 3339, with `T` and with `Z` or an offset |

In a state of JSONata an expression may stand for most of these.

https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html and
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
""",
)
