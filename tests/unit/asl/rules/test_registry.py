"""All rules together, and what is said of them."""

import ast
import json
from itertools import pairwise
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

import maestro_cdk
from maestro_cdk.asl.fields import SHAPES, STATES
from maestro_cdk.asl.rules import registry
from tests.unit.asl.rules.asking import (
    DISTRIBUTED,
    alone,
    choosing,
    machine,
    mapping,
    subject,
    task,
    working,
)

ROOMS = [Path(maestro_cdk.__file__).parent / room for room in ("asl", "project")]
TELLING = ("add", "_error", "_finding")
"""The functions that make a finding of the rule that is their first argument."""
OTHERS = {"cdk-validation", "cfn-lint", "online"}
"""What CDK, cfn-lint and AWS itself say: their findings are made of their words."""


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


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (
            choosing({"Condition": "$states.input.a", "Next": "B"}, QueryLanguage="JSONata"),
            "values",
        ),
        (
            choosing(
                {"Variable": "$.a", "StringEquals": "$.b", "Next": "B"}, QueryLanguage="JSONata"
            ),
            "query-language",
        ),
        (alone(Type="Pass", ResultPath="$$.a", End=True), "paths"),
        (alone(Type="Pass", Assign={"states": 1}, End=True), "variable-names"),
        (machine({"A": {"Type": "Pass", "Next": "A"}}), "no-end"),
        (working(Credentials={"RoleArn": "$.role"}), "values"),
        (
            working(Credentials={"RoleArn": "arn:aws:iam::1:role/r", "RoleArn.$": "$.role"}),
            "conflicting-fields",
        ),
        (task("arn:aws:states:::sqs:sendMessage", Parameters="$"), "parameter-value"),
        (
            task(
                "arn:aws:states:::sqs:sendMessage", Parameters={"QueueUr": "q", "MessageBody": "m"}
            ),
            "unknown-parameter",
        ),
        (
            mapping(
                DISTRIBUTED,
                ItemReader={
                    "Resource": "arn:aws:states:::s3:putObject",
                    "Parameters": {"Bucket": "b"},
                },
            ),
            "item-reader",
        ),
        (
            machine(
                {
                    "A": {
                        "Type": "Pass",
                        "Output": "{% States.Format('a', $states.input) %}",
                        "End": True,
                    }
                },
                QueryLanguage="JSONata",
            ),
            "jsonata-functions",
        ),
    ],
)
def test_of_one_mistake_one_rule_tells(value, rule):
    assert [finding.rule for finding in registry.check(subject(value))] == [rule]


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
        "runtime",
        "unknown-substitution",
        "unused-substitution",
        "wide-permission",
    }


def test_every_rule_has_an_id_of_its_own_and_says_what_it_is_about():
    ids = [rule.id for rule in registry.EVERY]
    assert len(set(ids)) == len(ids)
    for rule in registry.EVERY:
        assert rule.severity in ("error", "warning", "info")
        assert rule.id == rule.id.lower()
        assert rule.summary.endswith(".")


# --- anything, and much of it ----------------------------------------------------------------

TYPED = st.sampled_from([*STATES, "Unheard"])
NAMES = st.sampled_from(sorted({name for shape in SHAPES.values() for name in shape.fields}))
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "A", "$.a", "{% 1 %}"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(NAMES, inner, max_size=4)
        | st.builds(lambda kind, more: {**more, "Type": kind}, TYPED, st.dictionaries(NAMES, inner))
    ),
)


@given(ANYTHING, st.dictionaries(NAMES, ANYTHING), TYPED)
def test_no_rule_fails_on_anything(states, fields, kind):
    registry.check(subject({"StartAt": "A", "States": states}))
    registry.check(subject(machine({"A": {**fields, "Type": kind}})))
    registry.check(subject(json.dumps(states)), disabled=["no-such-rule"])


def test_a_definition_of_a_megabyte_takes_no_longer_than_a_few_readings_of_it():
    names = [f"S{n}" for n in range(10_000)]
    states = {
        name: {"Type": "Pass", "Result": {"of": name, "is": "x" * 12}, "Next": after}
        for name, after in pairwise([*names, "Done"])
    }
    text = json.dumps(machine({**states, "Done": {"Type": "Succeed"}}))
    began = process_time()
    asked = subject(text)
    read = process_time()
    assert registry.check(asked) == ()
    assert process_time() - read < 5 * (read - began)


def test_depth_is_no_matter():
    value = machine({"A": {"Type": "Pass", "End": True}})
    for n in range(160):
        value = machine({f"M{n}": {"Type": "Map", "ItemProcessor": value, "End": True}})
    assert registry.check(subject(value)) == ()
    rule = {"Variable": "$.a", "IsNull": True}
    for _ in range(240):
        rule = {"Not": rule}
    assert registry.check(subject(choosing(rule))) == ()
