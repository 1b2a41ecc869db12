"""StartAt, Next, Default and the Next of a Choice rule or a Catch name a state beside them."""

import json
from collections.abc import Iterator
from difflib import get_close_matches

from maestro_cdk.asl import graph
from maestro_cdk.asl.deferred import unsettled
from maestro_cdk.asl.document import Pointer
from maestro_cdk.asl.machines import Machine
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import JSON, Finding

LONG = 40
"""A message shows no more characters of a value."""

HINTS = 20
"""So many wrong names of one machine are compared with all that there are: that takes time."""


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about transitions to states that are not there."""
    elsewhere = {state.name for state in subject.states}
    for machine, place in zip(subject.machines, subject.places, strict=False):
        if "StartAt" not in machine.value and "StartAt" not in place.misspelt.values():
            first = next(iter(machine.states), None)
            yield Finding(
                rule=RULE.id,
                severity="error",
                message="StartAt is missing",
                hint=f'"StartAt": "{first}"?' if first else "it names the first state",
                where=subject.document.where(machine.pointer),
            )
        wrong = [
            (pointer, name, state)
            for pointer, name, state in _names(machine)
            if not _there(subject, machine, pointer, name)
        ]
        for count, (pointer, name, state) in enumerate(wrong):
            yield Finding(
                rule=RULE.id,
                severity="error",
                message=f"{pointer[-1]} names a state that is not there: {name!r}"
                if isinstance(name, str)
                else f"{pointer[-1]} is {json.dumps(name)[:LONG]}, not the name of a state",
                hint=_hint(machine, name, elsewhere) if count < HINTS else None,
                where=subject.document.where(pointer),
                state=state,
            )


def _names(machine: Machine) -> Iterator[tuple[Pointer, JSON, str | None]]:
    """Each place that names a state: what it names, and the state that it is in."""
    if machine.states and "StartAt" in machine.value:
        yield (*machine.pointer, "StartAt"), machine.value["StartAt"], None
    for name, state in machine.states.items():
        if isinstance(state, dict):
            pointer = (*machine.pointer, "States", name)
            for transition in graph.transitions(name, pointer, state):
                yield transition.pointer, transition.target, name


def _there(subject: Subject, machine: Machine, pointer: Pointer, name: JSON) -> bool:
    if isinstance(name, str) and name in machine.states:
        return True
    return unsettled(subject.document, pointer, name)


def _hint(machine: Machine, name: JSON, elsewhere: set[str]) -> str:
    if isinstance(name, str) and name in elsewhere:
        return "it is in another branch or Map: a state goes on to those beside it only"
    near = get_close_matches(str(name), machine.states, n=1, cutoff=0.5)
    if not near:
        near = [known for known in machine.states if known.lower() == str(name).lower()]
    among = ", ".join(name or "''" for name in list(machine.states)[:8])
    return f"did you mean {near[0]!r}?" if near else f"the states beside it: {among}"


RULE = Rule(
    id="transitions",
    severity="error",
    summary="StartAt, Next, Default, and the Next of Choices and Catch name a state beside them.",
    check=check,
    explanation="""
A name is compared letter by letter, and only with the states of the same `States`: a state in a
branch or in a Map's `ItemProcessor` cannot go on to one outside, nor the other way round. What
follows on all branches stands in the `Next` of the Parallel. AWS refuses a name that there is none
of: `MISSING_TRANSITION_TARGET: Missing 'Next' target: Chekc at /States/Order/Next`.

https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html
""",
)
