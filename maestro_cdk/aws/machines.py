"""Step Functions."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any

from maestro_cdk.aws.failures import Refusal
from maestro_cdk.aws.service import Service
from maestro_cdk.cloud import Diagnostic, LiveMachine, MapRun
from maestro_cdk.model import JSON, Execution, ExecutionEvent, PastExecution

PAGE = 1000
"""The most events of one answer
(https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html)."""

LATEST = 100
"""Events of one answer where the last few are wanted, once or twice a second."""

DIAGNOSTICS = 100
"""The most diagnostics of one answer, which has no next page
(https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html)."""

CAUSE = 32_768
"""The most characters of a cause
(https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html)."""


class StepFunctions:
    """Step Functions as the port `Machines` wants it.

    Args:
        service: Step Functions.
        patient: Step Functions by a client that waits as long as an EXPRESS execution may take,
            and that never sends a request twice.
    """

    def __init__(self, service: Service, *, patient: Service) -> None:
        self._states = service
        self._patient = patient

    def live(self, machine: str, /) -> LiveMachine | None:
        """A machine as it lives; None where there is none.

        Raises:
            CloudError: Step Functions refused.
        """
        try:
            answer = self._states.call("describe_state_machine", stateMachineArn=machine)
        except Refusal as refusal:
            if refusal.code == "StateMachineDoesNotExist":
                return None
            raise
        return LiveMachine(
            arn=answer["stateMachineArn"],
            definition=answer["definition"],
            role=answer["roleArn"].rpartition("/")[2],
            revision=answer.get("revisionId", ""),
            deleting=answer.get("status") == "DELETING",
            logging=answer.get("loggingConfiguration", {}),
            tracing=answer.get("tracingConfiguration", {}),
        )

    def update(self, machine: str, changed: Mapping[str, JSON], /) -> str:
        """Change members of a machine, such as its `definition`; the others stay.

        Executions that begin in the next seconds may still follow the old one:
        https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachine.html

        Returns:
            The new revision's id.

        Raises:
            CloudError: Step Functions refused.
        """
        answer = self._states.call("update_state_machine", stateMachineArn=machine, **changed)
        return str(answer.get("revisionId", ""))

    def start(self, machine: str, /, *, name: str, payload: str) -> str:
        """Start an execution.

        Args:
            machine: the state machine's ARN.
            name: the execution's name, new among those of the last 90 days.
            payload: its input, JSON text.

        Returns:
            The execution's ARN.

        Raises:
            CloudError: Step Functions refused.
        """
        answer = self._states.call(
            "start_execution", stateMachineArn=machine, name=name, input=payload
        )
        return str(answer["executionArn"])

    def start_sync(self, machine: str, /, *, name: str, payload: str) -> Execution:
        """Run an EXPRESS machine to its end, which takes up to five minutes.

        Args:
            machine: the state machine's ARN.
            name: the execution's name.
            payload: its input, JSON text.

        Raises:
            CloudError: Step Functions refused; an execution that fails is no error here.
        """
        return _execution(
            self._patient.call(
                "start_sync_execution", stateMachineArn=machine, name=name, input=payload
            )
        )

    def express(self, machine: str, /) -> bool:
        """Whether a machine is of type EXPRESS.

        Raises:
            CloudError: Step Functions refused.
        """
        answer = self._states.call("describe_state_machine", stateMachineArn=machine)
        return bool(answer["type"] == "EXPRESS")

    def describe(self, execution: str, /) -> Execution:
        """How an execution stands.

        Raises:
            CloudError: Step Functions refused, as it does for an EXPRESS machine's.
        """
        return _execution(self._states.call("describe_execution", executionArn=execution))

    def history(self, execution: str, /, after: int) -> tuple[ExecutionEvent, ...]:
        """The events whose id is above `after`, in order.

        Whoever follows an execution asks for the last few of what may be 25,000 events, so from
        the second time on they are read from the end, as far as they are new.

        Args:
            execution: the execution's ARN.
            after: the id of the last event that is known; 0 for none.

        Raises:
            CloudError: Step Functions refused, as it does for an EXPRESS machine's.
        """
        events: list[ExecutionEvent] = []
        for page in self._states.pages(
            "get_execution_history",
            executionArn=execution,
            includeExecutionData=True,
            maxResults=LATEST if after else PAGE,
            reverseOrder=after > 0,
        ):
            fresh = [_event(each) for each in page["events"] if each["id"] > after]
            events += fresh
            if len(fresh) < len(page["events"]):
                break
        return tuple(sorted(events, key=lambda event: event.id))

    def map_run(self, arn: str, /) -> MapRun:
        """How far a distributed Map is; what failed or was stopped is done, too.

        https://docs.aws.amazon.com/step-functions/latest/apireference/API_MapRunItemCounts.html

        Raises:
            CloudError: Step Functions refused.
        """
        counts = self._states.call("describe_map_run", mapRunArn=arn)["itemCounts"]
        failed = counts["failed"] + counts["timedOut"] + counts["aborted"]
        return MapRun(total=counts["total"], done=counts["succeeded"] + failed, failed=failed)

    def pages(self, execution: str, /) -> Iterator[tuple[ExecutionEvent, ...]]:
        """The events from the first on, as many at a time as one answer holds.

        Raises:
            CloudError: Step Functions refused, as it does for an EXPRESS machine's.
        """
        for page in self._states.pages(
            "get_execution_history",
            executionArn=execution,
            includeExecutionData=True,
            maxResults=PAGE,
        ):
            yield tuple(_event(each) for each in page["events"])

    def definition(self, execution: str, /) -> str:
        """The definition that an execution began with.

        Raises:
            CloudError: Step Functions refused.
        """
        answer = self._states.call("describe_state_machine_for_execution", executionArn=execution)
        return str(answer["definition"])

    def listed(self, machine: str, /, *, most: int) -> tuple[str, ...]:
        """The ARNs of the executions that were started last, newest first; of EXPRESS none.

        https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html

        Args:
            machine: the state machine's ARN.
            most: how many are wanted, up to 1,000.

        Raises:
            CloudError: Step Functions refused.
        """
        return tuple(str(each["executionArn"]) for each in self._listed(machine, most))

    def recent(self, machine: str, /, *, most: int) -> tuple[PastExecution, ...]:
        """The executions that were started last, newest first, without what they hold.

        One answer tells of all of them; of an EXPRESS machine there are none.

        Args:
            machine: the state machine's ARN.
            most: how many are wanted, up to 1,000.

        Raises:
            CloudError: Step Functions refused.
        """
        return tuple(_past(each) for each in self._listed(machine, most))

    def _listed(self, machine: str, most: int) -> Sequence[Mapping[str, Any]]:
        try:
            answer = self._states.call("list_executions", stateMachineArn=machine, maxResults=most)
        except Refusal as refusal:
            if refusal.code == "StateMachineTypeNotSupported":
                return ()
            raise
        found: Sequence[Mapping[str, Any]] = answer["executions"]
        return found

    def past(self, execution: str, /) -> PastExecution:
        """An execution with its times and its input.

        Raises:
            CloudError: Step Functions refused, as it does for an EXPRESS machine's.
        """
        return _past(self._states.call("describe_execution", executionArn=execution))

    def redrive(self, execution: str, /) -> None:
        """Have an execution that failed go on from where it did.

        https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html

        Raises:
            CloudError: Step Functions refused, as it does for one that succeeded or still runs.
        """
        self._states.call("redrive_execution", executionArn=execution)

    def running(self, machine: str, /) -> tuple[str, ...]:
        """The ARNs of the executions that run.

        Returns:
            None at all where the machine is gone, or keeps no list, as an EXPRESS machine.

        Raises:
            CloudError: Step Functions refused.
        """
        try:
            return tuple(
                str(each["executionArn"])
                for page in self._states.pages(
                    "list_executions", stateMachineArn=machine, statusFilter="RUNNING"
                )
                for each in page["executions"]
            )
        except Refusal as refusal:
            if refusal.code in {"StateMachineDoesNotExist", "StateMachineTypeNotSupported"}:
                return ()
            raise

    def stop(self, execution: str, /, *, cause: str) -> None:
        """Stop an execution; one that has ended is left as it is.

        Args:
            execution: the execution's ARN.
            cause: why, for its history.

        Raises:
            CloudError: Step Functions refused.
        """
        try:
            self._states.call("stop_execution", executionArn=execution, cause=cause[:CAUSE])
        except Refusal as refusal:
            if refusal.code == "ExecutionDoesNotExist":
                return
            if self.describe(execution).status == "RUNNING":
                raise

    def validate(self, definition: str, /, *, express: bool) -> tuple[Diagnostic, ...]:
        """What Step Functions says of a definition, without a machine being made.

        https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html

        Args:
            definition: JSON text without substitutions.
            express: whether the machine is of type EXPRESS.

        Raises:
            CloudError: Step Functions refused to look at it.
        """
        answer = self._states.call(
            "validate_state_machine_definition",
            definition=definition,
            type="EXPRESS" if express else "STANDARD",
            severity="WARNING",
            maxResults=DIAGNOSTICS,
        )
        return tuple(
            Diagnostic(
                code=each["code"],
                severity="error" if each["severity"] == "ERROR" else "warning",
                message=each["message"].strip(),
                location=each.get("location"),
            )
            for each in answer["diagnostics"]
        )

    def gone(self, machine: str, /) -> bool:
        """Whether a machine is deleted to the end, so that its name is free again.

        Raises:
            CloudError: Step Functions refused.
        """
        try:
            self._states.call("describe_state_machine", stateMachineArn=machine)
        except Refusal as refusal:
            if refusal.code == "StateMachineDoesNotExist":
                return True
            raise
        return False


def _execution(answer: Mapping[str, Any]) -> Execution:
    return Execution(
        arn=answer["executionArn"],
        name=answer["name"],
        status=answer["status"],
        output=answer.get("output"),
        error=answer.get("error"),
        cause=answer.get("cause"),
    )


def _past(answer: Mapping[str, Any]) -> PastExecution:
    ended = answer.get("stopDate")
    return PastExecution(
        outcome=_execution(answer),
        began=answer["startDate"].astimezone(UTC),
        ended=ended.astimezone(UTC) if ended else None,
        input=answer.get("input"),
    )


def _event(event: Mapping[str, Any]) -> ExecutionEvent:
    details = (value for member, value in event.items() if member.endswith("EventDetails"))
    return ExecutionEvent(
        id=event["id"],
        previous_id=event.get("previousEventId", 0),
        type=event["type"],
        time=event["timestamp"].astimezone(UTC),
        details=next(details, {}),
    )
