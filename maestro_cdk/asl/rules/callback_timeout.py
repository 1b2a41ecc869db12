"""A Task that waits for somebody does not wait for ever."""

from collections.abc import Iterator

from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import Finding

LIMITS = ("TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath")


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about Tasks that wait for a token or a worker without a limit."""
    whole = subject.document.value
    if subject.timeout is not None or (isinstance(whole, dict) and "TimeoutSeconds" in whole):
        return
    if subject.type == "EXPRESS":
        return
    for state, integration in subject.calls:
        if not integration.waits or any(key in state.value for key in LIMITS):
            continue
        whom = "an activity's worker" if integration.kind == "activity" else "a callback"
        yield Finding(
            rule=RULE.id,
            severity="warning",
            message=f"state {state.name!r} waits for {whom} without a limit: up to a year",
            hint='add "TimeoutSeconds", or "HeartbeatSeconds" where whoever works sends heartbeats',
            where=subject.document.where((*state.pointer, "Resource")),
            state=state.name,
        )


RULE = Rule(
    id="callback-timeout",
    severity="warning",
    summary="A Task that waits for a callback or an activity has a limit.",
    check=check,
    explanation="""\
A Task with `.waitForTaskToken`, and one that an activity's worker does, waits until somebody answers:
without a limit until the execution ends by itself, after a year. A message that gets lost is noticed
then. `TimeoutSeconds` limits the Task, `HeartbeatSeconds` the time between two signs of life; a
`TimeoutSeconds` of the whole workflow (`[workflow] timeout`) serves too.

```text
"Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken"                              wrong
"Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "TimeoutSeconds": 86400     right
```

- <https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html>
- <https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#wait-token-hearbeat>
""",
)
