"""Sends it, whichever way was chosen; its result is the workflow's output."""


def handler(event, context):
    carriage = event["carriage"]
    return {"to": event["to"], "by": carriage["by"], "cents": carriage["cents"]}
