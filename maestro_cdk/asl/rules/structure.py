"""A machine has states, and each is of a type that the language knows."""

from collections.abc import Iterator
from difflib import get_close_matches

from maestro_cdk.asl.document import Document
from maestro_cdk.asl.machines import Machine, machines
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import Finding

TYPES = ("Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map")


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about what is no machine, no state or of no known type."""
    document = subject.document
    if not isinstance(document.value, dict):
        yield Finding(
            rule=RULE.id,
            severity="error",
            message="a definition is a JSON object",
            hint='it begins with { "StartAt": ..., "States": { ... } }',
            where=document.where(()),
        )
        return
    for machine in machines(document):
        yield from _machine(document, machine)


def _machine(document: Document, machine: Machine) -> Iterator[Finding]:
    if not machine.states:
        yield Finding(
            rule=RULE.id,
            severity="error",
            message="there are no States",
            hint='"States" holds each state by its name',
            where=document.where((*machine.pointer, "States")),
        )
    for name, state in machine.states.items():
        pointer = (*machine.pointer, "States", name)
        if not isinstance(state, dict):
            message, hint = f"state {name!r} is not an object", None
        elif "Type" not in state:
            message, hint = f"state {name!r} has no Type", f"one of {', '.join(TYPES)}"
        elif state["Type"] not in TYPES:
            pointer = (*pointer, "Type")
            near = get_close_matches(str(state["Type"]), TYPES, n=1)
            message = f"{state['Type']!r} is no type of state"
            hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(TYPES)}"
        else:
            continue
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
)
