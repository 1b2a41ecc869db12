"""Each call of deploy, redeploy and teardown goes wrong once, in each way; then the same again.

Whatever went wrong: the message is one for the user, and the same command again makes the stack
whole, or the account empty. How many faults were tried, and how many of them the command survived
by itself, is printed.
"""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import boto3
import pytest

import maestro_cdk
from maestro_cdk.aws import boto
from maestro_cdk.cli.main import main
from tests.faults.proxy import KINDS, SILENCE, FaultyProxy

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("commands")]

NAME = "faulty"
TASK = {"Type": "Task", "Resource": "${greet}", "End": True}


def greeting(word):
    return f"def handler(event, context):\n    return {word!r}\n"


@dataclass
class Tally:
    """What was tried, and what came of it."""

    tried: int = 0
    survived: int = 0
    mended: int = 0
    calls: list[str] = field(default_factory=list)

    def __str__(self):
        return (
            f"{self.tried} faults in {len(self.calls)} calls: {self.survived} survived by the "
            f"command itself, {self.mended} by the same command again"
        )


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    err: str


@pytest.fixture
def proxy(local_aws):
    with FaultyProxy(local_aws.endpoint) as server:
        server.plan()
        yield server


@pytest.fixture
def folder(tmp_path, monkeypatch, commands_home):
    path = tmp_path / NAME
    (path / "lambdas").mkdir(parents=True)
    (path / "lambdas" / "greet.py").write_text(greeting("A"))
    definition = {"StartAt": "Greet", "States": {"Greet": TASK}}
    (path / "definition.asl.json").write_text(json.dumps(definition))
    monkeypatch.chdir(path)
    monkeypatch.setenv("HOME", str(commands_home))
    return path


@pytest.fixture
def maestro(folder, proxy, monkeypatch, capsys):
    """Run a command in this process, its AWS behind the proxy."""
    for name, value in {
        "AWS_ENDPOINT_URL": proxy.endpoint,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto, "ANSWER_SECONDS", SILENCE / 2)

    def run(*words):
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(list(words))
        return Said(ended.value.code, capsys.readouterr().err)

    yield run
    proxy.plan()
    assert run("teardown", "-f").code == 0


@pytest.fixture
def aws(local_aws):
    """Look at what there is, past the proxy."""
    return lambda service: boto3.client(
        service,
        endpoint_url=local_aws.endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def trials(proxy, command, prepare, tally):
    """Each call of a command going wrong in each way: its number and the way."""
    prepare()
    proxy.plan()
    assert command().code == 0
    tally.calls += proxy.calls
    for kind in KINDS:
        for number in range(len(tally.calls)):
            prepare()
            proxy.plan(kind, number)
            said = command()
            if not proxy.happened:
                continue  # calls that were made side by side may be fewer this time
            tally.tried += 1
            where = f"{kind} at {number} ({tally.calls[number]}): {said.err[-500:]}"
            assert said.code in (0, 1), where
            assert "Traceback" not in said.err, where
            if kind == "expired" and said.code:
                assert "expired" in said.err, where
            proxy.plan()
            if said.code == 0:
                tally.survived += 1
            else:
                assert "error:" in said.err, where
                again = command()
                assert again.code == 0, f"{where}\nthen: {again.err[-500:]}"
                tally.mended += 1
            yield where


def is_whole(aws, word):
    """Assert that the stack is there, and runs the code of the folder."""
    (stack,) = aws("cloudformation").describe_stacks(StackName=NAME)["Stacks"]
    assert stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
    answer = aws("lambda").invoke(FunctionName=f"{NAME}_greet")
    assert json.loads(answer["Payload"].read()) == word


def is_published(aws, word):
    """Assert that live leads to a version that runs this code, and the machine is as deployed."""
    states = aws("stepfunctions")
    machine = f"arn:aws:states:us-east-1:000000000000:stateMachine:{NAME}"
    alias = states.describe_state_machine_alias(stateMachineAliasArn=f"{machine}:live")
    (route,) = alias["routingConfiguration"]
    found = states.describe_state_machine(stateMachineArn=route["stateMachineVersionArn"])
    function = json.loads(found["definition"])["States"]["Greet"]["Resource"]
    answer = aws("lambda").invoke(FunctionName=function)
    assert json.loads(answer["Payload"].read()) == word
    itself = states.describe_state_machine(stateMachineArn=machine)["definition"]
    assert json.loads(itself)["States"]["Greet"]["Resource"] == function.rpartition(":")[0]


def test_a_deployment(maestro, proxy, aws, tell):
    tally = Tally()

    def empty():
        proxy.plan()
        assert maestro("teardown", "-f").code == 0

    for where in trials(proxy, lambda: maestro("deploy"), empty, tally):
        is_whole(aws, "A")
        is_published(aws, "A")
        assert where
    tell("deploy", tally)


def test_a_redeployment(maestro, proxy, aws, folder, tell):
    tally, words = Tally(), iter(range(1000))
    assert maestro("deploy").code == 0

    def change():
        word = f"B{next(words)}"
        (folder / "lambdas" / "greet.py").write_text(greeting(word))
        (folder / "word").write_text(word)
        definition = {"Comment": word, "StartAt": "Greet", "States": {"Greet": TASK}}
        (folder / "definition.asl.json").write_text(json.dumps(definition))

    for _ in trials(proxy, lambda: maestro("redeploy"), change, tally):
        is_whole(aws, (folder / "word").read_text())
    tell("redeploy", tally)


def test_a_teardown(maestro, proxy, aws, tell):
    tally = Tally()

    def deployed():
        proxy.plan()
        assert maestro("deploy").code == 0

    for _ in trials(proxy, lambda: maestro("teardown", "-f"), deployed, tally):
        functions = aws("lambda").list_functions()["Functions"]
        assert not any(each["FunctionName"].startswith(NAME) for each in functions)
    tell("teardown", tally)


@pytest.fixture
def tell(capsys, request):
    """Print what came of it, and keep it in pytest's cache."""

    def told(command, tally):
        assert tally.tried >= len(KINDS) * 5
        kept = Path(request.config.cache.mkdir("faults")) / f"{command}.txt"
        kept.write_text(f"{tally}\n")
        with capsys.disabled():
            print(f"\n{command}: {tally}")

    return told


# --- kill -9 -----------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [("deploy",), ("redeploy",), ("teardown", "-f")])
def test_a_process_that_is_killed_is_followed_by_one_that_makes_it_whole(
    words, command, folder, aws, capsys
):
    start = command
    killed, moments = 0, [0.1 * n for n in range(4, 16)]
    for number, moment in enumerate(moments):
        word = f"K{number}"
        (folder / "lambdas" / "greet.py").write_text(greeting(word))
        if words[0] != "deploy":
            assert start("deploy").wait() == 0
            (folder / "lambdas" / "greet.py").write_text(greeting(word + "!"))
        process = start(*words)
        time.sleep(moment)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            killed += 1
        process.wait()
        assert start(*words).wait() == 0, f"after a kill at {moment:.1f} s"
        if words[0] == "teardown":
            functions = aws("lambda").list_functions()["Functions"]
            assert not any(each["FunctionName"].startswith(NAME) for each in functions)
        else:
            is_whole(aws, word if words[0] == "deploy" else word + "!")
            if words[0] == "deploy":
                is_published(aws, word)
    assert killed
    with capsys.disabled():
        print(f"\n{words[0]}: killed at {killed} moments, whole after each")
    assert start("teardown", "-f").wait() == 0


@pytest.fixture
def command(folder, proxy, commands_home):
    """Start a command as a process of its own."""
    environ = {
        **os.environ,
        "HOME": str(commands_home),
        "PYTHONPATH": str(Path(maestro_cdk.__file__).parents[1]),
        "AWS_ENDPOINT_URL": proxy.endpoint,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    return lambda *words: subprocess.Popen(
        [sys.executable, "-m", "maestro_cdk", *words],
        cwd=folder,
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
