"""Makes an offer of what both branches found out."""


def handler(event, context):
    found, count = event["found"], event["count"]
    return {
        "item": event["item"],
        "offer": found["price"] * count,
        "at_once": found["stock"] >= count,
    }
