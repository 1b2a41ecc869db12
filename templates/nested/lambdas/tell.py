"""Says what was shipped. It is called by the outer workflow."""


def handler(event, context):
    labels = sorted(event["labels"])
    return {"message": f"{len(labels)} parcels are on their way: {', '.join(labels)}"}
