"""A Task passes what the API that it calls requires."""

from collections.abc import Iterator

from maestro_cdk.asl import parameters
from maestro_cdk.asl.parameters import Call, Place
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import Finding


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
                    hint=f'write "{name}", or "{name}.$" with a path'
                    if call.pointer[-1] == "Parameters"
                    else f'write "{name}"',
                    where=subject.document.where(place.pointer, key=True),
                    state=call.state.name,
                )


def _missing(call: Call, place: Place) -> Iterator[str]:
    """The names of members that a structure must have and has not."""
    if not isinstance(place.value, dict) or place.shape.type != "structure":
        return
    if any("${" in key for key in place.value):
        return
    present = {key.removesuffix(".$").lower() for key in place.value}
    for name in place.shape.required:
        if name.lower() not in present:
            yield name
    either = parameters.alternatives(call.integration) if place.pointer == call.pointer else ()
    if either and not any(name.lower() in present for name in either):
        yield " or ".join(either)


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
