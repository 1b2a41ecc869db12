"""Every state can be reached."""

from collections.abc import Iterator

from maestro_cdk.asl.graph import Graph, reachable, sources
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import Finding


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about states that no execution comes to, but for those behind others of them."""
    for found in subject.graphs:
        for name, behind in sources(found, _lost(found)):
            yield _finding(subject, found, name, behind)


def _lost(found: Graph) -> set[str]:
    """The states that cannot be reached; none where one that can leads to somewhere unknown."""
    if found.start is None:
        return set()
    seen = reachable(found, [found.start])
    return set() if found.loose & seen else found.edges.keys() - seen


def _finding(subject: Subject, found: Graph, name: str, others: int) -> Finding:
    behind = f", so neither to the {others} behind it" if others else ""
    return Finding(
        rule=RULE.id,
        severity="error",
        message=f"state {name!r} cannot be reached",
        hint=f"nothing leads to it{behind}; name it in a Next, or remove it",
        where=subject.document.where((*found.machine.pointer, "States", name), key=True),
        state=name,
    )


RULE = Rule(
    id="unreachable",
    severity="error",
    summary="Every state can be reached.",
    check=check,
    explanation="""
A state that nothing leads to, from `StartAt` on, is never run. AWS refuses the definition, at any
depth: `MISSING_TRANSITION_TARGET: State "Notify" is not reachable`. One finding stands for a state
and all that follows on it. Where a `Next` names no state, that may be the one that is meant, and
nothing is said here.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinitionDiagnostic.html
""",
)
