"""Lines of a function's log: whose they are, and what they say."""

import re

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
