"""A field holds a value of the kind, and within the bounds, that it takes."""

import pytest

from maestro_cdk.asl.rules import values
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

RULE = values.RULE
JSONATA = {"QueryLanguage": "JSONata"}


def retry(**more):
    return working(Retry=[{"ErrorEquals": ["E"], **more}])


def waiting(**more):
    return alone(Type="Wait", End=True, **more)


@pytest.mark.parametrize(
    "value",
    [
        working(TimeoutSeconds=1, HeartbeatSeconds=99_999_999),
        working(TimeoutSeconds=2.0),
        working(**JSONATA, TimeoutSeconds="{% $t %}", Arguments="{% $a %}"),
        working(InputPath=None, OutputPath=None, ResultPath=None),
        working(Parameters=None, ResultSelector=[1]),
        working(TimeoutSeconds="${seconds}", Retry={"Fn::If": ["a", [], []]}),
        waiting(Seconds=0),
        waiting(Timestamp="2016-03-14T01:59:00Z"),
        waiting(Timestamp="2016-03-14T01:59:00.123+02:00"),
        waiting(**JSONATA, Timestamp="{% $now() %}"),
        retry(MaxAttempts=0, IntervalSeconds=0, BackoffRate=1, MaxDelaySeconds=1),
        retry(MaxAttempts=99_999_999, BackoffRate=2.5, MaxDelaySeconds=31_622_400),
        retry(JitterStrategy="NONE"),
        working(Retry=[]),
        mapping(MaxConcurrency=0, ToleratedFailurePercentage=99.5),
        mapping(**JSONATA, Items={"a": 1}, MaxConcurrency="{% 1 %}"),
        machine({"A": PASS}, TimeoutSeconds=0, Version="1.0"),
        choosing({"Variable": "$.a", "NumericEquals": 1.5}),
        {**choosing({"Condition": True}), **JSONATA},
        {**choosing({"Condition": "{% true %}"}), **JSONATA},
    ],
)
def test_quiet(value):
    assert said(RULE, value) == []


def test_an_unquoted_substitution_may_be_anything_and_null_is_not():
    text = '{"States": {"A": {"Type": "Wait", "Seconds": %s, "End": true}}}'
    assert said(RULE, text % "${seconds}") == []
    assert (
        said(RULE, text % "null")[0][0] == "Seconds is null, not a whole number from 0 to 99999999"
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (working(TimeoutSeconds=0), "TimeoutSeconds is 0, not a whole number from 1 to 99999999"),
        (
            working(TimeoutSeconds=100_000_000),
            "TimeoutSeconds is 100000000, not a whole number from 1 to 99999999",
        ),
        (
            working(TimeoutSeconds=1.5),
            "TimeoutSeconds is 1.5, not a whole number from 1 to 99999999",
        ),
        (
            working(TimeoutSeconds=True),
            "TimeoutSeconds is true, not a whole number from 1 to 99999999",
        ),
        (
            working(**JSONATA, TimeoutSeconds="30"),
            "TimeoutSeconds is '30', not a whole number from 1 to 99999999 or a JSONata expression",
        ),
        (
            working(TimeoutSeconds="{% $t %}"),
            "TimeoutSeconds is '{% $t %}', not a whole number from 1 to 99999999",
        ),
        (working(Comment=1), "Comment is 1, not a text"),
        (working(Assign=[]), "Assign is [], not an object"),
        (
            working(**JSONATA, Arguments=42),
            "Arguments is 42, not an object or a JSONata expression",
        ),
        (working(InputPath=1), "InputPath is 1, not a text or null"),
        (working(Catch=None), "Catch is null, not a list of objects"),
        (working(Catch=[1]), "Catch is [1], not a list of objects"),
        (working(Credentials=None), "Credentials is null, not an object"),
        (waiting(Seconds=-1), "Seconds is -1, not a whole number from 0 to 99999999"),
        (
            waiting(Timestamp="2016-12-05 21:29:29Z"),
            "Timestamp is '2016-12-05 21:29:29Z', not a timestamp like 2016-03-14T01:59:00Z",
        ),
        (
            waiting(Timestamp="2016-12-05T25:29:29Z"),
            "Timestamp is '2016-12-05T25:29:29Z', not a timestamp like 2016-03-14T01:59:00Z",
        ),
        (
            waiting(Timestamp="{% '2016-03-14T01:59:00Z' %}"),
            "Timestamp is \"{% '2016-03-14T01:59:00Z' %}\", not a timestamp like 2016-03-14T01:59:00Z",
        ),
        (retry(MaxAttempts=-1), "MaxAttempts is -1, not a whole number from 0 to 99999999"),
        (retry(BackoffRate=0.5), "BackoffRate is 0.5, not a number, 1 or more"),
        (retry(MaxDelaySeconds=0), "MaxDelaySeconds is 0, not a whole number from 1 to 31622400"),
        (retry(JitterStrategy="full"), "JitterStrategy is 'full', not FULL or NONE"),
        (retry(ErrorEquals=[]), "ErrorEquals is [], not a list of texts, one at least"),
        (retry(ErrorEquals="E"), "ErrorEquals is 'E', not a list of texts, one at least"),
        (
            alone(Type="Parallel", Branches=[], End=True),
            "Branches is [], not a list of objects, one at least",
        ),
        (alone(Type="Fail", Error=42), "Error is 42, not a text"),
        (mapping(MaxConcurrency=-1), "MaxConcurrency is -1, not a whole number, 0 or more"),
        (machine({"A": PASS}, Version="2.0"), "Version is '2.0', not 1.0"),
        (
            machine({"A": PASS}, TimeoutSeconds=-1),
            "TimeoutSeconds is -1, not a whole number from 0 to 99999999",
        ),
        (
            choosing({"Variable": "$.a", "StringEquals": 1}),
            "StringEquals is 1, not a text",
        ),
        (
            choosing({"Variable": "$.a", "IsPresent": "true"}),
            "IsPresent is 'true', not true or false",
        ),
        (
            choosing({"And": [{"Or": [{"Variable": "$", "NumericEquals": None}]}]}),
            "NumericEquals is null, not a number",
        ),
        (choosing({"And": []}), "And is [], not a list of objects, one at least"),
        (
            {**choosing({"Condition": "true"}), **JSONATA},
            "Condition is 'true', not true, false or a JSONata expression",
        ),
    ],
)
def test_finds(value, message):
    assert alone_says(RULE, value) == [message]


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (working(TimeoutSeconds="30"), "write 30 without quotes"),
        (alone(Type="Pass", End="true"), "write true without quotes"),
        (
            working(TimeoutSeconds="{% 1 %}"),
            'an expression of JSONata needs "QueryLanguage": "JSONata"',
        ),
        (retry(JitterStrategy="full"), "did you mean 'FULL'?"),
        (retry(JitterStrategy="PARTIAL"), None),
        (working(TimeoutSeconds="soon"), None),
        (working(TimeoutSeconds=0), None),
    ],
)
def test_hints(value, hint):
    assert findings(RULE, value)[0][2] == hint


def test_a_long_value_is_cut():
    (found,) = findings(RULE, working(Catch="x" * 99))
    assert found[1] == f"Catch is '{'x' * 35} ..., not a list of objects"
