"""The machine that moves live, run by the engine in time that does not pass."""

import json

import pytest

from maestro_cdk.engine.clocks import VirtualClock
from maestro_cdk.engine.failures import Failure
from maestro_cdk.stack import releasing
from tests.unit.engine.worlds import execution

MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:orders"


class Account:
    """An alias that can be moved, and alarms that fire when a test says so."""

    def __init__(self, clock, *, fires_after=None, moved_after=None, blind=False, stuck=None):
        self.clock, self.begun = clock, clock.now()
        self.fires_after, self.moved_after, self.blind = fires_after, moved_after, blind
        self.stuck = stuck
        self.routing = [{"StateMachineVersionArn": f"{MACHINE}:1", "Weight": 100}]
        self.moves = []  # (minutes since the begin, weight of version 2, description)
        self.asked = []

    def refuses(self, _request):
        return None

    async def call(self, request):
        action, given = request.integration.action, request.arguments
        passed = (self.clock.now() - self.begun).total_seconds() / 60
        if action == "describeStateMachineAlias":
            if self.moved_after is not None and passed >= self.moved_after:
                self.routing = [{"StateMachineVersionArn": f"{MACHINE}:7", "Weight": 100}]
            return {"RoutingConfiguration": self.routing}
        if action == "updateStateMachineAlias":
            self.routing = given["RoutingConfiguration"]
            weights = {each["StateMachineVersionArn"][-1]: each["Weight"] for each in self.routing}
            assert sum(weights.values()) == 100
            if weights.get("2", 0) == self.stuck:
                raise Failure("Sfn.SfnException", "no")
            self.moves.append((round(passed), weights.get("2", 0), given["Description"]))
            return {}
        assert action == "describeAlarms"
        if self.blind:
            raise Failure("CloudWatch.CloudWatchException", "no")
        self.asked.append(given["AlarmNames"])
        fires = self.fires_after is not None and passed >= self.fires_after
        return {
            "MetricAlarms": [{"AlarmName": "orders-failed"}] if fires else [],
            "CompositeAlarms": [],
        }


@pytest.fixture
def release():
    def released(steps, *, looks=2, alarms=("orders-failed",), **happens):
        clock = VirtualClock()
        account = Account(clock, **happens)
        given = {
            "alias": f"{MACHINE}:live",
            "before": f"{MACHINE}:1",
            "after": f"{MACHINE}:2",
            "described": {"before": "version 1", "after": "version 2"},
            "steps": steps,
            "wait": 60,
            "looks": looks,
            "alarms": list(alarms),
        }
        definition = json.loads(releasing.definition())
        clock, running = execution(definition, given, clock=clock, tasks=account)
        clock.run(running.run())
        return running.outcome, account

    return released


def test_canary(release):
    outcome, account = release([10, 100], looks=5)
    assert outcome.status == "SUCCEEDED"
    assert account.moves == [(0, 10, "version 1"), (5, 100, "version 2")]
    assert len(account.asked) == 5


def test_linear(release):
    outcome, account = release([40, 80, 100])
    assert outcome.status == "SUCCEEDED"
    assert [(when, weight) for when, weight, _ in account.moves] == [(0, 40), (2, 80), (4, 100)]


def test_an_alarm_takes_all_back(release):
    outcome, account = release([40, 80, 100], fires_after=3)
    assert (outcome.status, outcome.error) == ("FAILED", "RolledBack")
    assert outcome.cause == "an alarm fired: orders-failed"
    assert account.moves[-1] == (3, 0, "version 1")


def test_alarms_that_cannot_be_read_take_all_back(release):
    outcome, account = release([40, 100], blind=True)
    assert outcome.error == "RolledBack"
    assert "could not be read" in outcome.cause
    assert account.routing == [{"StateMachineVersionArn": f"{MACHINE}:1", "Weight": 100}]


def test_where_somebody_else_moves_it_the_release_ends(release):
    outcome, account = release([40, 80, 100], moved_after=1)
    assert outcome.error == "MovedByHand"
    assert [weight for _, weight, _ in account.moves] == [40]


def test_an_alarm_leaves_what_somebody_else_moved(release):
    outcome, account = release([40, 80, 100], looks=5, moved_after=1, fires_after=1)
    assert outcome.error == "MovedByHand"
    assert account.routing == [{"StateMachineVersionArn": f"{MACHINE}:7", "Weight": 100}]


@pytest.mark.parametrize("stuck", [80, 100])
def test_a_step_that_cannot_be_taken_takes_all_back(release, stuck):
    outcome, account = release([40, 80, 100], stuck=stuck)
    assert (outcome.status, outcome.error) == ("FAILED", "RolledBack")
    assert "could not be moved" in outcome.cause
    assert account.routing == [{"StateMachineVersionArn": f"{MACHINE}:1", "Weight": 100}]


def test_without_alarms_none_is_heeded(release):
    outcome, _ = release([10, 100], alarms=(), fires_after=0)
    assert outcome.status == "SUCCEEDED"


def test_the_longest_release_fits_into_an_execution(release):
    outcome, account = release([*range(1, 100), 100], looks=10)
    assert outcome.status == "SUCCEEDED"
    assert len(account.moves) == 100
