"""Where a character of a text stands: its line and column."""

import re
from bisect import bisect_right
from functools import lru_cache

from maestro_cdk.model import SourceRef

_CHARACTER = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|.", re.DOTALL
)


def line_starts(text: str) -> tuple[int, ...]:
    """The offset of each line's first character."""
    return (0, *(match.end() for match in re.finditer("\n", text)))


@lru_cache(maxsize=1)
def characters(written: str) -> tuple[int, ...]:
    """Where each character of a text begins that is written with escapes, and where it ends.

    Findings about one text come one after the other.
    """
    starts = [match.start() for match in _CHARACTER.finditer(written)]
    return (*starts, len(written))


def place(file: str, lines: tuple[int, ...], offset: int) -> SourceRef:
    """The place of a character of a text whose lines begin there."""
    line = bisect_right(lines, offset)
    return SourceRef(file=file, line=line, column=offset - lines[line - 1] + 1)
