"""A Task's heartbeat is shorter than its timeout, and a timeout leaves time."""

from collections.abc import Iterator

from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import JSON, Finding


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about heartbeats that come too late, and executions without time."""
    for place in subject.places:
        timeout, heartbeat = place.value.get("TimeoutSeconds"), place.value.get("HeartbeatSeconds")
        if "HeartbeatSeconds" in place.shape.fields and heartbeat is not None:
            if _whole(timeout) and _whole(heartbeat) and heartbeat >= timeout:
                yield Finding(
                    rule=RULE.id,
                    severity="warning",
                    message=f"HeartbeatSeconds {heartbeat} is no less than TimeoutSeconds {timeout}",
                    hint="the timeout always comes first",
                    where=subject.document.where((*place.pointer, "HeartbeatSeconds")),
                    state=place.state,
                )
        elif "Version" in place.shape.fields and _whole(timeout) and timeout == 0:
            yield Finding(
                rule=RULE.id,
                severity="warning",
                message="TimeoutSeconds 0 leaves an execution no time",
                hint="leave it out for no limit of your own",
                where=subject.document.where(("TimeoutSeconds",)),
            )


def _whole(value: JSON) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


RULE = Rule(
    id="timeouts",
    severity="warning",
    summary="A Task's heartbeat is shorter than its timeout, and a timeout leaves time.",
    check=check,
    explanation="""
A Task fails with `States.HeartbeatTimeout` when no heartbeat comes within `HeartbeatSeconds`, and
with `States.Timeout` after `TimeoutSeconds`. The language says that the first is the smaller;
otherwise it has no effect.

https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html and
https://states-language.net/spec.html#task-state
""",
)
