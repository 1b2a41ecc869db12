"""The distributed Map: each item, or batch of items, is an execution of its own.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from maestro_cdk.engine.data import Data
from maestro_cdk.engine.failures import (
    EXCEED_TOLERATED_FAILURE_THRESHOLD,
    Failure,
    RuntimeFailure,
)
from maestro_cdk.engine.running import Branch
from maestro_cdk.engine.states.batches import batches
from maestro_cdk.engine.states.items import (
    concurrency,
    items_of,
    selected,
    thresholds,
)
from maestro_cdk.engine.states.readers import read
from maestro_cdk.engine.states.writers import written
from maestro_cdk.engine.together import Gate, all_of
from maestro_cdk.engine.visits import Visit
from maestro_cdk.model import JSON, Execution

MOST_AT_ONCE = 10_000
"""So many child executions of a Map run at a time."""


@dataclass(slots=True, kw_only=True)
class MapRun:
    """A run of a distributed Map: what it is to do, and how far it is.

    `gate` lets as many items run at a time as may. `children` are the executions so far, in the
    order in which they were started; `sizes` how many items each was given.
    """

    arn: str
    label: str
    execution: str
    gate: Gate
    tolerated_count: float
    tolerated_percentage: float
    total: int = 0
    status: str = "RUNNING"
    children: list[Any] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    failed: int = 0

    @property
    def exceeded(self) -> bool:
        """Whether more items failed than may."""
        if not self.failed:
            return False
        share = 100 * self.failed / max(self.total, 1)
        by_count = self.failed > self.tolerated_count
        by_share = share > self.tolerated_percentage
        # Either allows failures; if both do, either forbids more.
        if self.tolerated_count and self.tolerated_percentage:
            return by_count or by_share
        return by_count and by_share


async def distributed(
    branch: Branch, visit: Visit, processor: Mapping[str, Any], value: JSON
) -> JSON:
    """Run an execution for each item; the list of their outputs, or where they are written."""
    chain, reader = branch.chain, visit.state.get("ItemReader")
    items = None if reader else items_of(visit, value)
    at_once = concurrency(visit, value)
    chain.add("MapStateStarted", {"length": len(items or ())})
    count, share = thresholds(visit, value)
    run = _map_run(branch, visit, min(at_once, MOST_AT_ONCE), count or 0, share or 0)
    chain.add("MapRunStarted", {"mapRunArn": run.arn})
    branch.run.told_map_run(run)
    try:
        if items is None:
            items = await read(branch, visit, value)
        run.total = len(items)
        branch.run.told_map_run(run)
        payloads = _payloads(visit, value, items)
        await _children(branch, processor, run, payloads)
        result = await written(branch, visit, value, run)
    except RuntimeFailure:
        raise
    except Failure as failure:
        run.status = "FAILED"
        branch.run.told_map_run(run)
        chain.add("MapRunFailed", failure.details)
        raise
    except BaseException:
        run.status = "ABORTED"
        branch.run.told_map_run(run)
        raise
    run.status = "SUCCEEDED"
    branch.run.told_map_run(run)
    chain.add("MapRunSucceeded")
    chain.aside("MapStateSucceeded")
    return result


def _map_run(branch: Branch, visit: Visit, at_once: int, count: float, share: float) -> MapRun:
    run = branch.run
    label = visit.state.get("Label") or run.ids.uuid()
    prefix, _, machine = run.machine.rpartition(":stateMachine:")
    return MapRun(
        arn=f"{prefix}:mapRun:{machine}/{label}:{run.ids.uuid()}",
        label=f"{machine}/{label}",
        execution=run.arn,
        gate=Gate(at_once),
        tolerated_count=count,
        tolerated_percentage=share,
    )


def _payloads(visit: Visit, value: JSON, items: list[JSON]) -> list[tuple[JSON, int]]:
    """The input of each child execution, and how many items it holds."""
    made = selected(visit, value, items)
    if "ItemBatcher" not in visit.state:
        return [(item, 1) for item in made]
    return batches(visit, value, made)


async def _children(
    branch: Branch, processor: Mapping[str, Any], run: MapRun, payloads: list[tuple[JSON, int]]
) -> None:
    """Run the child executions, so many at a time.

    Raises:
        Failure: more of them failed than may.
    """
    waiting = iter(payloads)

    async def work() -> None:
        more = True
        while more:
            async with run.gate:
                more = await begin()

    async def begin() -> bool:
        """Run the next item, where there is one."""
        payload, size = next(waiting, (None, 0))
        if not size:
            return False
        run.sizes.append(size)
        child = branch.run.start_child(processor, Data(payload), run)
        run.children.append(child)
        outcome: Execution = await child.run()
        if outcome.status != "SUCCEEDED":
            run.failed += size
            if run.exceeded:
                raise Failure(
                    EXCEED_TOLERATED_FAILURE_THRESHOLD,
                    "The specified tolerated failure threshold was exceeded",
                )
        return True

    outcome = await all_of(work() for _ in range(min(MOST_AT_ONCE, len(payloads))))
    if outcome.failure is not None:
        raise outcome.failure
