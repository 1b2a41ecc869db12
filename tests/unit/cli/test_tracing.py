"""An execution as it goes on."""

import pytest

from maestro_cdk.cli.tracing import Trace
from maestro_cdk.ports import Counted, Logged
from tests.unit.timeline.test_visits import entered, exited, history

STARTED = ("ExecutionStarted", {})


def told(*given, verbose=False):
    lines = []
    trace = Trace(lines.append, lambda text, **_: text, verbose=verbose)
    for event in history(*given):
        trace.add(event)
    return [line.split(" s ", 1)[1].strip() for line in lines]


def test_states_are_entered_and_left():
    assert told(STARTED, entered("A", "Pass"), exited("A", "Pass"), ("ExecutionSucceeded", {})) == [
        "→ A",
        "✓ A (1.0 s)",
    ]


def test_what_fails_and_is_tried_again_is_told_with_its_wait():
    boom = ("LambdaFunctionFailed", {"error": "Boom", "cause": '{"errorMessage": "why"}'})
    call = ("LambdaFunctionScheduled", {})
    done = ("LambdaFunctionSucceeded", {})
    assert told(STARTED, entered("A"), call, boom, call, done, exited("A")) == [
        "→ A",
        "✗ A Boom: why",
        "↻ A attempt 2, after 1.0 s",
        "✓ A (5.0 s)",
    ]


def test_what_is_caught_goes_on():
    boom = ("TaskFailed", {"error": "Boom"})
    found = told(STARTED, entered("A"), ("TaskScheduled", {}), boom, exited("A"), entered("B"))
    assert found[1:] == ["✗ A Boom", "! A (3.0 s) caught, and goes on", "→ B"]


def items(count):
    yield STARTED
    yield entered("M", "Map")
    yield ("MapStateStarted", {"length": count})
    for index in range(count):
        yield ("MapIterationStarted", {"index": index}, 3)
        yield entered("X", "Pass")
        yield exited("X", "Pass")
        yield ("MapIterationSucceeded", {"index": index})


def test_few_items_are_told_apart():
    assert told(*items(2)) == ["→ M", "[0] → X", "[0] ✓ X (1.0 s)", "[1] → X", "[1] ✓ X (1.0 s)"]


@pytest.mark.parametrize("count", [21, 1000])
def test_of_many_items_each_tenth_is_told(count):
    lines = told(*items(count))
    assert len(lines) == 11
    assert lines[-1] == f"M: {count:,} of {count:,} items"


def test_each_event_is_told_where_that_is_wanted():
    call = ("LambdaFunctionScheduled", {})
    assert "LambdaFunctionScheduled" in told(STARTED, entered("A"), call, verbose=True)


def test_what_is_aborted_after_a_failure_is_not_told_as_another():
    boom = ("TaskFailed", {"error": "Boom"})
    aborted = ("TaskStateAborted", {})
    ends = (("MapIterationFailed", {"index": 0}), ("MapStateFailed", {}), ("ExecutionFailed", {}))
    begin = (STARTED, entered("M", "Map"), ("MapStateStarted", {"length": 1}))
    item = (("MapIterationStarted", {"index": 0}), entered("A"), ("TaskScheduled", {}))
    found = told(*begin, *item, boom, aborted, aborted, *ends)
    assert found == ["→ M", "[0] → A", "[0] ✗ A Boom", "✗ M"]


def test_what_a_function_writes_stands_under_its_state():
    lines = []
    trace = Trace(lines.append, lambda text, **_: text, verbose=False)
    events = history(STARTED, entered("A"), ("LambdaFunctionScheduled", {}))
    for event in events:
        trace.add(event)
    lines.clear()
    time = events[-1].time
    trace.log(Logged(events[-1].id, time, "one\ntwo\n"))
    trace.log(Logged(events[-1].id, time, "START RequestId: 1 Version: 2"))
    trace.log(Logged(events[-1].id, time, "REPORT RequestId: 1\tDuration: 5.1 ms"))
    trace.log(Logged(99, time, "of no state"))
    assert [line.split(" s ", 1)[1].strip() for line in lines] == ["│ A  one", "│ A  two"]


def test_items_of_a_distributed_map_are_counted():
    lines = []
    trace = Trace(lines.append, lambda text, **_: text, verbose=False)
    events = history(STARTED, entered("M", "Map"), ("MapRunStarted", {}))
    for event in events:
        trace.add(event)
    lines.clear()
    trace.count(Counted(events[-1].id, 1500, 10000, 0))
    trace.count(Counted(events[-1].id, 9000, 10000, 12))
    trace.count(Counted(events[-1].id, 0, 0, 0))
    assert [line.strip() for line in lines] == [
        "M: 1,500 of 10,000 items",
        "M: 9,000 of 10,000 items, 12 failed",
    ]
