"""Executions: those that run, and what is kept of all."""

import asyncio
import contextvars
import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from maestro_cdk.engine import data
from maestro_cdk.engine.execution import Execution, Machine, World
from maestro_cdk.engine.history import MOST_EVENTS
from maestro_cdk.engine.ports import Clock, Ids, Tasks
from maestro_cdk.engine.states.distributed import MOST_AT_ONCE, MapRun
from maestro_cdk.local.states import given as read
from maestro_cdk.local.states import rows
from maestro_cdk.local.states.ports import Around, Found
from maestro_cdk.local.states.refusals import Refusal
from maestro_cdk.local.states.store import Row, Store
from maestro_cdk.model import JSON, ExecutionEvent

logger = logging.getLogger(__name__)

KEPT_SECONDS = 90 * 86400

ABANDONED = "The state machine was deleted."

INTERRUPTED = "The AWS on this machine ended while the execution ran."


@dataclass(slots=True, kw_only=True)
class Running:
    """An execution that runs: what it is of, and how it stands."""

    execution: Execution
    found: Found
    row: Row
    over: asyncio.Event = field(default_factory=asyncio.Event)
    task: "asyncio.Task[None] | None" = None


class Executions:
    """Starts executions and keeps what becomes of them.

    `loop` is where they run. `heard` is told of each event with the execution that it is of, and
    how that is logged.
    """

    def __init__(
        self,
        *,
        store: Store,
        around: Around,
        tasks: Tasks,
        clock: Clock,
        ids: Ids,
        loop: asyncio.AbstractEventLoop,
        heard: Callable[[Running, ExecutionEvent], None],
    ) -> None:
        self.store, self._around, self._loop, self._heard = store, around, loop, heard
        self.running: dict[str, Running] = {}
        self.map_runs: dict[str, MapRun] = {}
        self._begun: dict[str, float] = {}
        self.world = World(
            tasks=tasks,
            clock=clock,
            ids=ids,
            told=self._told,
            ended=self._ended,
            child=self._child,
            map_run=self._map_run,
            most_events=MOST_EVENTS,
        )

    # --- starting -------------------------------------------------------------------------------

    def start(self, found: Found, payload: str, name: str | None = None) -> Running:
        """Start an execution, from whatever thread; it goes on by itself.

        Raises:
            Refusal: the name or the input is not one that can be.
        """
        running = self.begun(found, payload, name)
        context = contextvars.copy_context()
        self._loop.call_soon_threadsafe(self._set_going, running, context=context)
        return running

    def begun(self, found: Found, payload: str, name: str | None = None) -> Running:
        """An execution that is there, and does not run yet.

        Raises:
            Refusal: the name or the input is not one that can be.
        """
        machine = Machine(
            arn=found.arn,
            name=found.name,
            role=found.role,
            definition=_definition(found.definition),
            type=found.type,
            version=found.version,
            alias=found.alias,
        )
        _check(payload, name)
        execution = Execution(machine, payload, self.world, name=name)
        digest = hashlib.sha256(found.definition.encode()).hexdigest()
        row = rows.started(execution, found, digest)
        running = Running(execution=execution, found=found, row=row)
        self.store.write_definition(digest, found.definition)
        self._stands(running, row)
        return running

    def resume(self, running: Running) -> None:
        """Let an execution go on that had failed."""
        self._stands(running, running.row)
        self._set_going(running)

    def _set_going(self, running: Running) -> None:
        running.task = asyncio.ensure_future(self.run(running))

    async def run(self, running: Running) -> None:
        """Run an execution to its end, whatever happens."""
        execution = running.execution
        self._announce(running)
        try:
            await execution.run()
        except Exception as error:
            logger.exception("The engine broke down in %s", execution.arn)
            execution.give_up(f"maestro itself broke down: {type(error).__name__}: {error}")
        self._announce(running)

    async def stop(self, arn: str, error: str | None, cause: str | None) -> None:
        """Stop an execution that runs, and wait until it has stopped."""
        running = self.running.get(arn)
        if running is not None:
            running.execution.stop(error, cause)
            await running.over.wait()

    def abandon(self, machine: str) -> None:
        """Stop the executions of a machine that is gone; AWS does so at their next transition.

        https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachine.html
        """
        for running in tuple(self.running.values()):
            if running.found.arn == machine:
                running.execution.stop(cause=ABANDONED)

    # --- what is heard of them ------------------------------------------------------------------

    def _told(self, execution: Execution, event: ExecutionEvent) -> None:
        running = self.running.get(execution.arn)
        if running is None:
            return
        if execution.machine.type == "STANDARD":
            self.store.write_event(execution.arn, rows.event(event))
        self._heard(running, event)

    def _ended(self, execution: Execution) -> None:
        running = self.running.get(execution.arn)
        if running is not None:
            self._stands(running, rows.ended(running.row, execution))
            del self.running[execution.arn]
            running.over.set()

    def _stands(self, running: Running, row: Row) -> None:
        """Note how an execution stands now."""
        running.row = row
        if row["status"] == "RUNNING":
            self.running[running.execution.arn] = running
        # Of EXPRESS ones those are kept that a Map has started.
        if running.execution.machine.type == "STANDARD" or running.execution.map_run is not None:
            self.store.write_execution(row)

    def _child(self, execution: Execution) -> None:
        run: MapRun = execution.map_run
        parent = self.running[run.execution]
        row = rows.started(execution, parent.found, parent.row["definition"])
        row |= {"mapRunArn": run.arn, "itemCount": run.sizes[-1]}
        self._stands(Running(execution=execution, found=parent.found, row=row), row)

    def _map_run(self, run: MapRun) -> None:
        parent = self.running.get(run.execution)
        if parent is None:
            return
        now = rows.moment(self.world.clock.now())
        began = self._begun.setdefault(run.arn, now)
        self.map_runs[run.arn] = run
        stopped = None if run.status == "RUNNING" else now
        if stopped is not None:
            del self._begun[run.arn], self.map_runs[run.arn]
        self.store.write_map_run(rows.map_run(run, parent.found.arn, began, stopped))

    def change_map_run(
        self, run: MapRun, *, at_once: int | None, count: int | None, share: float | None
    ) -> None:
        """Let a Map's run go on otherwise: with so many items at a time, or failures."""
        if at_once is not None:
            run.gate.most = at_once or MOST_AT_ONCE
        if count is not None:
            run.tolerated_count = count
        if share is not None:
            run.tolerated_percentage = share
        self._map_run(run)

    def _announce(self, running: Running) -> None:
        """Tell EventBridge how a STANDARD execution stands.

        https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
        """
        if running.execution.machine.type == "STANDARD":
            row = dict(running.row)
            context = contextvars.copy_context()
            self._loop.run_in_executor(None, context.run, self._around.announce, row)

    def forget(self) -> None:
        """Stop all that runs, and forget all that was."""
        for running in tuple(self.running.values()):
            running.execution.stop()
        self.running.clear()
        self.store.clear()

    # --- those of an earlier server -------------------------------------------------------------

    def recover(self) -> None:
        """Note of executions whose server ended under them that they are over.

        What ended long ago is forgotten, as AWS does after 90 days.
        https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
        """
        self.store.forget_before(self.world.clock.now().timestamp() - KEPT_SECONDS)
        now = rows.moment(self.world.clock.now())
        for row in self.store.running():
            told = {**row, "status": "ABORTED", "stopDate": now, "cause": INTERRUPTED}
            self.store.write_execution({**told, **rows.redriving(told)})
            events = self.store.events(row["executionArn"], reverse=True, most=1).rows
            last = events[0]["id"] if events else 0
            ending = ExecutionEvent(
                id=last + 1,
                previous_id=last,
                type="ExecutionAborted",
                time=self.world.clock.now(),
                details={"cause": INTERRUPTED},
            )
            self.store.write_event(row["executionArn"], rows.event(ending))
        self.store.flush()


@lru_cache(maxsize=256)
def _definition(text: str) -> dict[str, JSON]:
    """A definition's value; executions share it, and none changes it.

    Raises:
        Refusal: it is none.
    """
    try:
        value = data.loads(text)
    except ValueError as error:
        raise Refusal("InvalidDefinition", f"Invalid State Machine Definition: {error}") from error
    if not isinstance(value, dict):
        raise Refusal("InvalidDefinition", "Invalid State Machine Definition: it is no object")
    return value


def _check(payload: Any, name: str | None) -> None:
    if name is not None:
        read.check_name(name)
    try:
        data.loads(payload)
    except (ValueError, TypeError) as error:
        message = f"Invalid State Machine Execution Input: '{error}'"
        raise Refusal("InvalidExecutionInput", message) from error
    if len(payload.encode()) > data.LIMIT:
        message = "Invalid State Machine Execution Input: it is longer than 262144 bytes"
        raise Refusal("InvalidExecutionInput", message)
