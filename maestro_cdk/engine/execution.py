"""An execution: a machine and an input become a history and an outcome.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-state-machine-executions.html
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from maestro_cdk.asl import arns
from maestro_cdk.engine import timestamps
from maestro_cdk.engine.data import Data
from maestro_cdk.engine.failures import RUNTIME, TIMEOUT, Failure, RuntimeFailure
from maestro_cdk.engine.history import WHOLE, Chain, History
from maestro_cdk.engine.ports import Clock, Ids, Tasks
from maestro_cdk.engine.running import Branch, Point, Run, run_states
from maestro_cdk.engine.together import stop
from maestro_cdk.model import JSON, ExecutionEvent
from maestro_cdk.model import Execution as Outcome

Type = Literal["STANDARD", "EXPRESS"]

LONGEST = {"STANDARD": 31_536_000, "EXPRESS": 300}
"""So many seconds an execution can last: a year, or five minutes.

https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A state machine. `version` and `alias` are the ARNs that an execution was started by."""

    arn: str
    name: str
    role: str
    definition: Mapping[str, Any]
    type: Type = "STANDARD"
    version: str | None = None
    alias: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What executions run in: the ports, and who hears of what happens.

    `told` hears of each event, `ended` of each execution that has come to its end, `child` of each
    child execution of a distributed Map, `map_run` of the Map's run, each time that it stands
    otherwise. `most_events` is the limit of a history, which AWS has and a test may not want.
    """

    tasks: Tasks
    clock: Clock
    ids: Ids
    told: Callable[["Execution", ExecutionEvent], None] = lambda *_: None
    ended: Callable[["Execution"], None] = lambda *_: None
    child: Callable[["Execution"], None] = lambda *_: None
    map_run: Callable[[Any], None] = lambda *_: None
    most_events: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """An execution that goes on where it had failed, at a `point`.

    `events` is its history so far, `started` when it began, `count` how often it goes on by now.

    https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
    """

    point: Point
    events: Sequence[ExecutionEvent]
    started: datetime
    count: int


class Execution:
    """An execution of a machine, from its start to its end.

    `payload` is the input's JSON text. `map_run` is the run of a distributed Map that it is a child
    of. `outcome` is how it stands, `events` what happened so far.
    """

    def __init__(
        self,
        machine: Machine,
        payload: str | Data,
        world: World,
        *,
        name: str | None = None,
        map_run: Any = None,
        resumed: Resumed | None = None,
    ) -> None:
        self.machine, self.world, self.map_run = machine, world, map_run
        self.resumed = resumed
        self.input = payload if isinstance(payload, Data) else Data(text=payload)
        self.name = name or world.ids.uuid()
        self.arn = _arn(machine, self.name, world.ids, map_run)
        self.started: datetime = resumed.started if resumed else world.clock.now()
        self.stopped: datetime | None = None
        most = world.most_events if machine.type == "STANDARD" else None
        self.history = History(world.clock.now, lambda event: world.told(self, event), most)
        self.history.events.extend(resumed.events if resumed else ())
        self.outcome = Outcome(arn=self.arn, name=self.name, status="RUNNING")
        self.output: JSON = None
        self._stop: asyncio.Future[Failure] | None = None
        self._asked: Failure | None = None

    @property
    def events(self) -> list[ExecutionEvent]:
        """What happened so far."""
        return self.history.events

    def stop(self, error: str | None = None, cause: str | None = None) -> None:
        """Abort it, wherever it is; nothing happens where it has ended."""
        self._asked = self._asked or Failure(error, cause)
        if self._stop is not None and not self._stop.done():
            self._stop.set_result(self._asked)

    def give_up(self, cause: str) -> None:
        """End it as failed: the engine itself cannot go on."""
        self._end("FAILED", "ExecutionFailed", Failure(RUNTIME, cause), len(self.events))

    def described(self) -> dict[str, JSON]:
        """What is known of it, as DescribeExecution names it: for the files of a ResultWriter."""
        outcome = self.outcome
        known = {
            "ExecutionArn": self.arn,
            "Input": self.input.text,
            "InputDetails": {"Included": True},
            "Name": self.name,
            "Output": outcome.output,
            "OutputDetails": {"Included": True} if outcome.output is not None else None,
            "Error": outcome.error,
            "Cause": outcome.cause,
            "StartDate": timestamps.text(self.started),
            "StateMachineArn": self.machine.arn,
            "Status": outcome.status,
            "StopDate": timestamps.text(self.stopped) if self.stopped else None,
        }
        return {key: value for key, value in known.items() if value is not None}

    # --- running --------------------------------------------------------------------------------

    async def run(self) -> Outcome:
        """Run it to its end; how it ended."""
        clock = self.world.clock
        self._stop = asyncio.get_running_loop().create_future()
        if self._asked is not None:
            self._stop.set_result(self._asked)
        longest = LONGEST[self.machine.type]
        limit = min(self.machine.definition.get("TimeoutSeconds", longest), longest)
        chain = Chain(self.history, len(self.events))
        if self.resumed is not None:
            chain.add("ExecutionRedriven", {"redriveCount": self.resumed.count})
        else:
            chain.aside("ExecutionStarted", self._started())
        work = asyncio.create_task(self._work(chain))
        alarm = asyncio.create_task(clock.elapse(limit))
        try:
            await asyncio.wait((work, alarm, self._stop), return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            await stop(work, alarm)
            # A child is aborted with the Map that has started it.
            if work.cancelled() and self.map_run is not None:
                self._end("ABORTED", "ExecutionAborted", Failure(), 0)
            raise
        finally:
            await stop(*(task for task in (work, alarm) if not task.done()))
        if work.done() and not work.cancelled():
            work.result()
        elif self._stop.done():
            self._end("ABORTED", "ExecutionAborted", self._stop.result(), 0)
        else:
            self._end("TIMED_OUT", "ExecutionTimedOut", Failure(TIMEOUT), 0)
        return self.outcome

    def _started(self) -> dict[str, Any]:
        details: dict[str, Any] = {
            "input": self.input.text,
            "inputDetails": WHOLE,
            "roleArn": self.machine.role,
        }
        if self.machine.version:
            details["stateMachineVersionArn"] = self.machine.version
        if self.machine.alias:
            details["stateMachineAliasArn"] = self.machine.alias
        return details

    async def _work(self, chain: Chain) -> None:
        branch = Branch(run=self.shared(), chain=chain, variables={})
        branch.point = self.resumed.point if self.resumed is not None else None
        try:
            output = await run_states(branch, self.machine.definition, self.input)
        except RuntimeFailure as failure:
            last = len(self.events) if failure.previous is None else failure.previous
            self._end("FAILED", "ExecutionFailed", failure, last)
        except Failure as failure:
            self._end("FAILED", "ExecutionFailed", failure, chain.last)
        except RecursionError:
            too_deep = Failure(RUNTIME, "The data is nested too deep.")
            self._end("FAILED", "ExecutionFailed", too_deep, chain.last)
        else:
            self.output = output.value
            details = {"output": output.text, "outputDetails": WHOLE}
            self.history.end("ExecutionSucceeded", details, chain.last)
            self._outcome("SUCCEEDED", output=output.text)

    def shared(self) -> Run:
        """What all of its states share."""
        arn = arns.parse(self.arn)
        return Run(
            tasks=self.world.tasks,
            clock=self.world.clock,
            ids=self.world.ids,
            arn=self.arn,
            region=arn.region if arn else "",
            machine=self.machine.arn,
            role=self.machine.role,
            language=self.machine.definition.get("QueryLanguage", "JSONPath"),
            context=self._context(),
            start_child=self._child,
            told_map_run=self.world.map_run,
        )

    def _context(self) -> dict[str, JSON]:
        """The context object, but for what is the states' own.

        https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
        """
        execution: dict[str, JSON] = {
            "Id": self.arn,
            "Input": self.input.value,
            "StartTime": timestamps.text(self.started),
            "Name": self.name,
            "RoleArn": self.machine.role,
        }
        if self.machine.type == "STANDARD":
            execution["RedriveCount"] = self.resumed.count if self.resumed else 0
        if self.resumed is not None:
            execution["RedriveTime"] = timestamps.text(self.world.clock.now())
        machine = {"Id": self.machine.arn, "Name": self.machine.name}
        return {"Execution": execution, "StateMachine": machine}

    def _child(self, processor: Mapping[str, Any], payload: Data, map_run: Any) -> "Execution":
        """An execution for an item of a distributed Map."""
        config = processor.get("ProcessorConfig") or {}
        definition = {"QueryLanguage": self.shared().language, **processor}
        machine = replace(
            self.machine,
            definition=definition,
            type=config.get("ExecutionType", "STANDARD"),
            version=None,
            alias=None,
        )
        child = Execution(machine, payload, self.world, map_run=map_run)
        self.world.child(child)
        return child

    # --- the end --------------------------------------------------------------------------------

    def _end(self, status: str, kind: str, failure: Failure, previous: int) -> None:
        self.history.end(kind, failure.details, previous)
        told = failure if status != "TIMED_OUT" else Failure()
        self._outcome(status, error=told.error, cause=told.cause)

    def _outcome(
        self,
        status: str,
        output: str | None = None,
        error: str | None = None,
        cause: str | None = None,
    ) -> None:
        self.stopped = self.world.clock.now()
        self.outcome = replace(self.outcome, status=status, output=output, error=error, cause=cause)
        self.world.ended(self)


def _arn(machine: Machine, name: str, ids: Ids, map_run: Any) -> str:
    """An execution's ARN: those of EXPRESS ones have an id of their own behind their name."""
    prefix, _, own = machine.arn.rpartition(":stateMachine:")
    label = map_run.label if map_run is not None else own
    if machine.type == "EXPRESS":
        return f"{prefix}:express:{label}:{name}:{ids.uuid()}"
    return f"{prefix}:execution:{label}:{name}"
