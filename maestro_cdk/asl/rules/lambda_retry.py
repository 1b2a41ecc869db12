"""A Task that invokes a function tries again what fails for a moment."""

from collections.abc import Iterator

from maestro_cdk.asl.deferred import deferred
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import JSON, Finding

TRANSIENT = ("Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException")
THROTTLED = "Lambda.TooManyRequestsException"
ALL = ("States.ALL", "States.TaskFailed")

_WRITE = (
    '{"ErrorEquals": ["'
    + '", "'.join((*TRANSIENT, THROTTLED))
    + '"], "IntervalSeconds": 2, "MaxAttempts": 6, "BackoffRate": 2}'
)


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about invocations that fail for good when Lambda fails for a moment."""
    for invocation in subject.invocations:
        state = invocation.state
        missing = _missing(state.value.get("Retry", []))
        if not missing:
            continue
        some = "Retry" in state.value and len(missing) < len(TRANSIENT)
        what = ", ".join(missing) if some else "passing errors of Lambda's"
        yield Finding(
            rule=RULE.id,
            severity="warning",
            message=f"state {state.name!r} does not retry {what}",
            hint=f'add to its "Retry": {_WRITE}',
            where=subject.document.where((*state.pointer, "Retry")),
            state=state.name,
        )


def _missing(retry: JSON) -> tuple[str, ...]:
    """The errors that nothing in a Retry tries again."""
    if not isinstance(retry, list):
        return ()
    tried: set[str] = set()
    for rule in retry:
        if deferred(rule):
            return ()
        if not isinstance(rule, dict) or rule.get("MaxAttempts") == 0:
            continue
        errors = rule.get("ErrorEquals")
        for error in errors if isinstance(errors, list) else ():
            if deferred(error) or error in ALL:
                return ()
            tried.add(str(error))
    return tuple(error for error in TRANSIENT if error not in tried)


RULE = Rule(
    id="lambda-retry",
    severity="warning",
    summary="A Task that invokes a function retries the passing errors of Lambda's.",
    check=check,
    explanation=f"""\
Lambda fails now and then for a moment, or has too much to do. Without a `Retry` the execution fails
with it. AWS advises to retry these errors in every Task that invokes a function; `States.ALL` and
`States.TaskFailed` stand for them too, but also for what the function itself raises.

```json
"Retry": [{_WRITE}]
```

- <https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html>
""",
)
