"""A variable that is read was assigned before, where it can be seen."""

from collections.abc import Iterator

from maestro_cdk.asl import jsonata
from maestro_cdk.asl.findings import finding, meant
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.asl.variables import RESERVED, Scope, Use, order
from maestro_cdk.model import Finding, Severity


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about variables that are read without a value."""
    for use in subject.variables.uses:
        scope = subject.variables.of(use.site.state)
        assigning = next((one for one in scope.visible() if use.name in one.assignments), None)
        if assigning is not None:
            if not _can_follow(scope, assigning, use):
                yield _early(subject, use)
        elif not any(one.unknown for one in scope.visible()) and not _is_function(use):
            yield _unassigned(subject, scope, use)


def _is_function(use: Use) -> bool:
    """Whether JSONata has a function of this name, which is a value too."""
    return use.site.language == "JSONata" and use.name in jsonata.FUNCTIONS


def _can_follow(scope: Scope, assigning: Scope, use: Use) -> bool:
    """Whether a state that assigns can come before the one that reads, or before what holds it."""
    state = use.site.state.name
    while scope is not assigning and scope.outer is not None and scope.holder is not None:
        state, scope = scope.holder.name, scope.outer
    known = order(assigning)
    return known is None or known.can_follow(state, use.name)


def _early(subject: Subject, use: Use) -> Finding:
    message = f"${use.name} has no value yet: no state before this one assigns it"
    hint = "a state sees what the states before it have assigned, and not what it assigns itself"
    return _finding(subject, use, message, hint)


def _unassigned(subject: Subject, scope: Scope, use: Use) -> Finding:
    if use.name == RESERVED:
        message = "$states is JSONata's, and this state's query language is JSONPath"
        return _finding(subject, use, message, "here $ is the input, and $$ the context object")
    names = {name for one in scope.visible() for name in one.assignments}
    if use.site.language == "JSONata":
        names.add(RESERVED)
    hidden = any(use.name in one.assignments for one in scope.enclosing())
    if hidden:
        message = (
            f"${use.name} cannot be seen in a distributed Map, which is an execution by itself"
        )
        return _finding(subject, use, message, "put it into the items with the Map's ItemSelector")
    if subject.variables.assigned(use.name):
        message = f"${use.name} cannot be seen here: it is assigned inside a Parallel or Map only"
        return _finding(subject, use, message, "pass it out by the output of the states in there")
    message = f"no state assigns ${use.name}"
    hint = meant(use.name, names, sign="$") or f'assign it: "Assign": {{ "{use.name}": ... }}'
    return _finding(subject, use, message, hint)


def _finding(subject: Subject, use: Use, message: str, hint: str) -> Finding:
    severity: Severity = "error" if use.vital else "warning"
    return finding(
        RULE.id, severity, subject.document, use.site, message, hint=hint, position=use.position
    )


RULE = Rule(
    id="undefined-variables",
    severity="error",
    summary="A variable that is read was assigned before, where it can be seen.",
    check=check,
    explanation="""
AWS creates a state machine that reads variables which no state assigns. The execution fails when it
gets there, with `States.QueryEvaluationError` ("returned nothing (undefined)") or `States.Runtime`.

A state sees the variables that states before it have assigned: those of its own machine, and those
of the outer ones if it stands in a Parallel or Map. It does not see what it assigns itself, what is
assigned in other branches, or what was assigned inside a Parallel or Map before it. A distributed
Map runs executions of their own, which see no outer variable at all.

The finding is an error where the expression is nothing without the variable, and a warning where
JSONata may do without it, as in `$exists($discount)`.

Wrong:

```json
{ "Type": "Pass", "Output": "{% $totl %}", "Assign": { "total": 3 } }
```

Right, in a state after one that assigns `total`:

```json
{ "Type": "Pass", "Output": "{% $total %}" }
```

<https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html#variable-scope>
""",
)
