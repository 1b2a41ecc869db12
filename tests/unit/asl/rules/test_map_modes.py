"""A Map's mode goes with its fields, and with the type of the state machine."""

import pytest

from maestro_cdk.asl.rules import map_modes
from tests.unit.asl.rules.asking import PASS, findings, machine, mapping, said

RULE = map_modes.RULE


def mode(mode=None, type_=None):
    config = {"Mode": mode, "ExecutionType": type_}
    return {"ProcessorConfig": {name: value for name, value in config.items() if value}}


@pytest.mark.parametrize(
    "value",
    [
        mapping(),
        mapping(mode("INLINE"), MaxConcurrency=1),
        mapping(mode("DISTRIBUTED", "EXPRESS"), ItemReader={}, Label="x"),
        mapping(mode("${mode}", "STANDARD"), Label="x"),
        mapping({"ProcessorConfig": {"Fn::If": [1, 2, 3]}}, Label="x"),
        # What is wrong with these is another rule's.
        mapping(mode("inline", "STANDARD")),
        mapping({"ProcessorConfig": 1}),
        machine({"M": {"Type": "Map", "Label": "x"}}),
    ],
)
def test_quiet(value):
    assert said(RULE, value) == []


@pytest.mark.parametrize(
    ("value", "severity", "message", "place"),
    [
        (
            mapping(mode("DISTRIBUTED")),
            "error",
            "a distributed Map needs ExecutionType",
            "",
        ),
        (
            mapping(mode("INLINE", "STANDARD")),
            "error",
            "ExecutionType is of a distributed Map only",
            '"STANDARD"',
        ),
        (
            mapping(mode(None, "STANDARD")),
            "warning",
            "ExecutionType is of a distributed Map only",
            '"STANDARD"',
        ),
        (
            mapping(mode("INLINE"), Label="x", ResultWriter={}),
            "warning",
            "ResultWriter is of a distributed Map only",
            '"ResultWriter": {}',
        ),
    ],
)
def test_finds(value, severity, message, place):
    assert said(RULE, value) == [(message, place, "M")]
    assert findings(RULE, value)[0][0] == severity


def test_an_express_machine_runs_no_distributed_map():
    value = mapping(mode("DISTRIBUTED", "EXPRESS"))
    assert said(RULE, value, type="STANDARD") == []
    message = "an EXPRESS state machine runs no distributed Map"
    assert said(RULE, value, type="EXPRESS") == [(message, '"DISTRIBUTED"', "M")]


@pytest.mark.parametrize(("type_", "count"), [("EXPRESS", 1), ("STANDARD", 0)])
def test_neither_does_an_item_that_is_an_express_execution(type_, count):
    inner = {
        "Type": "Map",
        "ItemProcessor": machine({"J": PASS}, **mode("DISTRIBUTED", "STANDARD")),
        "End": True,
    }
    outer = machine({"N": inner}, **mode("DISTRIBUTED", type_))
    value = machine({"M": {"Type": "Map", "Iterator": outer, "End": True}})
    assert len(said(RULE, value)) == count
