"""A Task of an Express workflow does not wait: not for a job, a token or an activity's worker."""

from collections.abc import Iterator

from maestro_cdk.asl.machines import within
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import Finding


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about Tasks that wait where they must not."""
    everywhere = subject.type == "EXPRESS"
    children = {machine.pointer for machine in subject.machines if machine.express}
    if not everywhere and not children:
        return
    for state, integration in subject.calls:
        if not integration.pattern and integration.kind != "activity":
            continue
        inside = within(state.pointer, children)
        if not everywhere and not inside:
            continue
        what = f"wait by .{integration.pattern}" if integration.pattern else "run an activity"
        who = "the child workflows of this Map are EXPRESS, and" if inside else "EXPRESS workflows"
        yield Finding(
            rule=RULE.id,
            severity="error",
            message=f"{who} cannot {what}",
            hint='make it "ExecutionType": "STANDARD"'
            if inside
            else 'set type = "STANDARD" under [workflow], or leave the waiting to another workflow',
            where=subject.document.where((*state.pointer, "Resource")),
            state=state.name,
        )


RULE = Rule(
    id="express",
    severity="error",
    summary="A Task of an EXPRESS workflow waits for no job, no token and no activity.",
    check=check,
    explanation="""\
An EXPRESS workflow runs for five minutes at most, and knows "request response" alone: no `.sync`, no
`.waitForTaskToken`, no activities. AWS refuses the definition: "Express state machine does not
support '.sync' service integration". The same holds for the child workflows of a distributed Map
with `"ExecutionType": "EXPRESS"`, whatever the workflow around it is.

```text
"Resource": "arn:aws:states:::states:startExecution.sync"    wrong in an EXPRESS workflow
"Resource": "arn:aws:states:::states:startExecution"         right: goes on at once
```

- <https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html>
""",
)
