"""Recorded executions that call services, run again on moto's.

What is missing is moto's: it takes names that AWS refuses, words refusals otherwise, and leaves out
members of answers. The floors may only rise.
"""

import pytest
from moto import mock_aws

from maestro_cdk.engine.clocks import VirtualClock
from tests.aws_api.account import Account, play
from tests.unit.asl.corpus import WHY
from tests.unit.engine.recorded import PRESENT, Verdict, scenarios
from tests.unit.engine.test_truth import table

pytestmark = [
    pytest.mark.skipif(not PRESENT, reason=WHY),
    pytest.mark.filterwarnings("ignore:EventDetail should be:UserWarning"),
]

RESULTS, TYPES, WHOLE = 51, 61, 45


def replay(scenario):
    with mock_aws():
        clock = VirtualClock()
        return clock.run(play(Account(scenario, clock), scenario))


def test_executions_that_call_services_are_as_aws_recorded_them():
    verdicts = []
    for scenario in scenarios("services"):
        running = replay(scenario)
        verdicts.append((scenario, Verdict(scenario, running.outcome, running.events)))
    print(table(verdicts))
    for floor, kind in ((RESULTS, "result"), (TYPES, "types"), (WHOLE, "whole")):
        wrong = [scenario["id"] for scenario, verdict in verdicts if not getattr(verdict, kind)]
        assert len(verdicts) - len(wrong) >= floor, (kind, wrong)
