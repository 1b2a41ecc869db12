"""What executions leave in CloudWatch Logs, as their machine's loggingConfiguration says.

https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
"""

import asyncio
import contextvars
import json
import logging
from collections.abc import Mapping
from datetime import UTC

from maestro_cdk.engine.integrations.api import Api, ApiError
from maestro_cdk.local.states import rows
from maestro_cdk.local.states.executions import Running
from maestro_cdk.local.states.store import Row
from maestro_cdk.model import JSON, ExecutionEvent

logger = logging.getLogger(__name__)

FATAL = ("ExecutionAborted", "ExecutionFailed", "ExecutionTimedOut")
_BAD = ("Failed", "TimedOut", "Aborted")
MOST = 1000
"""So many events are sent at once."""

Key = tuple[str, str]
"""A log group and a stream of it."""


def is_logged(level: JSON, kind: str) -> bool:
    """Whether an event of a type is logged at a level.

    https://docs.aws.amazon.com/step-functions/latest/dg/cloudwatch-log-level.html
    """
    if level == "ALL":
        return True
    if level == "ERROR":
        return kind.endswith(_BAD) or kind == "FailStateEntered"
    return level == "FATAL" and kind in FATAL


def entry(running: Running, event: ExecutionEvent, *, with_data: bool) -> dict[str, JSON]:
    """What is logged of an event."""
    row = rows.event(event)
    shown = row if with_data else rows.bare(row)
    details: Row = next((shown[key] for key in shown if key.endswith("EventDetails")), {})
    return {
        "id": str(event.id),
        "type": event.type,
        "details": details,
        "redrive_count": str(running.row.get("redriveCount", 0)),
        "previous_event_id": str(event.previous_id),
        "event_timestamp": str(int(event.time.timestamp() * 1000)),
        "execution_arn": running.execution.arn,
    }


def group(configuration: Mapping[str, JSON]) -> str | None:
    """The name of the log group that a configuration names."""
    for destination in configuration.get("destinations") or ():
        held = destination.get("cloudWatchLogsLogGroup") or {}
        arn = str(held.get("logGroupArn", ""))
        _, found, name = arn.partition(":log-group:")
        if found:
            return name.removesuffix(":*")
    return None


class Log:
    """Sends what is to be logged, many events at a time."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._waiting: dict[Key, list[dict[str, JSON]]] = {}
        self._contexts: dict[Key, contextvars.Context] = {}
        self._made: set[Key] = set()

    def heard(self, running: Running, event: ExecutionEvent) -> None:
        """Note an event, where it is to be logged."""
        configuration = plain(running.found.logging)
        name = group(configuration)
        if name is None or not is_logged(configuration.get("level"), event.type):
            return
        with_data = bool(configuration.get("includeExecutionData"))
        message = entry(running, event, with_data=with_data)
        began = running.execution.started.astimezone(UTC)
        stream = f"states/{running.found.name}/{began:%Y-%m-%d-%H-%M}/{running.found.revision[:8]}"
        told = {
            "timestamp": int(event.time.timestamp() * 1000),
            "message": json.dumps(message, ensure_ascii=False),
        }
        key = (name, stream)
        self._waiting.setdefault(key, []).append(told)
        # The account and the region that it is for.
        self._contexts.setdefault(key, contextvars.copy_context())

    async def send(self) -> None:
        """Send what waits."""
        waiting, self._waiting = self._waiting, {}
        for key, events in waiting.items():
            context = self._contexts.pop(key)
            try:
                await asyncio.create_task(self._put(key, events), context=context)
            except ApiError as error:
                logger.warning("Nothing could be logged in %s: %s", key[0], error)

    async def _put(self, key: Key, events: list[dict[str, JSON]]) -> None:
        name, stream = key
        place = {"logGroupName": name, "logStreamName": stream}
        if key not in self._made:
            try:
                await self._api.call("logs", "CreateLogStream", place, None)
            except ApiError as error:
                if error.code != "ResourceAlreadyExistsException":
                    raise
            self._made.add(key)
        ordered = sorted(events, key=lambda told: told["timestamp"])
        for begin in range(0, len(ordered), MOST):
            batch = {**place, "logEvents": ordered[begin : begin + MOST]}
            await self._api.call("logs", "PutLogEvents", batch, None)


def plain(configuration: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """A configuration as the API has it; CloudFormation begins its names with capitals."""
    return {
        f"{key[:1].lower()}{key[1:]}": (
            [plain(inner) for inner in value]
            if isinstance(value, list)
            else plain(value)
            if isinstance(value, dict)
            else value
        )
        for key, value in configuration.items()
    }
