"""Failures and executions, as texts and as JSON."""

import contextlib
import json
import re
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


_LAMBDAS = re.compile(r"(START|END|INIT_START|INIT_REPORT) (RequestId|Runtime|Init)")

_REPORT = re.compile(
    r"REPORT RequestId: \S+\s+Duration: (?P<took>[\d.]+ ms).*?Memory Size: (?P<size>\d+) MB\s+"
    r"Max Memory Used: (?P<used>\d+) MB"
)
"""What Lambda says of each call:
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-view.html"""


def is_by_lambda(text: str) -> bool:
    """Whether a line of a function's log is Lambda's own: of the begin or the end of a call."""
    return bool(_LAMBDAS.match(text)) or text.startswith("REPORT RequestId")


def said_by_function(text: str) -> str | None:
    """A line of a function's log; what Lambda itself says of a call in a few words, or not at all."""
    if _LAMBDAS.match(text):
        return None
    report = _REPORT.match(text)
    if report is None:
        return text.rstrip()
    return f"— took {report['took']}, {report['used']} of {report['size']} MB"


def past_value(past: PastExecution) -> dict[str, Any]:
    """An execution as JSON holds it."""
    return {
        **asdict(past.outcome),
        "began": past.began.isoformat(),
        "ended": past.ended.isoformat() if past.ended else None,
        "input": past.input,
    }
