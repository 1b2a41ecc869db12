"""A Choice says what happens when no rule holds."""

import pytest

from maestro_cdk.asl.rules import choice_default
from tests.unit.asl.rules.asking import PASS, alone, choosing, findings, machine, said

RULE = choice_default.RULE


def without(*rules):
    rules = [{**rule, "Next": "B"} for rule in rules]
    return machine({"A": {"Type": "Choice", "Choices": rules}, "B": PASS})


def compare(operator, value, variable="$.a"):
    return {"Variable": variable, operator: value}


@pytest.mark.parametrize(
    "value",
    [
        choosing(compare("IsNull", True)),
        without(compare("BooleanEquals", True), compare("BooleanEquals", False)),
        without(
            compare("IsPresent", False), compare("StringEquals", "x"), compare("IsPresent", True)
        ),
        without({"Condition": "{% $a %}"}, {"Condition": True}),
        # What is wrong with these is another rule's.
        alone(Type="Choice"),
        alone(Type="Choice", Choices=[]),
        alone(Type="Choice", Choices="x"),
        alone(Type="Choice", Choices=[1], default="A"),
        alone(Type="Pass"),
    ],
)
def test_quiet(value):
    assert said(RULE, value) == []


@pytest.mark.parametrize(
    "rules",
    [
        [compare("StringEquals", "x")],
        [compare("BooleanEquals", True), compare("BooleanEquals", False, "$.b")],
        [compare("BooleanEquals", True), compare("BooleanEquals", True)],
        [{"Condition": "{% true %}"}],
    ],
)
def test_finds(rules):
    assert findings(RULE, without(*rules)) == [
        (
            "info",
            "Choice 'A' has no Default",
            "it fails with States.NoChoiceMatched when no rule holds",
        )
    ]
