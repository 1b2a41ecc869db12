"""Texts between `{%` and `%}` are JSONata."""

from collections.abc import Iterator

from maestro_cdk.asl import jsonata
from maestro_cdk.asl.findings import finding, shown
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import Finding


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about expressions that cannot be read."""
    for site in subject.sites:
        error = site.read
        if isinstance(error, jsonata.TooLargeError):
            yield finding(RULE.id, "info", subject.document, site, f"not checked: {error.message}")
        elif isinstance(error, jsonata.JsonataError):
            message = f"{shown(str(site.value))} is no JSONata: {error.message}"
            at = error.position
            yield finding(
                RULE.id, "error", subject.document, site, message, hint=error.hint, position=at
            )


RULE = Rule(
    id="jsonata-syntax",
    severity="error",
    summary="What stands between {% and %} is JSONata.",
    check=check,
    explanation="""
In a state whose query language is JSONata, a text that begins with `{%` and ends with `%}` is an
expression. AWS parses each when a state machine is created, and refuses a definition with one that
is wrong (INVALID_JSONATA_EXPRESSION). It runs JSONata 2.0.6: the operators `?:` and `??` of later
versions are not there.

An expression is the whole text. There is no text around it: what belongs together is joined by `&`.

Wrong:

```json
{ "Output": { "greeting": "{% 'Hello ' & $states.input.name ) %}" } }
```

Right:

```json
{ "Output": { "greeting": "{% 'Hello ' & $states.input.name %}" } }
```

<https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html>
""",
)
