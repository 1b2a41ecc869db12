"""The AWS CLI on the AWS of this machine: `eval "$(maestro local env)"`, then `aws stepfunctions`."""

import json
import os
import shlex
import subprocess
import sys
import time

import pytest
from uv import find_uv_bin

from maestro_cdk.local.environment import environment
from tests.end_to_end.states import PASS, defined

pytestmark = pytest.mark.slow

VERSION = "1.45.11"
PATIENCE = 180.0


@pytest.fixture(scope="module")
def command(request):
    """The command that starts the AWS CLI, installed once by uv."""
    folder = request.config.cache.mkdir(f"awscli-{VERSION}")
    program = folder / "bin" / "aws"
    if not program.exists():
        uv = find_uv_bin()
        words = ["venv", "--quiet", "--clear", "--python", sys.executable, str(folder)]
        subprocess.run([uv, *words], check=True, timeout=PATIENCE)
        install = ["pip", "install", "--quiet", "--python", str(folder / "bin" / "python")]
        done = subprocess.run(
            [uv, *install, f"awscli=={VERSION}"],
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        if done.returncode:
            pytest.fail(f"uv cannot install awscli {VERSION}, which this tests:\n{done.stderr}")
    return str(program)


@pytest.fixture(scope="module")
def aws_cli(command, local_aws):
    """Run a command of `aws stepfunctions`; return its answer."""
    environ = {**os.environ, **environment(local_aws, os.environ)}

    def run(words):
        done = subprocess.run(
            [command, "stepfunctions", *shlex.split(words), "--output", "json"],
            env=environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout or "null")

    return run


def test_it_makes_starts_and_follows(aws_cli, local):
    definition = shlex.quote(defined({"Pass": PASS}))
    made = aws_cli(
        f"create-state-machine --name by-cli --role-arn {local.role} --definition {definition}"
    )
    machine = made["stateMachineArn"]

    arn = aws_cli(f"start-execution --state-machine-arn {machine} --input '{{\"a\": 1}}'")[
        "executionArn"
    ]
    found = {"status": "RUNNING"}
    while found["status"] == "RUNNING":
        time.sleep(0.1)
        found = aws_cli(f"describe-execution --execution-arn {arn}")

    assert (found["status"], json.loads(found["output"])) == ("SUCCEEDED", {"a": 1})
    history = aws_cli(f"get-execution-history --execution-arn {arn}")["events"]
    assert [event["type"] for event in history] == [
        *("ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded")
    ]
    assert aws_cli(f"list-executions --state-machine-arn {machine}")["executions"]


def test_an_express_machine_answers_at_once(aws_cli, local):
    definition = shlex.quote(defined({"Pass": {"Type": "Pass", "Result": 7}}))
    made = aws_cli(
        f"create-state-machine --name quick-by-cli --type EXPRESS --role-arn {local.role} "
        f"--definition {definition}"
    )

    found = aws_cli(f"start-sync-execution --state-machine-arn {made['stateMachineArn']}")

    assert (found["status"], found["output"]) == ("SUCCEEDED", "7")


def test_a_definition_is_validated_and_a_state_tried(aws_cli, local):
    definition = shlex.quote(json.dumps({"StartAt": "A", "States": {"A": PASS}}))
    found = aws_cli(f"validate-state-machine-definition --definition {definition}")
    assert (found["result"], found["diagnostics"][0]["location"]) == ("FAIL", "/States/A")
    state = shlex.quote(json.dumps({"Type": "Pass", "Result": 7, "End": True}))
    found = aws_cli(f"test-state --definition {state} --role-arn {local.role}")
    assert (found["status"], found["output"]) == ("SUCCEEDED", "7")
