"""A Map's mode goes with its fields, and with the type of the state machine."""

from collections.abc import Iterator

from maestro_cdk.asl.deferred import deferred
from maestro_cdk.asl.document import Pointer
from maestro_cdk.asl.machines import Machine, State, within
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import Finding, Severity

DISTRIBUTED_ONLY = (
    "ItemReader",
    "ItemBatcher",
    "ResultWriter",
    "Label",
    "ToleratedFailureCount",
    "ToleratedFailureCountPath",
    "ToleratedFailurePercentage",
    "ToleratedFailurePercentagePath",
)
"""https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html"""


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about modes that do not go with what is around them."""
    express: set[Pointer] = {()} if subject.type == "EXPRESS" else set()
    maps = {state.pointer: state for state in subject.states if state.type == "Map"}
    for machine in subject.machines:  # outer ones come before those inside
        around = maps.get(machine.pointer[:-1])
        if around is None or machine.pointer[-1] not in ("ItemProcessor", "Iterator"):
            continue
        mode, type_ = _config(machine)
        if mode is None:
            continue
        in_express = within(machine.pointer, express)
        found = _told(around, machine, mode, type_, in_express=in_express)
        for severity, message, hint, pointer in found:
            yield Finding(
                rule=RULE.id,
                severity=severity,
                message=message,
                hint=hint,
                where=subject.document.where(pointer, key=pointer[-1] in DISTRIBUTED_ONLY),
                state=around.name,
            )
        if type_ == "EXPRESS":
            express.add(machine.pointer)


def _config(machine: Machine) -> tuple[str | None, str | None]:
    """The mode and the type of execution; no mode where it is not known, or is none."""
    config = machine.value.get("ProcessorConfig", {})
    if not isinstance(config, dict) or deferred(config):
        return None, None
    mode, type_ = config.get("Mode", "INLINE"), config.get("ExecutionType", "")
    known = mode in ("INLINE", "DISTRIBUTED") and isinstance(type_, str)
    return (mode, type_) if known else (None, None)


def _told(
    around: State, machine: Machine, mode: str, type_: str | None, *, in_express: bool
) -> Iterator[tuple[Severity, str, str | None, Pointer]]:
    config = (*machine.pointer, "ProcessorConfig")
    if mode == "DISTRIBUTED":
        if in_express:
            message = "an EXPRESS state machine runs no distributed Map"
            yield "error", message, 'Mode "INLINE", or a STANDARD one', (*config, "Mode")
        elif not type_:
            message = "a distributed Map needs ExecutionType"
            yield "error", message, "STANDARD or EXPRESS, for the execution of each item", config
        return
    if type_:
        stated = "Mode" in machine.value["ProcessorConfig"]
        message = "ExecutionType is of a distributed Map only"
        hint = 'Mode "DISTRIBUTED", or leave it out'
        yield "error" if stated else "warning", message, hint, (*config, "ExecutionType")
        return
    for name in DISTRIBUTED_ONLY:
        if name in around.value:
            message = f"{name} is of a distributed Map only"
            hint = 'it needs ProcessorConfig with Mode "DISTRIBUTED"'
            yield "warning", message, hint, (*around.pointer, name)
            return


RULE = Rule(
    id="map-modes",
    severity="error",
    summary="A Map's mode goes with its fields, and with the type of the state machine.",
    check=check,
    explanation="""
A Map works `INLINE`, in the execution itself, unless its `ProcessorConfig` says `DISTRIBUTED`: then
each item, or batch of items, is an execution of its own, of the `ExecutionType` that has to be
named. AWS refuses a distributed Map without it, an inline one with it, and any distributed Map in
an EXPRESS state machine. `ItemReader`, `ItemBatcher`, `ResultWriter`, `Label` and the tolerated
failures are documented for distributed Maps; AWS takes them in others.

```json
"ItemProcessor": { "ProcessorConfig": { "Mode": "DISTRIBUTED" }, "StartAt": "..." }
"ItemProcessor": { "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" }, "StartAt": "..." }
```

https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
""",
)
