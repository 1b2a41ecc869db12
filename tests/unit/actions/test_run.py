"""Starting an execution, and telling each of its events once."""

from dataclasses import replace

import pytest

from maestro_cdk.actions import run as running
from maestro_cdk.cloud import LiveFunction, Owner
from maestro_cdk.errors import CloudError, CredentialsError, StackForeign
from tests.fakes.projects import project

MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:approval"


@pytest.fixture
def start(cloud, clock):
    """Start an execution that does these: (seconds after its start, type, details)."""

    def started(*events, **more):
        cloud.machines.script(MACHINE, *events)
        return running.start(
            running.Target(arn=MACHINE, named="it"),
            MACHINE,
            '{"a": 1}',
            **{"name": "one", "wait": True, "cloud": cloud, "clock": clock, **more},
        )

    return started


@pytest.fixture
def follow(start, cloud, clock, reporter):
    def followed(*events, timeout=None):
        arn = start(*events).arn
        done = running.follow(arn, cloud=cloud, reporter=reporter, clock=clock, timeout=timeout)
        return done.outcome

    return followed


def test_the_machine_is_the_one_of_the_stacks_outputs(cloud):
    cloud.stacks.put(
        "approval",
        "CREATE_COMPLETE",
        owner=Owner(project="approval"),
        outputs={"StateMachineArn": MACHINE},
    )
    assert running.machine_of(project(), cloud=cloud, local=False, clock=cloud.clock) == MACHINE


@pytest.mark.parametrize(
    ("local", "hint"), [(True, "maestro deploy --local"), (False, "`maestro deploy`")]
)
def test_what_is_not_deployed_cannot_run(cloud, local, hint):
    for name in ("approval", "half"):
        if name == "half":
            cloud.stacks.put("half", "REVIEW_IN_PROGRESS")
        with pytest.raises(CloudError, match="is not deployed here") as caught:
            running.machine_of(project(name), cloud=cloud, local=local, clock=cloud.clock)
        assert hint in caught.value.hint


def test_an_execution_gets_the_name_and_the_input(start, cloud):
    started = start(name="mine")
    assert started.arn == f"{MACHINE}:mine"
    assert started.ended is None
    assert cloud.called("start") == [("start", "mine", '{"a": 1}')]


def test_two_executions_of_one_moment_have_names_of_their_own(start, clock):
    names = {start(name=None).arn for _ in range(50)}
    assert len(names) == 50
    name = running.execution_name(clock)
    assert name.startswith("2026-01-01-00-00-00-000-")
    assert len(name) <= 80


def test_an_express_machine_is_run_through(start, cloud):
    cloud.machines.express_machines.add(MACHINE)
    started = start()
    assert started.ended.status == "SUCCEEDED"


def test_an_express_machine_that_nobody_waits_for_is_only_started(start, cloud):
    cloud.machines.express_machines.add(MACHINE)
    assert start(wait=False).ended is None


@pytest.mark.parametrize(
    ("end", "status"),
    [("Failed", "FAILED"), ("Aborted", "ABORTED"), ("TimedOut", "TIMED_OUT")],
)
def test_an_execution_that_fails_is_followed_to_its_end(follow, end, status):
    why = {"error": "Oops", "cause": "it was Tuesday"}
    execution = follow((0, "ExecutionStarted", {}), (7, f"Execution{end}", why))
    assert (execution.status, execution.error, execution.cause) == (
        status,
        "Oops",
        "it was Tuesday",
    )


def test_the_last_event_tells_the_outcome_where_a_description_lags_behind(follow, cloud):
    cloud.machines.describe = None  # nobody asks
    execution = follow((0, "ExecutionStarted", {}), (7, "ExecutionSucceeded", {"output": "1"}))
    assert (execution.status, execution.output, execution.name) == ("SUCCEEDED", "1", "one")


def test_no_event_is_lost_and_none_told_twice(follow, reporter):
    middle = [(n * 0.29, "PassStateEntered", {"name": f"S{n}"}) for n in range(1, 300)]
    follow((0, "ExecutionStarted", {}), *middle, (100, "ExecutionSucceeded", {}))
    assert [event.id for event in reporter.execution_events] == list(range(1, 302))


def test_a_failed_state_is_not_the_end(follow, reporter):
    execution = follow(
        (0, "ExecutionStarted", {}),
        (1, "LambdaFunctionFailed", {}),
        (20, "ExecutionSucceeded", {}),
    )
    assert execution.status == "SUCCEEDED"
    assert len(reporter.execution_events) == 3


def test_looks_are_quick_at_first_and_after_each_event(follow, clock):
    follow(
        (0, "ExecutionStarted", {}), (30, "PassStateEntered", {}), (33, "ExecutionSucceeded", {})
    )
    assert max(clock.slept) == 2.0
    assert clock.slept.count(0.1) == 2
    assert clock.slept[0] == 0.1


@pytest.mark.parametrize("timeout", [0, 1, 2.5, 10])
def test_following_ends_after_the_timeout_and_the_execution_goes_on(follow, clock, cloud, timeout):
    with pytest.raises(CloudError) as caught:
        follow((0, "ExecutionStarted", {}), (1000, "ExecutionSucceeded", {}), timeout=timeout)
    assert f"within {timeout:g} s; it goes on" in caught.value.message
    assert f"{MACHINE}:one" in caught.value.hint
    assert clock.monotonic() == pytest.approx(timeout)
    assert cloud.called("stop") == []


def test_an_end_at_the_last_moment_counts(follow):
    done = follow((0, "ExecutionStarted", {}), (5, "ExecutionSucceeded", {}), timeout=5)
    assert done.status == "SUCCEEDED"


@pytest.mark.parametrize(
    "owner", [None, Owner(project="other"), Owner(project="approval", stage="x")]
)
def test_a_stack_of_somebody_elses_is_not_run(cloud, owner):
    cloud.stacks.put(
        "approval", "CREATE_COMPLETE", owner=owner, outputs={"StateMachineArn": MACHINE}
    )
    with pytest.raises(StackForeign):
        running.machine_of(project(), cloud=cloud, local=False, clock=cloud.clock)


def test_nothing_runs_with_credentials_of_another_account(cloud):
    foreign = project(account="999999999999")
    with pytest.raises(CredentialsError, match="999999999999"):
        running.machine_of(foreign, cloud=cloud, local=False, clock=cloud.clock)


def test_after_express_mode_functions_are_waited_for(cloud, clock):
    stack = cloud.stacks.put(
        "approval",
        "CREATE_COMPLETE",
        owner=Owner(project="approval"),
        outputs={"StateMachineArn": MACHINE},
        resources=[("ManagerFunction", "AWS::Lambda::Function")],
    )
    cloud.stacks.by_id[stack.id].stack = replace(stack, express=True)
    name = "approval-ManagerFunction"
    cloud.functions.live[name] = LiveFunction(name=name, code="", properties={})
    cloud.functions._until[name] = 7
    assert running.machine_of(project(), cloud=cloud, local=False, clock=clock) == MACHINE
    assert clock.monotonic() >= 7


# --- functions that are being updated -----------------------------------------------------------


@pytest.fixture
def updating(cloud):
    """A stack of one function."""
    cloud.stacks.put(
        "approval",
        "UPDATE_COMPLETE",
        owner=Owner(project="approval"),
        outputs={"StateMachineArn": MACHINE},
        resources=[("ManagerFunction", "AWS::Lambda::Function")],
    )
    stack = cloud.stacks.describe("approval")
    (item,) = cloud.stacks.resources(stack.id)
    live = LiveFunction(name=item.physical_id, code="", properties={})
    cloud.functions.live[item.physical_id] = live
    return stack, item.physical_id


def test_a_function_that_is_being_updated_is_waited_for(updating, cloud, clock):
    stack, name = updating
    cloud.functions._until[name] = clock.monotonic() + 5
    running.await_functions(stack, cloud=cloud, clock=clock)
    assert cloud.functions.describe(name).settled


def test_a_function_whose_update_failed_is_told(updating, cloud, clock):
    stack, name = updating
    cloud.functions.live[name] = replace(cloud.functions.live[name], trouble="no key")
    with pytest.raises(CloudError, match=f"Lambda could not update {name}: no key"):
        running.await_functions(stack, cloud=cloud, clock=clock)
