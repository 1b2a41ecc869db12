"""What AWS itself recorded, run again: results, event types and whole events.

The floors may only rise. What is missing of whole events is known: since November 2024 AWS lets the
exit of a distributed Map follow from the start of its run, in most recordings from the run's end.
"""

import json
from collections import defaultdict

import pytest

from tests.unit.asl.corpus import WHY
from tests.unit.engine.recorded import PRESENT, Verdict, choice_rows, scenarios
from tests.unit.engine.worlds import replay, run

pytestmark = pytest.mark.skipif(not PRESENT, reason=WHY)

RESULTS, TYPES, WHOLE = 297, 297, 295


@pytest.fixture(scope="module")
def verdicts():
    found = []
    for scenario in scenarios("nothing", "lambda"):
        running = replay(scenario)
        found.append((scenario, Verdict(scenario, running.outcome, running.events)))
    print(table(found))
    return found


def test_results_are_as_aws_recorded_them(verdicts):
    wrong = [scenario["id"] for scenario, verdict in verdicts if not verdict.result]
    assert len(verdicts) - len(wrong) >= RESULTS, wrong


def test_types_of_events_are_as_aws_recorded_them(verdicts):
    wrong = [scenario["id"] for scenario, verdict in verdicts if not verdict.types]
    assert len(verdicts) - len(wrong) >= TYPES, wrong


def test_events_are_as_aws_recorded_them(verdicts):
    wrong = [
        (scenario["id"], verdict.first_difference())
        for scenario, verdict in verdicts
        if not verdict.whole
    ]
    assert len(verdicts) - len(wrong) >= WHOLE, wrong


def test_choices_are_as_aws_made_them():
    wrong = []
    for name, row in choice_rows():
        output = run(row["definition"], row["input"]).outcome.output
        if json.loads(output or "null") != row["expected_output"]:
            wrong.append(name)
    assert not wrong


def table(verdicts):
    """The verdicts by category: how many there are, results, event types and whole events."""
    rows = defaultdict(lambda: [0, 0, 0, 0])
    for scenario, verdict in verdicts:
        for key in (scenario["category"], "TOTAL"):
            counts = (1, verdict.result, verdict.types, verdict.whole)
            rows[key] = [total + count for total, count in zip(rows[key], counts, strict=True)]
    lines = [f"{'':24}{'n':>6}{'result':>8}{'types':>8}{'whole':>8}"]
    lines += [
        f"{key:24}{n:>6}{result:>8}{types:>8}{whole:>8}"
        for key, (n, result, types, whole) in sorted(rows.items())
    ]
    return "\n".join(lines)
