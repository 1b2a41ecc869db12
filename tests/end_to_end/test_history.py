"""`history`: what executions did, and in what two differ."""

import json

import pytest

pytestmark = pytest.mark.xdist_group("commands")

WORK = """
def handler(event, context):
    if event.get("bad"):
        raise ValueError("no such thing")
    return {"done": True}
"""
STATES = {
    "Begin": {"Type": "Pass"},
    "Work": {"Type": "Task", "Resource": "${work}"},
}


@pytest.fixture(scope="module")
def folder(maestro, write, local_aws, tmp_path_factory):
    """A project that has been run twice: well, and badly."""
    folder = write(tmp_path_factory.mktemp("history") / "remembered", STATES, work_py=WORK)
    assert maestro("deploy", "--local", cwd=folder).code == 0
    assert maestro("history", "--local", cwd=folder).code == 1
    assert maestro("run", "--local", "--name", "well", cwd=folder).code == 0
    assert maestro("run", "--local", "--name", "badly", "-i", '{"bad": 1}', cwd=folder).code == 1
    yield folder
    assert maestro("teardown", "--local", "-f", cwd=folder).code == 0


@pytest.fixture
def history(maestro, folder):
    return lambda *words: maestro("history", *words, "--local", cwd=folder)


def test_the_last_execution_is_shown_state_by_state(history):
    shown = history()
    assert shown.code == 0, shown.err
    first, *rest = shown.out.splitlines()
    assert first.startswith("badly  FAILED")
    rows = {line.split()[0]: line for line in rest if "█" in line}
    assert set(rows) == {"Begin", "Work"}
    assert "failed" in rows["Work"]
    assert "! ValueError: no such thing" in shown.out
    assert "failed: ValueError: no such thing" in shown.out


def test_one_is_found_by_its_name_and_told_as_json(history):
    shown = history("well", "--output", "json")
    assert shown.code == 0, shown.err
    assert (shown.json["status"], json.loads(shown.json["output"])) == ("SUCCEEDED", {"done": True})
    states = [(each["name"], each["fate"], each["attempts"]) for each in shown.json["states"]]
    assert states == [("Begin", "succeeded", 0), ("Work", "succeeded", 1)]


def test_all_are_listed_newest_first(history):
    assert [line.split()[:2] for line in history("--list").out.splitlines()] == [
        ["badly", "FAILED"],
        ["well", "SUCCEEDED"],
    ]
    assert [each["input"] for each in history("--list", "--output", "json").json] == [
        '{"bad": 1}',
        "{}",
    ]


def test_each_event_is_printed(history):
    printed = history("well", "--events")
    assert printed.out.splitlines()[0].split()[3] == "ExecutionStarted"
    events = history("well", "--events", "--output", "json").json
    assert [event["id"] for event in events] == list(range(1, len(events) + 1))
    assert events[-1]["type"] == "ExecutionSucceeded"


def test_in_what_two_differ_is_told(history):
    compared = history("--compare", "well", "badly")
    assert compared.code == 0, compared.err
    lines = {line.split("  ")[0]: line for line in compared.out.splitlines()}
    assert "SUCCEEDED" in lines["status"]
    assert "FAILED" in lines["status"]
    assert "failed" in lines["Work"]
    same = history("--compare", "well", "well")
    assert "both did the same" in same.err


def test_what_failed_goes_on_where_it_did_and_what_did_not_is_told(history):
    refused = history("well", "--redrive")
    assert (refused.code, "SUCCEEDED" in refused.err) == (1, True)
    redriven = history("--redrive")
    assert redriven.code == 0, redriven.err
    assert "badly goes on" in redriven.err
    kinds = [event["type"] for event in history("badly", "--events", "--output", "json").json]
    assert "ExecutionRedriven" in kinds


def test_what_has_ended_need_not_be_stopped(history):
    stopped = history("well", "--stop")
    assert (stopped.code, "has ended already: SUCCEEDED" in stopped.err) == (0, True)


@pytest.mark.parametrize(
    "words", [("--list", "--events"), ("x", "--list"), ("x", "--compare", "a", "b")]
)
def test_what_does_not_go_together_is_told(history, words):
    assert history(*words).code == 2


def test_an_execution_that_is_not_there_is_told(history):
    missing = history("nobody")
    assert (missing.code, "nobody" in missing.err) == (1, True)


def test_an_express_machine_is_known_by_its_log(maestro, write, local_aws, tmp_path):
    settings = '[workflow]\ntype = "EXPRESS"\n'
    folder = write(tmp_path / "quick", STATES, settings=settings, work_py=WORK)
    assert maestro("deploy", "--local", cwd=folder).code == 0
    failed = maestro("run", "--local", "--name", "badly", "-i", '{"bad": 1}', cwd=folder)
    assert failed.code == 1
    assert "✗ Work failed (definition.asl.json:" in failed.err
    assert "in handler" in failed.err
    assert maestro("run", "--local", "--name", "well", cwd=folder).code == 0
    shown = maestro("history", "badly", "--local", cwd=folder)
    assert "badly  FAILED" in shown.out
    assert "! ValueError: no such thing" in shown.out
    listed = maestro("history", "--list", "--local", cwd=folder)
    assert [line.split()[:2] for line in listed.out.splitlines()] == [
        ["well", "SUCCEEDED"],
        ["badly", "FAILED"],
    ]
    unknown = maestro("history", "nobody", "--local", cwd=folder)
    assert "the log of the last day says nothing of nobody" in unknown.err
    assert maestro("teardown", "--local", "-f", cwd=folder).code == 0


@pytest.mark.slow
def test_fifty_executions_at_once_are_told_apart(maestro, write, local, local_aws, tmp_path):
    work = "import time\ndef handler(event, context):\n    time.sleep(0.2)\n    return event['n']\n"
    folder = write(tmp_path / "fifty", {"Work": STATES["Work"]}, work_py=work)
    assert maestro("deploy", "--local", cwd=folder).code == 0
    machine = "arn:aws:states:us-east-1:000000000000:stateMachine:fifty:live"
    for n in range(50):
        local.stepfunctions.start_execution(
            stateMachineArn=machine, name=f"n-{n}", input=json.dumps({"n": n})
        )
    last = maestro("run", "--local", "--name", "last", "-i", '{"n": 50}', cwd=folder)
    assert (last.code, last.json) == (0, 50)
    for n in (0, 17, 49):
        shown = maestro("history", f"n-{n}", "--local", "--output", "json", cwd=folder)
        assert (shown.json["status"], shown.json["output"]) == ("SUCCEEDED", str(n))
        assert [state["name"] for state in shown.json["states"]] == ["Work"]
    listed = maestro("history", "--list", "--local", cwd=folder).out.splitlines()
    assert len(listed) == 20
    assert maestro("teardown", "--local", "-f", cwd=folder).code == 0
