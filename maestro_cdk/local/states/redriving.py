"""Redriving: an execution that failed begins again at the state that failed.

https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from maestro_cdk.engine import data
from maestro_cdk.engine.data import Data
from maestro_cdk.engine.execution import Execution, Machine, Resumed
from maestro_cdk.local.states import rows
from maestro_cdk.local.states.executions import Executions, Running
from maestro_cdk.local.states.ports import Found
from maestro_cdk.local.states.store import Row, Store
from maestro_cdk.model import JSON, ExecutionEvent


def again(executions: Executions, row: Row, definition: str, store: Store) -> Running:
    """An execution that is there to be run on from where it failed."""
    events = [_event(told) for told in store.events(row["executionArn"]).rows]
    value = data.loads(definition)
    arn = row["stateMachineArn"]
    machine = Machine(
        arn=arn,
        name=arn.rpartition(":")[2],
        role=str(events[0].details.get("roleArn", "")),
        definition=value,
        version=row.get("stateMachineVersionArn"),
        alias=row.get("stateMachineAliasArn"),
    )
    found = Found(
        arn=arn,
        name=machine.name,
        type="STANDARD",
        role=machine.role,
        definition=definition,
        logging=row["logging"],
        revision=row["revision"],
    )
    count = int(row["redriveCount"]) + 1
    execution = Execution(
        machine,
        row["input"],
        executions.world,
        name=row["name"],
        resumed=_resumed(events, value, count, row["startDate"]),
    )
    gone = ("error", "cause", "stopDate", "output", "outputDetails")
    kept = {key: inner for key, inner in row.items() if key not in gone}
    now = rows.moment(executions.world.clock.now())
    told = {**kept, "status": "RUNNING", "redriveCount": count, "redriveDate": now}
    return Running(execution=execution, found=found, row={**told, **rows.redriving(told)})


def _event(told: Row) -> ExecutionEvent:
    details: Row = next((told[key] for key in told if key.endswith("EventDetails")), {})
    return ExecutionEvent(
        id=told["id"],
        previous_id=told["previousEventId"],
        type=told["type"],
        time=datetime.fromtimestamp(told["timestamp"], UTC),
        details=details,
    )


def _finished(events: list[ExecutionEvent], name: str, state: Mapping[str, Any]) -> dict[int, JSON]:
    """The outputs of a Parallel's branches and an inline Map's items that had come to their end."""
    outputs = {event.id: str(event.details.get("output", "null")) for event in events}
    last = {
        inner: n
        for n, branch in enumerate(state.get("Branches") or ())
        for inner, held in branch["States"].items()
        if held.get("End") or held["Type"] == "Succeed"
    }
    found: dict[int, JSON] = {}
    for event in events:
        about = event.details.get("name")
        if event.type == "MapIterationSucceeded" and about == name:
            index = int(event.details["index"])
            found[index] = data.loads(outputs[event.previous_id])
        elif event.type.endswith("StateExited") and about == name:
            found = {}  # that was an earlier visit
        elif event.type.endswith("StateExited") and about in last:
            found[last[about]] = data.loads(outputs[event.id])
    return found


def _resumed(
    events: list[ExecutionEvent], definition: dict[str, JSON], count: int, started: float
) -> Resumed:
    """Where an execution goes on: at the last state of the machine's own that it had entered."""
    own = definition["States"]
    at, payload = definition["StartAt"], Data(text=str(events[0].details.get("input", "{}")))
    variables: dict[str, JSON] = {}
    for event in events:
        if event.details.get("name") not in own:
            continue
        if event.type.endswith("StateEntered"):
            at, payload = str(event.details["name"]), Data(text=str(event.details["input"]))
        elif event.type.endswith("StateExited"):
            assigned = event.details.get("assignedVariables") or {}
            variables |= {name: data.loads(str(text)) for name, text in assigned.items()}
    return Resumed(
        at=at,
        finished=_finished(events, at, own[at]),
        payload=payload,
        variables=variables,
        events=events,
        count=count,
        started=datetime.fromtimestamp(started, UTC),
    )
