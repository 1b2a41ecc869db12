"""What Retry and Catch name can come up, and is not taken by an entry before."""

import re
from collections.abc import Iterator
from difflib import get_close_matches

from maestro_cdk.asl.deferred import deferred
from maestro_cdk.asl.document import Pointer
from maestro_cdk.asl.places import Place
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import JSON, Finding, Severity

ALL = "States.ALL"
NAMES = (
    ALL,
    "States.BranchFailed",
    "States.DataLimitExceeded",
    "States.ExceedToleratedFailureThreshold",
    "States.HeartbeatTimeout",
    "States.Http.Socket",
    "States.IntrinsicFailure",
    "States.ItemReaderFailed",
    "States.NoChoiceMatched",
    "States.ParameterPathFailure",
    "States.Permissions",
    "States.QueryEvaluationError",
    "States.ResultPathMatchFailure",
    "States.ResultWriterFailed",
    "States.Runtime",
    "States.TaskFailed",
    "States.Timeout",
)
"""https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html"""

_OURS = re.compile(r"states?\.", re.IGNORECASE)
_STATUS = re.compile(r"States\.Http\.StatusCode\.\d{3}")


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about names of errors that are none, or come too late."""
    own = {str(state.value.get("Error")) for state in subject.states if state.type == "Fail"}
    for place in subject.places:
        for key in ("Retry", "Catch"):
            entries = place.value.get(key)
            if key in place.shape.fields and isinstance(entries, list):
                yield from _list(subject, place, key, entries, own)


def _list(
    subject: Subject, place: Place, key: str, entries: list[JSON], own: set[str]
) -> Iterator[Finding]:
    """Findings about one Retry or Catch; `own` are the names that Fail states give."""
    taken: set[str] = set()
    for n, entry in enumerate(entries):
        names = entry.get("ErrorEquals") if isinstance(entry, dict) else None
        names = names if isinstance(names, list) else []
        for m, name in enumerate(names):
            alone = len(names) == 1 and n == len(entries) - 1
            told = _told(key, name, alone=alone, taken=taken)
            if told and name not in own:
                severity, message, hint = told
                pointer: Pointer = (*place.pointer, key, n, "ErrorEquals", m)
                yield Finding(
                    rule=RULE.id,
                    severity=severity,
                    message=message,
                    hint=hint,
                    where=subject.document.where(pointer),
                    state=place.state,
                )
        taken.update(name for name in names if isinstance(name, str))


def _told(
    key: str, name: JSON, *, alone: bool, taken: set[str]
) -> tuple[Severity, str, str | None] | None:
    if not isinstance(name, str) or deferred(name):
        return None
    if name == ALL and not alone:
        return "error", f"{ALL} stands alone, in the last entry of {key}", None
    if name in taken:
        hint = "an error goes to the first entry that names it"
        return "warning", f"an entry before takes {name!r}", hint
    if name == "States.Runtime":
        what = "retried" if key == "Retry" else "caught"
        return "warning", f"States.Runtime is never {what}", "the execution fails with it"
    if _OURS.match(name) and name not in NAMES and not _STATUS.fullmatch(name):
        names = [known.removeprefix("States.") for known in NAMES]
        near = get_close_matches(name.partition(".")[2], names, n=1)
        hint = f"did you mean 'States.{near[0]}'?" if near else "so begin the names of AWS's own"
        return "warning", f"{name!r} is no error of Step Functions", hint
    return None


RULE = Rule(
    id="error-names",
    severity="error",
    summary="What Retry and Catch name can come up, and is not taken by an entry before.",
    check=check,
    explanation="""
The first entry that names an error takes it. `States.ALL` takes whatever comes, so it has to stand
alone, in the last entry: AWS refuses it elsewhere, with `States.ALL must appear alone and at end of
list`. What it does not take are `States.DataLimitExceeded` and `States.Runtime`, which always ends
the execution. A name that begins
with `States.` is one of those that AWS has; another never comes up, and the entry waits in vain.

```json
"Retry": [{ "ErrorEquals": ["Lambda.TooManyRequestsException", "States.ALL"] }]
"Retry": [
  { "ErrorEquals": ["Lambda.TooManyRequestsException"], "MaxAttempts": 6 },
  { "ErrorEquals": ["States.ALL"] }
]
```

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
""",
)
