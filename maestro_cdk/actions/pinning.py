"""Definitions that name versions of functions, where the deployed one names the functions.

A function's ARN may stand anywhere: as a Resource, as an argument, within an expression. With a
version behind it, an execution goes on with the code that it began with.
https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html

Texts are looked at, not JSON: no character of an ARN is ever written otherwise in JSON, and what
is not changed stays as it was written. Only where a call has a Qualifier beside the function is the
JSON looked at: Lambda refuses a version in both that is not the same.
https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

import json
import re
from collections.abc import Callable, Collection, Mapping

from maestro_cdk.model import JSON

_PINNED = re.compile(
    r"(?P<arn>arn:[\w-]+:lambda:[\w-]+:\d+:function:[\w-]+):(?P<number>\d+)(?![\w-])", re.ASCII
)

LATEST = "$LATEST"


def pin(definition: str, versions: Mapping[str, int]) -> str:
    """The definition with a version behind every function of these that has none.

    Args:
        definition: its text, all filled in.
        versions: the number of the version, by the function's ARN.

    Returns:
        The text; where it asks for another version or an alias itself, behind the function or in a
        Qualifier, it keeps that, but `$LATEST` is the version, too.
    """
    if not versions:
        return definition
    arns = "|".join(re.escape(arn) for arn in sorted(versions, key=len, reverse=True))
    named = re.compile(rf"(?P<arn>{arns})(:\$LATEST)?(?![\w:-])", re.ASCII)

    def pin_text(text: str) -> str:
        return named.sub(lambda found: f"{found['arn']}:{versions[found['arn']]}", text)

    if '"Qualifier' not in definition:
        return pin_text(definition)
    pinned_value = _pin_value(json.loads(definition), pin_text)
    return json.dumps(pinned_value, ensure_ascii=False, separators=(",", ":"))


def _pin_value(value: JSON, pin_text: Callable[[str], str]) -> JSON:
    """A part of a definition with versions behind functions, but where a Qualifier names one."""
    if isinstance(value, str):
        return pin_text(value)
    if isinstance(value, list):
        return [_pin_value(item, pin_text) for item in value]
    if not isinstance(value, dict):
        return value
    kept: dict[str, JSON] = {}
    if "FunctionName" in value and value.get("Qualifier") == LATEST:
        value = {key: item for key, item in value.items() if key != "Qualifier"}
    elif "FunctionName" in value and not {"Qualifier", "Qualifier.$"}.isdisjoint(value):
        kept = {"FunctionName": value["FunctionName"]}
    return {key: _pin_value(item, pin_text) for key, item in value.items()} | kept


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
