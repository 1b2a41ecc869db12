"""What stands behind the action of a Resource is a pattern that the integration supports."""

from collections.abc import Iterator

from maestro_cdk.asl.integrations import OPTIMIZED, SYNC, SYNC_2, WAIT, Integration
from maestro_cdk.asl.nearest import nearest
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import Finding

PATTERNS = (SYNC, SYNC_2, WAIT)


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about patterns that there are not, or not for an integration."""
    for state, integration in subject.calls:
        pattern = integration.pattern
        if not pattern or pattern in (supported := _supported(integration)):
            continue
        yield Finding(
            rule=RULE.id,
            severity="error",
            message=f"{integration.name} has no pattern .{pattern}",
            hint=_hint(integration, supported),
            where=subject.document.where((*state.pointer, "Resource")),
            state=state.name,
        )


def _supported(integration: Integration) -> tuple[str, ...]:
    """The patterns that an integration knows; all of them where it is not known itself."""
    if integration.kind == "aws-sdk":
        return (WAIT,)
    return integration.optimized.patterns if integration.optimized else PATTERNS


def _hint(integration: Integration, supported: tuple[str, ...]) -> str:
    near = nearest(integration.pattern, supported)
    if near:
        return f"did you mean .{near}?"
    for service, actions in OPTIMIZED.items():
        for name, action in actions.items():
            if action.api == integration.api and integration.pattern in action.patterns:
                return f"the optimized {service}:{name} has it"
    known = ", ".join(f".{pattern}" for pattern in supported)
    return f"it has {known}" if known else "it answers at once: leave the pattern away"


RULE = Rule(
    id="integration-pattern",
    severity="error",
    summary="What stands behind an action's dot is a pattern that the integration supports.",
    check=check,
    explanation="""\
Without a pattern, a Task goes on when the call is answered. `.sync` waits for the job that the call
began, `.waitForTaskToken` until somebody returns the Task's token. Each integration supports some of
these; an `aws-sdk` integration never knows `.sync`. AWS refuses the definition.

```text
"Resource": "arn:aws:states:::aws-sdk:glue:startJobRun.sync"    wrong
"Resource": "arn:aws:states:::glue:startJobRun.sync"            right
```

- <https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html>
- <https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html>
""",
)
