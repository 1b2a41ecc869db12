"""What an ItemReader reads with goes with what it reads."""

import pytest

from maestro_cdk.asl.rules import item_reader
from tests.unit.asl.rules.asking import DISTRIBUTED, alone_says, mapping, said

RULE = item_reader.RULE


def reading(resource="arn:aws:states:::s3:getObject", **config):
    reader = {
        "Resource": resource,
        "ReaderConfig": config,
        "Parameters": {"Bucket": "b", "Key": "k"},
    }
    return mapping(DISTRIBUTED, ItemReader=reader)


@pytest.mark.parametrize(
    "value",
    [
        reading(),
        reading("arn:aws-cn:states:::s3:listObjectsV2"),
        reading("${resource}"),
        reading(InputType="CSV", CSVHeaderLocation="FIRST_ROW"),
        reading(InputType="CSV", CSVHeaderLocation="GIVEN", CSVHeaders=["id"]),
        reading(InputType="${type}"),
        reading(InputType="PARQUET"),
    ],
)
def test_quiet(value):
    assert said(RULE, value) == []


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            reading("arn:aws:states:::s3:putObject"),
            "'arn:aws:states:::s3:putObject' reads no items",
        ),
        (reading(InputType="CSV"), "InputType CSV needs CSVHeaderLocation"),
        (reading(InputType="JSON", CSVHeaderLocation="GIVEN"), "InputType JSON has no headers"),
        (
            reading(InputType="CSV", CSVHeaderLocation="GIVEN"),
            "the headers are GIVEN, but not there",
        ),
    ],
)
def test_finds(value, message):
    assert alone_says(RULE, value) == [message]
