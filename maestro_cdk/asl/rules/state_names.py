"""A state's name is short enough, and no other state's."""

import re
from collections.abc import Iterator

from maestro_cdk.asl.document import Pointer
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import Finding

LONGEST = 80
"""https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html"""

FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""https://docs.aws.amazon.com/step-functions/latest/apireference/API_StateExitedEventDetails.html

White space, brackets and the like stand there too, but AWS takes them in a definition.
"""


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about names that AWS refuses, or that come twice."""
    first: dict[str, Pointer] = {}
    for machine in subject.machines:
        for name in machine.states:
            pointer = (*machine.pointer, "States", name)
            before = first.setdefault(name, pointer)
            if "${" in name:
                continue
            message, hint = _problem(name)
            if not message and before is not pointer:
                line = subject.document.where(before, key=True).line
                message = f"the name {name!r} is another state's"
                hint = f"that of line {line}: a name is unique, branches and Maps included"
            if message:
                yield Finding(
                    rule=RULE.id,
                    severity="error",
                    message=message,
                    hint=hint,
                    where=subject.document.where(pointer, key=True),
                    state=name,
                )


def _problem(name: str) -> tuple[str | None, str | None]:
    if not name:
        return "a state without a name", None
    if len(name) > LONGEST:
        return f"a name of {len(name)} characters", f"AWS takes {LONGEST}"
    if found := FORBIDDEN.search(name):
        return f"the name {name!r} holds U+{ord(found[0]):04X}", "AWS takes no such character"
    return None, None


RULE = Rule(
    id="state-names",
    severity="error",
    summary="A state's name is short enough, and no other state's.",
    check=check,
    explanation="""
A name has 80 characters at most, and is unique in the whole definition: a state in a branch or in a
Map may not be called like one outside. AWS refuses such a definition with `INVALID_STATE_NAME` or
`DUPLICATE_STATE_NAME`.

https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html
""",
)
