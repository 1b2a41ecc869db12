"""Makes a parcel's label. It is called by the inner workflow, shipping.asl.json."""


def handler(event, context):
    return f"{event['order']}-{event['parcel']['grams']}g"
