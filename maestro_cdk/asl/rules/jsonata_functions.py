"""Functions that JSONata expressions call exist in Step Functions."""

from collections.abc import Iterator

from maestro_cdk.asl import jsonata
from maestro_cdk.asl.findings import finding, meant
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import Finding

_INSTEAD = {
    "Array": "[a, b]",
    "ArrayContains": "a in list",
    "ArrayGetItem": "list[n]",
    "ArrayLength": "$count(list)",
    "ArrayPartition": "$partition(list, size)",
    "ArrayRange": "$range(first, last, step)",
    "ArrayUnique": "$distinct(list)",
    "Base64Decode": "$base64decode(text)",
    "Base64Encode": "$base64encode(text)",
    "Format": "join texts with &",
    "Hash": "$hash(text, algorithm)",
    "JsonMerge": "$merge([a, b])",
    "JsonToString": "$string(value)",
    "MathAdd": "a + b",
    "MathRandom": "$random()",
    "StringSplit": "$split(text, separator)",
    "StringToJson": "$parse(text)",
    "UUID": "$uuid()",
}
"""What an expression writes for an intrinsic function of JSONPath."""


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about calls of functions that are not there."""
    for site in subject.sites:
        expression = site.read
        if not isinstance(expression, jsonata.Expression):
            continue
        for use in expression.calls:
            if use.name not in jsonata.FUNCTIONS:
                hint = meant(use.name, jsonata.FUNCTIONS, sign="$")
                if use.name == "eval":
                    hint = "AWS has none; $parse(text) reads JSON"
                message = f"there is no function ${use.name}()"
                yield finding(
                    RULE.id,
                    "error",
                    subject.document,
                    site,
                    message,
                    hint=hint,
                    position=use.position,
                )
        for use in expression.bare:
            if jsonata.of_jsonpath(str(site.value), use):
                message = f"States.{use.name}() is a function of JSONPath"
                hint = f"in JSONata: {_INSTEAD[use.name]}" if use.name in _INSTEAD else None
                at = use.position - len("States.")
                yield finding(
                    RULE.id, "error", subject.document, site, message, hint=hint, position=at
                )
                continue
            message = f"{use.name}() is no function: functions begin with $"
            hint = f"${use.name}(...)" if use.name in jsonata.FUNCTIONS else None
            hint = f"write {hint}" if hint else meant(use.name, jsonata.FUNCTIONS, sign="$")
            yield finding(
                RULE.id, "error", subject.document, site, message, hint=hint, position=use.position
            )


RULE = Rule(
    id="jsonata-functions",
    severity="error",
    summary="Functions that JSONata expressions call are there.",
    check=check,
    explanation="""
AWS has the functions of JSONata 2.0.6 but `$eval`, and adds `$partition`, `$range`, `$hash`, `$uuid`,
`$parse`, and a seed to `$random`. A call of another is not noticed when a state machine is created:
the execution fails with `States.QueryEvaluationError`, "Attempted to invoke a non-function".

Wrong:

```json
{ "Output": "{% $toUpper($states.input.name) %}" }
```

Right:

```json
{ "Output": "{% $uppercase($states.input.name) %}" }
```

<https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#jsonata-functions-provided-by-sfn>
""",
)
