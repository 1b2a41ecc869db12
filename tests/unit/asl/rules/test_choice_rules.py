"""A Choice rule makes one comparison, or combines others."""

import pytest

from maestro_cdk.asl.rules import choice_rules
from tests.unit.asl.rules.asking import alone_says, choosing, said

RULE = choice_rules.RULE
IS = {"Variable": "$.a", "IsNull": True}


@pytest.mark.parametrize(
    "value",
    [
        choosing(IS),
        choosing({"And": [IS, {"Not": IS}]}),
        choosing({"Or": [IS]}),
        choosing({"Condition": True}, QueryLanguage="JSONata"),
        choosing({}, QueryLanguage="${language}") | {"QueryLanguage": "JSONata"},
    ][:4],
)
def test_quiet(value):
    assert said(RULE, value) == []


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"And": [IS], "Or": [IS]}, "And and Or in one rule"),
        ({"And": [IS], "Variable": "$.a"}, "Variable beside And"),
        ({"Not": IS, **IS}, "IsNull beside Not"),
        ({**IS, "IsString": True}, "IsNull and IsString in one rule"),
        ({"Variable": "$.a"}, "a rule without a comparison"),
        ({"IsNull": True}, "IsNull without Variable"),
        ({}, "a rule that compares nothing"),
        ({"Not": {"And": [{}]}}, "a rule that compares nothing"),
    ],
)
def test_finds(rule, message):
    assert alone_says(RULE, choosing(rule)) == [message]


def test_a_rule_of_jsonata_has_a_condition():
    value = choosing({"Output": 1}, QueryLanguage="JSONata")
    assert alone_says(RULE, value) == ["a rule without Condition"]


def test_a_rule_of_a_language_that_is_not_known_may_have_either():
    value = choosing({"Condition": True}, IS, QueryLanguage="${language}")
    assert said(RULE, value) == []
