"""A state goes on to another, or ends: one of the two."""

from collections.abc import Iterator

from maestro_cdk.asl.machines import states
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import Finding

GOING_ON = ("Task", "Pass", "Wait", "Parallel", "Map")


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about states that have neither Next nor End, or both."""
    document = subject.document
    for state in states(document):
        if state.type not in GOING_ON:
            continue
        goes, ends = "Next" in state.value, state.value.get("End") is True
        if goes != ends:
            continue
        both = goes and ends
        yield Finding(
            rule=RULE.id,
            severity="error",
            message=f"state {state.name!r} has {'both Next and End' if both else 'no Next'}",
            hint="keep one of the two" if both else 'add "Next", or "End": true',
            where=document.where((*state.pointer, "End") if both else state.pointer),
            state=state.name,
        )


RULE = Rule(
    id="endings",
    severity="error",
    summary="A state that does work has either Next or End.",
    check=check,
)
