"""Following a stack: which events are the operation's, which end is its end, what was the cause."""

from itertools import islice

import pytest

from maestro_cdk.actions import following
from maestro_cdk.actions.following import follow, mark

ROLE, TOPIC, STACK = "AWS::IAM::Role", "AWS::SNS::Topic", "AWS::CloudFormation::Stack"


@pytest.fixture
def stack(cloud):
    return cloud.stacks.put("approval", "UPDATE_IN_PROGRESS")


@pytest.fixture
def ended(cloud, clock, reporter, stack):
    """Follow what these events tell: (delay, status, logical id, type, reason)."""

    def outcome(*events):
        before = mark(stack.id, stacks=cloud.stacks, clock=clock)
        for event in events:
            cloud.stacks.happen(stack.id, *event)
        return follow(stack.id, before, stacks=cloud.stacks, reporter=reporter, clock=clock)

    return outcome


def test_pauses_grow_to_a_limit():
    first = list(islice(following.pauses(), 20))
    assert first == sorted(first)
    assert (first[0], first[-1]) == (following.FIRST_PAUSE, following.LONGEST_PAUSE)


@pytest.mark.parametrize(
    "status",
    [
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "ROLLBACK_COMPLETE",
        "ROLLBACK_FAILED",
        "UPDATE_ROLLBACK_COMPLETE",
        "UPDATE_ROLLBACK_FAILED",
        "DELETE_COMPLETE",
        "DELETE_FAILED",
    ],
)
def test_an_operation_ends_with_a_status_that_stays(ended, status):
    found = ended((0, "UPDATE_IN_PROGRESS"), (5, status, None, STACK, "why"))
    assert (found.status, found.reason, found.failure) == (status, "why", None)


@pytest.mark.parametrize(
    "status",
    ["UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"],
)
def test_cleaning_up_is_no_end(ended, reporter, status):
    assert ended((0, status), (50, "UPDATE_COMPLETE")).status == "UPDATE_COMPLETE"
    assert len(reporter.stack_events) == 2


def test_a_resources_end_is_not_the_stacks(ended):
    found = ended((0, "CREATE_COMPLETE", "Role", ROLE), (9, "UPDATE_COMPLETE"))
    assert found.status == "UPDATE_COMPLETE"


def test_the_cause_is_the_first_resource_that_failed_of_itself(ended):
    found = ended(
        (1, "CREATE_FAILED", "A", TOPIC, "Resource creation Cancelled"),
        (2, "CREATE_FAILED", "B", ROLE, "it is not allowed"),
        (3, "CREATE_FAILED", "C", ROLE, "later"),
        (4, "UPDATE_ROLLBACK_FAILED"),
    )
    assert (found.failure.logical_id, found.failure.reason) == ("B", "it is not allowed")


def test_events_of_the_operation_before_are_not_told_again(cloud, clock, reporter, stack):
    cloud.stacks.happen(stack.id, 0, "UPDATE_COMPLETE")
    clock.sleep(0.01)
    before = mark(stack.id, stacks=cloud.stacks, clock=clock)
    cloud.stacks.happen(stack.id, 0, "UPDATE_IN_PROGRESS")
    cloud.stacks.happen(stack.id, 3, "UPDATE_ROLLBACK_COMPLETE")
    found = follow(stack.id, before, stacks=cloud.stacks, reporter=reporter, clock=clock)
    assert found.status == "UPDATE_ROLLBACK_COMPLETE"
    assert [event.status for event in reporter.stack_events] == [
        "UPDATE_IN_PROGRESS",
        "UPDATE_ROLLBACK_COMPLETE",
    ]


def test_an_operation_that_runs_already_is_told_from_its_beginning(cloud, clock, reporter, stack):
    for delay, status in ((0, "UPDATE_IN_PROGRESS"), (1, "UPDATE_COMPLETE")):
        cloud.stacks.happen(stack.id, delay, status)
    cloud.stacks.happen(stack.id, 2, "DELETE_IN_PROGRESS")
    cloud.stacks.happen(stack.id, 3, "DELETE_COMPLETE", "Role", ROLE)
    cloud.stacks.happen(stack.id, 30, "DELETE_COMPLETE")
    clock.sleep(10)
    before = mark(stack.id, stacks=cloud.stacks, clock=clock, runs=True)
    found = follow(stack.id, before, stacks=cloud.stacks, reporter=reporter, clock=clock)
    assert found.status == "DELETE_COMPLETE"
    assert [event.status for event in reporter.stack_events] == [
        "DELETE_IN_PROGRESS",
        "DELETE_COMPLETE",
        "DELETE_COMPLETE",
    ]


def test_every_event_is_told_once_however_they_come(ended, cloud, reporter, stack):
    ended(
        *((n * 0.37, "CREATE_COMPLETE", f"R{n}", ROLE) for n in range(100)), (60, "UPDATE_COMPLETE")
    )
    told = [event.id for event in reporter.stack_events]
    assert told == [event.id for event in cloud.stacks.by_id[stack.id].events]
    assert len(told) == 101
