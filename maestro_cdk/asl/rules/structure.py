"""A machine has states, and each is of a type that the language knows."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from maestro_cdk.asl.deferred import unsettled
from maestro_cdk.asl.document import Document
from maestro_cdk.asl.fields import STATES
from maestro_cdk.asl.machines import Machine
from maestro_cdk.asl.places import Place
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import JSON, Finding

TYPES = tuple(STATES)


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about what is no machine, no state or of no known type."""
    document = subject.document
    if unsettled(document, (), document.value):
        return
    if not isinstance(document.value, dict):
        yield Finding(
            rule=RULE.id,
            severity="error",
            message="a definition is a JSON object",
            hint='it begins with { "StartAt": ..., "States": { ... } }',
            where=document.where(()),
        )
        return
    for machine, place in zip(subject.machines, subject.places, strict=False):
        yield from _machine(document, machine, place)


def _missing(state: Mapping[str, JSON]) -> str:
    written = [key for key in state if key.lower() == "type"]
    return f"it is written 'Type', not {written[0]!r}" if written else f"one of {', '.join(TYPES)}"


def _machine(document: Document, machine: Machine, place: Place) -> Iterator[Finding]:
    if not machine.states and "States" not in place.misspelt.values():
        yield Finding(
            rule=RULE.id,
            severity="error",
            message="there are no States",
            hint='"States" holds each state by its name',
            where=document.where((*machine.pointer, "States")),
        )
    for name, state in machine.states.items():
        pointer = (*machine.pointer, "States", name)
        if unsettled(document, pointer, state):
            continue
        if not isinstance(state, dict):
            message, hint = f"state {name!r} is not an object", None
        elif "Type" not in state:
            message, hint = f"state {name!r} has no Type", _missing(state)
        elif state["Type"] in TYPES:
            continue
        else:
            pointer = (*pointer, "Type")
            if unsettled(document, pointer, state["Type"]):
                continue
            near = get_close_matches(str(state["Type"]), TYPES, n=1)
            message = f"{state['Type']!r} is no type of state"
            hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(TYPES)}"
        yield Finding(
            rule=RULE.id,
            severity="error",
            message=message,
            hint=hint,
            where=document.where(pointer),
            state=name,
        )


RULE = Rule(
    id="structure",
    severity="error",
    summary="A machine has states, and each state has a Type of the language.",
    check=check,
    explanation="""
A definition is an object with `StartAt` and `States`, as each branch of a Parallel and the
`ItemProcessor` of a Map is. `States` holds each state by its name, one at least, and each has a
`Type`: Task, Pass, Choice, Wait, Succeed, Fail, Parallel or Map, in these letters.

https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html
""",
)
