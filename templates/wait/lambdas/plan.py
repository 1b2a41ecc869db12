"""Works out when somebody is to be reminded: a day before the appointment."""

from datetime import datetime, timedelta


def handler(event, context):
    appointment = datetime.fromisoformat(event["appointment"])
    remind_at = appointment - timedelta(days=1)
    return {"remind_at": remind_at.isoformat().replace("+00:00", "Z")}
