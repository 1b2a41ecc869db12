from _shared.words import HELLO


def handler(event, context):
    return {"said": HELLO}
