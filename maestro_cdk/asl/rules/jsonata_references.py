"""JSONata expressions read what is there: parts of `$states`, where AWS gives them."""

from collections.abc import Iterator

from maestro_cdk.asl import jsonata
from maestro_cdk.asl.expressions import Site
from maestro_cdk.asl.findings import finding, meant
from maestro_cdk.asl.jsonata import Use
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import Finding

MEMBERS = ("input", "result", "errorOutput", "context")


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about names that mean nothing where they stand."""
    for site in subject.sites:
        expression = site.read
        if not isinstance(expression, jsonata.Expression):
            continue
        for use in expression.variables:
            if use.name == "states" and use.following:
                yield from _states(subject, site, *use.following[0])
        text = str(site.value)
        for use in expression.outermost:
            if any(jsonata.of_jsonpath(text, called) for called in expression.bare) and (
                use.name == "States"
            ):
                continue  # `jsonata-functions` tells of States.Format()
            yield _outermost(subject, site, use)


def _states(subject: Subject, site: Site, name: str, position: int) -> Iterator[Finding]:
    hint: str | None = None
    if name not in MEMBERS:
        message = f"$states has no {name}"
        hint = meant(name, MEMBERS) or f"it has {', '.join(MEMBERS)}"
    elif name == "result" and site.moment != "after":
        message = "there is no $states.result here"
        hint = "it is known in Assign and Output of a Task, Parallel or Map"
    elif name == "errorOutput" and site.moment != "caught":
        message = "there is no $states.errorOutput here"
        hint = "it is known in Assign and Output of a Catch"
    else:
        return
    yield finding(RULE.id, "error", subject.document, site, message, hint=hint, position=position)


def _outermost(subject: Subject, site: Site, use: Use) -> Finding:
    name = use.name
    if name == "$$":
        message, hint = "$$ is not supported", "$states.context is the context object"
    else:
        message = f"{name} reads from nothing: AWS gives an expression no input of its own"
        hint = {
            "$": "write $states.input",
            "states": "write $states",
        }.get(name, f"write $states.input.{name}, ${name} for a variable, or '{name}' for a text")
        if name in ("*", "**"):
            hint = f"write $states.input.{name}"
    return finding(
        RULE.id, "error", subject.document, site, message, hint=hint, position=use.position
    )


RULE = Rule(
    id="jsonata-references",
    severity="error",
    summary="JSONata expressions read what AWS gives them, in places where it does.",
    check=check,
    explanation="""
A JSONata expression of a state machine has no input of its own: it begins with `$states` or a
variable. AWS refuses a definition in which a bare name (`order.id`), `$` or `$$` is read outside of a
path, filter or function that gives them something to read from (UNSUPPORTED_JSONATA_EXPRESSION).

`$states.input` and `$states.context` can be read everywhere, `$states.result` in `Assign` and `Output`
of a Task, Parallel or Map, and `$states.errorOutput` in those of a `Catch`. AWS refuses a definition
that reads them elsewhere.

Wrong:

```json
{ "Type": "Pass", "Output": "{% order.items[price > 10] %}" }
```

Right:

```json
{ "Type": "Pass", "Output": "{% $states.input.order.items[price > 10] %}" }
```

<https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html#reserved-variable-states>
""",
)
