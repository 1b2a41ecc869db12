"""ARNs as people write them in definitions: with placeholders and substitutions in their parts."""

import re
from dataclasses import dataclass

TOKEN = re.compile(r"\$\{([^${}]*)\}")
"""A substitution: `${name}`."""

ARN = re.compile(r"arn:(?:\$\{[^${}]*\}|[^\s\"'`<>{},;()$])+")
"""An ARN, wherever in a text it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arn:
    """The parts of an ARN; `resource` is all that follows the account."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    def __str__(self) -> str:
        """The ARN again."""
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"


def split(text: str) -> list[str]:
    """The parts of a text between colons, those inside `${...}` not counted."""
    parts, start, depth = [], 0, 0
    for n, character in enumerate(text):
        if character == "{" and text[n - 1 : n] == "$":
            depth += 1
        elif character == "}" and depth:
            depth -= 1
        elif character == ":" and not depth:
            parts.append(text[start:n])
            start = n + 1
    return [*parts, text[start:]]


def parse(text: str) -> Arn | None:
    """The ARN that a whole text is; None where it is none."""
    parts = split(text)
    if len(parts) < 6 or parts[0] != "arn":  # noqa: PLR2004 - the parts of every ARN
        return None
    return Arn(
        partition=parts[1],
        service=parts[2],
        region=parts[3],
        account=parts[4],
        resource=":".join(parts[5:]),
    )
