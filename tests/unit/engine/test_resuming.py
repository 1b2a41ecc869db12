"""Executions that failed go on where they had failed, and do nothing again that was done."""

import json
from collections import Counter

import pytest

from maestro_cdk.engine.clocks import RandomIds, VirtualClock
from maestro_cdk.engine.execution import Execution, Resumed, World
from maestro_cdk.engine.failures import Failure
from maestro_cdk.engine.resuming import point
from tests.unit.engine.worlds import Functions, machine


def call(**more):
    resource = "arn:aws:lambda:us-east-1:111111111111:function:f"
    way = {} if "Next" in more else {"End": True}
    return {"Type": "Task", "Resource": resource, **way, **more}


def sequence(prefix, last):
    """A call that assigns what it is given, then another state."""
    assign = {f"{prefix.lower()}.$": "$.n"}
    first = call(Assign=assign, ResultPath=None, Next=f"{prefix}2")
    return {"StartAt": f"{prefix}1", "States": {f"{prefix}1": first, f"{prefix}2": last}}


SEEN = {"n.$": "$.n", "seen.$": "States.Array($a, $b, $c)"}
ITEM = sequence("C", call(ResultSelector=SEEN))
EACH = {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 2, "ItemProcessor": ITEM}
BRANCHES = [
    sequence("B", {**EACH, "End": True}),
    {"StartAt": "D1", "States": {"D1": {"Type": "Wait", "Seconds": 5, "Next": "D2"}, "D2": call()}},
]
NESTED = sequence("A", {"Type": "Parallel", "Branches": BRANCHES, "End": True})
INPUT = {"n": 0, "items": [{"n": 1}, {"n": 2}, {"n": 3}]}


class Calls(Functions):
    """A function whose calls fail that are named by their numbers; what it did is counted."""

    def __init__(self, clock, failing):
        super().__init__({"f": self.work}, clock)
        self.failing, self.number, self.done = set(failing), 0, Counter()

    async def work(self, event, clock):
        self.number += 1
        number = self.number
        await clock.sleep(1)
        if number in self.failing:
            raise Failure("Boom")
        self.done[json.dumps(event)] += 1
        return event


def attempts(definition, payload, *failing):
    """An execution that goes on as often as it fails: the last attempt, and what was done."""
    clock = VirtualClock()
    tasks = Calls(clock, failing)
    world = World(tasks=tasks, clock=clock, ids=RandomIds(1))
    running = Execution(machine(definition), json.dumps(payload), world, name="e")

    async def whole():
        nonlocal running
        await running.run()
        for count in range(1, 1 + len(failing)):
            events = running.events
            resumed = Resumed(
                point=point(events, definition),
                events=events,
                count=count,
                started=running.started,
            )
            running = Execution(
                running.machine, running.input.text, world, name="e", resumed=resumed
            )
            await running.run()

    clock.run(whole())
    return running, tasks


@pytest.mark.parametrize("failing", [(n,) for n in range(1, 10)] + [(3, 6), (4, 5, 6)])
def test_what_was_done_is_not_done_again(failing):
    undisturbed, once = attempts(NESTED, INPUT)
    running, tasks = attempts(NESTED, INPUT, *failing)

    assert undisturbed.outcome.status == "SUCCEEDED"
    assert json.loads(running.outcome.output) == json.loads(undisturbed.outcome.output)
    assert tasks.done == once.done


def test_an_item_sees_the_variables_that_it_had():
    running, _ = attempts(NESTED, INPUT, 4)
    items, _ = json.loads(running.outcome.output)
    assert items == [{"n": n, "seen": [0, 0, n]} for n in (1, 2, 3)]


def test_a_second_visit_begins_at_the_first_state():
    again = {"Variable": "$.n", "NumericEquals": 1, "Next": "P"}
    inner = {"StartAt": "I", "States": {"I": {"Type": "Pass", "Next": "J"}, "J": call()}}
    definition = {
        "StartAt": "P",
        "States": {
            "P": {
                "Type": "Parallel",
                "Branches": [inner],
                "ResultSelector": {"n.$": "States.MathAdd($[0].n, 1)"},
                "Next": "C",
            },
            "C": {"Type": "Choice", "Choices": [again], "Default": "E"},
            "E": {"Type": "Succeed"},
        },
    }
    running, tasks = attempts(definition, {"n": 0}, 2)
    assert running.outcome.output == '{"n":2}'
    entered = [e.details["name"] for e in running.events if e.type == "PassStateEntered"]
    assert entered == ["I", "I"]
    assert tasks.done == {'{"n": 0}': 1, '{"n": 1}': 1}


def test_what_was_caught_and_led_on_is_not_over():
    caught = call(Catch=[{"ErrorEquals": ["Boom"], "Next": "J"}])
    inner = {"StartAt": "I", "States": {"I": caught, "J": call()}}
    definition = {
        "StartAt": "P",
        "States": {"P": {"Type": "Parallel", "Branches": [inner], "End": True}},
    }
    running, _ = attempts(definition, {"n": 0}, 1, 2)
    assert json.loads(running.outcome.output) == [{"Error": "Boom", "Cause": None}]
    scheduled = [event for event in running.events if event.type == "LambdaFunctionScheduled"]
    assert len(scheduled) == 3


def test_the_context_tells_when_it_went_on():
    definition = {
        "StartAt": "S",
        "States": {
            "S": call(ResultSelector={"count.$": "$$.Execution.RedriveCount"}, Next="T"),
            "T": {"Type": "Pass", "Parameters": {"at.$": "$$.Execution.RedriveTime"}, "End": True},
        },
    }
    running, _ = attempts(definition, {"n": 0}, 1)
    assert running.outcome.status == "SUCCEEDED"
