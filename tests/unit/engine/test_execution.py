"""Executions from their start to their end, in time that does not pass."""

import asyncio
import json
from datetime import timedelta

import pytest

from maestro_cdk.engine.clocks import RealClock, VirtualClock
from maestro_cdk.engine.failures import Failure
from tests.unit.engine.worlds import chain, execution, one_state, pass_state, run, types

DAY = 24 * 3600
FUNCTION = "arn:aws:lambda:us-east-1:111111111111:function:f"


class Answering:
    """Tasks that give one answer after another: a value, an error, or seconds to wait."""

    def __init__(self, clock, *answers):
        self.clock, self.answers, self.requests, self.times = clock, list(answers), [], []

    def refuses(self, request):
        return "It cannot be done." if request.arguments == "impossible" else None

    async def call(self, request):
        self.requests.append(request)
        self.times.append(self.clock.now())
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Failure):
            raise answer
        if isinstance(answer, timedelta):
            await self.clock.sleep(answer.total_seconds())
        return answer


def asked(*answers, payload=None, **state):
    clock = VirtualClock()
    tasks = Answering(clock, *answers)
    definition = one_state(**{"Type": "Task", "Resource": FUNCTION, "End": True, **state})
    definition["States"]["Caught"] = {"Type": "Pass", "End": True}
    return run(definition, payload, clock=clock, tasks=tasks), tasks


def test_a_wait_of_a_day_passes_at_once():
    running = run(one_state(Type="Wait", Seconds=DAY, End=True))
    assert running.outcome.status == "SUCCEEDED"
    assert (running.stopped - running.started).total_seconds() == DAY


def test_a_moment_in_the_future_is_waited_for():
    clock = VirtualClock()
    moment = (clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    running = run(one_state(Type="Wait", Timestamp=moment, End=True), clock=clock)
    assert timedelta(days=1) < running.stopped - running.started <= timedelta(days=2)


def test_retries_wait_longer_each_time_and_not_longer_than_they_may():
    retry = [{"ErrorEquals": ["E"], "IntervalSeconds": 2, "BackoffRate": 3, "MaxDelaySeconds": 10}]
    running, tasks = asked(*[Failure("E")] * 4, Retry=retry)
    waits = [
        (after - before).total_seconds()
        for before, after in zip(tasks.times, tasks.times[1:], strict=False)
    ]
    assert waits == [2, 6, 10]
    assert running.outcome.error == "E"


def test_a_retrier_counts_its_own_retries():
    retry = [
        {"ErrorEquals": ["A"], "MaxAttempts": 1},
        {"ErrorEquals": ["States.ALL"], "MaxAttempts": 1},
    ]
    running, tasks = asked(Failure("A"), Failure("B"), Failure("A"), "never", Retry=retry)
    assert len(tasks.requests) == 3
    assert running.outcome.error == "A"


def test_the_number_of_retries_is_in_the_context():
    running, tasks = asked(
        Failure("E"),
        "done",
        Retry=[{"ErrorEquals": ["E"]}],
        Parameters={"count.$": "$$.State.RetryCount"},
    )
    assert [request.arguments for request in tasks.requests] == [{"count": 0}, {"count": 1}]
    assert running.outcome.output == '"done"'


@pytest.mark.parametrize(
    ("error", "names", "caught"),
    [
        ("E", ["E"], True),
        ("E", ["States.TaskFailed"], True),
        ("States.Timeout", ["States.TaskFailed"], False),
        ("States.Timeout", ["States.ALL"], True),
        ("States.Timeout", ["States.HeartbeatTimeout"], False),
        ("E", ["F"], False),
    ],
)
def test_errors_are_caught_by_their_names(error, names, caught):
    running, _ = asked(Failure(error), Catch=[{"ErrorEquals": names, "Next": "Caught"}])
    assert running.outcome.status == ("SUCCEEDED" if caught else "FAILED")


def test_a_caught_error_is_put_where_the_catch_says():
    catch = [{"ErrorEquals": ["E"], "ResultPath": "$.error", "Next": "Caught"}]
    running, _ = asked(Failure("E", "why"), payload={"a": 1}, Catch=catch)
    assert json.loads(running.outcome.output) == {"a": 1, "error": {"Error": "E", "Cause": "why"}}


def test_a_task_that_takes_too_long_times_out():
    running, _ = asked(timedelta(seconds=60), TimeoutSeconds=5)
    assert (running.outcome.status, running.outcome.error) == ("FAILED", "States.Timeout")
    assert types(running)[-2:] == ["LambdaFunctionTimedOut", "ExecutionFailed"]
    assert (running.stopped - running.started).total_seconds() == 5


def test_time_limits_can_come_from_the_input():
    running, _ = asked(timedelta(seconds=60), payload={"t": 7}, TimeoutSecondsPath="$.t")
    assert (running.stopped - running.started).total_seconds() == 7


@pytest.mark.parametrize("seconds", [0, -5])
def test_a_task_is_given_some_time(seconds):
    running, _ = asked(1, payload={"t": seconds}, HeartbeatSecondsPath="$.t", TimeoutSeconds=9)
    assert running.outcome.error == "States.Runtime"
    assert "LambdaFunctionScheduled" not in types(running)
    language = {"QueryLanguage": "JSONata", "TimeoutSeconds": "{% $states.input.t %}"}
    running, _ = asked(1, payload={"t": seconds}, **language)
    assert running.outcome.error == "States.QueryEvaluationError"


def test_heartbeats_put_a_timeout_off():
    clock = VirtualClock()

    class Beating(Answering):
        async def call(self, request):
            for _ in range(4):
                await self.clock.sleep(3)
                request.beat()
            await self.clock.sleep(60)

    resource = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
    catch = [{"ErrorEquals": ["States.HeartbeatTimeout"], "Next": "Caught"}]
    definition = one_state(
        Type="Task", Resource=resource, HeartbeatSeconds=5, Catch=catch, End=True
    )
    definition["States"]["Caught"] = {"Type": "Pass", "End": True}
    running = run(definition, clock=clock, tasks=Beating(clock))
    assert (running.stopped - running.started).total_seconds() == 17
    assert json.loads(running.outcome.output) == {"Error": "States.Timeout", "Cause": None}


def test_a_result_that_is_too_large_fails_the_task():
    running, _ = asked("a" * (257 * 1024))
    assert running.outcome.error == "States.DataLimitExceeded"
    assert types(running)[-2] == "LambdaFunctionFailed"


def test_an_output_that_is_too_large_ends_the_execution():
    doubled = {"a.$": "$", "b.$": "$"}
    running = run(pass_state(Parameters=doubled), json.dumps("a" * 200_000))
    assert running.outcome.error == "States.DataLimitExceeded"
    assert "'P'" in running.outcome.cause


def test_what_cannot_be_asked_ends_the_execution_before_it_is_scheduled():
    running, _ = asked(payload='"impossible"')
    assert types(running)[2:] == ["ExecutionFailed"]
    assert running.outcome.cause.endswith("(entered at the event id #2). It cannot be done.")


def test_a_machine_has_a_time_limit_of_its_own():
    definition = {**one_state(Type="Wait", Seconds=25, End=True), "TimeoutSeconds": 3}
    running = run(definition)
    assert (running.outcome.status, running.outcome.error) == ("TIMED_OUT", None)
    assert (running.stopped - running.started).total_seconds() == 3
    last = running.events[-1]
    assert (last.type, last.previous_id, last.details) == (
        "ExecutionTimedOut",
        0,
        {"error": "States.Timeout"},
    )


def test_an_execution_lasts_no_longer_than_a_year_and_an_express_one_five_minutes():
    definition = one_state(Type="Wait", Seconds=99_999_999, End=True)
    assert run(definition).outcome.status == "TIMED_OUT"
    running = run(definition, type="EXPRESS")
    assert (running.stopped - running.started).total_seconds() == 300


@pytest.mark.parametrize(
    "state",
    [
        {"Type": "Wait", "Seconds": DAY, "End": True},
        {"Type": "Task", "Resource": FUNCTION, "TimeoutSeconds": DAY, "End": True},
        {
            "Type": "Map",
            "ItemsPath": "$$.Execution.Input.items",
            "ItemProcessor": one_state(Type="Wait", Seconds=DAY, End=True),
            "End": True,
        },
        {
            "Type": "Map",
            "ItemsPath": "$$.Execution.Input.items",
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                **one_state(Type="Wait", Seconds=DAY, End=True),
            },
            "End": True,
        },
    ],
    ids=["wait", "task", "inline map", "distributed map"],
)
def test_it_can_be_stopped_wherever_it_is(state):
    clock = VirtualClock()
    tasks = Answering(clock, timedelta(days=1))
    _, running = execution(one_state(**state), {"items": [1, 2]}, clock=clock, tasks=tasks)

    async def stopped():
        ending = asyncio.create_task(running.run())
        await clock.sleep(10)
        running.stop("Why", "because")
        return await ending

    outcome = clock.run(stopped())
    assert (outcome.status, outcome.error, outcome.cause) == ("ABORTED", "Why", "because")
    assert running.events[-1].type == "ExecutionAborted"
    assert chain(running)[-1] == 0
    assert (running.stopped - running.started).total_seconds() == 10
    running.stop()
    assert running.outcome is outcome


def test_the_real_clock_waits():
    clock = RealClock()
    _, running = execution(one_state(Type="Wait", Seconds=0, End=True), clock=clock)
    assert asyncio.run(running.run()).status == "SUCCEEDED"


def test_many_run_at_once_on_one_clock():
    clock = VirtualClock()
    definition = one_state(Type="Wait", SecondsPath="$", End=True)
    running = [execution(definition, str(n), clock=clock)[1] for n in range(50)]

    async def all_of_them():
        return await asyncio.gather(*(each.run() for each in running))

    outcomes = clock.run(all_of_them())
    assert {outcome.status for outcome in outcomes} == {"SUCCEEDED"}
    assert [round((each.stopped - each.started).total_seconds()) for each in running] == list(
        range(50)
    )


def test_time_stands_still_while_something_real_is_waited_for():
    clock = VirtualClock()

    class Slow(Answering):
        async def call(self, _request):
            with self.clock.held():
                return await asyncio.to_thread(lambda: "done")

    definition = one_state(Type="Task", Resource=FUNCTION, TimeoutSeconds=1, End=True)
    running = run(definition, clock=clock, tasks=Slow(clock))
    assert running.outcome.output == '"done"'


def test_an_express_execution_has_an_arn_of_its_own():
    running = run(pass_state(), type="EXPRESS")
    assert running.arn.split(":")[5:7] == ["express", "machine"]
    assert running.outcome.status == "SUCCEEDED"


def test_variables_of_a_branch_stay_in_it():
    inner = pass_state(Assign={"x": 2, "seen.$": "$y"}, Parameters={"y.$": "$y"})
    definition = {
        "StartAt": "A",
        "States": {
            "A": {"Type": "Pass", "Assign": {"y": 1}, "Next": "B"},
            "B": {"Type": "Parallel", "Branches": [inner], "Next": "C"},
            "C": {"Type": "Pass", "Parameters": {"x.$": "$x"}, "End": True},
        },
    }
    running = run(definition)
    assert running.outcome.cause.endswith("could not be found in the input '[{\"y\":1}]'")


def test_fast_enough():
    """A thousand items in well under a second: the mark is 10,000 in ten."""
    running = run(one_state(Type="Map", ItemProcessor=pass_state(), End=True), list(range(1000)))
    assert running.outcome.status == "SUCCEEDED"
    assert len(running.events) == 4006
