"""The command as its users start it: a process, its exit code, and what it wrote."""

import errno
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest

import maestro_cdk
from tests.end_to_end.states import Local

PATIENCE = 60.0
"""Seconds after which a command that does not end has failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def path(self):
        """The states that an execution entered, in order."""
        return re.findall(r"→ (.+)$", self.err, re.MULTILINE)

    @property
    def resources(self):
        """The resources that were created or updated."""
        return set(re.findall(r"✓ (\S+) AWS::", self.err))


@dataclass(frozen=True, slots=True)
class Maestro:
    """Starts `maestro` with an environment of its own."""

    environ: dict[str, str]

    @property
    def command(self):
        return [sys.executable, "-m", "maestro_cdk"]

    def __call__(self, *words, cwd, given="", **environ):
        done = subprocess.run(
            [*self.command, *map(str, words)],
            cwd=cwd,
            env=self.environ | environ,
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        result = Result(code=done.returncode, out=done.stdout, err=done.stderr)
        assert not re.search(r"^Traceback", result.err, re.MULTILINE)  # a function's is indented
        return result

    def start(self, *words, cwd, **pipes):
        """The same as a process that the test follows."""
        return subprocess.Popen(
            [*self.command, *map(str, words)], cwd=cwd, env=self.environ, text=True, **pipes
        )


class Terminal:
    """A command at a terminal: what it shows, and what the test types."""

    def __init__(self, command, *, cwd, environ):
        self._master, slave = pty.openpty()
        self.shown = ""
        self.process = subprocess.Popen(
            command, cwd=cwd, env=environ, stdin=slave, stdout=slave, stderr=slave
        )
        os.close(slave)

    def expect(self, text):
        """Read on until `text` is shown."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.shown:
            assert self._read(deadline), f"it ended without {text!r}:\n{self.shown}"

    def type(self, text):
        os.write(self._master, text.encode())

    def interrupt(self):
        """Press Ctrl-C; again, where the first came before the command waited for an answer."""
        while self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(1)

    def end(self):
        """Read on until the command ends; return its exit code."""
        deadline = time.monotonic() + PATIENCE
        while self._read(deadline):
            pass
        return self.process.wait(PATIENCE)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._master)

    def _read(self, deadline):
        """Whether there was more to read before the other side closed."""
        ready = select.select([self._master], [], [], max(0, deadline - time.monotonic()))[0]
        assert ready, f"nothing more came:\n{self.shown}"
        try:
            content = os.read(self._master, 65536)
        except OSError as error:
            if error.errno != errno.EIO:  # Linux's way to say that the other side has closed
                raise
            content = b""
        self.shown += content.decode(errors="replace").replace("\r\n", "\n")
        return bool(content)


@dataclass(frozen=True, slots=True)
class Aws:
    """Looks at what there is in the AWS on this machine, past maestro."""

    endpoint: str

    def client(self, service):
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def left_of(self, name):
        """All that bears a workflow's name; another whose name begins with it does too."""
        logs, s3 = self.client("logs"), self.client("s3")
        found = self._listed("lambda", "list_functions", "Functions", "FunctionName")
        found += self._listed("iam", "list_roles", "Roles", "RoleName")
        found += self._listed("iam", "list_policies", "Policies", "PolicyName")
        found += self._listed(
            "stepfunctions", "list_state_machines", "stateMachines", "stateMachineArn"
        )
        found += [
            stack["StackName"]
            for stack in self.client("cloudformation").list_stacks()["StackSummaries"]
            if stack["StackStatus"] != "DELETE_COMPLETE"
        ]
        found += [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
        for bucket in s3.list_buckets()["Buckets"]:
            objects = s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", ())
            found += [f"{bucket['Name']}/{item['Key']}" for item in objects]
        return sorted(item for item in found if re.search(rf"\b{re.escape(name)}(?![a-z])", item))

    def revisions(self, workflow, *functions):
        """What is new whenever the state machine, or one of these functions, is changed.

        A machine's revision is new, too, whenever it is published.
        """
        states, functions_ = self.client("stepfunctions"), self.client("lambda")
        machines = states.list_state_machines()["stateMachines"]
        (arn,) = [item["stateMachineArn"] for item in machines if item["name"] == workflow]
        found = {
            name: functions_.get_function_configuration(FunctionName=f"{workflow}_{name}")
            for name in functions
        }
        return {
            workflow: states.describe_state_machine(stateMachineArn=arn)["definition"],
            **{name: value["RevisionId"] for name, value in found.items()},
        }

    def _listed(self, service, operation, key, name):
        client = self.client(service)
        pages = client.get_paginator(operation).paginate()
        return [item[name] for page in pages for item in page[key]]


@pytest.fixture(scope="session")
def maestro(commands_home):
    """Run a command: `maestro("validate", cwd=folder)`."""
    checkout = str(Path(maestro_cdk.__file__).parents[1])
    path = os.pathsep.join(filter(None, [checkout, os.environ.get("PYTHONPATH")]))
    return Maestro({**os.environ, "PYTHONPATH": path, "HOME": str(commands_home)})


@pytest.fixture(scope="session")
def aws(local_aws):
    """The AWS on this machine, for the test to look at."""
    return Aws(local_aws.endpoint)


@pytest.fixture(scope="session")
def local(local_aws):
    """The same, for tests of its Step Functions."""
    return Local(local_aws.endpoint)


@pytest.fixture
def at_terminal(maestro):
    """Start a command at a terminal."""
    opened = []

    def start(*words, cwd, **environ):
        command = [*maestro.command, *map(str, words)]
        opened.append(Terminal(command, cwd=cwd, environ=maestro.environ | environ))
        return opened[-1]

    yield start
    for terminal in opened:
        terminal.close()


@pytest.fixture(scope="session")
def write():
    """Write a project's folder: a definition of these states, in order, and its functions."""

    def project(folder: Path, states, *, start=None, settings="", **functions):
        (folder / "lambdas").mkdir(parents=True)
        for file, text in functions.items():
            path = folder / "lambdas" / file.replace("__", "/").replace("_", ".")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        names = list(states)
        chained = {
            name: {**state, **({"Next": after} if after else {"End": True})}
            for (name, state), after in zip(states.items(), [*names[1:], None], strict=True)
        }
        definition = {"StartAt": start or names[0], "States": chained}
        (folder / "definition.asl.json").write_text(json.dumps(definition, indent=2))
        if settings:
            (folder / "maestro.toml").write_text(settings)
        return folder

    return project
