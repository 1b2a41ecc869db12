"""Each template, from `new` to `teardown`, with what its README promises."""

import json
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("templates")

TEMPLATES = Path(__file__).parents[2] / "templates"
NAMES = sorted(path.parent.name for path in TEMPLATES.glob("*/definition.asl.json"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("templates")


@pytest.fixture(scope="module")
def approval(maestro, aws, folder):
    """The template `approval`, deployed as a project of its own name."""
    assert maestro("new", "approval", "-t", "approval", "--no-git", cwd=folder).code == 0
    assert maestro("deploy", "--local", cwd=folder / "approval").code == 0
    yield folder / "approval"
    assert maestro("teardown", "--local", "-f", cwd=folder / "approval").code == 0
    assert aws.left_of("approval") == []


@pytest.mark.parametrize("name", NAMES)
def test_a_template_is_a_project_as_it_stands(maestro, tmp_path, name):
    copy = shutil.copytree(TEMPLATES / name, tmp_path / name)

    result = maestro("validate", cwd=copy)

    assert (result.code, result.out) == (0, "no problems\n")


@pytest.mark.parametrize("name", NAMES)
def test_a_template_says_what_it_is_for_in_one_line(maestro, tmp_path, name):
    listed = maestro("new", "--list", cwd=tmp_path).out.splitlines()

    (line,) = [line for line in listed if line.split()[0] == name]
    assert line.endswith(".")
    assert len(line) <= 110


@pytest.mark.parametrize("name", NAMES)
def test_every_event_of_a_template_is_named_in_its_readme(name):
    readme = (TEMPLATES / name / "README.md").read_text()

    for event in (TEMPLATES / name / "events").glob("*.json"):
        assert f"`events/{event.name}`" in readme


def test_hello_greets_whom_the_input_names(maestro, aws, folder):
    maestro("new", "hello", "-t", "hello", "--no-git", cwd=folder)
    project = folder / "hello"
    assert maestro("deploy", "--local", cwd=project).code == 0

    ada = maestro("run", "--local", "-i", "events/ada.json", cwd=project)
    nobody = maestro("run", "--local", "-i", "events/nobody.json", cwd=project)

    assert ada.json == {"message": "Hello, Ada! This is Step Functions."}
    assert nobody.json == {"message": "Hello, World! This is Step Functions."}
    assert ada.path == ["Greet", "Finish"]
    assert maestro("teardown", "--local", "-f", cwd=project).code == 0
    assert aws.left_of("hello") == []


def test_an_accepted_request_is_granted(maestro, approval):
    result = maestro("run", "--local", "-i", "events/accepted.json", cwd=approval)

    assert result.code == 0
    assert result.path == [
        *("Requester", "Manager", "ManagerChoice"),
        *("Provisioner", "AccessGranter", "Notifier"),
    ]
    assert result.json == {
        "decision": "accept",
        "reason": "30 days are within the limit of 90",
        "granted": {
            "employee": "ada",
            "role": "editor",
            "resource": "database/ada",
            "days": 30,
        },
        "attempts": 1,
        "notified": "ada@example.com",
        "message": "You have database/ada as editor for 30 days.",
    }


def test_a_denied_request_goes_straight_to_the_notifier(maestro, approval):
    result = maestro("run", "--local", "-i", "events/denied.json", cwd=approval)

    assert result.code == 0
    assert result.path == ["Requester", "Manager", "ManagerChoice", "Notifier"]
    assert result.json["decision"] == "deny"
    assert result.json["granted"] is None
    assert result.json["message"] == "Denied: 365 days are more than the limit of 90."


def test_provisioning_that_fails_twice_is_retried(maestro, approval):
    result = maestro("run", "--local", "-i", "events/flaky-provisioning.json", cwd=approval)

    assert result.code == 0
    assert result.path[-3:] == ["Provisioner", "AccessGranter", "Notifier"]
    assert result.err.count("✗ Provisioner") == 2
    assert result.json["attempts"] == 3
    assert result.json["granted"]["resource"] == "cluster/grace"


def test_provisioning_that_never_works_is_caught_and_told(maestro, approval):
    result = maestro("run", "--local", "-i", "events/broken-provisioning.json", cwd=approval)

    assert result.code == 0
    assert result.path[-2:] == ["Provisioner", "Notifier"]
    assert result.err.count("✗ Provisioner") == 6
    assert result.json["granted"] is None
    assert result.json["message"] == (
        "Accepted, but it could not be provided: "
        "no answer from the provisioning service, attempt 6."
    )


def test_a_request_that_nobody_can_read_fails_the_execution(maestro, approval):
    result = maestro("run", "--local", cwd=approval)

    assert (result.code, result.out) == (1, "")
    assert result.path == ["Requester"]
    assert "error: the execution FAILED" in result.err
    assert "the request lacks employee, resource, days" in result.err


def test_a_failed_execution_is_one_json_document_too(maestro, approval):
    result = maestro("run", "--local", "--output", "json", cwd=approval)

    assert result.code == 1
    assert result.json["status"] == "FAILED"
    assert result.json["output"] is None
    assert "the request lacks" in result.json["cause"]


def test_an_input_may_come_from_standard_input(maestro, approval):
    given = json.dumps({"employee": "eve", "resource": "vault", "days": 1})

    result = maestro("run", "--local", "-i", "-", "--output", "json", cwd=approval, given=given)

    assert result.json["status"] == "SUCCEEDED"
    assert result.json["output"]["granted"]["resource"] == "vault/eve"


def test_an_input_may_be_json_text(maestro, approval):
    given = json.dumps({"employee": "eve", "resource": "vault", "days": 400})

    result = maestro("run", "--local", "-i", given, cwd=approval)

    assert result.json["decision"] == "deny"


@pytest.mark.parametrize(
    ("words", "given", "said"),
    [
        (["-i", "{"], "", "the input is not JSON"),
        (["-i", "-"], "no json", "standard input is not JSON"),
        (["-i", "README.md"], "", "README.md is not JSON"),
        (["-i", "events/acepted.json"], "", "there is no file events/acepted.json"),
    ],
)
def test_an_input_that_is_no_json_starts_nothing(maestro, approval, aws, words, given, said):
    (machine,) = [arn for arn in aws.left_of("approval") if ":stateMachine:" in arn]
    states = aws.client("stepfunctions")
    before = len(states.list_executions(stateMachineArn=machine)["executions"])

    result = maestro("run", "--local", *words, cwd=approval, given=given)

    assert (result.code, result.out) == (2, "")
    assert said in result.err
    assert len(states.list_executions(stateMachineArn=machine)["executions"]) == before


def test_an_execution_can_be_left_to_itself(maestro, approval, aws):
    result = maestro(
        *("run", "--local", "-i", "events/denied.json", "--no-wait", "--name", "by-itself"),
        cwd=approval,
    )

    assert result.code == 0
    assert result.out.strip().endswith(":approval:by-itself")
    found = aws.client("stepfunctions").describe_execution(executionArn=result.out.strip())
    assert json.loads(found["input"])["employee"] == "charles"


# --- those with infra.py: a table, a bucket, a queue ---------------------------------------------


@pytest.fixture
def deployed(maestro, aws, folder):
    """Make a project from a template and deploy it; afterwards nothing of it may be left."""
    names = []

    def made(name):
        assert maestro("new", name, "-t", name, "--no-git", cwd=folder).code == 0
        assert maestro("deploy", "--local", cwd=folder / name).code == 0
        names.append(name)
        return folder / name

    yield made
    for name in names:
        assert maestro("teardown", "--local", "-f", cwd=folder / name).code == 0
        assert aws.left_of(name) == []


@pytest.fixture
def script(maestro):
    """Run a script of a project's with the AWS on this machine, as its README says."""

    def run(file, *, cwd, given=""):
        exported = maestro("local", "env", cwd=cwd).out.splitlines()
        words = [shlex.split(line)[1].partition("=") for line in exported]
        return subprocess.run(
            [sys.executable, file],
            cwd=cwd,
            env={**maestro.environ, **{name: value for name, _, value in words}},
            input=given,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout

    return run


@pytest.mark.slow
def test_orders_are_kept_priced_and_read_back(maestro, aws, deployed):
    project = deployed("orders")
    (table,) = [t for t in aws.client("dynamodb").list_tables()["TableNames"] if "orders" in t]

    tea = maestro("run", "--local", "-i", "events/tea.json", cwd=project)
    unknown = maestro("run", "--local", "-i", "events/unknown-item.json", cwd=project)

    assert tea.path == ["Keep", "Price", "Update", "Read"]
    assert tea.json == {"id": "2026-0001", "customer": "Ada", "status": "PRICED", "total": 2100}
    assert (unknown.code, unknown.path) == (1, ["Keep", "Price"])
    assert "there is no price for anchor" in unknown.err
    key = {"id": {"S": "2026-0002"}}
    kept = aws.client("dynamodb").get_item(TableName=table, Key=key)["Item"]
    assert kept["status"] == {"S": "NEW"}


@pytest.mark.slow
def test_a_distributed_map_does_something_with_each_object(maestro, deployed, script):
    project = deployed("fan-out")
    assert script("fill.py", cwd=project).startswith("12 documents are in ")

    result = maestro("run", "--local", "-i", "events/letters.json", cwd=project)

    assert result.code == 0
    assert result.json == {"documents": 12, "words": 78}


def test_a_request_waits_until_somebody_answers_it(maestro, aws, deployed, script):
    project = deployed("human-approval")
    event = (project / "events" / "request.json").read_text()
    states = aws.client("stepfunctions")
    machines = states.list_state_machines()["stateMachines"]
    (arn,) = [m["stateMachineArn"] for m in machines if m["name"] == "human-approval"]

    started = [
        states.start_execution(stateMachineArn=arn, input=event)["executionArn"] for _ in range(2)
    ]
    shown = script("answer.py", cwd=project, given="y\nn\nnot this time\n")

    assert shown.count('"resource": "staging database"') == 2
    ended = [end_of(states, execution) for execution in started]
    assert sorted(e["status"] for e in ended) == ["FAILED", "SUCCEEDED"]
    granted = json.loads(next(e["output"] for e in ended if e["status"] == "SUCCEEDED"))
    assert granted == {"granted": "staging database", "to": "Ada"}
    (refused,) = [e for e in ended if e["status"] == "FAILED"]
    assert (refused["error"], refused["cause"]) == ("Refused", "not this time")


def end_of(states, execution):
    """An execution, once it has ended."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = states.describe_execution(executionArn=execution)
        if found["status"] != "RUNNING":
            return found
        time.sleep(0.2)
    raise AssertionError(f"{execution} goes on")
