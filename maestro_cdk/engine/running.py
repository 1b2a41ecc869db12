"""Running states, one after another, until they end: what any execution, branch and item does.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-states.html
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from maestro_cdk.asl.machines import Language
from maestro_cdk.engine import timestamps
from maestro_cdk.engine.data import Data
from maestro_cdk.engine.failures import RUNTIME, EvaluationFailure, Failure, RuntimeFailure
from maestro_cdk.engine.history import WHOLE, Chain, HistoryFull
from maestro_cdk.engine.ports import Clock, Ids, Tasks
from maestro_cdk.engine.retry import Retries, catcher
from maestro_cdk.engine.visits import Visit
from maestro_cdk.model import JSON

RETRIED = ("Task", "Parallel", "Map")
"""The types of states that can be retried and whose errors can be caught."""

ABORTED = ("Task", "Parallel", "Map", "Wait")
"""The types of states that something can happen in the middle of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """Where a state leads: its output, and the state that follows; None where it ends."""

    output: Data
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Where states go on that had begun already: `at` one of them, with what it was given.

    Of a Parallel or an inline Map, `finished` are the outputs of the branches or items that need
    not run again, `within` where the others go on that had begun.
    """

    at: str
    payload: Data
    variables: Mapping[str, JSON]
    finished: Mapping[int, JSON]
    within: Mapping[int, "Point"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What all states of an execution share.

    `arn`, `region`, `machine` and `role` are the execution's own; `start_child` runs an item of a
    distributed Map as an execution of its own.
    """

    tasks: Tasks
    clock: Clock
    ids: Ids
    arn: str
    region: str
    machine: str
    role: str
    language: Language
    context: Mapping[str, JSON]
    start_child: Callable[[Mapping[str, Any], Data, Any], Any]
    told_map_run: Callable[[Any], None]


@dataclass(slots=True, kw_only=True)
class Branch:
    """A way through states: its events, its variables, and where it is.

    `item` is what the context object says of the item of a Map. `inside` is the type of the state
    that it is in, `within` are the branches of that state, `nested` says that it is one itself,
    `iteration` which one of a Map. `point` is where it goes on, after its execution was redriven.
    """

    run: Run
    chain: Chain
    variables: Mapping[str, JSON]
    item: Mapping[str, JSON] = field(default_factory=dict)
    inside: str | None = None
    within: "list[Branch]" = field(default_factory=list)
    nested: bool = False
    iteration: Mapping[str, JSON] | None = None
    point: Point | None = None

    def take_point(self) -> tuple[Mapping[int, JSON], Mapping[int, Point]]:
        """What of the state that it goes on with is finished, and where the rest goes on; once."""
        point, self.point = self.point, None
        return (point.finished, point.within) if point else ({}, {})

    def fork(self, item: Mapping[str, JSON] | None = None) -> "Branch":
        """A branch that begins here, and sees what this one sees."""
        return Branch(
            run=self.run,
            chain=self.chain.fork(),
            variables=self.variables,
            item=self.item if item is None else item,
            nested=True,
        )

    def abort_within(self) -> None:
        """Write which branches of the state were cut off, and in what, when one of them failed."""
        for branch in self.within:
            if branch.inside is None and branch.iteration is None:
                continue
            if branch.iteration is not None:
                self.chain.aside("MapIterationAborted", branch.iteration)
            if branch.inside in ABORTED:
                self.chain.aside(f"{branch.inside}StateAborted")
            branch.chain.last = self.chain.last
            branch.abort_within()
        self.within = []


Work = Callable[[Branch, Visit], Awaitable[Next]]
"""What a type of state does: it gives the output and what follows."""


async def run_states(branch: Branch, machine: Mapping[str, JSON], payload: Data) -> Data:
    """Run the states of a machine, from its first on; the output of its last.

    Raises:
        Failure: a state failed, and nothing caught it.
    """
    from maestro_cdk.engine.states import WORK  # noqa: PLC0415 - states run states

    name = machine["StartAt"]
    if branch.point is not None:
        name, payload = branch.point.at, branch.point.payload
        branch.variables = branch.point.variables
    while True:
        state = machine["States"][name]
        step = await _visit(branch, name, state, payload, WORK[state["Type"]])
        if step.name is None:
            return step.output
        name, payload, branch.point = step.name, step.output, None
        await asyncio.sleep(0)  # the other branches, and executions, have their turn


async def _visit(
    branch: Branch, name: str, state: Mapping[str, JSON], payload: Data, work: Work
) -> Next:
    kind, chain = state["Type"], branch.chain
    before = chain.last
    details = {"name": name, "input": payload.text, "inputDetails": WHOLE}
    entered = chain.add(f"{kind}StateEntered", details)
    branch.inside = kind
    visit = _enter(branch, name, state, payload)
    report = _Report(branch=branch, visit=visit, before=before, entered=entered)
    try:
        step = await _attempts(branch, visit, work, report)
    except RuntimeFailure as failure:
        raise report.fatal(failure) from None
    if kind != "Fail":
        branch.variables = {**branch.variables, **visit.assigned}
        chain.add(f"{kind}StateExited", _exited(visit, step.output))
    branch.inside = None
    return step


def _enter(branch: Branch, name: str, state: Mapping[str, JSON], payload: Data) -> Visit:
    run = branch.run
    now = timestamps.text(run.clock.now())
    own: dict[str, JSON] = {"Name": name, "EnteredTime": now}
    if state["Type"] in RETRIED:
        own["RetryCount"] = 0
    return Visit(
        name=name,
        state=state,
        language="JSONata" if state.get("QueryLanguage", run.language) == "JSONata" else "JSONPath",
        input=payload,
        context={**run.context, **branch.item, "State": own},
        variables=branch.variables,
        clock=run.clock,
        ids=run.ids,
    )


def _exited(visit: Visit, output: Data) -> dict[str, Any]:
    details: dict[str, Any] = {
        "name": visit.name,
        "output": output.text,
        "outputDetails": WHOLE,
    }
    if visit.assigned:
        details["assignedVariables"] = {
            name: Data(value).text for name, value in visit.assigned.items()
        }
        details["assignedVariablesDetails"] = WHOLE
    return details


async def _attempts(branch: Branch, visit: Visit, work: Work, report: "_Report") -> Next:
    """Do a state's work, again and again as its Retry says, and then what its Catch says."""
    retries = Retries(visit.state)
    while True:
        try:
            return await work(branch, visit)
        except RuntimeFailure:
            raise
        except Failure as error:
            failure = report.failed(error)
        delay = retries.delay(failure, branch.run.ids)
        if delay is None:
            return _give_up(branch, visit, failure, report)
        await branch.run.clock.sleep(delay)
        visit.assigned = {}
        visit.context["State"] = {**visit.context["State"], "RetryCount": retries.total}


def _give_up(branch: Branch, visit: Visit, failure: Failure, report: "_Report") -> Next:
    """Go where a Catch leads, or fail."""
    kind, chain = visit.state["Type"], branch.chain
    at = chain.last
    if kind in ("Parallel", "Map"):
        chain.add(f"{kind}StateFailed")
    found = catcher(visit.state, failure)
    if found is not None:
        try:
            return caught(visit, failure, *found)
        except RuntimeFailure:
            raise
        except Failure as error:
            chain.last = at
            failure = report.failed(error)
            if kind in ("Parallel", "Map"):
                chain.add(f"{kind}StateFailed")
    if kind == "Task" and branch.nested:
        chain.aside("TaskStateAborted")
    branch.inside = None
    raise failure


def caught(visit: Visit, failure: Failure, index: int, rule: Mapping[str, JSON]) -> Next:
    """What a catcher makes of an error: the output, and where it leads."""
    visit.assigned = {}
    visit.error = failure.output
    location = f"Catch[{index}]"
    if visit.in_jsonata:
        visit.assign(rule, None, f"{location}/Assign")
        output = visit.output(rule, failure.output, f"{location}/Output")
    else:
        visit.assign(rule, failure.output)
        output = visit.merged(failure.output, rule)
    return Next(output=visit.limited(output), name=rule["Next"])


@dataclass(slots=True, kw_only=True)
class _Report:
    """Says of a state's errors where they happened, in the cause and in the history."""

    branch: Branch
    visit: Visit
    before: int
    entered: int

    def failed(self, failure: Failure) -> Failure:
        """An error as it leaves the state; an evaluation that failed is an event of its own."""
        if not isinstance(failure, EvaluationFailure):
            return failure
        cause = self._placed(failure.cause)
        details = {"error": failure.error, "cause": cause, "state": self.visit.name}
        if failure.location is not None:
            details["location"] = failure.location
        chain = self.branch.chain
        if chain.last == self.entered and self.visit.state["Type"] != "Wait":
            # As AWS recorded it, the event follows from what was before the state.
            chain.last = self.before
        chain.add("EvaluationFailed", details)
        return Failure(failure.error, cause)

    def fatal(self, failure: RuntimeFailure) -> RuntimeFailure:
        """An error that ends the execution, with the place it happened at: the innermost."""
        if failure.previous is None:
            failure.previous = self.branch.chain.last
            if failure.error == RUNTIME and not isinstance(failure, HistoryFull):
                failure.cause = self._placed(failure.cause)
        return failure

    def _placed(self, cause: str | None) -> str:
        return (
            f"An error occurred while executing the state '{self.visit.name}' "
            f"(entered at the event id #{self.entered}). {cause}"
        )
