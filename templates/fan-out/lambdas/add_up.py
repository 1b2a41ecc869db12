"""Adds up what was counted in each document."""


def handler(event, context):
    return {"documents": len(event), "words": sum(counted["words"] for counted in event)}
