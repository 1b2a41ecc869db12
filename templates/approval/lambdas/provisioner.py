"""Provides what was asked for, by a service that is down now and then.

Each attempt is a call of its own, perhaps on another machine: a function cannot count them. Step
Functions does, and tells through the definition: `"attempt.$": "$$.State.RetryCount"` is 0 at the
first call and grows by one with each retry. So a request can say how many attempts shall meet an
outage (`outages`), and the same request always goes the same way.
"""

from typing import TypedDict


class Wanted(TypedDict):
    """What the provisioner needs to know of a request."""

    resource: str
    employee: str
    outages: int


class Call(TypedDict):
    """The state's Parameters."""

    request: Wanted
    attempt: int


class ServiceUnavailableError(Exception):
    """The service did not answer; it may the next time."""


def handler(event: Call, context: object) -> dict[str, str | int]:
    """Provide the resource.

    Returns:
        What was made. The definition's ResultSelector takes what the others need to know, and its
        ResultPath puts that beside the request: the state's input is not lost.

    Raises:
        ServiceUnavailableError: an outage. Retry calls again, and Catch takes over in the end.
    """
    request, attempt = event["request"], event["attempt"]
    if attempt < request["outages"]:
        raise ServiceUnavailableError(f"no answer from the provisioning service, attempt {attempt + 1}")
    return {
        "resource": f"{request['resource']}/{request['employee']}",
        "attempts": attempt + 1,
        "zone": "not of interest to the others",
    }
