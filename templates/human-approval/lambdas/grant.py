"""Does what was asked for, once somebody has accepted it."""


def handler(event, context):
    return {"granted": event["resource"], "to": event["employee"]}
