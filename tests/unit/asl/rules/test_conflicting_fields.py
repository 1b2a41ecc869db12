"""Of fields that mean the same there is one."""

import pytest

from maestro_cdk.asl.rules import conflicting_fields
from tests.unit.asl.rules.asking import PASS, alone, alone_says, machine, mapping, said, working

RULE = conflicting_fields.RULE
ROLE = "arn:aws:iam::123456789012:role/caller"


@pytest.mark.parametrize(
    "value",
    [
        working(TimeoutSeconds=9, HeartbeatSecondsPath="$.beat"),
        alone(Type="Wait", SecondsPath="$.s", End=True),
        alone(Type="Fail", Error="E", CausePath="$.c"),
        mapping(ItemSelector={}),
        mapping(Parameters={}),
    ],
)
def test_quiet(value):
    assert said(RULE, value) == []


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (
            working(TimeoutSeconds=9, TimeoutSecondsPath="$"),
            "TimeoutSeconds and TimeoutSecondsPath",
        ),
        (
            alone(
                Type="Wait", Timestamp="2016-03-14T01:59:00Z", Seconds=1, SecondsPath="$", End=True
            ),
            "Timestamp and Seconds and SecondsPath",
        ),
        (alone(Type="Fail", Cause="c", CausePath="$.c"), "Cause and CausePath"),
        (mapping(Parameters={}, ItemSelector={}), "Parameters and ItemSelector"),
        (
            mapping(MaxConcurrency=1, MaxConcurrencyPath="$"),
            "MaxConcurrency and MaxConcurrencyPath",
        ),
        (working(Credentials={"RoleArn": ROLE, "RoleArn.$": "$.a"}), "RoleArn and RoleArn.$"),
    ],
)
def test_finds(value, names):
    assert alone_says(RULE, value) == [f"{names} exclude each other"]


def test_a_map_has_one_processor():
    other = machine({"J": PASS})
    assert alone_says(RULE, mapping(Iterator=other)) == [
        "ItemProcessor and Iterator exclude each other"
    ]
