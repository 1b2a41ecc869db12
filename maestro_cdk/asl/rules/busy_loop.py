"""A loop waits somewhere, or is bounded."""

from collections.abc import Iterator, Mapping

from maestro_cdk.asl.deferred import deferred
from maestro_cdk.asl.graph import loops, reachable
from maestro_cdk.asl.machines import within
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.asl.rules.no_end import closings
from maestro_cdk.model import JSON, Finding

SLOW = (".sync", ".sync:2", ".waitForTaskToken")
"""How a Resource ends that waits for work done elsewhere."""

SHORT = 60
"""Seconds: in these a loop of the fastest states does not come to 25,000 events."""

MANY = 5
"""A message names no more states."""


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about loops that can go round as fast as their states run."""
    value = subject.document.value
    if subject.type == "EXPRESS" or not isinstance(value, dict) or _short(value):
        return
    express = {machine.pointer for machine in subject.machines if machine.express}
    for found in subject.graphs:
        pointer = found.machine.pointer
        if within(pointer, express):
            continue
        if found.start is None or not closings(found):  # of which `no-end` tells
            continue
        states = found.machine.states
        fast = {name for name in reachable(found, [found.start]) if not _waits(states[name])}
        for loop in loops(found, fast):
            yield Finding(
                rule=RULE.id,
                severity="info",
                message=f"a loop without a Wait: {_shown(loop)}",
                hint="an execution fails after 25,000 events; count the rounds, or wait in each",
                where=subject.document.where((*pointer, "States", loop[0]), key=True),
                state=loop[0],
            )


def _short(definition: Mapping[str, JSON]) -> bool:
    """Whether an execution ends before it can have so many events."""
    timeout = definition.get("TimeoutSeconds")
    return isinstance(timeout, int) and timeout <= SHORT


def _shown(loop: tuple[str, ...]) -> str:
    shown = ", ".join(loop[:MANY])
    return f"{shown} and {len(loop) - MANY} more" if len(loop) > MANY else shown


def _waits(state: JSON) -> bool:
    if not isinstance(state, dict) or state.get("Type") == "Wait":
        return True
    resource = state.get("Resource")
    if not isinstance(resource, str):
        return state.get("Type") == "Task"
    return resource.endswith(SLOW) or ":activity:" in resource or deferred(resource)


RULE = Rule(
    id="busy-loop",
    severity="info",
    summary="A loop waits somewhere, or is bounded.",
    check=check,
    explanation="""
A STANDARD execution fails when its history has 25,000 events, and each round of a loop adds some
five for each state. A loop with a Wait in it, with a Task that waits for a job (`.sync`), a token or
an activity, or in a definition whose `TimeoutSeconds` is a minute at most, is left alone; one that goes on as fast as its
states do, page after page, can get there within minutes. Where the rounds are few, all is well.
Otherwise count them and go on in a new execution, or use a distributed Map.

https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html and
https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
""",
)
