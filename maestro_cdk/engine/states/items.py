"""The items of a Map: which they are, how many at a time, and what its states know of one.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemselector.html
"""

from collections.abc import Mapping

from maestro_cdk.engine import data, templates
from maestro_cdk.engine.failures import EvaluationFailure, RuntimeFailure
from maestro_cdk.engine.visits import Visit
from maestro_cdk.model import JSON


def items_of(visit: Visit, value: JSON) -> list[JSON]:
    """The items of the state's input, or of a part of it.

    Raises:
        Failure: they are no array.
    """
    if visit.in_jsonata:
        return _jsonata_items(visit, value)
    items = visit.selected("ItemsPath", value)
    visit.note("afterItemsPath", items)
    if not isinstance(items, list):
        path = visit.state.get("ItemsPath", "$")
        raise RuntimeFailure(f'Reference path "{path}" must point to array.')
    return items


def _jsonata_items(visit: Visit, value: JSON) -> list[JSON]:
    if "Items" not in visit.state:
        if not isinstance(value, list):
            raise EvaluationFailure(
                f"Map state input must be an array but was: {data.dumps(value)}"
            )
        return value
    template = visit.state["Items"]
    items = visit.rendered(template, "Items")
    found: list[JSON] = visit.expected("array", items, "Items", template)
    return found


def concurrency(visit: Visit, value: JSON) -> int:
    """How many items it works on at a time; as many as it can where it says 0 or nothing."""
    number = visit.number("MaxConcurrency", value)
    visit.note("maxConcurrency", None if number is None else int(number))
    if number is not None and number < 0:
        said = "MaxConcurrency must not be negative."
        raise (
            EvaluationFailure(said, "MaxConcurrency") if visit.in_jsonata else RuntimeFailure(said)
        )
    return int(number) if number else 10_000


def thresholds(visit: Visit, value: JSON) -> tuple[float | None, float | None]:
    """How many items may fail, and what percentage of them."""
    count = visit.number("ToleratedFailureCount", value)
    share = visit.number("ToleratedFailurePercentage", value, fraction=True)
    visit.note("toleratedFailureCount", None if count is None else int(count))
    visit.note("toleratedFailurePercentage", share)
    said = None
    if count is not None and count < 0:
        said = "ToleratedFailureCount cannot be negative."
    elif share is not None and not 0 <= share <= 100:  # noqa: PLR2004 - percent
        said = "ToleratedFailurePercentage must be between 0 and 100."
    if said:
        key = said.split()[0]
        raise EvaluationFailure(said, key) if visit.in_jsonata else RuntimeFailure(said)
    return count, share


def item_context(index: int, value: JSON, **more: JSON) -> dict[str, JSON]:
    """What the context object says of an item."""
    return {"Map": {"Item": {"Index": index, "Value": value, **more}}}


def selected(visit: Visit, value: JSON, items: list[JSON]) -> list[JSON]:
    """What a Map gives to its states for each item."""
    made = [
        selected_item(visit, value, item, item_context(index, item))
        for index, item in enumerate(items)
    ]
    visit.note("afterItemSelector", made)
    return made


def selected_item(visit: Visit, value: JSON, item: JSON, context: Mapping[str, JSON]) -> JSON:
    """What a Map gives to its states for an item: the item, or what ItemSelector makes of it."""
    key = "ItemSelector" if "ItemSelector" in visit.state else "Parameters"
    if key not in visit.state:
        return item
    around = visit.context
    visit.context = {**around, **context}
    try:
        if visit.in_jsonata:
            selected = visit.rendered(visit.state[key], key)
        else:
            selected = templates.fill(visit.state[key], visit.sight(value))
    finally:
        visit.context = around
    return selected
