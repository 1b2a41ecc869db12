"""Services of MiniStack's that answer otherwise than AWS, where state machines see it."""

import json
from collections.abc import Awaitable, Callable, Mapping
from types import ModuleType
from typing import Any

from maestro_cdk.local.importing import when_loaded
from maestro_cdk.model import JSON

STORAGE = "ministack.services.s3"
EVENTS = "ministack.services.eventbridge"

Answer = tuple[int, dict[str, str], bytes]

_CHECKSUM = "x-amz-checksum-"
_ENCRYPTION = "x-amz-server-side-encryption"


def adapt() -> None:
    """Have these services answer as AWS does, as soon as MiniStack loads them."""
    when_loaded(STORAGE, _mend_storage)
    when_loaded(EVENTS, _mend_events)


# --- S3 ---------------------------------------------------------------------------------------


def _mend_storage(module: ModuleType) -> None:
    """Let objects have the type that S3 gives them, and tell their encryption and checksums.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
    """
    storage: Any = module
    handle: Callable[..., Awaitable[Answer]] = storage.handle_request

    async def answer(
        method: str, path: str, headers: dict[str, str], *given: Any, **named: Any
    ) -> Answer:
        if method == "PUT" and "content-type" not in headers:
            headers = {**headers, "content-type": "binary/octet-stream"}
        status, told, body = await handle(method, path, headers, *given, **named)
        return status, _of_object(method, headers, told), body

    storage.handle_request = answer


def _of_object(method: str, asked: Mapping[str, str], told: Mapping[str, str]) -> dict[str, str]:
    """The headers of an answer; what is about an object has an ETag."""
    names = {name.lower() for name in told}
    if "etag" not in names:
        return dict(told)
    more = {} if _ENCRYPTION in names else {_ENCRYPTION: "AES256"}
    if method == "PUT" and not any(name.startswith(_CHECKSUM) for name in names):
        sums = {
            name: value
            for name, value in asked.items()
            if name.startswith(_CHECKSUM) and name != "x-amz-checksum-algorithm"
        }
        more |= {**sums, "x-amz-checksum-type": "FULL_OBJECT"} if sums else {}
    return {**told, **more}


# --- EventBridge ------------------------------------------------------------------------------


def _mend_events(module: ModuleType) -> None:
    """Have PutEvents refuse entries that lack what an event must have.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
    """
    events: Any = module
    put: Callable[..., Answer] = events._put_events  # noqa: SLF001

    def put_sound(given: Mapping[str, JSON], **named: Any) -> Answer:
        entries = given.get("Entries") or []
        refused = {n: wrong for n, entry in enumerate(entries) if (wrong := _wrong(entry))}
        if not refused or named:  # what MiniStack puts itself is sound
            return put(given, **named)
        sound = [entry for n, entry in enumerate(entries) if n not in refused]
        status, headers, body = put({**given, "Entries": sound})
        told = json.loads(body)
        taken = iter(told.get("Entries", ()))
        merged = [refused[n] if n in refused else next(taken, {}) for n in range(len(entries))]
        failed = told.get("FailedEntryCount", 0) + len(refused)
        answer = {"FailedEntryCount": failed, "Entries": merged}
        return status, headers, json.dumps(answer).encode()

    events._put_events = put_sound  # noqa: SLF001


def _wrong(entry: Mapping[str, JSON]) -> dict[str, str] | None:
    """What is wrong with an event, as PutEvents tells it."""
    for name in ("Source", "DetailType", "Detail"):
        if not entry.get(name):
            message = f"Parameter {name} is not valid. Reason: {name} is a required argument."
            return {"ErrorCode": "InvalidArgument", "ErrorMessage": message}
    try:
        detail = json.loads(entry["Detail"])
    except (ValueError, TypeError):
        detail = None
    if not isinstance(detail, dict):
        return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
    return None
