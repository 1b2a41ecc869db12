"""Takes a request in: whatever is wrong with it is found here, and nowhere later."""

from typing import Any, TypedDict


class Request(TypedDict):
    """A request as the other functions see it; `outages` is for trying the retries out."""

    id: str
    employee: str
    resource: str
    days: int
    outages: int


def handler(event: dict[str, Any], context: object) -> Request:
    """Check a request and give it an id.

    Raises:
        ValueError: it cannot be understood. Nothing catches that in the definition, so the
            execution fails: a request that nobody can read is a mistake of whoever sent it.
    """
    missing = [name for name in ("employee", "resource", "days") if name not in event]
    if missing:
        raise ValueError(f"the request lacks {', '.join(missing)}")
    employee, resource, days = event["employee"], event["resource"], event["days"]
    if not isinstance(days, int) or days < 1:
        raise ValueError(f"a request is for 1 day or more, not {days!r}")
    return Request(
        id=f"{resource}-for-{employee}",
        employee=employee,
        resource=resource,
        days=days,
        outages=event.get("outages", 0),
    )
