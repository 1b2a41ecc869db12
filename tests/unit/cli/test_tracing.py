"""An execution as it goes on."""

import pytest

from maestro_cdk.cli.tracing import Trace
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
