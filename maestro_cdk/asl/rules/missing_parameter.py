"""A Task passes what the API that it calls requires."""

from collections.abc import Iterator, Mapping

from maestro_cdk.asl import parameters
from maestro_cdk.asl.nearest import nearest
from maestro_cdk.asl.parameters import Call, Place
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import JSON, Finding


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about parameters, at any depth, that are required and not there."""
    for call in subject.passed:
        for place in call.places:
            for name in _missing(call, place):
                yield Finding(
                    rule=RULE.id,
                    severity="error",
                    message=f"{call.integration.name} requires "
                    f"{parameters.path(call, (*place.pointer, name))}",
                    hint=_hint(name, call),
                    where=subject.document.where(place.pointer, key=True),
                    state=call.state.name,
                )


def _hint(name: str, call: Call) -> str:
    if " or " in name:
        return "write one of them"
    if call.pointer[-1] == "Parameters":
        return f'write "{name}", or "{name}.$" with a path'
    return f'write "{name}"'


def _missing(call: Call, place: Place) -> Iterator[str]:
    """The names of members that a structure must have and has not."""
    value = place.value
    if not isinstance(value, dict) or place.shape.type != "structure":
        return
    either = parameters.alternatives(call.integration) if place.pointer == call.pointer else ()
    members = tuple(place.shape.members)
    missing = [name for name in place.shape.required if not _has(value, members, name)]
    if either and not any(_has(value, members, name) for name in either):
        missing.append(" or ".join(either))
    if missing and not any("${" in key for key in value):
        yield from missing


def _has(value: Mapping[str, JSON], members: tuple[str, ...], name: str) -> bool:
    """Whether a member is there, or its name misspelt, of which another rule tells."""
    if name in value or f"{name}.$" in value:
        return True
    unknown = (key.removesuffix(".$") for key in value if key.removesuffix(".$") not in members)
    return any(nearest(key, members) == name for key in unknown)


RULE = Rule(
    id="missing-parameter",
    severity="error",
    summary="A Task passes what the API that it calls requires.",
    check=check,
    explanation="""\
What an API requires has to be there: AWS refuses the definition ("The field ... is required but was
missing"), or the Task fails when it runs.

```text
"Resource": "arn:aws:states:::lambda:invoke",
"Parameters": {"Payload.$": "$"}                                wrong: which function?
"Parameters": {"FunctionName": "${greet}", "Payload.$": "$"}    right
```

A Task without `Parameters` or `Arguments` passes its input, and nothing is said about that.

- <https://docs.aws.amazon.com/step-functions/latest/dg/connect-parameters.html>
- <https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html>
""",
)
