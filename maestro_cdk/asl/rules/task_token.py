"""A Task that waits for its token hands the token to somebody."""

import re
from collections.abc import Iterator

from maestro_cdk.asl.deferred import deferred
from maestro_cdk.asl.document import walk
from maestro_cdk.asl.integrations import WAIT
from maestro_cdk.asl.machines import State
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import Finding

_TOKEN = re.compile(
    r"\$\$(?!\.(?!Task(\.Token)?\b))|\$states\.context(?!\.(?!Task(\.Token)?\b))|\$states(?!\.)"
)
"""What may be a task's token: it, the Task it stands in, the whole context, or anything."""

_PASSING = ("Parameters", "Arguments", "InputPath")


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about Tasks that wait for a token that nobody has."""
    for state, integration in subject.calls:
        if integration.pattern == WAIT and not hands_on(subject, state):
            yield Finding(
                rule=RULE.id,
                severity="warning",
                message=f"state {state.name!r} waits for its token, and passes it to nobody",
                hint='put {% $states.context.Task.Token %} into "Arguments"'
                if "Arguments" in state.value
                else 'put "TaskToken.$": "$$.Task.Token" into what "Parameters" pass on',
                where=subject.document.where((*state.pointer, "Resource")),
                state=state.name,
            )


def hands_on(subject: Subject, state: State) -> bool:
    """Whether a Task's parameters hold its token, or something that may."""
    for key in _PASSING:
        if key not in state.value:
            continue
        for _, value in walk(subject.document, (*state.pointer, key)):
            if deferred(value) or (isinstance(value, str) and _TOKEN.search(value)):
                return True
    return False


RULE = Rule(
    id="task-token",
    severity="warning",
    summary="A Task that waits for its token hands the token to somebody.",
    check=check,
    explanation="""\
With `.waitForTaskToken`, a Task goes on when somebody calls SendTaskSuccess or SendTaskFailure with
its token. Who does not get the token cannot return it: the Task waits until it times out.

```text
"Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
"Parameters": {"QueueUrl": "...", "MessageBody": {"order.$": "$.order"}}         wrong
"Parameters": {"QueueUrl": "...", "MessageBody": {"token.$": "$$.Task.Token"}}   right
```

In JSONata the token is `{% $states.context.Task.Token %}`.

- <https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token>
""",
)
