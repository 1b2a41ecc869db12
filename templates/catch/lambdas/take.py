"""Takes things from a warehouse, which can go wrong in more ways than one."""

STOCK = {"tea": 12}


class OutOfStock(Exception):  # noqa: N818 - the class's name is the error's in Catch
    """There are not so many."""


class UnknownItem(Exception):  # noqa: N818
    """There is no such thing."""


def handler(event, context):
    item, count = event["item"], event["count"]
    if item not in STOCK:
        raise UnknownItem(f"there is no {item}")
    left = STOCK[item] - count
    if left < 0:
        raise OutOfStock(f"there are {STOCK[item]}")
    return {"left": left}
