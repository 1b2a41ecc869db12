"""Definitions that name versions of functions, where the deployed one names the functions.

A function's ARN may stand anywhere: as a Resource, as an argument, within an expression. With a
version behind it, an execution goes on with the code that it began with.
https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html

Texts are looked at, not JSON: no character of an ARN is ever written otherwise in JSON, and what
is not changed stays as it was written.
"""

import re
from collections.abc import Collection, Mapping

_PINNED = re.compile(
    r"(?P<arn>arn:[\w-]+:lambda:[\w-]+:\d+:function:[\w-]+):(?P<number>\d+)(?![\w-])", re.ASCII
)


def pin(definition: str, versions: Mapping[str, int]) -> str:
    """The definition with a version behind every function of these that has none.

    Args:
        definition: its text, all filled in.
        versions: the number of the version, by the function's ARN.

    Returns:
        The text; where it asks for another version or an alias itself it keeps that, but
        `$LATEST` is the version, too.
    """
    if not versions:
        return definition
    arns = "|".join(re.escape(arn) for arn in sorted(versions, key=len, reverse=True))
    named = re.compile(rf"(?P<arn>{arns})(:\$LATEST)?(?![\w:-])", re.ASCII)
    return named.sub(lambda found: f"{found['arn']}:{versions[found['arn']]}", definition)


def pinned(definition: str, arns: Collection[str] | None = None) -> dict[str, int]:
    """The versions that a definition names, by the functions' ARNs; of these functions, if any.

    Of a function that it names in several versions the lowest is told.
    """
    found: dict[str, int] = {}
    for match in _PINNED.finditer(definition):
        arn, number = match["arn"], int(match["number"])
        if arns is None or arn in arns:
            found[arn] = min(number, found.get(arn, number))
    return found


def loosened(definition: str) -> str:
    """The definition without versions behind functions, to compare two of them."""
    return _PINNED.sub(lambda found: found["arn"], definition)
