"""Executions, events and Maps' runs as the API tells of them.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from maestro_cdk.engine.execution import Execution
from maestro_cdk.engine.history import MOST_EVENTS
from maestro_cdk.engine.states.distributed import MapRun
from maestro_cdk.local.states.ports import Found
from maestro_cdk.local.states.store import Row
from maestro_cdk.model import JSON, ExecutionEvent

_STATES = ("StateEntered", "StateExited")
_DATA = {
    "input": "inputDetails",
    "output": "outputDetails",
    "parameters": None,
}
"""What of an event's details is the execution's data, and what tells of it."""

REDRIVABLE = ("FAILED", "ABORTED", "TIMED_OUT")
"""What an execution must have come to, to be begun again where it failed."""

OWN = ("definition", "revision", "logging", "children", "type")
"""What is kept of an execution and is no part of its description."""


def moment(time: datetime) -> float:
    """A moment as the API tells it: in seconds."""
    return round(time.timestamp(), 3)


def event(happened: ExecutionEvent) -> Row:
    """An event of a history."""
    row: Row = {
        "timestamp": moment(happened.time),
        "type": happened.type,
        "id": happened.id,
        "previousEventId": happened.previous_id,
    }
    if happened.details:
        row[_details(happened.type)] = dict(happened.details)
    return row


def _details(kind: str) -> str:
    """The member that holds the details of an event."""
    for ending in _STATES:
        if kind.endswith(ending):
            return f"{ending[:1].lower()}{ending[1:]}EventDetails"
    return f"{kind[:1].lower()}{kind[1:]}EventDetails"


def bare(row: Mapping[str, JSON]) -> Row:
    """An event without the execution's data."""
    return {
        key: _without_data(value) if key.endswith("EventDetails") else value
        for key, value in row.items()
    }


def _without_data(details: Mapping[str, Any]) -> dict[str, Any]:
    hidden = {*_DATA, *filter(None, _DATA.values()), "assignedVariables"}
    return {key: value for key, value in details.items() if key not in hidden}


def started(running: Execution, found: Found, digest: str) -> Row:
    """An execution that begins."""
    row: Row = {
        "executionArn": running.arn,
        "stateMachineArn": found.arn,
        "name": running.name,
        "status": "RUNNING",
        "startDate": moment(running.started),
        "input": running.input.text,
        "inputDetails": {"included": True},
        "redriveCount": 0,
        "redriveStatus": "NOT_REDRIVABLE",
        "redriveStatusReason": "Execution is RUNNING and cannot be redriven",
        "stateMachineVersionArn": found.version,
        "stateMachineAliasArn": found.alias,
        "definition": digest,
        "revision": found.revision,
        "logging": dict(found.logging),
        "type": running.machine.type,
    }
    return {key: value for key, value in row.items() if value is not None}


def ended(row: Mapping[str, JSON], running: Execution) -> Row:
    """The same execution, as it stands now."""
    outcome = running.outcome
    told: Row = {**row, "status": outcome.status}
    if running.stopped is not None:
        told["stopDate"] = moment(running.stopped)
    told |= {
        key: value
        for key, value in (("error", outcome.error), ("cause", outcome.cause))
        if value is not None
    }
    if outcome.output is not None:
        told |= {"output": outcome.output, "outputDetails": {"included": True}}
    return {**told, **redriving(told, len(running.events))}


def redriving(row: Mapping[str, JSON], events: int = 0) -> Row:
    """Whether an execution can be begun again that has so many events, and why not.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
    """
    status = row["status"]
    reason = f"Execution is {status} and cannot be redriven"
    if status in REDRIVABLE and row.get("mapRunArn"):
        return {"redriveStatus": "REDRIVABLE_BY_MAP_RUN", "redriveStatusReason": None}
    if status in REDRIVABLE and row.get("type") == "STANDARD":
        if events < MOST_EVENTS - 1:
            return {"redriveStatus": "REDRIVABLE", "redriveStatusReason": None}
        reason = "Execution history event limit exceeded"
    return {"redriveStatus": "NOT_REDRIVABLE", "redriveStatusReason": reason}


def described(row: Mapping[str, JSON], *, bare: bool = False) -> Row:
    """What DescribeExecution tells; `bare` without the execution's data."""
    hidden = {*OWN, *(_DATA if bare else ())}
    hidden |= {f"{key}Details" for key in hidden & _DATA.keys()}
    return {key: value for key, value in row.items() if key not in hidden and value is not None}


_LISTED = (
    *("executionArn", "stateMachineArn", "name", "status", "startDate", "stopDate", "mapRunArn"),
    *("itemCount", "stateMachineVersionArn", "stateMachineAliasArn", "redriveCount"),
    "redriveDate",
)


def listed(row: Mapping[str, JSON]) -> Row:
    """What ListExecutions tells."""
    return {key: row[key] for key in _LISTED if row.get(key) is not None}


def map_run(run: MapRun, machine: str, began: float, stopped: float | None) -> Row:
    """A Map's run as it stands."""
    row: Row = {
        "mapRunArn": run.arn,
        "executionArn": run.execution,
        "stateMachineArn": machine,
        "status": run.status,
        "startDate": began,
        "stopDate": stopped,
        "maxConcurrency": run.gate.most,
        "toleratedFailureCount": int(run.tolerated_count),
        "toleratedFailurePercentage": run.tolerated_percentage,
        "redriveCount": 0,
        "total": run.total,
    }
    return {key: value for key, value in row.items() if value is not None}
