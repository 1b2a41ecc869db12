"""A Choice says what happens when no rule holds."""

from collections.abc import Iterator

from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import JSON, Finding

BOTH = ("BooleanEquals", "IsPresent", "IsNull", "IsString", "IsNumeric", "IsBoolean", "IsTimestamp")
"""Comparisons of which those with true and with false leave nothing out."""


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about Choices that may come to no decision."""
    for place in subject.places:
        choices = place.value.get("Choices")
        if "Default" not in place.shape.fields or "Default" in place.value:
            continue
        if not isinstance(choices, list) or not choices or _complete(choices):
            continue
        if "Default" in place.misspelt.values():
            continue
        yield Finding(
            rule=RULE.id,
            severity="info",
            message=f"Choice {place.state!r} has no Default",
            hint="it fails with States.NoChoiceMatched when no rule holds",
            where=subject.document.where(place.pointer),
            state=place.state,
        )


def _complete(choices: list[JSON]) -> bool:
    """Whether one of the rules always holds, as far as can be seen."""
    seen = set()
    for rule in choices:
        if not isinstance(rule, dict):
            continue
        if rule.get("Condition") is True:
            return True
        for operator in BOTH:
            if isinstance(rule.get(operator), bool):
                seen.add((str(rule.get("Variable")), operator, rule[operator]))
    return any((variable, operator, not value) in seen for variable, operator, value in seen)


RULE = Rule(
    id="choice-default",
    severity="info",
    summary="A Choice says what happens when no rule holds.",
    check=check,
    explanation="""
Without `Default` an execution fails with `States.NoChoiceMatched` when no rule holds, and a Choice
has no `Catch`. A pair of rules that cannot both fail, such as `BooleanEquals` true and false on one
`Variable`, needs none.

https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
""",
)
