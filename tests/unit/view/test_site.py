"""What the page asks, and is answered."""

import json
from types import SimpleNamespace

import pytest

from maestro_cdk.cloud import MapRun
from maestro_cdk.errors import AccessDenied, CloudError
from maestro_cdk.view.account import DEPLOYMENT, EXECUTIONS, Account, Deployed
from maestro_cdk.view.board import Board
from maestro_cdk.view.folder import Folder
from maestro_cdk.view.site import Request, Site
from tests.fakes import executions as fakes
from tests.fakes.clock import FakeClock
from tests.fakes.executions import MACHINE, PREFIX, STARTED, entered, exited
from tests.fakes.projects import project

NASTY = '<b>"it\'s"</b> & ü \U0001f600\nnext'
FUNCTION = {"resource": "arn:aws:lambda:eu-west-1:123456789012:function:approval_work"}
SUCCEEDED = ("ExecutionSucceeded", {"output": "1"})


@pytest.fixture
def cloud():
    return fakes.cloud()


@pytest.fixture
def board():
    return Board()


@pytest.fixture
def account(cloud, board):
    deployed = Deployed(project=project(), cloud=cloud, machine=MACHINE, express=False)
    return Account(lambda: deployed, board, FakeClock())


@pytest.fixture
def site(account, board, tmp_path):
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "one.json").write_text('{"a": 1}')
    (tmp_path / "secret.json").write_text("{}")
    folder = Folder(tmp_path, project, board)
    return Site({"name": "flow", "mode": "live"}, folder=folder, account=account, board=board)


@pytest.fixture
def ask(site):
    def asked(path, **query):
        answer = site.answer(Request(method="GET", path=path, query=query))
        return answer.status, json.loads(answer.body)

    return asked


@pytest.fixture
def send(site):
    def sent(path, value):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        answer = site.answer(Request(method="POST", path=path, query={}, body=body))
        return answer.status, json.loads(answer.body)

    return sent


def told(stream, *names):
    """The next events of these names, in whatever order they come."""
    found = {}
    while set(names) - set(found):
        piece = next(stream).decode()
        if piece.startswith("event:"):
            name, _, data = piece.strip().split("\n")
            found[name.removeprefix("event: ")] = json.loads(data.removeprefix("data: "))
    return found


def followed(account, arn):
    """An execution, all of its events taken in."""
    found = account.follow(arn)
    found.look()
    return found


def test_a_state_is_told_whatever_its_name(ask, account, cloud):
    arn = cloud.machines.begin("x", STARTED, entered(NASTY, given='"</script>"'))
    followed(account, arn)
    assert ask("visits", execution=arn, name=NASTY)[1]["total"] == 1
    status, visit = ask("visit", execution=arn, name=NASTY, number="0")
    assert (status, visit["name"], visit["input"]) == (200, NASTY, '"</script>"')


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("visit", {"name": "A", "number": "9"}, 400),
        ("visit", {"name": "A", "number": "-1"}, 400),
        ("visit", {"name": "A", "number": "x"}, 400),
        ("visit", {"name": "A", "number": "٣"}, 400),
        ("visit", {"name": "A"}, 400),
        ("visit", {"name": "A\x00' OR 1", "number": "0"}, 400),
        ("visits", {}, 400),
        ("nothing", {}, 404),
        ("../index.html", {}, 404),
    ],
)
def test_what_is_asked_wrongly_is_told(ask, account, cloud, path, query, status):
    arn = cloud.machines.begin("x", STARTED, entered("A"))
    followed(account, arn)
    found, answer = ask(path, execution=arn, **query)
    assert (found, bool(answer["message"])) == (status, True)


@pytest.mark.parametrize("arn", ["", "x", f"{PREFIX}er:x", PREFIX])
def test_an_execution_of_another_machine_is_refused(ask, arn):
    status, answer = ask("visits", execution=arn, name="A")
    assert (status, "no execution" in answer["message"]) == (502, True)


@pytest.mark.parametrize("name", ["../secret.json", "two.json", "", "/etc/passwd", "one.json\x00"])
def test_only_the_samples_are_handed_out(ask, name):
    assert ask("sample", name=name)[0] == 400
    assert ask("sample", name="one.json") == (200, {"name": "one.json", "text": '{"a": 1}'})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"input": 1}',
        b'{"input": "{"}',
        b'{"input": "NaN"}',
        b'{"input": ""}',
        b'{"input": "{}", "name": 1}',
        b"\xff",
        json.dumps({"input": "[" * 100_000}).encode(),
        json.dumps({"input": f'"{"x" * 262_144}"'}).encode(),
    ],
)
def test_an_input_that_is_none_starts_nothing(send, cloud, body):
    status, answer = send("start", body)
    assert (status, bool(answer["message"])) == (400, True)
    assert "start" not in cloud.machines.asked


def test_an_execution_is_started_and_listed_at_once(send, cloud, board):
    status, started = send("start", {"input": '{"a": "ü"}', "name": "mine"})
    assert (status, started["arn"]) == (200, f"{PREFIX}:mine")
    assert cloud.machines.pasts[started["arn"]].input == '{"a": "ü"}'
    assert [each["name"] for each in board.get(EXECUTIONS)["executions"]] == ["mine"]


def test_what_aws_refuses_is_told_with_what_to_do(send, cloud):
    cloud.machines.wrong = [AccessDenied("you may not", hint="ask somebody")]
    assert send("start", {"input": "{}"}) == (
        502,
        {"message": "you may not", "hint": "ask somebody"},
    )


def test_a_bug_is_told_on_the_page_and_reported(ask, site, board, cloud):
    reported = []
    board.report = reported.append
    cloud.machines.wrong = [KeyError("oops")]
    stream = site.stream(cloud.machines.begin("x", STARTED))
    assert "KeyError('oops')" in told(stream, "trouble")["trouble"]["message"]
    stream.close()
    cloud.machines.definition = None
    status, answer = ask("definition", execution=f"{PREFIX}:x")
    assert (status, "a bug of maestro's" in answer["message"]) == (500, True)
    assert [type(error) for error in reported] == [KeyError, TypeError]


def test_log_lines_are_those_of_the_visit(ask, account, cloud):
    group = "/maestro/approval/work"
    cloud.logs.write(group, 1, "before")
    cloud.logs.write(group, 3.2, "START RequestId: 1")
    cloud.logs.write(group, 3.5, "mine\n")
    cloud.logs.write(group, 9, "after")
    scheduled = ("LambdaFunctionScheduled", FUNCTION)
    done = ("LambdaFunctionSucceeded", {})
    arn = cloud.machines.begin("x", STARTED, entered("A"), scheduled, done, exited("A"))
    followed(account, arn)
    _, answer = ask("logs", execution=arn, name="A", number="0")
    assert answer["called"] == ["work"]
    assert [line["text"] for line in answer["lines"]] == ["mine"]


def test_a_state_that_calls_nothing_has_no_log_lines(ask, account, cloud):
    arn = cloud.machines.begin("x", STARTED, entered("A"))
    followed(account, arn)
    assert ask("logs", execution=arn, name="A", number="0")[1] == {"called": [], "lines": []}


def test_an_execution_is_streamed_as_it_goes_on(site, cloud, board):
    arn = cloud.machines.begin("x", STARTED, entered("A"))
    stream = site.stream(arn)
    said = told(stream, "execution", "states")
    assert said["execution"]["status"] == "RUNNING"
    assert [state["name"] for state in said["states"]["states"]] == ["A"]
    cloud.machines.happen("x", exited("A"), entered("B"))
    said = told(stream, "states")
    assert {state["name"] for state in said["states"]["states"]} == {"A", "B"}
    cloud.machines.happen("x", exited("B"), SUCCEEDED)
    said = told(stream, "execution")  # though DescribeExecution has it running still
    assert (said["execution"]["status"], said["execution"]["output"]) == ("SUCCEEDED", "1")
    board.close()
    assert b": still here\n\n" not in list(stream)  # it ends


def test_trouble_is_told_and_what_comes_after_it_is_not_missed(site, cloud):
    arn = cloud.machines.begin("x", STARTED, entered("A"))
    cloud.machines.wrong = [CloudError("Rate exceeded")]
    stream = site.stream(arn)
    assert told(stream, "trouble")["trouble"]["message"] == "Rate exceeded"
    said = told(stream, "states", "trouble")
    assert (said["trouble"], said["states"]["states"][0]["name"]) == (None, "A")
    stream.close()


def test_an_execution_that_cannot_be_followed_is_told_and_the_rest_goes_on(site, board):
    board.put(EXECUTIONS, {"executions": [], "more": False})
    stream = site.stream("nonsense")
    assert "no execution" in told(stream, "trouble")["trouble"]["message"]
    assert told(stream, "executions")
    stream.close()


def test_how_far_a_map_is_in_executions_of_its_own_is_told(account, cloud):
    run = ("MapRunStarted", {"mapRunArn": "run"})
    cloud.machines.map_runs["run"] = MapRun(total=1000, done=250, failed=3)
    found = followed(account, cloud.machines.begin("x", STARTED, entered("All", "Map"), run))
    (state,) = found.states(0)["states"]
    assert (state["items"], state["lost"]) == ([250, 1000], 3)
    version = found.states(0)["version"]
    cloud.machines.map_runs["run"] = MapRun(total=1000, done=999, failed=3)
    found.look()
    assert found.states(version)["states"][0]["items"] == [999, 1000]


def test_what_was_redriven_is_followed_again(site, account, cloud):
    failed = ("ExecutionFailed", {"error": "E"})
    arn = cloud.machines.begin("x", STARTED, entered("A"), failed)
    stream = site.stream(arn)
    while told(stream, "execution")["execution"]["status"] != "FAILED":
        pass
    cloud.machines.happen("x", ("ExecutionRedriven", {}), entered("A"), exited("A"))
    account.look()
    while told(stream, "execution")["execution"]["status"] != "RUNNING":
        pass
    stream.close()


def test_what_nobody_looks_at_is_forgotten_in_time(account, cloud):
    arns = [cloud.machines.begin(f"x{n}", STARTED, SUCCEEDED) for n in range(30)]
    found = [account.follow(arn) for arn in arns]
    assert account.follow(arns[-1]) is found[-1]
    assert account.follow(arns[0]) is not found[0]


def test_a_folder_that_is_not_deployed_says_how_to(board, tmp_path):
    def connect():
        raise CloudError("flow is not deployed here", hint="`maestro deploy` does that")

    account = Account(connect, board, FakeClock())
    board.rest = lambda *_: False
    account.watch()
    assert board.get(DEPLOYMENT) == {
        "state": "trouble",
        "message": "flow is not deployed here",
        "hint": "`maestro deploy` does that",
    }


def test_more_executions_are_listed_when_they_are_asked_for(send, account, cloud, board):
    for n in range(40):
        cloud.machines.begin(f"x{n}")
    account.look()
    assert (len(board.get(EXECUTIONS)["executions"]), board.get(EXECUTIONS)["more"]) == (25, True)
    assert send("more", {})[0] == 200
    assert (len(board.get(EXECUTIONS)["executions"]), board.get(EXECUTIONS)["more"]) == (40, False)


def test_the_definition_of_an_execution_is_drawn(ask, cloud):
    arn = cloud.machines.begin("x", STARTED)
    status, definition = ask("definition", execution=arn)
    assert (status, definition["extents"]) == (200, {"A": [1, 1]})
    assert definition["tree"][0] == "svg"


def test_twenty_five_thousand_events_are_a_line_for_each_state(account, cloud):
    given = [STARTED]
    for _ in range(12_500):
        given += [entered("A", given='{"x": 1}'), exited("A")]
    found = followed(account, cloud.machines.begin("x", *given[:25_000]))
    states = found.states(0)
    assert (states["events"], [state["times"] for state in states["states"]]) == (25_000, [12_500])
    assert SimpleNamespace(**states["states"][0]).running == 1
