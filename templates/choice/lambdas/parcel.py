"""What it costs as a parcel, in cents: by the kilogram that is begun."""


def handler(event, context):
    kilograms = -(-event["weight"]["grams"] // 1000)
    return {"by": "parcel", "cents": 400 + 50 * kilograms}
