"""Failures in words."""

import contextlib
import json


def failure(error: str | None, cause: str | None, *, limit: int) -> str:
    """An error and its cause in a line of so many characters at most.

    The cause of a function's error is JSON that Lambda makes; what it says is its errorMessage.
    """
    said = cause or ""
    with contextlib.suppress(ValueError, TypeError, KeyError):
        said = json.loads(said)["errorMessage"]
    text = ": ".join(part for part in (error, str(said)) if part)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
