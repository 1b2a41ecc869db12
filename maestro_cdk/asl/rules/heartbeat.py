"""Heartbeats are expected of somebody who can send them."""

from collections.abc import Iterator

from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.asl.rules.task_token import hands_on
from maestro_cdk.model import Finding


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about HeartbeatSeconds where nobody has the token that a heartbeat needs."""
    for state, integration in subject.calls:
        key = next(
            (k for k in ("HeartbeatSeconds", "HeartbeatSecondsPath") if k in state.value), ""
        )
        if not key or integration.waits:
            continue
        if integration.pattern and hands_on(subject, state):
            continue
        yield Finding(
            rule=RULE.id,
            severity="warning",
            message=f"nobody can send heartbeats for state {state.name!r}",
            hint=f"{key} is for activities and .waitForTaskToken; TimeoutSeconds limits a call",
            where=subject.document.where((*state.pointer, key), key=True),
            state=state.name,
        )


RULE = Rule(
    id="heartbeat",
    severity="warning",
    summary="HeartbeatSeconds stands where somebody can send heartbeats.",
    check=check,
    yields=True,
    explanation="""\
A heartbeat is a call of SendTaskHeartbeat with the Task's token. An activity's worker has the token,
whoever got it from a Task with `.waitForTaskToken` has, and a job that `.sync` waits for can be given
it. A call that is answered at once has none: `TimeoutSeconds` is what limits it.

```text
"Resource": "arn:aws:states:::lambda:invoke", "HeartbeatSeconds": 60    wrong
"Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": 60      right
```

- <https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskHeartbeat.html>
""",
)
