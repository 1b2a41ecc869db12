"""What a Task retries or catches is an error that the API behind it can raise."""

from collections.abc import Iterator
from difflib import get_close_matches

from maestro_cdk.asl.deferred import deferred
from maestro_cdk.asl.document import Pointer
from maestro_cdk.asl.integrations import Integration
from maestro_cdk.asl.machines import State
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import JSON, Finding
from maestro_cdk.ports import ServiceModels

_OPTIMIZED = {"dynamodb": "DynamoDB"}
"""Prefixes that the errors of an optimized integration have otherwise."""

_NEAR = 0.85


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about names of errors that never match."""
    for state, integration in subject.calls:
        for pointer, error in _named(state):
            meant = _meant(error, integration, subject.services)
            if meant is None:
                continue
            yield Finding(
                rule=RULE.id,
                severity="info",
                message=f"{integration.name} raises no {error}",
                hint=f"did you mean {meant}?",
                where=subject.document.where(pointer),
                state=state.name,
            )


def _named(state: State) -> Iterator[tuple[Pointer, str]]:
    """The errors that a state retries or catches, with their places."""
    for key in ("Retry", "Catch"):
        for n, rule in enumerate(_list(state.value.get(key))):
            errors = rule.get("ErrorEquals") if isinstance(rule, dict) else None
            for m, error in enumerate(_list(errors)):
                if isinstance(error, str) and "." in error and not deferred(error):
                    yield (*state.pointer, key, n, "ErrorEquals", m), error


def _list(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []


def _meant(error: str, integration: Integration, services: ServiceModels) -> str | None:
    """The error that is meant by one that cannot come up; None where there is no doubt."""
    written, _, name = error.partition(".")
    if integration.kind == "optimized":
        prefix = _OPTIMIZED.get(integration.service)
        wrong = prefix and written.lower() == prefix.lower() and written != prefix
        return f"{prefix}.{name}" if wrong else None
    service = services.service(integration.service) if integration.kind == "aws-sdk" else None
    operation = service.operation(integration.action) if service else None
    if service is None or operation is None or written.lower() != service.name:
        return None
    meant = name if name.endswith("Exception") else f"{name}Exception"
    if meant not in operation.errors:
        meant = next(iter(get_close_matches(meant, operation.errors, 1, _NEAR)), meant)
    return f"{service.prefix}.{meant}" if (written, name) != (service.prefix, meant) else None


RULE = Rule(
    id="service-errors",
    severity="info",
    summary="What a Task retries or catches is an error that the API behind it can raise.",
    check=check,
    explanation="""\
The errors of an `aws-sdk` integration have names of their own: first the service's, in words of one
capital each, then the error's, which always ends in `Exception`. A name written otherwise is taken
and never matches. The optimized integration of DynamoDB writes `DynamoDB`, its `aws-sdk` one
`DynamoDb`.

```text
"ErrorEquals": ["S3.NoSuchKey"]             wrong, for aws-sdk:s3:getObject
"ErrorEquals": ["S3.NoSuchKeyException"]    right
```

- <https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html>
- <https://docs.aws.amazon.com/step-functions/latest/dg/connect-ddb.html>
""",
)
