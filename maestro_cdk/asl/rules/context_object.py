"""What is read of the context object is there."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from maestro_cdk.asl import jsonata
from maestro_cdk.asl.expressions import Site, paths
from maestro_cdk.asl.findings import finding, meant
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import Finding, Severity

Members: TypeAlias = Mapping[str, "Members | None"]

MEMBERS: Members = {
    "Execution": {
        "Id": None,
        "Input": None,
        "Name": None,
        "RoleArn": None,
        "StartTime": None,
        "RedriveCount": None,
        "RedriveTime": None,
    },
    "State": {"EnteredTime": None, "Name": None, "RetryCount": None},
    "StateMachine": {"Id": None, "Name": None},
    "Task": {"Token": None},
    "Map": {"Item": {"Index": None, "Key": None, "Source": None, "Value": None}},
}
"""What the context object holds; None where anything may follow.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
"""


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about members of the context object that are not there, or not here."""
    for site in subject.sites:
        if site.kind == "result":  # `paths` tells that nothing is written there
            continue
        for names, position in _read(site):
            yield from _member(subject, site, names, position)


def _read(site: Site) -> Iterator[tuple[list[tuple[str, int]], int]]:
    """What a site reads of the context object: the names behind it with their places, its own."""
    for path, position in paths(site):
        if path.root == "$$":
            places = [position + step.position for step in path.steps]
            yield list(zip(path.members, places, strict=False)), position
    if isinstance(site.read, jsonata.Expression):
        for use in site.read.variables:
            if use.name == "states" and use.following and use.following[0][0] == "context":
                yield list(use.following[1:]), use.position


def _member(
    subject: Subject, site: Site, names: list[tuple[str, int]], position: int
) -> Iterator[Finding]:
    known: Members | None = MEMBERS
    for n, (name, at) in enumerate(names):
        if known is None:
            break
        if name not in known:
            root = "$$" if site.language == "JSONPath" else "$states.context"
            holder = ".".join((root, *(inner for inner, _ in names[:n])))
            message = f"{holder} has no {name}"
            hint = meant(name, known) or f"it has {', '.join(known)}"
            yield finding(
                RULE.id, "warning", subject.document, site, message, hint=hint, position=at
            )
            return
        known = known[name]
    first = names[0][0] if names else ""
    if first == "Map":
        yield from _item(subject, site, position)
    if first == "Task":
        yield from _token(subject, site, position)


def _item(subject: Subject, site: Site, position: int) -> Iterator[Finding]:
    """Items are known where a Map makes the input of an iteration."""
    if site.state.type == "Map" and site.field in ("ItemSelector", "Parameters"):
        return
    inside = not {"ItemProcessor", "Iterator"}.isdisjoint(map(str, site.pointer))
    message = "the item of a Map is known in its ItemSelector only"
    hint = "put it into the ItemSelector of the Map, and read it from the input here"
    severity: Severity = "warning" if inside else "error"
    yield finding(RULE.id, severity, subject.document, site, message, hint=hint, position=position)


def _token(subject: Subject, site: Site, position: int) -> Iterator[Finding]:
    """There is a token where a Task waits for one."""
    resource = site.state.value.get("Resource")
    if site.state.type == "Task":
        if not isinstance(resource, str) or "${" in resource or not resource.startswith("arn:"):
            return
        if resource.endswith(".waitForTaskToken") or ":activity:" in resource:
            return
    message = "there is no task token here"
    hint = 'AWS makes one for a Task whose Resource ends with ".waitForTaskToken"'
    yield finding(RULE.id, "warning", subject.document, site, message, hint=hint, position=position)


RULE = Rule(
    id="context-object",
    severity="error",
    summary="What is read of the context object is there, and there in this place.",
    check=check,
    yields=True,
    explanation="""
The context object (`$$` in JSONPath, `$states.context` in JSONata) tells about the execution. What
it does not hold is not noticed when a state machine is created: the execution fails with
`States.Runtime` or `States.QueryEvaluationError` when it gets there.

It holds `Execution` (`Id`, `Input`, `Name`, `RoleArn`, `StartTime`, `RedriveCount`, `RedriveTime`),
`State` (`EnteredTime`, `Name`, `RetryCount`), `StateMachine` (`Id`, `Name`); `Task.Token` in a Task
that waits for its token, and `Map.Item` (`Index`, `Value`, and `Key` or `Source`) in the
`ItemSelector` of a Map. An item where there is no Map is an error; other members are warnings, for
AWS may have learnt more of them.

Wrong:

```json
{ "Type": "Pass", "Parameters": { "id.$": "$$.Execution.ID" } }
```

Right:

```json
{ "Type": "Pass", "Parameters": { "id.$": "$$.Execution.Id" } }
```

<https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html>
""",
)
