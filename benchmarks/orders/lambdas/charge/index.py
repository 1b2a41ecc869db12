"""A step of the benchmark's order."""


def handler(event, context):
    return {**event, "charge": True}
