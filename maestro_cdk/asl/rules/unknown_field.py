"""An object of the language has fields of the language, and no others."""

from collections.abc import Iterator

from maestro_cdk.asl.fields import SHAPES, STATES
from maestro_cdk.asl.places import Place
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import Finding

MANY = 12
"""A hint does not list so many fields."""


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about fields that there are none of."""
    for place in subject.places:
        for name, near in place.misspelt.items():
            yield Finding(
                rule=RULE.id,
                severity="error",
                message=f"{place.shape.title} has no field {name!r}",
                hint=_hint(place, name, near),
                where=subject.document.where((*place.pointer, name), key=True),
                state=place.state,
            )


def _hint(place: Place, name: str, near: str | None) -> str | None:
    if near:
        return f"did you mean {near!r}?"
    if name == "QueryLanguage":
        return "the whole definition has a QueryLanguage, and each state"
    having = [type_ for type_, shape in STATES.items() if name in shape.fields]
    if having and place.shape in STATES.values():
        return f"{', '.join(having)} {'has' if len(having) == 1 else 'have'} it"
    if name == "Next" and place.shape is SHAPES["nested rule"]:
        return "the rule around it has the Next"
    if len(place.shape.fields) < MANY:
        return f"its fields: {', '.join(place.shape.fields)}"
    return 'a note goes into "Comment"' if "Comment" in place.shape.fields else None


RULE = Rule(
    id="unknown-field",
    severity="error",
    summary="An object of the language has fields of the language, and no others.",
    check=check,
    explanation="""
AWS refuses a field that it does not know, at every place of a definition: `Field 'Catchs' is not
supported`. So a misspelt field is never ignored, and a note of your own goes into `Comment`.

Each type of state has fields of its own. `Retry` and `Catch` are of Task, Parallel and Map;
`TimeoutSeconds` is of a Task and of the whole definition, not of a Map or a Parallel; a Choice has
neither `Next` nor `End`.

```json
"Work": { "Type": "Task", "Resource": "...", "TimeoutSecond": 60, "_note": "slow", "End": true }
"Work": { "Type": "Task", "Resource": "...", "TimeoutSeconds": 60, "Comment": "slow", "End": true }
```

https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html
""",
)
