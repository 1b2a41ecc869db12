"""Collects what came between two moments. This one has something every half an hour."""

from datetime import datetime

FIRST_TIME = 24  # hours, where nothing was collected before


def handler(event, context):
    until = datetime.fromisoformat(event["until"])
    hours = FIRST_TIME
    if event["since"] is not None:
        hours = (until - datetime.fromisoformat(event["since"])).total_seconds() / 3600
    return {"collected": int(hours * 2)}
