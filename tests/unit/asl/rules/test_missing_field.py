"""An object of the language has the fields that it cannot do without."""

import pytest

from maestro_cdk.asl.rules import missing_field
from tests.unit.asl.rules.asking import (
    DISTRIBUTED,
    PASS,
    alone,
    alone_says,
    machine,
    mapping,
    said,
    working,
)

RULE = missing_field.RULE


@pytest.mark.parametrize(
    "value",
    [
        working(),
        mapping(),
        machine({"M": {"Type": "Map", "Iterator": machine({"I": PASS}), "End": True}}),
        mapping(ResultWriter={"WriterConfig": {"OutputType": "JSON"}}),
        mapping(ItemBatcher={"MaxItemsPerBatchPath": "$.n"}),
        working(Credentials={"RoleArn.$": "$.role"}),
        working(Credentials={"Fn::If": ["a", "b", "c"]}),
        alone(Type="Unheard"),
    ],
)
def test_quiet(value):
    assert said(RULE, value) == []


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (alone(Type="Task", End=True), "a Task needs Resource"),
        (alone(Type="Parallel", End=True), "a Parallel needs Branches"),
        (
            alone(Type="Wait", End=True),
            "a Wait needs one of Seconds, SecondsPath, Timestamp, TimestampPath",
        ),
        (
            alone(Type="Wait", QueryLanguage="JSONata", End=True),
            "a Wait needs one of Seconds, Timestamp",
        ),
        (alone(Type="Map", End=True), "a Map needs one of ItemProcessor, Iterator"),
        (working(Retry=[{"MaxAttempts": 1}]), "an entry of Retry needs ErrorEquals"),
        (working(Catch=[{"ErrorEquals": ["E"]}]), "an entry of Catch needs Next"),
        (working(Credentials={}), "Credentials needs one of RoleArn, RoleArn.$"),
        (
            mapping(DISTRIBUTED, ResultWriter={}),
            "a ResultWriter needs one of Resource, WriterConfig",
        ),
        (
            mapping(DISTRIBUTED, ResultWriter={"WriterConfig": {}}),
            "a WriterConfig needs OutputType",
        ),
        (mapping(DISTRIBUTED, ItemReader={"Parameters": {}}), "an ItemReader needs Resource"),
        (
            mapping(DISTRIBUTED, ItemReader={"Resource": "${reader}"}),
            "an ItemReader needs Parameters",
        ),
    ],
)
def test_finds(value, message):
    assert alone_says(RULE, value) == [message]


def test_a_choice_without_choices_and_a_rule_without_next():
    value = machine({"A": {"Type": "Choice", "Default": "B"}, "B": PASS})
    assert alone_says(RULE, value) == ["a Choice needs Choices"]
    rule = {"Variable": "$.a", "IsNull": True}
    value = machine({"A": {"Type": "Choice", "Choices": [rule], "Default": "B"}, "B": PASS})
    assert alone_says(RULE, value) == ["a Choice rule needs Next"]
