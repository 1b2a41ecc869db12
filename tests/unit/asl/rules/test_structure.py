"""A machine has states, and each state has a Type of the language."""

import pytest

from maestro_cdk.asl.rules import structure
from tests.unit.asl.rules.asking import PASS, machine, said, subject


@pytest.mark.parametrize(
    "value",
    [
        machine({"A": PASS}),
        machine({name: {"Type": name} for name in structure.TYPES}),
        machine({"M": {"Type": "Map", "ItemProcessor": machine({"A": PASS}), "End": True}}),
        machine({"P": {"Type": "Parallel", "Branches": [machine({"A": PASS})], "End": True}}),
        machine({"A": {"Type": "Pass", "Next": "nowhere"}}),
    ],
)
def test_structure_is_quiet(value):
    assert said(structure.RULE, value) == []


@pytest.mark.parametrize(
    ("value", "findings"),
    [
        ("[]", [("a definition is a JSON object", "[]", None)]),
        ('"text"', [("a definition is a JSON object", '"text"', None)]),
        ("{}", [("there are no States", "{}", None)]),
        ('{"States": {}}', [("there are no States", "{}}", None)]),
        ('{"States": []}', [("there are no States", "[]}", None)]),
        ('{"States": {"A": 1}}', [("state 'A' is not an object", "1}}", "A")]),
        ('{"States": {"A": {}}}', [("state 'A' has no Type", "{}}}", "A")]),
        (
            machine({"A": {"Type": "Tsk"}}),
            [("'Tsk' is no type of state", '"Tsk"', "A")],
        ),
        (
            machine({"A": {"Type": ["Task"]}}),
            [("['Task'] is no type of state", "", "A")],
        ),
        (
            machine({"M": {"Type": "Map", "Iterator": {"States": {"A": {"Type": "x"}}}}}),
            [("'x' is no type of state", '"x"', "A")],
        ),
        (
            machine({"P": {"Type": "Parallel", "Branches": [{"StartAt": "A"}]}}),
            [("there are no States", "", None)],
        ),
    ],
)
def test_structure_finds(value, findings):
    assert said(structure.RULE, value) == findings


def test_a_misspelt_type_is_told_the_nearest():
    (finding,) = structure.RULE.check(subject(machine({"A": {"Type": "Tsk"}})))
    assert finding.hint == "did you mean Task?"
