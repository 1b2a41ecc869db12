"""What a Task passes is of the kind that the parameter takes."""

import json
import re
from collections.abc import Iterator

from maestro_cdk.asl import parameters
from maestro_cdk.asl.nearest import nearest
from maestro_cdk.asl.parameters import Place
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import JSON, Finding, Severity
from maestro_cdk.ports import Shape

_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?")
Problem = tuple[Severity, str, str | None]
"""How bad it is, what is wrong, and what to write instead."""

_CONNECTION = re.compile(r"arn:[^:]+:events:[^:]*:[^:]*:connection/.")
_NUMBERS = ("integer", "long", "float", "double", "bigdecimal", "short")


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about values, at any depth, that a parameter does not take."""
    for call in subject.passed:
        for place in call.places:
            problem = _problem(place.value, place.shape) or _queue(place)
            if problem is None or (call.integration.optimized and _attribute(place)):
                continue
            severity, says, hint = problem
            of = f"of {call.integration.name}"
            yield Finding(
                rule=RULE.id,
                severity=severity,
                message=f"{parameters.path(call, place.pointer) or call.pointer[-1]} {of} {says}",
                hint=hint,
                where=subject.document.where(place.pointer),
                state=call.state.name,
            )


def _problem(value: JSON, taken: Shape) -> Problem | None:
    """How bad a value is, why, and what to write instead."""
    kind = taken.type
    if kind in ("structure", "map"):
        hint = 'the keys of an object that end with ".$" are evaluated'
        path = isinstance(value, str) and value.startswith("$")
        wrong: Problem = ("error", "takes an object", hint if path else None)
        return None if isinstance(value, dict) else wrong
    if kind == "list":
        return None if isinstance(value, list) else ("error", "takes a list", "put it in [...]")
    if kind == "boolean":
        known = isinstance(value, bool) or str(value).lower() in ("true", "false")
        return None if known else ("warning", "takes true or false", None)
    if kind in _NUMBERS:
        return None if _number(value) else ("warning", "takes a number", None)
    if kind == "string" and isinstance(value, int | float):
        written = json.dumps(value)
        return "error", f"takes a text, not {written}", f'write "{written}"'
    if taken is parameters.CONNECTION_ARN and not _CONNECTION.match(str(value)):
        return "error", "takes the ARN of a connection of EventBridge", None
    if taken is parameters.URL and not str(value).startswith("https://"):
        return "warning", "takes an address that begins with https://", None
    if kind == "string" and taken.enum and isinstance(value, str) and value not in taken.enum:
        return "warning", f"does not know {value!r}", _meant(value, taken.enum)
    return None


def _queue(place: Place) -> Problem | None:
    """What stands for a queue's address and is none: its ARN, which other services take."""
    arn = isinstance(place.value, str) and place.value.startswith("arn:")
    if not arn or place.pointer[-1] != "QueueUrl":
        return None
    return "error", "takes a URL", "https://sqs.REGION.amazonaws.com/ACCOUNT/NAME"


def _attribute(place: Place) -> bool:
    """Whether a text stands for an attribute of DynamoDB's: optimized, it may, for {"S": ...}."""
    return isinstance(place.value, str) and {"S", "N", "M", "L"} <= place.shape.members.keys()


def _number(value: JSON) -> bool:
    """Whether a value is a number, or the text of one, which Step Functions reads as one."""
    if isinstance(value, str):
        return bool(_NUMBER.fullmatch(value))
    return isinstance(value, int | float) and not isinstance(value, bool)


def _meant(value: str, enum: tuple[str, ...]) -> str:
    near = nearest(value, enum)
    few = ", ".join(enum[:12]) + (", ..." if enum[12:] else "")
    return f"did you mean {near}?" if near else f"one of {few}"


RULE = Rule(
    id="parameter-value",
    severity="error",
    summary="What a Task passes is of the kind that the parameter takes.",
    check=check,
    explanation="""\
Where an API takes an object or a list, a text is refused: at the latest when the Task runs. A number
or a truth value may be written as text, and a text may be an object, which becomes its JSON; a
number is no text, not even where DynamoDB's numbers are ("The value for the field 'N' must be a
STRING"). Of a text that has to be one of several, those that the installed boto3 knows are known; as
services learn more of them, others are a warning.

```text
"Entries": {"Source": "shop"}      wrong, for events:putEvents
"Entries": [{"Source": "shop"}]    right
"Item": {"total": {"N": 7}}        wrong, for dynamodb:putItem
"Item": {"total": {"N": "7"}}      right
```

- <https://github.com/aws/aws-cdk/issues/9181>
- <https://docs.aws.amazon.com/step-functions/latest/dg/connect-parameters.html>
""",
)
