"""StartAt, Next, Default and the Next of a Choice rule or a Catch name a state beside them."""

from collections.abc import Iterator
from difflib import get_close_matches

from maestro_cdk.asl.document import Document, Pointer
from maestro_cdk.asl.machines import Machine, State, machines, states
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import JSON, Finding


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about transitions to states that are not there."""
    document = subject.document
    for machine in machines(document):
        start = (*machine.pointer, "StartAt")
        if "StartAt" in machine.value:
            yield from _target(document, machine, start, machine.value["StartAt"], None)
        else:
            first = next(iter(machine.states), None)
            yield Finding(
                rule=RULE.id,
                severity="error",
                message="StartAt is missing",
                hint=f'"StartAt": "{first}"?' if first else "it names the first state",
                where=document.where(machine.pointer),
            )
    for state in states(document):
        for pointer, name in _transitions(state):
            yield from _target(document, state.machine, pointer, name, state.name)


def _transitions(state: State) -> Iterator[tuple[Pointer, JSON]]:
    for key in ("Next", "Default"):
        if key in state.value:
            yield (*state.pointer, key), state.value[key]
    for key in ("Choices", "Catch"):
        rules = state.value.get(key)
        for n, rule in enumerate(rules if isinstance(rules, list) else ()):
            if isinstance(rule, dict) and "Next" in rule:
                yield (*state.pointer, key, n, "Next"), rule["Next"]


def _target(
    document: Document, machine: Machine, pointer: Pointer, name: JSON, state: str | None
) -> Iterator[Finding]:
    if isinstance(name, str) and name in machine.states:
        return
    near = get_close_matches(str(name), machine.states, n=1, cutoff=0.5)
    if not near:
        near = [known for known in machine.states if known.lower() == str(name).lower()]
    among = ", ".join(list(machine.states)[:8])
    yield Finding(
        rule=RULE.id,
        severity="error",
        message=f"{pointer[-1]} names a state that is not there: {name!r}",
        hint=f"did you mean {near[0]!r}?" if near else f"the states beside it: {among}",
        where=document.where(pointer),
        state=state,
    )


RULE = Rule(
    id="transitions",
    severity="error",
    summary="StartAt, Next, Default, and the Next of Choices and Catch name a state beside them.",
    check=check,
)
