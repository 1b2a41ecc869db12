"""Failures and executions, as texts and as JSON."""

import contextlib
import json
from dataclasses import asdict
from typing import Any

from maestro_cdk.model import PastExecution


def failure(error: str | None, cause: str | None, *, limit: int) -> str:
    """An error and its cause in a line of so many characters at most.

    The cause of a function's error is JSON that Lambda makes; what it says is its errorMessage.
    """
    said = cause or ""
    with contextlib.suppress(ValueError, TypeError, KeyError):
        said = json.loads(said)["errorMessage"]
    text = ": ".join(part for part in (error, str(said)) if part)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def stack_trace(cause: str | None) -> tuple[str, ...]:
    """The lines of the stack trace that a function's error has, of Python or Node; else none.

    https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
    """
    try:
        value = json.loads(cause or "")
    except ValueError:
        return ()
    told = value.get("stackTrace") or value.get("trace") if isinstance(value, dict) else None
    if not isinstance(told, list):
        return ()
    lines = [line for entry in told for line in str(entry).splitlines()]
    return tuple(line.rstrip() for line in lines if line.strip())


def past_value(past: PastExecution) -> dict[str, Any]:
    """An execution as JSON holds it."""
    return {
        **asdict(past.outcome),
        "began": past.began.isoformat(),
        "ended": past.ended.isoformat() if past.ended else None,
        "input": past.input,
    }
