"""A loop waits somewhere, or is bounded."""

import pytest

from maestro_cdk.asl.rules import busy_loop
from tests.unit.asl.rules.asking import machine, said

RULE = busy_loop.RULE
LAMBDA = "arn:aws:states:::lambda:invoke"


def loop(*states, **more):
    """A Choice that goes round by some states, or out."""
    names = [f"S{n}" for n in range(len(states))]
    following = [*names[1:], "Again"]
    chain = {
        name: {**state, "Next": after}
        for name, state, after in zip(names, states, following, strict=True)
    }
    choice = {"Type": "Choice", "Choices": [{"Next": names[0]}], "Default": "Done"}
    return machine({**chain, "Again": choice, "Done": {"Type": "Succeed"}}, **more)


def calling(resource):
    return {"Type": "Task", "Resource": resource}


@pytest.mark.parametrize(
    "value",
    [
        loop(calling(LAMBDA), {"Type": "Wait", "Seconds": 5}),
        loop(calling("arn:aws:states:::ecs:runTask.sync")),
        loop(calling("arn:aws:states:::states:startExecution.sync:2")),
        loop(calling("arn:aws:states:::sqs:sendMessage.waitForTaskToken")),
        loop(calling("arn:aws:states:eu-west-1:123456789012:activity:approve")),
        loop(calling("${resource}")),
        loop(calling(LAMBDA), TimeoutSeconds=60),
        machine({"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Succeed"}}),
        "[]",
    ],
)
def test_quiet(value):
    assert said(RULE, value) == []


def test_finds():
    message = "a loop without a Wait: S0, S1, Again"
    value = loop(calling(LAMBDA), {"Type": "Pass"})
    assert said(RULE, value) == [(message, '"S0": ', "S0")]
    assert said(RULE, value, type="EXPRESS") == []


def test_a_state_that_follows_itself():
    value = machine({"A": {**calling(LAMBDA), "Catch": [{"Next": "A"}], "End": True}})
    assert said(RULE, value) == [("a loop without a Wait: A", '"A": ', "A")]


def test_a_long_loop_is_cut():
    value = loop(*[{"Type": "Pass"}] * 9)
    assert said(RULE, value)[0][0] == "a loop without a Wait: S0, S1, S2, S3, S4 and 5 more"


@pytest.mark.parametrize(("type_", "count"), [("EXPRESS", 0), ("STANDARD", 1)])
def test_an_item_that_is_an_execution_has_a_history_of_its_own(type_, count):
    inner = loop({"Type": "Pass"}, ProcessorConfig={"Mode": "DISTRIBUTED", "ExecutionType": type_})
    value = machine({"M": {"Type": "Map", "ItemProcessor": inner, "End": True}})
    assert len(said(RULE, value)) == count
