"""A state goes on to another, or ends: one of the two."""

import pytest

from maestro_cdk.asl.rules import endings
from tests.unit.asl.rules.asking import machine, said

GOING_ON = ("Task", "Pass", "Wait", "Parallel", "Map")


@pytest.mark.parametrize(
    "state",
    [
        {"Type": "Pass", "End": True},
        {"Type": "Pass", "Next": "B"},
        {"Type": "Pass", "Next": "B", "End": False},
        {"Type": "Choice", "Choices": []},
        {"Type": "Succeed"},
        {"Type": "Fail"},
        {"Type": "Unheard"},
        # Another rule tells what is wrong with these.
        {"Type": "Pass", "next": "B"},
        {"Type": "Pass", "Ends": True},
        {"Type": "Pass", "End": "true"},
    ],
)
def test_quiet(state):
    assert said(endings.RULE, machine({"A": state})) == []


def test_an_end_that_a_substitution_stands_for():
    assert said(endings.RULE, '{"States": {"A": {"Type": "Pass", "End": ${last}}}}') == []


@pytest.mark.parametrize("kind", GOING_ON)
@pytest.mark.parametrize(
    ("way", "message", "place"),
    [
        ({}, "state 'A' has no Next", ""),
        ({"End": False}, "state 'A' has no Next", ""),
        ({"Next": "B", "End": True}, "state 'A' has both Next and End", "true"),
    ],
)
def test_finds(kind, way, message, place):
    assert said(endings.RULE, machine({"A": {"Type": kind, **way}})) == [(message, place, "A")]
