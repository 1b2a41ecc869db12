"""The Map state: the same states for each item of an array.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from maestro_cdk.engine.data import Data
from maestro_cdk.engine.failures import Failure, RuntimeFailure
from maestro_cdk.engine.running import Branch, Next, run_states
from maestro_cdk.engine.states.distributed import distributed
from maestro_cdk.engine.states.ends import with_result
from maestro_cdk.engine.states.items import (
    concurrency,
    item_context,
    items_of,
    selected_item,
    thresholds,
)
from maestro_cdk.engine.together import all_of
from maestro_cdk.engine.visits import Visit
from maestro_cdk.model import JSON

MOST_AT_ONCE = 40
"""So many items an inline Map works on at a time, if it says nothing else.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
"""


async def map_(branch: Branch, visit: Visit) -> Next:
    """Run the processor for each item; the result is the list of its outputs."""
    value = visit.effective_input()
    processor = visit.state.get("ItemProcessor") or visit.state["Iterator"]
    if (processor.get("ProcessorConfig") or {}).get("Mode") == "DISTRIBUTED":
        return with_result(visit, await distributed(branch, visit, processor, value))
    items = items_of(visit, value)
    at_once = concurrency(visit, value)
    branch.chain.add("MapStateStarted", {"length": len(items)})
    thresholds(visit, value)
    results = await _inline(branch, visit, processor, value, items, min(at_once, MOST_AT_ONCE))
    return with_result(visit, results)


# --- inline -----------------------------------------------------------------------------------


async def _inline(
    branch: Branch,
    visit: Visit,
    processor: Mapping[str, Any],
    value: JSON,
    items: list[JSON],
    at_once: int,
) -> list[JSON]:
    """Run the processor for the items, so many at a time."""
    finished, within = branch.take_point()
    results: list[JSON] = [finished.get(index) for index in range(len(items))]
    left = [index for index in range(len(items)) if index not in finished]
    waiting = iter(left)
    # Each of those that work at the same time goes on with the next item where it ended the last.
    workers = [branch.fork() for _ in range(min(at_once, len(left)))]
    branch.within = workers
    done = branch.chain.last

    def begin(worker: Branch) -> Iterator[int]:
        for index in waiting:
            worker.iteration = {"name": visit.name, "index": index}
            worker.chain.add("MapIterationStarted", worker.iteration)
            yield index

    async def work(worker: Branch, begun: Iterator[int], index: int | None) -> None:
        nonlocal done
        while index is not None:
            worker.point = within.get(index)
            results[index] = await _iteration(branch, visit, processor, value, worker, items, index)
            done = worker.chain.aside("MapIterationSucceeded", worker.iteration)
            worker.iteration = None
            index = next(begun, None)

    begun = [begin(worker) for worker in workers]
    first = [next(iteration, None) for iteration in begun]
    outcome = await all_of(
        work(worker, iteration, index)
        for worker, iteration, index in zip(workers, begun, first, strict=True)
    )
    if outcome.failure is not None:
        raise _cut(branch, workers[outcome.failed], outcome.failure)
    branch.chain.last = done
    branch.chain.aside("MapStateSucceeded")
    branch.within = []
    return results


async def _iteration(
    branch: Branch,
    visit: Visit,
    processor: Mapping[str, Any],
    value: JSON,
    worker: Branch,
    items: list[JSON],
    index: int,
) -> JSON:
    worker.item = item_context(index, items[index])
    worker.variables = branch.variables
    payload = selected_item(visit, value, items[index], worker.item)
    return (await run_states(worker, processor, Data(payload))).value


def _cut(branch: Branch, failed: Branch, failure: Failure) -> Failure:
    """Write that an item failed, and which were cut off by that."""
    branch.chain.last = failed.chain.last
    if isinstance(failure, RuntimeFailure):
        return failure
    branch.within.remove(failed)
    branch.abort_within()
    branch.chain.aside("MapIterationFailed", failed.iteration)
    return failure
