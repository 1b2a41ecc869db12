"""Executions of EXPRESS machines, which no API of Step Functions tells of: by what they log.

At the level ALL the state machine logs every event, each as a JSON object:
https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from maestro_cdk.asl import arns
from maestro_cdk.aws.logs import CloudWatchLogs
from maestro_cdk.aws.machines import StepFunctions
from maestro_cdk.aws.service import Service
from maestro_cdk.cloud import LogLine
from maestro_cdk.errors import CloudError
from maestro_cdk.model import JSON, Execution, ExecutionEvent, PastExecution
from maestro_cdk.ports import Clock

RECENTLY = timedelta(days=1)
"""How long ago executions may have begun that are listed."""

_ENDS = {
    "ExecutionSucceeded": "SUCCEEDED",
    "ExecutionFailed": "FAILED",
    "ExecutionAborted": "ABORTED",
    "ExecutionTimedOut": "TIMED_OUT",
}


def machine_of(execution: str) -> str:
    """The ARN of the machine whose execution that is."""
    *head, _, name = execution.split(":")[:7]
    return ":".join([*head, "stateMachine", name])


class AnyMachines(StepFunctions):
    """Step Functions, with executions of EXPRESS machines as their log tells of them.

    Args:
        service: Step Functions.
        patient: the same, for EXPRESS machines that are run through.
        logs: CloudWatch Logs.
        clock: tells the time.
    """

    def __init__(
        self, service: Service, *, patient: Service, logs: CloudWatchLogs, clock: Clock
    ) -> None:
        super().__init__(service, patient=patient)
        self._logs, self._clock = logs, clock

    def listed(self, machine: str, /, *, most: int) -> tuple[str, ...]:
        """The ARNs of the executions that were started last, newest first.

        Raises:
            CloudError: AWS refused.
        """
        found = super().listed(machine, most=most)
        return found or tuple(past.outcome.arn for past in self._logged(machine, most))

    def recent(self, machine: str, /, *, most: int) -> tuple[PastExecution, ...]:
        """The executions that were started last, newest first.

        Raises:
            CloudError: AWS refused.
        """
        return super().recent(machine, most=most) or self._logged(machine, most)

    def describe(self, execution: str, /) -> Execution:
        """How an execution stands.

        Raises:
            CloudError: AWS refused, or nothing was logged of it.
        """
        return (
            self.past(execution).outcome
            if arns.is_express_execution(execution)
            else super().describe(execution)
        )

    def past(self, execution: str, /) -> PastExecution:
        """An execution with its times and its input.

        Raises:
            CloudError: AWS refused, or nothing was logged of it.
        """
        if not arns.is_express_execution(execution):
            return super().past(execution)
        return _past(execution, self._events(execution))

    def history(self, execution: str, /, after: int) -> tuple[ExecutionEvent, ...]:
        """The events whose id is above `after`, in order.

        Raises:
            CloudError: AWS refused, or nothing was logged of it.
        """
        if not arns.is_express_execution(execution):
            return super().history(execution, after)
        return tuple(event for event in self._events(execution) if event.id > after)

    def pages(self, execution: str, /) -> Iterator[tuple[ExecutionEvent, ...]]:
        """The events from the first on, as many at a time as one answer holds.

        Raises:
            CloudError: AWS refused, or nothing was logged of it.
        """
        if arns.is_express_execution(execution):
            yield self._events(execution)
        else:
            yield from super().pages(execution)

    def definition(self, execution: str, /) -> str:
        """The definition that an execution began with; of an unpublished EXPRESS one that of today.

        Raises:
            CloudError: AWS refused, or nothing was logged of it.
        """
        if not arns.is_express_execution(execution):
            return super().definition(execution)
        version = self._events(execution)[0].details.get("stateMachineVersionArn")
        machine = version if isinstance(version, str) else machine_of(execution)
        live = self.live(machine)
        if live is None:
            raise CloudError(f"{machine} is not there any more")
        return live.definition

    def _logged(self, machine: str, most: int) -> tuple[PastExecution, ...]:
        """The executions of the last day of an EXPRESS machine; of another none."""
        if not self.express(machine):
            return ()
        lines = self._logs.lines(
            _group(machine), self._clock.now() - RECENTLY, matching='{ $.type = "Execution*" }'
        )
        found = [*_executions(lines).items()][:most]
        return tuple(_past(arn, events) for arn, events in found)

    def _events(self, execution: str) -> tuple[ExecutionEvent, ...]:
        """The events of an execution that were logged, in order, one at least."""
        lines = self._logs.lines(
            _group(machine_of(execution)),
            datetime.fromtimestamp(0, UTC),
            matching=f'{{ $.execution_arn = "{execution}" }}',
        )
        events = _executions(lines).get(execution)
        if not events:
            raise CloudError(
                f"the log says nothing of {execution} yet",
                hint='CloudWatch takes a few seconds; `logging = "ALL"` is what tells of EXPRESS',
            )
        return events


def _group(machine: str) -> str:
    return f"/aws/vendedlogs/states/{machine.rpartition(':')[2]}"


def _executions(lines: Iterable[LogLine]) -> dict[str, tuple[ExecutionEvent, ...]]:
    """The events of each execution that lines tell of, by its ARN; those begun last come first."""
    found: dict[str, dict[int, ExecutionEvent]] = {}
    for line in lines:
        read = _event(line.text)
        if read is not None:
            arn, event = read
            found.setdefault(arn, {})[event.id] = event  # a line may be delivered twice
    whole = {arn: tuple(events[n] for n in sorted(events)) for arn, events in found.items()}
    return dict(sorted(whole.items(), key=lambda item: item[1][0].time, reverse=True))


def _past(arn: str, events: tuple[ExecutionEvent, ...]) -> PastExecution:
    first, last = events[0], events[-1]
    status = _ENDS.get(last.type, "RUNNING")
    return PastExecution(
        outcome=Execution(
            arn=arn,
            name=arns.execution_name(arn),
            status=status,
            output=last.details.get("output"),
            error=last.details.get("error"),
            cause=last.details.get("cause"),
        ),
        began=first.time,
        ended=None if status == "RUNNING" else last.time,
        input=first.details.get("input"),
    )


def _event(text: str) -> tuple[str, ExecutionEvent] | None:
    """The execution and the event that a line tells of; None for a line of another kind."""
    try:
        entry = json.loads(text)
        return str(entry["execution_arn"]), ExecutionEvent(
            id=int(entry["id"]),
            previous_id=int(entry.get("previous_event_id", 0)),
            type=str(entry["type"]),
            time=datetime.fromtimestamp(int(entry["event_timestamp"]) / 1000, UTC),
            details=_details(entry.get("details")),
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _details(value: JSON) -> Mapping[str, JSON]:
    return value if isinstance(value, dict) else {}
