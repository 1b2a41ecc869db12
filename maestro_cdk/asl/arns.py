"""ARNs as people write them in definitions: with placeholders and substitutions in their parts."""

import re
from dataclasses import dataclass

from maestro_cdk.model import PseudoParameter

TOKEN = re.compile(r"\$\{([A-Za-z0-9_.:-]+)\}")
"""A substitution: `${name}`. What else JSONata writes in braces, `${ manager: name }`, is none."""

ARN = re.compile(r"arn:(?:\$\{[^${}]*\}|[^\s\"'`<>{},;()$])+")
"""An ARN, wherever in a text it stands."""

REGION = re.compile(r"[a-z]{2,}(?:-[a-z]+)+-\d+")
"""A region: eu-west-1, us-gov-east-1, eusc-de-east-1."""

PLACEHOLDERS = {
    "REGION": "AWS::Region",
    "ACCOUNT_ID": "AWS::AccountId",
    "PARTITION": "AWS::Partition",
}
"""The original Maestro's words, and what they mean."""

_WORD = re.compile(
    rf"\$\{{[^${{}}]*\}}|(?<![A-Za-z0-9])(?P<word>{'|'.join(PLACEHOLDERS)})(?![A-Za-z0-9])"
)


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
    if "${" not in text:
        return text.split(":")
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


def words(text: str) -> list[str | PseudoParameter]:
    """An ARN in pieces: what stands there, and what its placeholders mean.

    A placeholder counts anywhere in the ARN, but as a whole word: that of
    `arn:aws:s3:::data-REGION/*` does, those of `REGIONAL` and `${REGION}` do not.
    """
    pieces: list[str | PseudoParameter] = []
    start = 0
    for match in _WORD.finditer(text):
        if match["word"] is None:
            continue
        pieces += [text[start : match.start()], PseudoParameter(name=PLACEHOLDERS[match["word"]])]
        start = match.end()
    return [piece for piece in (*pieces, text[start:]) if piece]


def is_express_execution(arn: str) -> bool:
    """Whether an execution's ARN is one of an EXPRESS machine's."""
    return ":express:" in arn


def execution_name(arn: str) -> str:
    """An execution's name, by its ARN: behind that of an EXPRESS one there is an id."""
    parts = arn.split(":")
    return parts[7] if is_express_execution(arn) and len(parts) > 7 else parts[-1]  # noqa: PLR2004
