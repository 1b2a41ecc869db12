"""Redriving: an execution that failed begins again at the state that failed.

https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
"""

from datetime import UTC, datetime

from maestro_cdk.engine import data
from maestro_cdk.engine.execution import Execution, Machine, Resumed
from maestro_cdk.engine.resuming import point
from maestro_cdk.local.states import rows
from maestro_cdk.local.states.executions import Executions, Running
from maestro_cdk.local.states.ports import Found
from maestro_cdk.local.states.store import Row, Store
from maestro_cdk.model import ExecutionEvent


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
        resumed=Resumed(
            point=point(events, value),
            events=events,
            count=count,
            started=datetime.fromtimestamp(row["startDate"], UTC),
        ),
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
