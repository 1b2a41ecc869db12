"""Each rule: what it is quiet about, and what it says about what."""

import ast
from pathlib import Path

import pytest

import maestro_cdk
from maestro_cdk.asl.rules import endings, registry, structure, transitions
from tests.unit.asl.rules.asking import PASS, machine, said, subject

ROOMS = [Path(maestro_cdk.__file__).parent / room for room in ("asl", "project")]
TELLING = ("add", "_error", "_finding")
"""The functions that make a finding of the rule that is their first argument."""
OTHERS = {"cdk-validation", "cfn-lint", "online"}
"""What CDK, cfn-lint and AWS itself say: their findings are made of their words."""


# --- structure -------------------------------------------------------------------------------


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


# --- transitions -----------------------------------------------------------------------------


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
            [("Next names a state that is not there: 7", "7", "A")],
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


# --- endings ---------------------------------------------------------------------------------


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
    ],
)
def test_endings_is_quiet(state):
    assert said(endings.RULE, machine({"A": state})) == []


@pytest.mark.parametrize("kind", endings.GOING_ON)
@pytest.mark.parametrize(
    ("way", "message", "place"),
    [
        ({}, "state 'A' has no Next", ""),
        ({"End": False}, "state 'A' has no Next", ""),
        ({"Next": "B", "End": True}, "state 'A' has both Next and End", "true"),
    ],
)
def test_endings_finds(kind, way, message, place):
    assert said(endings.RULE, machine({"A": {"Type": kind, **way}})) == [(message, place, "A")]


# --- all of them -----------------------------------------------------------------------------


def test_findings_come_in_the_order_of_the_text():
    states = {"A": {"Type": "Pass"}, "B": {"Type": "x"}, "C": {"Type": "Pass", "Next": "D"}}
    found = registry.check(subject(machine(states, start="Z")))
    assert [finding.rule for finding in found] == [
        "transitions",
        "endings",
        "structure",
        "transitions",
    ]
    assert list(found) == sorted(found, key=lambda finding: finding.where)


def test_a_disabled_rule_is_quiet():
    states = {"A": {"Type": "Pass"}, "B": {"Type": "x"}}
    everything = registry.check(subject(machine(states, start="Z")))
    ids = {finding.rule for finding in everything}
    assert len(ids) > 2
    for rule in ids:
        rest = registry.check(subject(machine(states, start="Z")), disabled=[rule])
        assert rest == tuple(finding for finding in everything if finding.rule != rule)


def test_a_key_that_is_written_twice_is_told_unless_that_is_disabled():
    text = '{"StartAt": "A", "StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}'
    twice = subject(text)
    assert [finding.rule for finding in registry.check(twice)] == ["duplicate-key"]
    assert registry.check(twice, disabled=["duplicate-key"]) == ()


def ids_in(path):
    """The ids of rules in a module: each `rule="..."`, and each first word of what tells."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            words = [keyword.value for keyword in node.keywords if keyword.arg == "rule"]
            if isinstance(node.func, ast.Attribute) and node.func.attr in TELLING:
                words += node.args[:1]
            yield from (word.value for word in words if isinstance(word, ast.Constant))


def test_every_finding_is_of_a_rule_of_the_registry():
    used = {rule for room in ROOMS for path in room.rglob("*.py") for rule in ids_in(path)}
    assert used == {rule.id for rule in registry.FOLDER_RULES} - OTHERS


def test_rules_that_can_be_switched_off_are_those_of_the_language_and_some():
    assert set(registry.OPTIONAL) == {rule.id for rule in registry.RULES} | {
        "cdk-validation",
        "cfn-lint",
        "duplicate-key",
        "ignored",
        "ungranted",
        "unknown-substitution",
    }


def test_every_rule_has_an_id_of_its_own_and_says_what_it_is_about():
    ids = [rule.id for rule in registry.EVERY]
    assert len(set(ids)) == len(ids)
    for rule in registry.EVERY:
        assert rule.severity in ("error", "warning", "info")
        assert rule.id == rule.id.lower()
        assert rule.summary.endswith(".")
