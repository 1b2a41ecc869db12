"""Events of branches and items: their order, and which each follows from.

The shapes are AWS's own: recorded (shared/truth), or measured for
https://github.com/floci-io/floci/pull/3167
"""

import itertools

from maestro_cdk.engine.failures import Failure
from tests.unit.engine.worlds import chain, execution, one_state, run, types

PASS = {"Type": "Pass", "End": True}
BOOM = {"Type": "Fail", "Error": "MyError", "Cause": "my cause"}


def branch(*states):
    """A branch of states, one after another: (name, state)."""
    named = dict(states)
    for (name, state), (following, _) in itertools.pairwise(states):
        named[name] = {key: value for key, value in state.items() if key != "End"}
        named[name]["Next"] = following
    return {"StartAt": states[0][0], "States": named}


def parallel(*branches, **more):
    return one_state(Type="Parallel", Branches=list(branches), **{"End": True, **more})


def names(running, kind):
    return [event.details["name"] for event in running.events if event.type == kind]


def test_branches_begin_at_the_parallel_and_go_on_by_themselves():
    running = run(parallel(branch(("A1", PASS), ("A2", PASS)), branch(("B1", PASS))))
    assert types(running) == [
        "ExecutionStarted",
        "ParallelStateEntered",
        "ParallelStateStarted",
        *["PassStateEntered", "PassStateExited"] * 3,
        "ParallelStateSucceeded",
        "ParallelStateExited",
        "ExecutionSucceeded",
    ]
    assert names(running, "PassStateEntered") == ["A1", "B1", "A2"]
    assert chain(running) == [0, 0, 2, 3, 4, 3, 6, 5, 8, 9, 9, 11]
    assert running.outcome.output == "[{},{}]"


def test_a_failed_branch_fails_the_parallel():
    running = run(parallel(branch(("Boom", BOOM))))
    assert types(running)[2:] == [
        "ParallelStateStarted",
        "FailStateEntered",
        "ParallelStateFailed",
        "ExecutionFailed",
    ]
    assert chain(running) == [0, 0, 2, 3, 4, 5]
    assert (running.outcome.error, running.outcome.cause) == ("MyError", "my cause")


def test_a_retried_parallel_starts_again():
    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}]
    running = run(parallel(branch(("Boom", BOOM)), Retry=retry))
    assert types(running)[2:] == [
        *["ParallelStateStarted", "FailStateEntered"] * 2,
        "ParallelStateFailed",
        "ExecutionFailed",
    ]
    assert chain(running) == [0, 0, 2, 3, 4, 5, 6, 7]


def test_an_error_at_run_time_in_a_branch_ends_the_execution_where_it_is():
    lost = {"Type": "Pass", "Parameters": {"m.$": "$.nope"}, "End": True}
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "S"}]
    running = run(parallel(branch(("Fast", lost)), Catch=catch), {"x": "a"})
    assert types(running)[2:] == ["ParallelStateStarted", "PassStateEntered", "ExecutionFailed"]
    assert chain(running) == [0, 0, 2, 3, 4]
    assert running.outcome.cause == (
        "An error occurred while executing the state 'Fast' (entered at the event id #4). "
        "The JSONPath '$.nope' specified for the field 'm.$' could not be found in the input "
        '\'{"x": "a"}\''.replace('": "', '":"')
    )


def test_branches_that_are_cut_off_say_in_what():
    waiting = {"Type": "Wait", "Seconds": 15, "End": True}
    pause = {"Type": "Wait", "Seconds": 1, "End": True}
    running = run(parallel(branch(("Long", waiting)), branch(("Pause", pause), ("Boom", BOOM))))
    failed = types(running).index("FailStateEntered")
    assert types(running)[failed + 1 :] == [
        "WaitStateAborted",
        "ParallelStateFailed",
        "ExecutionFailed",
    ]
    assert chain(running)[failed + 1 :] == [failed + 1, failed + 1, failed + 3]


def test_a_task_that_ends_its_branch_is_aborted():
    class Refusing:
        def refuses(self, _request):
            return None

        async def call(self, _request):
            raise Failure("SQS.QueueDoesNotExistException", "no such queue")

    send = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True}
    definition = parallel(
        branch(("Send", send)), Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Handled"}]
    )
    definition["States"]["Handled"] = PASS
    running = run(definition, tasks=Refusing())
    assert types(running)[3:10] == [
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskFailed",
        "TaskStateAborted",
        "ParallelStateFailed",
        "ParallelStateExited",
    ]
    assert chain(running) == [0, 0, 2, 3, 4, 5, 6, 7, 7, 9, 10, 11, 12]


def inline(*states, **more):
    processor = branch(*states)
    return one_state(Type="Map", ItemProcessor=processor, **{"End": True, **more})


def test_items_begin_at_the_map_and_end_beside_its_chain():
    running = run(inline(("I1", PASS), ("I2", PASS)), [1, 2])
    started = types(running).index("MapStateStarted") + 1
    begun = [event for event in running.events if event.type == "MapIterationStarted"]
    assert [event.previous_id for event in begun] == [started, started]
    succeeded = [event.id for event in running.events if event.type == "MapIterationSucceeded"]
    assert chain(running)[-3:-1] == [succeeded[-1], succeeded[-1]]


def test_an_item_after_another_begins_where_that_ended():
    running = run(inline(("I", PASS), MaxConcurrency=1), [1, 2])
    assert chain(running) == [0, 0, 2, 3, 4, 5, 6, 6, 8, 9, 10, 11, 11, 13]


def test_no_items_are_done_at_once():
    running = run(inline(("I", PASS)), [])
    assert types(running)[2:] == [
        "MapStateStarted",
        "MapStateSucceeded",
        "MapStateExited",
        "ExecutionSucceeded",
    ]
    assert chain(running) == [0, 0, 2, 3, 3, 5]


def test_items_that_are_cut_off_say_which_and_in_what():
    route = {
        "Type": "Choice",
        "Default": "Long",
        "Choices": [{"Variable": "$", "StringEquals": "fail", "Next": "Pause"}],
    }
    processor = {
        "StartAt": "Route",
        "States": {
            "Route": route,
            "Long": {"Type": "Wait", "Seconds": 15, "End": True},
            "Pause": {"Type": "Wait", "Seconds": 1, "Next": "Boom"},
            "Boom": BOOM,
        },
    }
    running = run(one_state(Type="Map", ItemProcessor=processor, End=True), ["long", "fail"])
    failed = types(running).index("FailStateEntered")
    rest = running.events[failed + 1 :]
    assert [event.type for event in rest] == [
        "MapIterationAborted",
        "WaitStateAborted",
        "MapIterationFailed",
        "MapStateFailed",
        "ExecutionFailed",
    ]
    assert [event.previous_id for event in rest] == [failed + 1] * 4 + [failed + 5]
    assert (rest[0].details, rest[2].details) == (
        {"name": "S", "index": 0},
        {"name": "S", "index": 1},
    )


def test_a_catch_whose_output_fails_fails_the_state_again():
    catch = [
        {"ErrorEquals": ["Other"], "Next": "Done"},
        {"ErrorEquals": ["States.ALL"], "Output": "{% $nope %}", "Next": "Done"},
    ]
    definition = parallel(branch(("Boom", BOOM)), Catch=catch)
    definition |= {"QueryLanguage": "JSONata"}
    definition["States"]["Done"] = PASS
    running = run(definition)
    assert types(running)[3:] == [
        "FailStateEntered",
        "ParallelStateFailed",
        "EvaluationFailed",
        "ParallelStateFailed",
        "ExecutionFailed",
    ]
    assert chain(running) == [0, 0, 2, 3, 4, 4, 6, 7]
    assert running.events[5].details["location"] == "Catch[1]/Output"


def test_a_choice_that_leads_nowhere_ends_the_execution():
    rule = {"Variable": "$.x", "StringEquals": "never", "Next": "S"}
    running = run(one_state(Type="Choice", Choices=[rule]), {"x": "a"})
    assert running.outcome.error == "States.Runtime"
    assert running.outcome.cause.endswith(
        "Failed to transition out of the state. The state does not point to a next state."
    )


def test_the_history_ends_where_it_is_full():
    loop = {"StartAt": "L", "States": {"L": {"Type": "Pass", "Next": "L"}}}
    running = run(loop, most_events=100)
    last = running.events[-1]
    assert (last.id, last.previous_id, last.type) == (100, 99, "ExecutionFailed")
    assert last.details["cause"] == (
        "The execution reached the maximum number of history events (100)."
    )


def test_whoever_listens_hears_of_each_event_as_it_happens():
    heard = []
    clock, running = execution(one_state(**PASS))
    object.__setattr__(running.world, "told", lambda _, event: heard.append(event))
    clock.run(running.run())
    assert heard == running.events
