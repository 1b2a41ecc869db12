"""A Choice rule makes one comparison, or combines others."""

from collections.abc import Iterator

from maestro_cdk.asl.fields import OPERATORS, SHAPES
from maestro_cdk.asl.places import Place
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import Finding

COMBINING = ("And", "Or", "Not")
RULES = (SHAPES["rule"], SHAPES["nested rule"])


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about rules that say nothing, or two things."""
    for place in subject.places:
        if place.shape not in RULES or place.foreign():
            continue
        problem = _problem(place)
        if problem:
            message, hint, name = problem
            pointer = (*place.pointer, name) if name else place.pointer
            yield Finding(
                rule=RULE.id,
                severity="error",
                message=message,
                hint=hint,
                where=subject.document.where(pointer, key=bool(name)),
                state=place.state,
            )


def _problem(place: Place) -> tuple[str, str | None, str | None] | None:
    """What is wrong, what to do, and at which field."""
    operators = [name for name in place.value if name in OPERATORS]
    combining = [name for name in place.value if name in COMBINING]
    compares = "Variable" in place.value
    if "Condition" in place.value and place.language != "JSONPath":
        return None
    if len(combining) > 1:
        return f"{' and '.join(combining)} in one rule", "put one into the other", combining[1]
    if combining and (compares or operators):
        extra = operators[0] if operators else "Variable"
        return f"{extra} beside {combining[0]}", f"put it into {combining[0]}", extra
    if len(operators) > 1:
        both = " and ".join(operators)
        return f"{both} in one rule", 'one comparison a rule: { "And": [...] }', operators[1]
    if combining or (compares and operators) or place.misspelt:
        return None
    return _lacking(place, compares=compares, operators=operators)


def _lacking(
    place: Place, *, compares: bool, operators: list[str]
) -> tuple[str, str | None, str | None]:
    if compares:
        return "a rule without a comparison", "StringEquals, NumericLessThan, IsPresent ...", None
    if operators:
        return f"{operators[0]} without Variable", "it names what is compared", operators[0]
    if place.language == "JSONata":
        return "a rule without Condition", '"Condition": "{% ... %}"', None
    return "a rule that compares nothing", "it has a Variable, or And, Or, or Not", None


RULE = Rule(
    id="choice-rules",
    severity="error",
    summary="A Choice rule makes one comparison, or combines others.",
    check=check,
    explanation="""
In JSONPath a rule has a `Variable` and one comparison, or one of `And`, `Or` and `Not` around rules
that have. Only the outermost has a `Next`. In JSONata it has a `Condition`. AWS refuses anything
else: `The object must have only one of the following fields, [And, Or, Not, Variable, Condition]`.

```json
{ "Variable": "$.age", "NumericGreaterThan": 17, "NumericLessThan": 66, "Next": "Work" }
{ "And": [
    { "Variable": "$.age", "NumericGreaterThan": 17 },
    { "Variable": "$.age", "NumericLessThan": 66 }
  ], "Next": "Work" }
```

https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
""",
)
