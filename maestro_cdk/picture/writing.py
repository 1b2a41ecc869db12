"""What is written in a node, and how much room it takes."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from maestro_cdk.picture.chart import Node
from maestro_cdk.picture.looks import Look

NAME_SIZE, SMALL_SIZE = 13.0, 11.0
"""Points."""

LINE = 1.3
"""Of a line's letters, to the next line."""

ICON = 30.0
"""Points that a state's icon takes at the left."""

PADDING = 10.0

LONGEST = 34
"""Characters of a line; longer names go on in the next."""

_WIDTHS = {".68": "ABCDEFGHKLNOPQRSTUVXYZ&", ".9": "mwMW@%—…", ".3": "iljtfrIJ.,:;'|!()[]{} -·"}
_BY_CHAR = {char: float(width) for width, chars in _WIDTHS.items() for char in chars}


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """The lines in a node: its name in `names`, the rest in `smalls`; and its size in points."""

    names: tuple[str, ...]
    smalls: tuple[str, ...]
    width: float
    height: float

    @property
    def lines(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.names, *self.smalls)


def written(node: Node, look: Look) -> Writing:
    """What is written in a node: its name, what it calls, what it catches, what it did."""
    names = tuple(_wrapped(node.name))
    small = " · ".join(part for part in (node.type, node.detail) if part)
    smalls = [*(_wrapped(small) if small else ()), *(f"⚠ {each}" for each in node.catches)]
    smalls += [look.said] if look.said else []
    wide = max(
        *(width(line, NAME_SIZE, bold=True) for line in names),
        *(width(line, SMALL_SIZE) for line in smalls),
        60.0,
    )
    high = LINE * (len(names) * NAME_SIZE + len(smalls) * SMALL_SIZE)
    return Writing(
        names=names,
        smalls=tuple(smalls),
        width=wide + ICON + 2 * PADDING,
        height=max(high + PADDING, 40.0),
    )


def width(text: str, size: float, *, bold: bool = False) -> float:
    """About how many points a text takes in a sans-serif font: fonts differ, and none is asked."""
    total = sum(_BY_CHAR.get(char) or _wide(char) for char in text)
    return total * size * (1.06 if bold else 1.0)


def _wide(char: str) -> float:
    return 1.0 if unicodedata.east_asian_width(char) in "WF" else 0.56


def _wrapped(text: str) -> Iterator[str]:
    """A text in lines, broken at spaces where there are any."""
    line = ""
    for given in text.split():
        word = given
        while len(word) > LONGEST:
            if line:
                yield line
                line = ""
            yield word[:LONGEST]
            word = word[LONGEST:]
        if line and len(line) + 1 + len(word) > LONGEST:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line or " "
