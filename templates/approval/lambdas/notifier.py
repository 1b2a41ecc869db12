"""Tells the employee how it went. In earnest it would send a mail."""

import json
from typing import Any


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Say what was decided, what was granted, and why if nothing was.

    `errorInfo` is there only when the Provisioner's Catch led here.
    """
    request = event["request"]
    granted = event.get("granted")
    if granted is not None:
        message = f"You have {granted['resource']} as {granted['role']} for {granted['days']} days."
    elif "errorInfo" in event:
        message = f"Accepted, but it could not be provided: {_cause(event['errorInfo'])}."
    else:
        message = f"Denied: {event['reason']}."
    return {
        "decision": event["decision"],
        "reason": event["reason"],
        "granted": granted,
        "attempts": event.get("provisioned", {}).get("attempts"),
        "notified": f"{request['employee']}@example.com",
        "message": message,
    }


def _cause(error: dict[str, str]) -> str:
    """What the failed function said: Lambda puts it into Cause as JSON, other errors as text."""
    try:
        return json.loads(error["Cause"])["errorMessage"]
    except (ValueError, KeyError, TypeError):
        return error.get("Cause") or error["Error"]
