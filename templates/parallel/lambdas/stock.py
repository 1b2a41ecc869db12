"""How many of an item are in the warehouse."""

STOCK = {"tea": 12, "coffee": 0}


def handler(event, context):
    return STOCK.get(event["item"], 0)
