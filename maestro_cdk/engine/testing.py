"""One state, tried by itself: what TestState of Step Functions does.

https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from maestro_cdk.asl.integrations import SYNC, SYNC_2, WAIT, parse
from maestro_cdk.engine import timestamps
from maestro_cdk.engine.data import Data, dumps
from maestro_cdk.engine.execution import Execution, Machine, World
from maestro_cdk.engine.failures import (
    EXCEED_TOLERATED_FAILURE_THRESHOLD,
    TIMEOUT,
    Failure,
)
from maestro_cdk.engine.history import Chain
from maestro_cdk.engine.integrations.mocks import unlike
from maestro_cdk.engine.ports import Request
from maestro_cdk.engine.retry import catcher, interval, retrier
from maestro_cdk.engine.running import RETRIED, Branch, Next, caught
from maestro_cdk.engine.states import WORK
from maestro_cdk.engine.states.distributed import MapRun
from maestro_cdk.engine.states.ends import with_result
from maestro_cdk.engine.states.items import concurrency, items_of, selected, thresholds
from maestro_cdk.engine.states.readers import parsed
from maestro_cdk.engine.together import Alarm, Gate, within
from maestro_cdk.engine.visits import Visit
from maestro_cdk.model import JSON
from maestro_cdk.ports import ServiceModels

Level = Literal["INFO", "DEBUG", "TRACE"]
Validation = Literal["STRICT", "PRESENT", "NONE"]
Status = Literal["SUCCEEDED", "FAILED", "RETRIABLE", "CAUGHT_ERROR"]

LONGEST = 300
"""So many seconds a test can last."""


class TestError(ValueError):
    """A state cannot be tested like this."""

    __test__ = False  # pytest takes what begins with Test for its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Mock:
    """What a Task, a Parallel or a Map is said to give: a result, or an error.

    `validation` is how much a Task's result must be like what its service answers.
    """

    result: JSON = None
    error: Failure | None = None
    validation: Validation = "STRICT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a state is tested with: an input, and what came before.

    `retries` is how often the state's Retry has tried it already, `failed_items` how many items of
    a Map failed, `read` what its ItemReader read.
    """

    payload: str = "{}"
    mock: Mock | None = None
    variables: Mapping[str, JSON] = field(default_factory=dict)
    context: Mapping[str, JSON] | None = None
    level: Level = "INFO"
    retries: int = 0
    failed_items: int | None = None
    read: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """What came of it; `inspection` holds what each step made, as DEBUG and TRACE show it."""

    status: Status
    output: str | None = None
    error: str | None = None
    cause: str | None = None
    next: str | None = None
    inspection: Mapping[str, JSON] = field(default_factory=dict)


def find(definition: Mapping[str, Any], name: str) -> tuple[Mapping[str, Any], str | None]:
    """A state of a whole machine, at any depth, and the query language it has by that.

    Raises:
        TestError: there is none of this name.
    """
    waiting: list[Mapping[str, Any]] = [definition]
    while waiting:
        machine = waiting.pop()
        for key, state in machine.get("States", {}).items():
            if key == name:
                return state, definition.get("QueryLanguage")
            inner = (state.get("ItemProcessor"), state.get("Iterator"))
            waiting += [found for found in (*inner, *state.get("Branches", ())) if found]
    raise TestError(f"there is no state {name}")


async def try_state(
    state: Mapping[str, Any],
    setting: Setting,
    world: World,
    *,
    name: str = "State",
    language: str | None = None,
    role: str = "",
    models: ServiceModels | None = None,
) -> Tested:
    """Try a state; `models` tell what a mock should be like.

    Raises:
        TestError: such a state cannot be tried, or not without a mock, or not with this one.
    """
    _check(state, setting)
    if models is not None and setting.mock is not None:
        _compare(state, setting.mock, models)
    return await _Trial(state, setting, world, name, language, role).run()


def _check(state: Mapping[str, Any], setting: Setting) -> None:
    kind = state.get("Type")
    if kind not in WORK:
        raise TestError(f"{kind} is no type of state")
    if setting.mock is not None and kind not in RETRIED:
        raise TestError("a mock can only be specified for Task, Map and Parallel states")
    if setting.context is not None and setting.mock is None:
        raise TestError("a context can only be specified with a mock")
    if setting.mock is None and _needs_mock(state):
        raise TestError("such a state can only be tested with a mock")


def _compare(state: Mapping[str, Any], mock: Mock, models: ServiceModels) -> None:
    integration = parse(str(state.get("Resource"))) if state["Type"] == "Task" else None
    if integration is None or mock.error is not None or mock.validation == "NONE":
        return
    wrong = unlike(mock.result, integration, models, strict=mock.validation == "STRICT")
    if wrong:
        raise TestError(f"the mocked result does not fit: {'; '.join(wrong)}")


def _needs_mock(state: Mapping[str, Any]) -> bool:
    if state["Type"] in ("Map", "Parallel"):
        return True
    integration = parse(str(state.get("Resource"))) if state["Type"] == "Task" else None
    return integration is not None and (
        integration.waits or integration.pattern in (SYNC, SYNC_2, WAIT)
    )


class _Mocked:
    """Tasks that give what a mock says."""

    def __init__(self, mock: Mock) -> None:
        self._mock = mock

    def refuses(self, _: Request, /) -> str | None:
        """Nothing is refused."""
        return None

    async def call(self, _: Request, /) -> JSON:
        """The mock's result, or its error."""
        if self._mock.error is not None:
            raise self._mock.error
        return self._mock.result


class _Trial:
    """A trial of a state, and what was noted on it."""

    def __init__(
        self,
        state: Mapping[str, Any],
        setting: Setting,
        world: World,
        name: str,
        language: str | None,
        role: str,
    ) -> None:
        self.state, self.setting, self.world = state, setting, world
        self.notes: dict[str, JSON] = {}
        mocked = _Mocked(setting.mock) if setting.mock else world.tasks
        inner = World(tasks=mocked, clock=world.clock, ids=world.ids)
        arn = "arn:aws:states:us-east-1:123456789012:stateMachine:test"
        machine = Machine(
            arn=arn,
            name="test",
            role=role,
            definition={"QueryLanguage": language or "JSONPath", "StartAt": name, "States": {}},
        )
        execution = Execution(machine, setting.payload, inner)
        run = execution.shared()
        self.branch = Branch(
            run=run, chain=Chain(execution.history), variables=dict(setting.variables)
        )
        self.visit = self._visit(name, execution.input, run.context, run.language)

    def _visit(self, name: str, payload: Data, context: Mapping[str, JSON], language: str) -> Visit:
        own: dict[str, JSON] = {
            "Name": name,
            "EnteredTime": timestamps.text(self.world.clock.now()),
        }
        if self.state["Type"] in RETRIED:
            own["RetryCount"] = self.setting.retries
        around = {**context, "State": own} if self.setting.context is None else {}
        named = self.state.get("QueryLanguage", language)
        return Visit(
            name=name,
            state=self.state,
            language="JSONata" if named == "JSONata" else "JSONPath",
            input=payload,
            context={**around, **(self.setting.context or {})},
            variables=self.branch.variables,
            clock=self.world.clock,
            ids=self.world.ids,
            note=self.notes.__setitem__,
        )

    async def run(self) -> Tested:
        """Do the state's work once, and say what would come next."""
        try:
            done = await within(self._work(), [Alarm(self.world.clock, LONGEST)])
            if isinstance(done, Alarm):
                return self._ended("FAILED", Failure(TIMEOUT))
        except Failure as failure:
            return self._failed(failure)
        return self._went("SUCCEEDED", done)

    async def _work(self) -> Next:
        kind = self.state["Type"]
        if self.setting.mock is not None and kind == "Parallel":
            self.visit.arguments(self.visit.effective_input())
            return self._mocked()
        if self.setting.mock is not None and kind == "Map":
            await self._map()
            return self._mocked()
        return await WORK[kind](self.branch, self.visit)

    def _mocked(self) -> Next:
        mock = self.setting.mock or Mock()
        if mock.error is not None:
            raise mock.error
        return with_result(self.visit, mock.result)

    async def _map(self) -> None:
        """What a Map does before its first item, and what it makes of items that failed."""
        visit = self.visit
        value = visit.effective_input()
        if "ItemReader" in self.state:
            reader = self.state["ItemReader"]
            config = reader.get("ReaderConfig") or {}
            items = list(await parsed(self.branch, config, self.setting.read or "[]"))
            if "ItemsPointer" in config:
                visit.note("afterItemsPointer", items)
        else:
            items = items_of(visit, value)
        at_once = concurrency(visit, value)
        count, share = thresholds(visit, value)
        selected(visit, value, items)
        if self.setting.failed_items:
            run = MapRun(
                arn="",
                label="",
                execution="",
                gate=Gate(at_once),
                tolerated_count=count or 0,
                tolerated_percentage=share or 0,
                total=len(items),
                failed=self.setting.failed_items,
            )
            if run.exceeded:
                raise Failure(
                    EXCEED_TOLERATED_FAILURE_THRESHOLD,
                    "The specified tolerated failure threshold was exceeded",
                )

    # --- what came of it ------------------------------------------------------------------------

    def _failed(self, failure: Failure) -> Tested:
        """What a Retry or a Catch would do with an error."""
        found = retrier(self.state, failure)
        if found is not None:
            index, rule = found
            if self.setting.retries < rule.get("MaxAttempts", 3):
                seconds = int(interval(rule, self.setting.retries))
                details = {"retryIndex": index, "retryBackoffIntervalSeconds": seconds}
                return self._ended("RETRIABLE", failure, details)
        found = catcher(self.state, failure)
        if found is None:
            return self._ended("FAILED", failure)
        try:
            done = caught(self.visit, failure, *found)
        except Failure as error:
            return self._ended("FAILED", error)
        return self._went("CAUGHT_ERROR", done, failure, {"catchIndex": found[0]})

    def _went(
        self,
        status: Status,
        done: Next,
        failure: Failure | None = None,
        details: Mapping[str, JSON] | None = None,
    ) -> Tested:
        told = failure or Failure()
        return Tested(
            status=status,
            output=done.output.text,
            error=told.error,
            cause=told.cause,
            next=done.name,
            inspection=self._inspection(details),
        )

    def _ended(
        self, status: Status, failure: Failure, details: Mapping[str, JSON] | None = None
    ) -> Tested:
        return Tested(
            status=status,
            error=failure.error,
            cause=failure.cause,
            inspection=self._inspection(details),
        )

    def _inspection(self, details: Mapping[str, JSON] | None) -> dict[str, JSON]:
        if self.setting.level == "INFO":
            return {}
        variables = {**self.setting.variables, **self.visit.assigned}
        shown: dict[str, JSON] = {"input": self.visit.input.text}
        exchanged = {name: self.notes.pop(name) for name in _EXCHANGED if name in self.notes}
        if self.setting.level == "TRACE":
            shown |= exchanged
        for name, value in self.notes.items():
            if value is not None or name not in _NUMBERS:
                shown[name] = value if name in _NUMBERS else dumps(value)
        if variables:
            shown["variables"] = dumps(variables)
        if details:
            shown["errorDetails"] = dict(details)
        return shown


_EXCHANGED = ("request", "response")
"""What TRACE shows, and DEBUG does not: what went to a web address, and what came back."""

_NUMBERS = ("maxConcurrency", "toleratedFailureCount", "toleratedFailurePercentage")
"""What is noted as a number; all else as JSON text."""
