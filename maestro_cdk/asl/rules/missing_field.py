"""An object of the language has the fields that it cannot do without."""

from collections.abc import Iterator

from maestro_cdk.asl.places import Place
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import Finding


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about fields that are missing, and not only misspelt."""
    for place in subject.places:
        for names in place.shape.needed:
            there = any(name in place.value for name in names)
            if not there and not set(names) & set(place.misspelt.values()):
                yield _finding(subject, place, names)


def _finding(subject: Subject, place: Place, names: tuple[str, ...]) -> Finding:
    having = [name for name in names if place.shape.fields[name].speaks(place.language)]
    what = having[0] if len(having) == 1 else f"one of {', '.join(having)}"
    return Finding(
        rule=RULE.id,
        severity="error",
        message=f"{place.shape.title} needs {what}",
        where=subject.document.where(place.pointer),
        state=place.state,
    )


RULE = Rule(
    id="missing-field",
    severity="error",
    summary="An object of the language has the fields that it cannot do without.",
    check=check,
    explanation="""
A Task needs its `Resource`, a Choice its `Choices`, a Parallel its `Branches`, a Map its
`ItemProcessor`, a Wait its `Seconds` or `Timestamp`. An entry of `Retry` or `Catch` needs
`ErrorEquals`, one of `Catch` and a Choice rule a `Next`, `Credentials` a `RoleArn`, and an
`ItemReader` a `Resource`. AWS refuses the definition otherwise: `These fields are required:
[ErrorEquals]`.

An empty `ResultWriter` is taken, and the Map fails when it runs.

https://docs.aws.amazon.com/step-functions/latest/dg/workflow-states.html
""",
)
