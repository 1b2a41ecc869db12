"""What AWS itself recorded, run again: results, event types and whole events, by category.

What calls services calls moto's. What is missing of results is moto's: it takes names that AWS
refuses, words refusals otherwise, and leaves members of answers out. What is missing of whole
events is known besides: since November 2024 AWS lets the exit of a distributed Map follow from the
start of its run, in most recordings from the run's end.
"""

import json
import os
from collections import defaultdict
from pathlib import Path

import pytest
from moto import mock_aws

from maestro_cdk.engine.clocks import VirtualClock
from tests.aws_api.account import Account, play
from tests.unit.asl.corpus import REPOSITORY, WHY
from tests.unit.engine.recorded import PRESENT, Verdict, choice_rows, scenarios
from tests.unit.engine.worlds import replay, run

pytestmark = [
    pytest.mark.skipif(not PRESENT, reason=WHY),
    pytest.mark.filterwarnings("ignore:EventDetail should be:UserWarning"),
    pytest.mark.xdist_group("truth"),  # in one process, so that they are run once
]

README = REPOSITORY / "README.md"
OTHERS = os.environ.get("MAESTRO_TRUTH")
"""Where other recordings are than those that the README tells of."""

BEGIN, END = "<!-- truth: written by `make truth` -->\n", "<!-- /truth -->"

RESULTS, TYPES, WHOLE = 0.97, 0.99, 0.93
"""The share of executions that must be as AWS recorded them; it may only rise."""


@pytest.fixture(scope="module")
def verdicts():
    found = [(scenario, replayed(scenario)) for scenario in scenarios(*NEEDS)]
    print(table(found))
    return found


NEEDS = ("nothing", "lambda", "services")


def replayed(scenario):
    """Run a recorded execution again, and compare."""
    running = with_services(scenario) if scenario["needs"] == "services" else replay(scenario)
    return Verdict(scenario, running.outcome, running.events)


def with_services(scenario):
    with mock_aws():
        clock = VirtualClock()
        return clock.run(play(Account(scenario, clock), scenario))


def table(verdicts):
    """How many there are by category, and how many are alike in what; Markdown."""
    rows = defaultdict(lambda: [0, 0, 0, 0])
    for scenario, verdict in verdicts:
        for key in (scenario["category"], "**all**"):
            counts = (1, verdict.result, verdict.types, verdict.whole)
            rows[key] = [total + count for total, count in zip(rows[key], counts, strict=True)]
    lines = ["| | executions | result | event types | whole events |", "| --- " * 5 + "|"]
    lines += [
        f"| {key} | {' | '.join(map(str, rows[key]))} |"
        for key in sorted(rows, key=lambda key: (key == "**all**", key))
    ]
    return "\n".join(lines) + "\n"


def unlike(verdicts, kind):
    return [scenario["id"] for scenario, verdict in verdicts if not getattr(verdict, kind)]


@pytest.mark.parametrize(
    ("kind", "floor"), [("result", RESULTS), ("types", TYPES), ("whole", WHOLE)]
)
def test_executions_are_as_aws_recorded_them(verdicts, kind, floor):
    wrong = unlike(verdicts, kind)
    assert 1 - len(wrong) / len(verdicts) >= floor, wrong


def test_what_calls_no_service_ends_as_aws_recorded_it(verdicts):
    here = [pair for pair in verdicts if pair[0]["needs"] != "services"]
    assert not unlike(here, "result") + unlike(here, "types")


def test_choices_are_as_aws_made_them():
    wrong = []
    for name, row in choice_rows():
        output = run(row["definition"], row["input"]).outcome.output
        if json.loads(output or "null") != row["expected_output"]:
            wrong.append(name)
    assert not wrong


@pytest.mark.skipif(bool(OTHERS), reason="MAESTRO_TRUTH names other recordings")
def test_the_readme_tells_how_alike_they_are(verdicts, request):
    before, _, rest = README.read_text("utf-8").partition(BEGIN)
    kept, _, after = rest.partition(END)
    made = table(verdicts)
    if request.config.getoption("--update-readme", default=False):
        Path(README).write_text(f"{before}{BEGIN}{made}{END}{after}", "utf-8")
        return
    assert kept == made, "`make truth` writes it anew"
