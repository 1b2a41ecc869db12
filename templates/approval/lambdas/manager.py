"""Decides on a request. A person would take days for it; this one has a rule."""

import os
from typing import Any


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Add a decision to what came in: `accept` or `deny`, which the Choice after it reads.

    The limit comes from the function's environment: see [functions.manager] in maestro.toml.
    """
    limit = int(os.environ.get("MOST_DAYS", "90"))
    days = event["request"]["days"]
    accepted = days <= limit
    return {
        **event,
        "decision": "accept" if accepted else "deny",
        "reason": f"{days} days are {'within' if accepted else 'more than'} the limit of {limit}",
    }
