"""A Task's heartbeat is shorter than its timeout, and a timeout leaves time."""

import pytest

from maestro_cdk.asl.rules import timeouts
from tests.unit.asl.rules.asking import PASS, machine, said, working

RULE = timeouts.RULE


@pytest.mark.parametrize(
    "value",
    [
        working(TimeoutSeconds=60, HeartbeatSeconds=59),
        working(HeartbeatSeconds=60),
        working(TimeoutSeconds="${t}", HeartbeatSeconds=60),
        working(TimeoutSeconds=True, HeartbeatSeconds=True),
        machine({"A": PASS}, TimeoutSeconds=1),
    ],
)
def test_quiet(value):
    assert said(RULE, value) == []


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            working(TimeoutSeconds=60, HeartbeatSeconds=60),
            "HeartbeatSeconds 60 is no less than TimeoutSeconds 60",
        ),
        (machine({"A": PASS}, TimeoutSeconds=0), "TimeoutSeconds 0 leaves an execution no time"),
    ],
)
def test_finds(value, message):
    assert [found[0] for found in said(RULE, value)] == [message]
