"""Moments as texts: RFC 3339, as the language wants them.

https://states-language.net/#timestamps
"""

import re
from datetime import UTC, datetime, timedelta

_TIMESTAMP = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?"
    r"(?:Z|([+-])(\d{2}):(\d{2}))"
)


def parse(text: str) -> datetime | None:
    """The moment that a text names; None where it names none."""
    match = _TIMESTAMP.fullmatch(text)
    if not match:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    micros = int((match.group(7) or "").ljust(6, "0")[:6])
    try:
        moment = datetime(year, month, day, hour, minute, second, micros, tzinfo=UTC)
        if match.group(8):
            offset = timedelta(hours=int(match.group(9)), minutes=int(match.group(10)))
            moment -= offset if match.group(8) == "+" else -offset
    except (ValueError, OverflowError):
        return None
    return moment


def text(moment: datetime) -> str:
    """A moment's text, in UTC with milliseconds."""
    moment = moment.astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
