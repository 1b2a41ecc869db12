"""The ItemBatcher of a distributed Map: several items for each child execution.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html
"""

from maestro_cdk.engine import data, templates
from maestro_cdk.engine.visits import Visit
from maestro_cdk.model import JSON

MOST_BYTES = data.LIMIT
"""So large can the input of a child execution be."""


def batches(visit: Visit, value: JSON, items: list[JSON]) -> list[tuple[JSON, int]]:
    """The batches, and how many items each holds: as many as fit."""
    batcher = visit.state["ItemBatcher"]
    most_items = int(visit.number_in(batcher, "MaxItemsPerBatch", value) or 0)
    most_bytes = int(visit.number_in(batcher, "MaxInputBytesPerBatch", value) or 0)
    around = _around(visit, value)
    empty = data.size(data.dumps({**around, "Items": []}))
    limit = min(most_bytes or MOST_BYTES, MOST_BYTES) - empty
    found: list[list[JSON]] = []
    room = 0
    for item in items:
        needed = data.size(data.dumps(item)) + 1
        full = not found or (most_items and len(found[-1]) >= most_items)
        if full or needed > room:
            found.append([])
            room = limit
        found[-1].append(item)
        room -= needed
    made = [({**around, "Items": batch}, len(batch)) for batch in found]
    visit.note("afterItemBatcher", [payload for payload, _ in made])
    return made


def _around(visit: Visit, value: JSON) -> dict[str, JSON]:
    """What every batch is given besides its items."""
    batcher = visit.state["ItemBatcher"]
    if "BatchInput" not in batcher:
        return {}
    if visit.in_jsonata:
        return {"BatchInput": visit.rendered(batcher["BatchInput"], "ItemBatcher/BatchInput")}
    return {"BatchInput": templates.fill(batcher["BatchInput"], visit.sight(value))}
