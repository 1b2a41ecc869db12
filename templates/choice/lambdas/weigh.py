"""What a consignment weighs."""


def handler(event, context):
    return {"grams": sum(item["grams"] for item in event["items"])}
