"""An object of the language has fields of the language, and no others."""

import pytest

from maestro_cdk.asl.rules import unknown_field
from tests.unit.asl.rules.asking import (
    PASS,
    alone,
    alone_says,
    choosing,
    findings,
    machine,
    mapping,
    said,
    working,
)

RULE = unknown_field.RULE


@pytest.mark.parametrize(
    "value",
    [
        machine(
            {"A": PASS}, Comment="c", Version="1.0", TimeoutSeconds=9, QueryLanguage="JSONPath"
        ),
        working(Comment="c", Assign={}, Retry=[{"ErrorEquals": ["E"], "Comment": "c"}]),
        working(Credentials={"RoleArn": "arn", "more": 1}),
        choosing({"Variable": "$.a", "IsNull": True, "Comment": "c", "Assign": {}}),
        mapping({"ProcessorConfig": {"Mode": "INLINE"}}),
        alone(Type="Unheard", Anything=1),
        # It has no shape that could be compared with.
        working(Parameters={"Anything": 1}, Retry="none"),
    ],
)
def test_quiet(value):
    assert said(RULE, value) == []


@pytest.mark.parametrize(
    ("value", "message", "place", "state"),
    [
        (
            machine({"A": PASS}, States2=1),
            "a state machine has no field 'States2'",
            '"States2": 1',
            None,
        ),
        (working(Notes="n"), "a Task has no field 'Notes'", '"Notes": "n"', "A"),
        (
            mapping({"QueryLanguage": "JSONata"}),
            "what a Map repeats has no field 'QueryLanguage'",
            '"QueryLanguage": "JSONata"',
            None,
        ),
        (
            mapping({"ProcessorConfig": {"Kind": 1}}),
            "a ProcessorConfig has no field 'Kind'",
            '"Kind": 1',
            None,
        ),
        (
            working(Catch=[{"ErrorEquals": ["E"], "Next": "B", "Wait": 1}]),
            "an entry of Catch has no field 'Wait'",
            '"Wait": 1',
            "A",
        ),
        (
            choosing({"Not": {"Not": {"Variable": "$", "IsNull": True, "Next": "B"}}}),
            "a rule in And, Or or Not has no field 'Next'",
            '"Next": "B"',
            "A",
        ),
    ],
)
def test_finds(value, message, place, state):
    assert said(RULE, value) == [(message, place, state)]


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (working(TimeoutSecond=1), "did you mean 'TimeoutSeconds'?"),
        (working(timeout_seconds=1), "did you mean 'TimeoutSeconds'?"),
        (working(**{"Time Out Seconds": 1}), "did you mean 'TimeoutSeconds'?"),
        (alone(Type="Pass", Retry=[], End=True), "Task, Parallel, Map have it"),
        (alone(Type="Pass", Branches=[], End=True), "Parallel has it"),
        (
            mapping({"QueryLanguage": "JSONata"}),
            "the whole definition has a QueryLanguage, and each state",
        ),
        (mapping({"Xyz": 1}), "its fields: Comment, StartAt, States, ProcessorConfig"),
        (working(Xyz=1), 'a note goes into "Comment"'),
        (
            choosing({"Not": {"Variable": "$", "IsNull": True, "Next": "B"}}),
            "the rule around it has the Next",
        ),
    ],
)
def test_hints(value, hint):
    assert findings(RULE, value)[0][2] == hint


@pytest.mark.parametrize("kind", ["Pass", "Wait", "Choice", "Succeed", "Fail"])
@pytest.mark.parametrize("field", ["Retry", "Catch", "TimeoutSeconds"])
def test_what_aws_was_asked_about(kind, field):
    """https://github.com/floci-io/floci/issues/2735"""
    assert len(findings(RULE, alone(Type=kind, **{field: 1}))) == 1


@pytest.mark.parametrize(
    "value",
    [
        machine({"A": PASS}, Comments="c"),
        {"Startat": "A", "States": {"A": PASS}},
        {"StartAt": "A", "states": {"A": PASS}},
        machine({"A": {"Type": "Pass", "next": "B"}, "B": PASS}),
        machine({"A": {"Type": "Pass", "Ende": True}}),
        working(Catch=[{"Error Equals": ["E"], "Next": "B"}]),
        alone(Type="Wait", Second=1, End=True),
        alone(Type="Choice", Choice=[{"Variable": "$", "IsNull": True, "Next": "A"}], Default="A")
        | {"States": {"A": {"Type": "Choice", "Choice": [], "Default": "B"}, "B": PASS}},
        choosing({"Variable": "$.a", "StringEqual": "x"}),
        choosing({"Variable": "$.a", "IsNull": True}, Defaul="B"),
    ],
)
def test_one_misspelt_field_is_one_finding(value):
    assert len(alone_says(RULE, value)) == 1
