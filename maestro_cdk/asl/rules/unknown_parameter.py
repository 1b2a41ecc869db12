"""A Task's parameters are those of what it calls, written as AWS writes them."""

from collections.abc import Iterator
from functools import lru_cache

from maestro_cdk.asl import parameters
from maestro_cdk.asl.nearest import nearest
from maestro_cdk.asl.parameters import Place
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.asl.sdk import UPGRADE
from maestro_cdk.model import Finding, Severity

_ALSO = {"Nul": "Null"}
"""A name that AWS's SDK for Java has for a member, and that of the member."""


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about parameters, at any depth, that the integration does not know."""
    for call in subject.passed:
        for place in call.places:
            lenient = call.integration.kind == "optimized" and place.pointer != call.pointer
            for key, severity, hint in _unknown(place, lenient=lenient):
                yield Finding(
                    rule=RULE.id,
                    severity=severity,
                    message=f"{call.integration.name} has no parameter "
                    f"{parameters.path(call, (*place.pointer, key.removesuffix('.$')))}",
                    hint=hint,
                    where=subject.document.where((*place.pointer, key), key=True),
                    state=call.state.name,
                )


def _unknown(place: Place, *, lenient: bool) -> Iterator[tuple[str, Severity, str]]:
    """The keys that are no members, how bad that is, and what to write instead.

    AWS's guide passes `"RetryStrategy": {"attempts": 5}` to the optimized integration of Batch: deep
    in such, a small letter may be taken, and `lenient` makes it a warning.
    https://docs.aws.amazon.com/step-functions/latest/dg/connect-parameters.html
    """
    members = place.shape.members
    if place.shape.type != "structure" or not isinstance(place.value, dict) or not members:
        return
    for key in place.value:
        name = key.removesuffix(".$")
        if name in members or "${" in name:
            continue
        if _ALSO.get(name, name.removesuffix("Value")) in members:  # as a name that Java reserves
            continue
        near = _near(name, tuple(members))
        if near is None or near.lower() != name.lower():
            yield key, "error", f"did you mean {near}?" if near else _few(tuple(members))
        elif name[:1].islower():
            yield key, "warning" if lenient else "error", f"did you mean {near}?"
        elif not name.isupper():  # DBInstance for DbInstance: AWS has been seen to take BOOL
            yield key, "warning", f"did you mean {near}?"


def _near(name: str, members: tuple[str, ...]) -> str | None:
    """The member that is meant: EqualsValue is that for Equals, which Java cannot have."""
    valued = f"{name[:1].upper()}{name[1:]}Value"
    return valued if valued in members else nearest(name, members)


@lru_cache(maxsize=256)
def _few(members: tuple[str, ...]) -> str:
    few = 12
    known = ", ".join(members) if len(members) <= few else ", ".join([*members[:few], "..."])
    return f"it takes {known}; {UPGRADE}"


RULE = Rule(
    id="unknown-parameter",
    severity="error",
    summary="A Task's parameters are those of what it calls, written as AWS writes them.",
    check=check,
    explanation="""\
Step Functions checks what a Task passes to an API: "The field ... is not supported by Step
Functions", when the state machine is made or when the Task runs. Every name begins with a capital
letter, at any depth, even where the API's own begins with a small one; a leading acronym has one
capital (`DbInstanceIdentifier`); a list has its plural (`Filters`).

```text
"Parameters": {"tableName": "Orders", "Items": {...}}    wrong, for dynamodb:putItem
"Parameters": {"TableName": "Orders", "Item": {...}}     right
```

A name in which only later capitals are others (`TopicARN`, `DBInstanceIdentifier`) is a warning: AWS has
been seen to take such. So is a small first letter deep in an optimized integration.

Below a JSONata expression, a path or a substitution nothing is known, and nothing is said. The
parameters are those that the installed boto3 knows: what is newer is reported too. Then upgrade
boto3, or disable the rule.

- <https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html>
- <https://docs.aws.amazon.com/step-functions/latest/dg/connect-parameters.html>
""",
)
