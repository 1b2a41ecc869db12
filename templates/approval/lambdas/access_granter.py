"""Lets the employee in."""

from typing import Any, TypedDict


class Grant(TypedDict):
    """Who may do what, and for how long."""

    employee: str
    role: str
    resource: str
    days: int


def handler(event: dict[str, Any], context: object) -> Grant:
    """Grant a role on what was provided."""
    request = event["request"]
    return Grant(
        employee=request["employee"],
        role="editor",
        resource=event["provisioned"]["resource"],
        days=request["days"],
    )
