"""Reminds somebody. In earnest it would send a message."""


def handler(event, context):
    again = " again" if "first" in event else ""
    return {"told": f"{event['name']},{again} think of {event['appointment']}"}
