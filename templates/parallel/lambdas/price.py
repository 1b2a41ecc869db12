"""What an item costs, in cents."""

PRICES = {"tea": 450, "coffee": 900, "cup": 1200}


def handler(event, context):
    if event["item"] not in PRICES:
        raise LookupError(f"there is no price for {event['item']}")
    return PRICES[event["item"]]
