"""A Map's Label is one that an ARN can hold, and no other Map's."""

import re
from collections.abc import Iterator

from maestro_cdk.asl.deferred import deferred
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import Finding

LONGEST = 40
FORBIDDEN = re.compile(r"""[\s?*<>{}\[\]:;,\\|^~$#%&`"/\x00-\x1f\x7f-\x9f]""")
"""https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html"""


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about labels that AWS refuses, or that come twice."""
    seen: set[str] = set()
    for state in subject.states:
        label = state.value.get("Label")
        if state.type != "Map" or not isinstance(label, str) or deferred(label):
            continue
        message = _problem(label)
        if not message and label in seen:
            message = f"the label {label!r} is another Map's"
        seen.add(label)
        if message:
            yield Finding(
                rule=RULE.id,
                severity="error",
                message=message,
                hint="leave it out, and AWS makes one",
                where=subject.document.where((*state.pointer, "Label")),
                state=state.name,
            )


def _problem(label: str) -> str | None:
    if not label:
        return "a label without characters"
    found = FORBIDDEN.search(label)
    odd = f"a label with {found[0]!r}" if found else None
    if len(label) > LONGEST:
        long = f"of {len(label)} characters; AWS takes {LONGEST}"
        return f"{odd}, and {long}" if odd else f"a label {long}"
    return odd


RULE = Rule(
    id="map-labels",
    severity="error",
    summary="A Map's Label is one that an ARN can hold, and no other Map's.",
    check=check,
    explanation="""
The `Label` of a distributed Map becomes part of the ARN of its Map Runs. It has 40 characters at
most, none of them white space, a wildcard, a bracket or one of `: ; , \\\\ | ^ ~ $ # % & " /` and the
backtick, and is unique in the definition. AWS refuses others with `INVALID_LABEL_NAME` or
`DUPLICATE_LABEL_NAME`.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
""",
)
