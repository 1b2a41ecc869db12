"""An execution as the page is told of it."""

import pytest

from maestro_cdk.view import story as stories
from maestro_cdk.view.story import Items, Story
from tests.fakes.executions import STARTED, THEN, entered, exited, history

THEN_MS = round(THEN.timestamp() * 1000)
FAILED = ("LambdaFunctionFailed", {"error": "E", "cause": "because"})
SCHEDULED = ("LambdaFunctionScheduled", {"resource": "arn"})


@pytest.fixture
def story():
    return Story()


def of(states, name):
    return next(state for state in states if state["name"] == name)


def test_only_what_changed_is_told(story):
    events = history(STARTED, entered("A"), exited("A"), entered("B", given='"b"'))
    story.add(events[:3])
    assert [state["name"] for state in story.states(0)] == ["A"]
    before = story.version
    story.add(events[3:])
    assert [state["name"] for state in story.states(before)] == ["B"]
    assert {state["name"] for state in story.states(0)} == {"A", "B"}


def test_an_event_that_comes_twice_counts_once(story):
    events = history(STARTED, entered("A"), exited("A"))
    story.add(events)
    story.add(events)
    assert of(story.states(0), "A")["times"] == 1


def test_what_goes_on_says_since_when(story):
    story.add(history(STARTED, entered("A"), exited("A"), entered("A")))
    state = of(story.states(0), "A")
    assert (state["times"], state["running"], state["spent"]) == (2, 1, 1000)
    assert state["since"] == THEN_MS + 4000
    assert state["fate"] == "running"


def test_a_state_that_ends_with_the_execution_is_told(story):
    story.add(history(STARTED, entered("A"), SCHEDULED))
    before = story.version
    story.add(history(FAILED, ("ExecutionFailed", {"error": "E"}), first=4))
    state = of(story.states(before), "A")
    assert (state["fate"], state["running"], state["failed"]) == ("failed", 0, 1)
    assert story.ended


def test_retries_are_counted_and_told_of(story):
    story.add(history(STARTED, entered("A"), SCHEDULED, FAILED, SCHEDULED, exited("A")))
    assert of(story.states(0), "A")["retries"] == 1
    visit = story.visit("A", 0)
    assert visit["errors"] == [{"error": "E", "cause": "because"}]
    assert (visit["attempts"], visit["input"], visit["output"]) == (2, "{}", "1")
    kinds = [(step["type"], step["error"]) for step in visit["steps"]]
    assert ("LambdaFunctionFailed", "E") in kinds
    assert kinds[0] == ("TaskStateEntered", None)


def mapped(count, failing=()):
    """Items of a Map, one after the other, each with one state."""
    given = [STARTED, entered("All", "Map"), ("MapStateStarted", {"length": count}, 2)]
    for item in range(count):
        begin = len(given) + 1
        given += [
            ("MapIterationStarted", {"name": "All", "index": item}, 3),
            entered("One", "Pass", begin),
        ]
        if item in failing:
            given.append(("MapIterationFailed", {"name": "All", "index": item}, begin + 1))
        else:
            given.append(exited("One", "Pass", begin + 1))
            given.append(("MapIterationSucceeded", {"name": "All", "index": item}, begin + 2))
    return history(*given)


def test_of_many_visits_some_are_listed_and_one_that_failed_is_among_them(story):
    story.add(mapped(1000, failing={700}))
    found = story.visits("One", None)
    assert (found["total"], found["chosen"], len(found["visits"])) == (1000, 700, stories.PAGE)
    assert found["offset"] <= 700 < found["offset"] + stories.PAGE
    assert found["visits"][700 - found["offset"]]["item"] == 700
    assert story.visits("One", 900)["offset"] == 900
    assert story.visit("One", 3)["inside"] == ["All"]


def test_the_ways_that_it_went_are_told_when_they_change(story):
    story.add(history(STARTED, entered("A"), exited("A")))
    assert story.steps(0) == [("", "A"), ("A", "")]
    before = story.version
    story.add([])
    assert story.steps(before) is None
    story.add(history(entered("B"), first=4))
    assert story.steps(before) == [("", "A"), ("A", "B")]


def test_items_are_counted_as_they_end(story):
    story.add(mapped(4, failing={2})[:-2])
    state = of(story.states(0), "All")
    assert (state["items"], state["lost"]) == ([3, 4], 1)


def test_a_map_in_executions_of_its_own_is_counted_from_outside(story):
    run = ("MapRunStarted", {"mapRunArn": "arn"})
    begun = ("MapStateStarted", {"length": 40})
    story.add(history(STARTED, entered("All", "Map"), begun, run))
    before = story.version
    story.counted(4, Items(done=5, total=40, failed=2))
    state = of(story.states(before), "All")
    assert (state["items"], state["lost"], state["fate"]) == ([5, 40], 2, "running")


def test_what_failed_and_is_not_over_goes_on(story):
    story.add(history(STARTED, entered("A"), SCHEDULED, FAILED))
    assert of(story.states(0), "A")["fate"] == "running"
    assert story.visit("A", 0)["fate"] == "running"


def test_what_was_never_come_to_has_no_visits(story):
    assert story.visits("Nobody", None)["total"] == 0
    assert story.visit("Nobody", 0) is None
    story.add(history(STARTED, entered("A")))
    assert story.visit("A", 1) is None


def test_many_steps_are_counted(story):
    many = [SCHEDULED, FAILED] * stories.STEPS
    story.add(history(STARTED, entered("A"), *many))
    visit = story.visit("A", 0)
    assert (len(visit["steps"]), visit["more"]) == (stories.STEPS, 1 + stories.STEPS)
