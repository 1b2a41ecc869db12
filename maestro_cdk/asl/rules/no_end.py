"""An execution can come to an end from every state."""

from collections.abc import Iterator

from maestro_cdk.asl.fields import STATES
from maestro_cdk.asl.graph import Graph, components, ends, leading_to, reachable
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import Finding, Severity


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about states from which there is no way to an end."""
    for found in subject.graphs:
        if found.start is None:
            continue
        closing = closings(found)
        if not closing and not found.machine.pointer:
            yield _finding(subject, found, found.start, "error")
            continue
        caught = reachable(found, [found.start]) - leading_to(found, closing)
        for group in components(found, caught):
            if all(next_ in group for name in group for next_ in found.following[name]):
                yield _finding(subject, found, group[0], "warning")


def closings(found: Graph) -> set[str]:
    """The states of a machine at which it may end."""
    return {name for name in found.machine.states if _may_end(found, name)}


def _may_end(found: Graph, name: str) -> bool:
    """Whether it ends, or something else is wrong with it that other rules tell."""
    state = found.machine.states[name]
    known = isinstance(state, dict) and state.get("Type") in tuple(STATES)
    return not known or ends(state) or name in found.loose


def _finding(subject: Subject, found: Graph, name: str, severity: Severity) -> Finding:
    if severity == "error":
        message, pointer = "no state ends the execution", (*found.machine.pointer, "States")
    else:
        message = f"from state {name!r} no end can be reached"
        pointer = (*found.machine.pointer, "States", name)
    return Finding(
        rule=RULE.id,
        severity=severity,
        message=message,
        hint='a Choice that leads out, a Succeed, a Fail, or "End": true',
        where=subject.document.where(pointer, key=True),
        state=None if severity == "error" else name,
    )


RULE = Rule(
    id="no-end",
    severity="error",
    summary="An execution can come to an end from every state.",
    check=check,
    explanation="""
A state ends an execution, a branch or the work on an item by `"End": true`, or as a Succeed or a
Fail. A definition without any is refused: `MISSING_END_STATE: Workflow has no terminal state`. In a
branch, in a Map, and where only a part of the states can never end, AWS takes it: such an execution
goes round until a Task fails, it is timed out or stopped, or has passed 25,000 events.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinitionDiagnostic.html
""",
)
