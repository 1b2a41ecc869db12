"""Works with what the API answered."""


def handler(event, context):
    return {"amount": round(event["amount"] * event["rate"], 2), "currency": event["to"]}
