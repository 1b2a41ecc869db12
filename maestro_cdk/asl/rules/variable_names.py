"""Variables have names that AWS takes, and that are not taken by an outer scope."""

from collections.abc import Iterator

from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.asl.variables import RESERVED, Assignment, Scope
from maestro_cdk.model import Finding, Severity

MAX_LENGTH = 80


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about names that AWS refuses in Assign."""
    for scope in subject.variables.scopes.values():
        for name, assignments in scope.assignments.items():
            if problem := _problem(name):
                for assignment in assignments:
                    yield _finding(subject, assignment, *problem)
            yield from _taken(subject, scope, name)


def _problem(name: str) -> tuple[str, str] | None:
    """What is wrong with a name, and what to do."""
    if name == RESERVED:
        return "$states is reserved: it cannot be assigned", "choose another name"
    if len(name) > MAX_LENGTH:
        return (
            f"a variable's name has {MAX_LENGTH} characters at most, not {len(name)}",
            "shorten it",
        )
    if not name.isidentifier() or name.startswith("_"):
        hint = "a name is made of letters, digits and _, and begins with a letter"
        if name.endswith(".$"):
            hint = "in a JSONata state, a name has no .$"
        elif "." in name or "[" in name:
            hint = "a part of a variable cannot be assigned, only the whole"
        elif name.startswith("$"):
            hint = f"here it is written without its $: {name.removeprefix('$')!r}"
        return f"{name!r} is no name for a variable", hint
    return None


def _taken(subject: Subject, scope: Scope, name: str) -> Iterator[Finding]:
    """An inner scope does not assign what an outer one does."""
    sealed = scope.sealed
    for outer in scope.enclosing():
        if name in outer.assignments:
            other = outer.assignments[name][0].state.name
            message = f"${name} is a variable of the outer scope (state {other!r} assigns it)"
            hint = "choose another name; pass data out by the Output of the states in here"
            for assignment in scope.assignments[name]:
                # AWS does not say whether this holds for a distributed Map, which sees no other.
                severity: Severity = "warning" if sealed else "error"
                yield _finding(subject, assignment, message, hint, severity)
            return
        sealed = sealed or outer.sealed


def _finding(
    subject: Subject,
    assignment: Assignment,
    message: str,
    hint: str,
    severity: Severity = "error",
) -> Finding:
    return Finding(
        rule=RULE.id,
        severity=severity,
        message=message,
        hint=hint,
        where=subject.document.where(assignment.pointer, key=True),
        state=assignment.state.name,
    )


RULE = Rule(
    id="variable-names",
    severity="error",
    summary="Variables have names that AWS takes, each in one scope only.",
    check=check,
    explanation="""
Each key of `Assign` names a variable. AWS refuses a definition with a name that is longer than 80
characters, does not begin with a letter, holds other signs than letters, digits and `_`
(INVALID_VARIABLE_NAME), or is `states` (RESERVED_VARIABLE_NAME). In JSONPath states the end `.$` of
the key does not belong to the name.

The states of a branch, or of what a Map repeats, have a scope of their own. They read the outer
variables, and may not assign them, nor a variable of the same name. To change an outer variable,
assign it in the Parallel or Map state itself, from its result.

Wrong:

```json
{ "Assign": { "order.total": 0 } }
```

Right:

```json
{ "Assign": { "orderTotal": 0 } }
```

<https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html>
""",
)
