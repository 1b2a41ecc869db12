"""StartAt, Next, Default and the Next of a Choice rule or a Catch name a state beside them."""

import pytest

from maestro_cdk.asl.rules import transitions
from tests.unit.asl.rules.asking import PASS, machine, said, subject


def going(**state):
    return machine({"A": state, "B": PASS, "Best": PASS})


@pytest.mark.parametrize(
    "value",
    [
        machine({"A": PASS}),
        going(Type="Pass", Next="B"),
        going(Type="Choice", Choices=[{"Next": "B"}], Default="Best"),
        going(Type="Task", Catch=[{"Next": "Best"}], End=True),
        going(Type="Choice", Choices="none", Default="B"),
        going(Type="Choice", Choices=[1, {}], Default="B"),
        machine(
            {
                "M": {"Type": "Map", "ItemProcessor": machine({"I": PASS}), "Next": "P"},
                "P": {"Type": "Parallel", "Branches": [machine({"I": PASS})], "End": True},
            }
        ),
    ],
)
def test_transitions_is_quiet(value):
    assert said(transitions.RULE, value) == []


@pytest.mark.parametrize(
    ("value", "findings"),
    [
        (
            machine({"A": PASS}, start="a"),
            [("StartAt names a state that is not there: 'a'", '"a"', None)],
        ),
        ('{"States": {"A": {"Type": "Pass"}}}', [("StartAt is missing", "", None)]),
        (
            going(Type="Pass", Next="b"),
            [("Next names a state that is not there: 'b'", '"b"', "A")],
        ),
        (
            going(Type="Choice", Choices=[{"Next": "C"}, {"Next": "B"}], Default="D"),
            [
                ("Default names a state that is not there: 'D'", '"D"', "A"),
                ("Next names a state that is not there: 'C'", '"C"', "A"),
            ],
        ),
        (
            going(Type="Task", Catch=[{"Next": "Beast"}], Next="B"),
            [("Next names a state that is not there: 'Beast'", '"Beast"', "A")],
        ),
        (
            machine(
                {
                    "M": {
                        "Type": "Map",
                        "ItemProcessor": machine({"I": {"Type": "Pass", "Next": "Out"}}),
                        "Next": "Out",
                    },
                    "Out": PASS,
                }
            ),
            [("Next names a state that is not there: 'Out'", '"Out"', "I")],
        ),
        (
            going(Type="Pass", Next=7),
            [("Next is 7, not the name of a state", "7", "A")],
        ),
    ],
)
def test_transitions_finds(value, findings):
    found = said(transitions.RULE, value)
    assert [(m, t if m != "StartAt is missing" else "", s) for m, t, s in found] == findings


@pytest.mark.parametrize(
    ("name", "hint"),
    [("Bst", "did you mean 'Best'?"), ("b", "did you mean 'B'?"), ("x", "the states beside it: ")],
)
def test_a_misspelt_state_is_told_the_nearest(name, hint):
    (finding,) = transitions.RULE.check(subject(going(Type="Pass", Next=name)))
    assert finding.hint.startswith(hint)
