"""Fetches a document from a service that is down now and then.

Which attempt it is, Step Functions tells: `"attempt.$": "$$.State.RetryCount"` is 0 at first and grows
by one with each retry. So a request can say how many attempts shall find the service down (`down`).
"""


class ServiceUnavailable(Exception):  # noqa: N818 - the class's name is the error's in Retry
    """Nobody answered; that may be otherwise in a moment."""


class BadRequest(Exception):  # noqa: N818
    """What was asked for cannot be; asking again does not help."""


def handler(event, context):
    request, attempt = event["request"], event["attempt"]
    if not request["document"]:
        raise BadRequest("which document?")
    if attempt < request.get("down", 0):
        raise ServiceUnavailable(f"no answer, attempt {attempt + 1}")
    return {"document": request["document"], "attempts": attempt + 1}
