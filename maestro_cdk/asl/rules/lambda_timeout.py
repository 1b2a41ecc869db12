"""A Task waits as long as the function that it invokes may run."""

from collections.abc import Iterator

from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import Finding

_ANSWERED = (None, "RequestResponse")
"""The InvocationTypes with which a Task waits for the function's end."""


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about Tasks that give up before their function has to end."""
    functions = subject.functions or {}
    for invocation in subject.invocations:
        seconds = invocation.state.value.get("TimeoutSeconds")
        settings = functions.get(invocation.function or "")
        if settings is None or not isinstance(seconds, int) or seconds >= settings.timeout:
            continue
        kind = invocation.arguments.get("InvocationType")
        if kind not in _ANSWERED or "InvocationType.$" in invocation.arguments:
            continue
        yield Finding(
            rule=RULE.id,
            severity="warning",
            message=f"the Task gives up after {seconds} s, and {invocation.function} may run for "
            f"{settings.timeout} s",
            hint=f'make it "TimeoutSeconds": {settings.timeout + 5} or more, or lower '
            f"[functions.{invocation.function}] timeout",
            where=subject.document.where((*invocation.state.pointer, "TimeoutSeconds")),
            state=invocation.state.name,
        )


RULE = Rule(
    id="lambda-timeout",
    severity="warning",
    summary="A Task's timeout is no shorter than that of the function that it invokes.",
    check=check,
    explanation="""\
When a Task's `TimeoutSeconds` is over, the state fails with `States.Timeout`, and the function runs
on: what it does after that happens, and is paid for, and a `Retry` starts it a second time beside
itself.

```text
maestro.toml    [functions.report]
                timeout = 300
definition      "Resource": "${report}", "TimeoutSeconds": 60     wrong
                "Resource": "${report}", "TimeoutSeconds": 310    right
```

- <https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html>
- <https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html>
""",
)
