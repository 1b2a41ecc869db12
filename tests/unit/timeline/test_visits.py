"""Events to visits: whose they are, and how each went."""

from datetime import UTC, datetime, timedelta

import pytest

from maestro_cdk.model import ExecutionEvent
from maestro_cdk.timeline import visits
from tests.unit.asl.corpus import WHY
from tests.unit.engine.recorded import PRESENT, scenarios
from tests.unit.engine.worlds import replay

THEN = datetime(2026, 1, 1, tzinfo=UTC)


def history(*given):
    """Events of (type, details) and, where it is not the one before, the id that each follows."""
    return [
        ExecutionEvent(
            id=n,
            previous_id=previous[0] if previous else n - 1,
            type=kind,
            time=THEN + timedelta(seconds=n),
            details=details,
        )
        for n, (kind, details, *previous) in enumerate(given, 1)
    ]


def told(*given):
    found = visits.of(history(*given))
    return [(each.name, each.fate, each.attempts, each.item) for each in found.visits]


STARTED = ("ExecutionStarted", {})


def entered(name, kind="Task", *previous):
    return (f"{kind}StateEntered", {"name": name, "input": "{}"}, *previous)


def exited(name, kind="Task", *previous):
    return (f"{kind}StateExited", {"name": name, "output": "1"}, *previous)


def test_a_state_that_is_left_has_succeeded():
    (visit,) = visits.of(
        history(STARTED, entered("A", "Pass"), exited("A", "Pass"), ("ExecutionSucceeded", {}))
    ).visits
    assert (visit.fate, visit.input, visit.output) == ("succeeded", "{}", "1")
    assert visit.seconds(THEN) == 1
    assert visit.events == [2, 3]


def test_attempts_are_counted_and_what_was_retried_is_no_failure():
    boom = ("TaskFailed", {"error": "Boom", "cause": "why"})
    scheduled = ("TaskScheduled", {})
    found = visits.of(
        history(
            STARTED, entered("A"), scheduled, boom, scheduled, ("TaskSucceeded", {}), exited("A")
        )
    )
    (visit,) = found.visits
    assert (visit.fate, visit.attempts, visit.errors) == ("succeeded", 2, [("Boom", "why")])
    assert found.status == "RUNNING"


def test_what_is_left_by_an_error_was_caught():
    boom = ("LambdaFunctionFailed", {"error": "Boom"})
    scheduled = ("LambdaFunctionScheduled", {})
    assert told(STARTED, entered("A"), scheduled, boom, exited("A"), entered("B", "Pass")) == [
        ("A", "caught", 1, None),
        ("B", "running", 0, None),
    ]


@pytest.mark.parametrize(
    ("end", "fate"),
    [
        ("ExecutionFailed", "failed"),
        ("ExecutionAborted", "aborted"),
        ("ExecutionTimedOut", "aborted"),
    ],
)
def test_how_a_state_ended_that_nothing_leaves(end, fate):
    assert told(STARTED, entered("A", "Fail"), (end, {"error": "E"})) == [("A", fate, 0, None)]


def test_branches_are_in_their_parallel_and_what_comes_after_is_not():
    found = visits.of(
        history(
            STARTED,
            entered("P", "Parallel"),
            ("ParallelStateStarted", {}),
            entered("A", "Pass", 3),
            entered("B", "Pass", 3),
            exited("A", "Pass", 4),
            exited("B", "Pass", 5),
            ("ParallelStateSucceeded", {}, 7),
            exited("P", "Parallel"),
            entered("C", "Pass"),
        )
    )
    parents = {each.name: each.parent and each.parent.name for each in found.visits}
    assert parents == {"P": None, "A": "P", "B": "P", "C": None}
    assert [each.depth for each in found.visits] == [0, 1, 1, 0]


def test_items_of_a_map_are_told_apart_and_a_failed_one_stops_itself_alone():
    found = told(
        STARTED,
        entered("M", "Map"),
        ("MapStateStarted", {"length": 2}),
        ("MapIterationStarted", {"index": 0}),
        entered("A"),
        ("MapIterationStarted", {"index": 1}, 3),
        entered("A"),
        ("TaskScheduled", {}, 7),
        ("TaskFailed", {"error": "Boom"}),
        ("MapIterationFailed", {"index": 1}),
    )
    assert found == [
        ("M", "running", 0, None),
        ("A", "running", 0, 0),
        ("A", "failed", 1, 1),
    ]


def test_what_runs_beside_a_failure_is_aborted():
    found = told(
        STARTED,
        entered("P", "Parallel"),
        ("ParallelStateStarted", {}),
        entered("A", "Task", 3),
        entered("B", "Task", 3),
        ("TaskScheduled", {}, 4),
        ("TaskFailed", {"error": "Boom"}),
        ("ParallelStateFailed", {"error": "Boom"}),
        exited("P", "Parallel"),
    )
    assert [each[:2] for each in found] == [("P", "caught"), ("A", "failed"), ("B", "aborted")]


@pytest.mark.skipif(not PRESENT, reason=WHY)
def test_each_state_that_aws_recorded_is_a_visit_with_an_end():
    for scenario in scenarios("nothing", "lambda"):
        events = replay(scenario).events
        found = visits.of(events).visits
        ends = [sum(each.type.endswith(word) for each in events) for word in ("Entered", "Exited")]
        left = [each for each in found if each.fate in ("succeeded", "caught")]
        assert [len(found), len(left)] == ends, scenario["id"]
        assert all(each.fate != "running" for each in found), scenario["id"]
        owned = [number for each in found for number in each.events]
        assert len(owned) == len(set(owned)), scenario["id"]
