"""A state goes on to another, or ends: one of the two."""

from collections.abc import Iterator

from maestro_cdk.asl.places import Place
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import Finding


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about states that have neither Next nor End, or both."""
    document = subject.document
    for place in subject.places:
        if place.state is None or not {"Next", "End"} <= place.shape.fields.keys():
            continue
        goes, ends = "Next" in place.value, place.value.get("End", False)
        if not isinstance(ends, bool) or goes != ends or _meant(place):
            continue
        yield Finding(
            rule=RULE.id,
            severity="error",
            message=f"state {place.state!r} has {'both Next and End' if goes else 'no Next'}",
            hint="keep one of the two" if goes else 'add "Next", or "End": true',
            where=document.where((*place.pointer, "End") if goes else place.pointer),
            state=place.state,
        )


def _meant(place: Place) -> bool:
    """Whether one of the two is there, misspelt: that is told by another rule."""
    return not {"Next", "End"}.isdisjoint(place.misspelt.values())


RULE = Rule(
    id="endings",
    severity="error",
    summary="A state that does work has either Next or End.",
    check=check,
    explanation="""
Every Task, Pass, Wait, Parallel and Map says where the execution goes on, or that it ends there.
AWS refuses both, and neither: `There should only be one of the following fields: [Next, End]`.
`"End": false` says nothing, and does not stand for a `Next`. A Choice has a `Next` in each rule; a
Succeed and a Fail end by themselves.

```json
"Store": { "Type": "Task", "Resource": "..." }
"Store": { "Type": "Task", "Resource": "...", "End": true }
```

https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html
""",
)
