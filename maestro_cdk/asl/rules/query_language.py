"""Each state keeps to one query language, and to the fields of it."""

from collections.abc import Iterator

from maestro_cdk.asl.deferred import deferred
from maestro_cdk.asl.places import Place
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import Finding

LANGUAGES = ("JSONPath", "JSONata")

INSTEAD = {
    "JSONata": "JSONata has Arguments, Output, Assign, Items and Condition",
    "JSONPath": 'JSONata needs "QueryLanguage": "JSONata", in the state or the whole definition',
}
"""What to do, by the language that the state has."""


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about query languages that are none, do not mix, or have not this field."""
    for place in subject.places:
        yield from _named(subject, place)
        names = place.foreign()
        if names and place.language:
            other = "JSONPath" if place.language == "JSONata" else "JSONata"
            yield Finding(
                rule=RULE.id,
                severity="error",
                message=f"{_and(names)} {'is' if len(names) == 1 else 'are'} of {other}, "
                f"and the query language here is {place.language}",
                hint=INSTEAD[place.language],
                where=subject.document.where((*place.pointer, names[0]), key=True),
                state=place.state,
            )


def _named(subject: Subject, place: Place) -> Iterator[Finding]:
    named = place.value.get("QueryLanguage")
    if "QueryLanguage" not in place.shape.fields or deferred(named):
        return
    hint: str | None = None
    if named not in LANGUAGES:
        message = f"{named!r} is no query language"
        hint = "JSONPath or JSONata, in these letters"
    elif named == "JSONPath" and place.state is not None and _of_all(subject) == "JSONata":
        message = "a state of JSONPath in a definition of JSONata"
        hint = "leave it out of the whole definition, and name JSONata in each state that has it"
    else:
        return
    yield Finding(
        rule=RULE.id,
        severity="error",
        message=message,
        hint=hint,
        where=subject.document.where((*place.pointer, "QueryLanguage")),
        state=place.state,
    )


def _of_all(subject: Subject) -> str | None:
    return subject.machines[0].language if subject.machines else None


def _and(names: list[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


RULE = Rule(
    id="query-language",
    severity="error",
    summary="Each state keeps to one query language, and to the fields of it.",
    check=check,
    explanation="""
A definition is of JSONPath unless its `QueryLanguage` says JSONata. In one of JSONPath each state
may say JSONata for itself; in one of JSONata no state can go back. A Map or a Parallel does not
hand its language to the states in it: these have that of the whole definition, or name their own.

`InputPath`, `Parameters`, `ResultSelector`, `ResultPath`, `OutputPath`, `Result`, `ItemsPath`,
`Variable` and every other field that ends in `Path` are of JSONPath; `Arguments`, `Output`,
`Items` and `Condition` are of JSONata. `Assign` is of both. AWS refuses one in the other: `The
QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the 'JSONata'
QueryLanguage`.

```json
"Total": { "Type": "Pass", "Output": "{% $sum($states.input.prices) %}", "End": true }
"Total": { "Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $sum($states.input.prices) %}", "End": true }
```

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
""",
)
