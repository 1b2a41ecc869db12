"""A variable that is assigned is read."""

import re
from collections.abc import Iterator

from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import Finding

_NAMED = re.compile(r"\$(\w+)")


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about variables that nothing reads."""
    scopes = [scope for scope in subject.variables.scopes.values() if scope.assignments]
    # A name behind a $ counts as read wherever it stands: in what cannot be read, too.
    texts = (site.value for site in subject.sites if scopes and isinstance(site.value, str))
    read = {name for text in texts for name in _NAMED.findall(text)}
    for scope in scopes:
        for name, assignments in scope.assignments.items():
            if name in read or not name.isidentifier():
                continue
            first = assignments[0]
            yield Finding(
                rule=RULE.id,
                severity="info",
                message=f"${name} is assigned, and never read",
                hint="remove it, if nothing is to read it",
                where=subject.document.where(first.pointer, key=True),
                state=first.state.name,
            )


RULE = Rule(
    id="unused-variables",
    severity="info",
    summary="A variable that is assigned is read somewhere.",
    check=check,
    yields=True,
    explanation="""
A variable that no state reads does no harm, but its value counts towards the 10 MiB that the variables
of an execution may hold, and its name may be misspelt where it is read. Variables are not part of an
execution's output.

Wrong, if nothing reads `$total`:

```json
{ "Assign": { "total": "{% $sum($states.input.prices) %}" } }
```

Right, in a later state:

```json
{ "Output": { "total": "{% $total %}" } }
```

<https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html>
""",
)
