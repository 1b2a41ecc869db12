"""What it costs as a letter, in cents."""


def handler(event, context):
    return {"by": "letter", "cents": 95 if event["weight"]["grams"] <= 20 else 180}
