"""The actions of Step Functions that the engine answers.

What is about machines themselves (making, changing, listing them, their versions and aliases) is
kept by the AWS around; only their definitions are looked at here.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html
"""

import re
from collections.abc import Awaitable, Callable, Mapping

from maestro_cdk.engine.callbacks import Callbacks, UnknownTokenError
from maestro_cdk.engine.data import LIMIT, loads
from maestro_cdk.local.states import given as read
from maestro_cdk.local.states import redriving, rows
from maestro_cdk.local.states.executions import Executions, Running
from maestro_cdk.local.states.ports import Around, Found
from maestro_cdk.local.states.refusals import (
    Refusal,
    invalid,
    no_execution,
    no_machine,
    no_resource,
    wrong_type,
)
from maestro_cdk.local.states.store import Page, Row, Store
from maestro_cdk.model import JSON

Given = dict[str, JSON]

_TOKEN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""What the tokens that are given out here look like."""

Action = Callable[[Given], Awaitable[JSON]]


class Service:
    """Answers requests: an action and what it is given, to what Step Functions answers.

    `references` tells the variables that each state of a definition reads.
    """

    def __init__(
        self,
        executions: Executions,
        around: Around,
        callbacks: Callbacks,
        references: Callable[[str], dict[str, list[str]]],
    ) -> None:
        self.executions, self._around = executions, around
        self._callbacks, self._references = callbacks, references
        self.actions: Mapping[str, Action] = {
            "StartSyncExecution": self.start_sync,
            "StopExecution": self.stop,
            "RedriveExecution": self.redrive,
            "DescribeExecution": self.describe,
            "DescribeStateMachineForExecution": self.describe_machine,
            "ListExecutions": self.list_executions,
            "GetExecutionHistory": self.history,
            "ListMapRuns": self.list_map_runs,
            "DescribeMapRun": self.describe_map_run,
            "UpdateMapRun": self.update_map_run,
            "SendTaskSuccess": self.send_success,
            "SendTaskFailure": self.send_failure,
            "SendTaskHeartbeat": self.send_heartbeat,
        }

    @property
    def _store(self) -> Store:
        return self.executions.store

    # --- starting and stopping ------------------------------------------------------------------

    def start(self, given: Given) -> Row:
        """StartExecution, from whatever thread."""
        found = self._found(given)
        payload, name = _payload(given), read.optional(given, "name")
        if name is not None and found.type == "STANDARD":
            known = self._of_name(found, name)
            if known is not None and known["status"] == "RUNNING" and known["input"] == payload:
                return {key: known[key] for key in ("executionArn", "startDate")}
            if known is not None:
                message = f"Execution Already Exists: '{known['executionArn']}'"
                raise Refusal("ExecutionAlreadyExists", message)
        running = self.executions.start(found, payload, name)
        return {key: running.row[key] for key in ("executionArn", "startDate")}

    def _found(self, given: Given) -> Found:
        arn = read.text(given, "stateMachineArn")
        if ":stateMachine:" not in arn:
            raise Refusal("InvalidArn", f"Invalid Arn: 'Invalid ARN prefix: {arn}'")
        found = self._around.find(arn)
        if found is None:
            raise no_machine(arn)
        return found

    def _of_name(self, found: Found, name: str) -> Row | None:
        """The execution that has a name already; none of an earlier machine of the same name."""
        arn = f"{found.arn.replace(':stateMachine:', ':execution:')}:{name}"
        row = self._store.execution(arn)
        if row is not None and row["startDate"] < found.created:
            self._store.forget(arn)
            return None
        return row

    async def start_sync(self, given: Given) -> JSON:
        """Run an execution of an EXPRESS machine to its end."""
        found = self._found(given)
        if found.type != "EXPRESS":
            raise wrong_type()
        running = self.executions.begun(found, _payload(given), read.optional(given, "name"))
        await self.executions.run(running)
        return rows.described(running.row, bare=_is_bare(given)) | {
            "billingDetails": _billed(running)
        }

    async def stop(self, given: Given) -> JSON:
        """Abort an execution."""
        arn = read.text(given, "executionArn")
        self._execution(arn)
        error, cause = read.optional(given, "error"), read.optional(given, "cause")
        await self.executions.stop(arn, error, cause)
        row = self._execution(arn)
        return {"stopDate": row["stopDate"]}

    async def redrive(self, given: Given) -> JSON:
        """Begin an execution again where it failed."""
        row = self._execution(read.text(given, "executionArn"))
        if row["redriveStatus"] != "REDRIVABLE":
            reason = row.get("redriveStatusReason") or "Its Map Run redrives it"
            message = f"Execution Not Redrivable: '{reason}'"
            raise Refusal("ExecutionNotRedrivable", message)
        running = redriving.again(self.executions, row, self._definition(row), self._store)
        self.executions.resume(running)
        return {"redriveDate": running.row["redriveDate"]}

    # --- telling --------------------------------------------------------------------------------

    def _execution(self, arn: str) -> Row:
        if ":express:" in arn:
            raise _express()
        return self._kept(arn)

    def _kept(self, arn: str) -> Row:
        """An execution that is kept: a STANDARD one, or a child of a Map."""
        if ":execution:" not in arn and ":express:" not in arn:
            raise Refusal("InvalidArn", f"Invalid Arn: 'Invalid ARN prefix: {arn}'")
        row = self._store.execution(arn)
        if row is None:
            raise _express() if ":express:" in arn else no_execution(arn)
        return row

    def _definition(self, row: Row) -> str:
        return self._store.definition(row["definition"]) or "{}"

    async def describe(self, given: Given) -> JSON:
        """How an execution stands."""
        row = self._kept(read.text(given, "executionArn"))
        return rows.described(row, bare=_is_bare(given))

    async def describe_machine(self, given: Given) -> JSON:
        """The machine of an execution, as it was when that began."""
        row = self._kept(read.text(given, "executionArn"))
        arn = row["stateMachineArn"]
        found, definition = self._around.find(arn), self._definition(row)
        references = self._references(definition)
        return {
            "stateMachineArn": arn,
            "name": arn.rpartition(":")[2],
            "definition": "" if _is_bare(given) else definition,
            "roleArn": found.role if found else "",
            "updateDate": row["startDate"],
            "loggingConfiguration": row["logging"] or {"level": "OFF"},
            "tracingConfiguration": {"enabled": False},
            "encryptionConfiguration": {"type": "AWS_OWNED_KEY"},
            "revisionId": row["revision"],
            **({"variableReferences": references} if references else {}),
            **({"mapRunArn": row["mapRunArn"]} if "mapRunArn" in row else {}),
        }

    async def list_executions(self, given: Given) -> JSON:
        """The executions of a machine, or of a run of its Map."""
        begin, most = read.page(given)
        status = read.optional(given, "statusFilter")
        run, redriven = read.optional(given, "mapRunArn"), read.optional(given, "redriveFilter")
        if (run is None) == (given.get("stateMachineArn") is None):
            raise invalid("Either a stateMachineArn or a mapRunArn must be specified, and not both")
        if run is not None:
            if self._store.map_run(run) is None:
                raise no_resource(run)
            found = self._store.executions(
                map_run=run, status=status, redriven=redriven, begin=begin, most=most
            )
            return _page("executions", found)
        if redriven is not None:
            raise invalid("A redriveFilter can only be specified with a mapRunArn")
        machine = self._found(given)
        if machine.type == "EXPRESS":
            raise wrong_type()
        found = self._store.executions(
            machine=machine.arn,
            named=machine.alias or machine.version,
            since=machine.created,
            status=status,
            begin=begin,
            most=most,
        )
        return _page("executions", found)

    async def history(self, given: Given) -> JSON:
        """What happened in an execution."""
        arn = read.text(given, "executionArn")
        self._execution(arn)
        begin, most = read.page(given)
        found = self._store.events(
            arn, reverse=bool(given.get("reverseOrder")), begin=begin, most=most
        )
        shown = found.rows
        if given.get("includeExecutionData") is False:
            shown = [rows.bare(row) for row in shown]
        return read.paged("events", list(shown), found.next)

    async def list_map_runs(self, given: Given) -> JSON:
        """The runs of the distributed Maps of an execution."""
        arn = read.text(given, "executionArn")
        self._execution(arn)
        begin, most = read.page(given)
        found = self._store.map_runs(arn, begin=begin, most=most)
        names = ("executionArn", "mapRunArn", "stateMachineArn", "startDate", "stopDate")
        listed = [{key: row[key] for key in names if key in row} for row in found.rows]
        return read.paged("mapRuns", listed, found.next)

    async def describe_map_run(self, given: Given) -> JSON:
        """How a run of a distributed Map stands."""
        arn = read.text(given, "mapRunArn")
        row = self._store.map_run(arn)
        if row is None:
            raise no_resource(arn)
        executions, items = self._store.counts(arn)
        total = row.pop("total")
        row.pop("stateMachineArn")
        return {
            **row,
            "itemCounts": _counts(items, total),
            "executionCounts": _counts(executions, sum(executions.values())),
        }

    async def update_map_run(self, given: Given) -> JSON:
        """Let a run of a distributed Map that goes on go on otherwise."""
        arn = read.text(given, "mapRunArn")
        if self._store.map_run(arn) is None:
            raise no_resource(arn)
        run = self.executions.map_runs.get(arn)
        if run is None:
            raise invalid("Only a Map Run that is RUNNING can be updated")
        share = given.get("toleratedFailurePercentage")
        self.executions.change_map_run(
            run,
            at_once=read.number(given, "maxConcurrency"),
            count=read.number(given, "toleratedFailureCount"),
            share=float(share) if isinstance(share, int | float) else None,
        )
        return {}

    # --- tokens ---------------------------------------------------------------------------------

    async def send_success(self, given: Given) -> JSON:
        """A task that was waited for is done."""
        output = read.text(given, "output")
        try:
            value = loads(output)
        except ValueError as error:
            raise Refusal("InvalidOutput", f"Invalid Output: '{error}'") from error
        if len(output.encode()) > LIMIT:
            raise Refusal("InvalidOutput", "Invalid Output: 'it is longer than 262144 bytes'")
        return self._answered(lambda token: self._callbacks.succeed(token, value), given)

    async def send_failure(self, given: Given) -> JSON:
        """A task that was waited for failed."""
        error, cause = read.optional(given, "error"), read.optional(given, "cause")
        return self._answered(lambda token: self._callbacks.fail(token, error, cause), given)

    async def send_heartbeat(self, given: Given) -> JSON:
        """A task that is waited for goes on."""
        return self._answered(self._callbacks.beat, given)

    @staticmethod
    def _answered(answer: Callable[[str], None], given: Given) -> JSON:
        token = read.text(given, "taskToken")
        if not _TOKEN.fullmatch(token):
            raise Refusal("InvalidToken", "Invalid Token: 'Invalid token'")
        try:
            answer(token)
        except UnknownTokenError as error:
            raise Refusal(
                "TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'"
            ) from error
        return {}


def _payload(given: Given) -> str:
    payload = read.optional(given, "input")
    return "{}" if payload is None else payload


def _is_bare(given: Given) -> bool:
    """Whether the data of an execution is not to be told."""
    return given.get("includedData") == "METADATA_ONLY"


def _express() -> Refusal:
    message = "Invalid Arn: 'Resource type not valid in this context: express'"
    return Refusal("InvalidArn", message)


def _page(name: str, found: Page) -> JSON:
    return read.paged(name, [rows.listed(row) for row in found.rows], found.next)


def _billed(running: Running) -> Row:
    """What would be paid for: time in steps of 100 ms, memory in steps of 64 MB.

    https://aws.amazon.com/step-functions/pricing/
    """
    execution = running.execution
    lasted = (execution.stopped or execution.started) - execution.started
    return {
        "billedMemoryUsedInMB": 64,
        "billedDurationInMilliseconds": -(-int(lasted.total_seconds() * 1000) // 100) * 100,
    }


_COUNTED = {
    "RUNNING": "running",
    "SUCCEEDED": "succeeded",
    "FAILED": "failed",
    "TIMED_OUT": "timedOut",
    "ABORTED": "aborted",
}


def _counts(found: Mapping[str, int], total: int) -> Row:
    """How many of a Map's run stand how; what is not there yet is pending."""
    counts = {name: found.get(status, 0) for status, name in _COUNTED.items()}
    pending = max(total - sum(counts.values()), 0)
    return {**counts, "pending": pending, "total": total, "resultsWritten": 0}
