"""The engine at work: a thread with an event loop in which executions run and requests are answered."""

import asyncio
import logging
import threading
from collections.abc import Coroutine
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from maestro_cdk.engine.callbacks import Callbacks
from maestro_cdk.engine.clocks import RandomIds, RealClock
from maestro_cdk.engine.integrations.activities import Activities
from maestro_cdk.engine.integrations.tasks import ServiceTasks
from maestro_cdk.local.states import constraints
from maestro_cdk.local.states.activities import ActivityActions
from maestro_cdk.local.states.calls import Calls
from maestro_cdk.local.states.executions import Executions
from maestro_cdk.local.states.log import Log
from maestro_cdk.local.states.ports import Around
from maestro_cdk.local.states.service import Action, Given, Service
from maestro_cdk.local.states.store import Row, Store
from maestro_cdk.local.states.trials import Trials
from maestro_cdk.local.states.validation import Validation
from maestro_cdk.model import JSON
from maestro_cdk.services.models import BotocoreModels

logger = logging.getLogger(__name__)

T = TypeVar("T")

PACE = 0.25
"""So many seconds pass at most until what happened is kept, and logged."""


class Runtime:
    """Runs executions beside the server that takes requests.

    Args:
        around: the AWS that the machines are kept in.
        endpoint: its address, for what Tasks call.
        file: where executions are kept; None keeps them in memory.
    """

    def __init__(self, around: Around, *, endpoint: str, file: Path | None = None) -> None:
        self.clock = RealClock(around.scale)
        self.store = Store(file)
        self._around = around
        self._loop = asyncio.new_event_loop()
        self._models, callbacks = BotocoreModels(), Callbacks()
        activities = Activities(callbacks)
        calls = Calls(endpoint, around)
        self._log = Log(calls)
        ids = RandomIds()
        self.executions = Executions(
            store=self.store,
            around=around,
            tasks=ServiceTasks(calls, self._models, self.clock, callbacks, activities),
            clock=self.clock,
            ids=ids,
            loop=self._loop,
            heard=self._log.heard,
        )
        self.validation = Validation(self._models)
        self.service = Service(self.executions, around, callbacks, self.validation.references)
        self._trials = Trials(self.executions.world, self._models, self.validation)
        self.activities = ActivityActions(activities, self.store, around)
        self.executions.recover()
        self._thread = threading.Thread(target=self._run, name="states", daemon=True)
        self._thread.start()

    @cached_property
    def actions(self) -> dict[str, Action]:
        """What is answered here, by the actions' names."""
        return {
            **self.service.actions,
            **self.activities.actions,
            "TestState": self._trials.test,
            "ValidateStateMachineDefinition": self.validation.validate,
        }

    def check(self, action: str, given: Given) -> None:
        """See that a request keeps to what the API says of it.

        Raises:
            Refusal: it does not.
        """
        constraints.check(action, given, self._models)

    async def answer(self, action: str, given: Given) -> JSON:
        """Answer a request, for whatever loop it came to.

        Raises:
            Refusal: it is refused.
        """
        if action == "StartExecution":
            return self.start(given)
        return await asyncio.wrap_future(self._submitted(self.actions[action](given)))

    def start(self, given: Given) -> Row:
        """Start an execution, from whatever thread.

        Raises:
            Refusal: it cannot be started.
        """
        return self.service.start(given)

    def forget(self) -> None:
        """Stop all that runs, and forget all that was."""
        self._loop.call_soon_threadsafe(self.executions.forget)

    def abandon(self, machine: str) -> None:
        """Stop the executions of a machine that is gone, from whatever thread."""
        self._loop.call_soon_threadsafe(self.executions.abandon, machine)

    def _submitted(self, work: Coroutine[Any, Any, T] | Any) -> Any:
        """Do something in the thread, for the account and the region of whoever asks."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    @property
    def busy(self) -> bool:
        """Whether an execution runs."""
        return bool(self.executions.running)

    def close(self) -> None:
        """Keep what is left to keep, and end."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self.store.close()

    # --- in the thread --------------------------------------------------------------------------

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.create_task(self._keep())
        self._loop.run_forever()

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(PACE)
            for work in (self._flush, self._log.send):
                try:
                    await work()
                except Exception:
                    logger.exception("What happened could not be kept; it is tried again")

    async def _flush(self) -> None:
        await self._loop.run_in_executor(None, self.store.flush)
