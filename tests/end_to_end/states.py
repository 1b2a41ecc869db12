"""The AWS on this machine for tests of its Step Functions: machines, functions, roles."""

import io
import json
import time
import zipfile

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

PATIENCE = 20.0
ACCOUNT = "000000000000"


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


class Local:
    """The AWS of this machine, and the things in it that these tests need."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self._clients = {}
        self.role = self.make_role("all", {"Action": "*", "Resource": "*"})

    def __getattr__(self, service):
        if service not in self._clients:
            self._clients[service] = boto3.client(
                "lambda" if service == "functions" else service,
                endpoint_url=self.endpoint,
                region_name="us-east-1",
                aws_access_key_id="test",
                aws_secret_access_key="test",
                config=Config(
                    retries={"total_max_attempts": 1},
                    read_timeout=PATIENCE,
                    inject_host_prefix=False,  # there is no sync-127.0.0.1
                ),
            )
        return self._clients[service]

    def make_role(self, name, *allowed):
        trust = {"Service": ["lambda.amazonaws.com", "states.amazonaws.com"]}
        assume = {"Effect": "Allow", "Principal": trust, "Action": "sts:AssumeRole"}
        made = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(assume))
        if allowed:
            statements = [{"Effect": "Allow", **statement} for statement in allowed]
            self.iam.put_role_policy(
                RoleName=name, PolicyName="p", PolicyDocument=policy(*statements)
            )
        return made["Role"]["Arn"]

    def function(self, name, code, runtime="python3.12", **settings):
        """A function; `code` is its file, or several by their names."""
        files = code if isinstance(code, dict) else {"index.py": code}
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            for path, text in files.items():
                archive.writestr(path, text)
        made = self.functions.create_function(
            FunctionName=name,
            Runtime=runtime,
            Handler="index.handler",
            Code={"ZipFile": content.getvalue()},
            **{"Role": self.role, **settings},
        )
        return made["FunctionArn"]

    def machine(self, name, states, *, role=None, **settings):
        """The ARN of a machine of these states; each leads to the next."""
        made = self.stepfunctions.create_state_machine(
            name=name, roleArn=role or self.role, definition=defined(states), **settings
        )
        return made["stateMachineArn"]

    def stuck(self, name):
        """A machine whose executions run until somebody stops them."""
        activity = self.stepfunctions.create_activity(name=name)["activityArn"]
        return self.machine(name, {"Wait": {"Type": "Task", "Resource": activity}})

    def start(self, machine, payload=None, **named):
        given = {} if payload is None else {"input": json.dumps(payload)}
        found = self.stepfunctions.start_execution(stateMachineArn=machine, **given, **named)
        return found["executionArn"]

    def ended(self, arn, seconds=PATIENCE):
        def look():
            found = self.stepfunctions.describe_execution(executionArn=arn)
            return None if found["status"] == "RUNNING" else found

        return within(look, seconds)

    def run(self, machine, payload=None, **named):
        return self.ended(self.start(machine, payload, **named))

    def history(self, arn, **named):
        pages = self.stepfunctions.get_paginator("get_execution_history")
        return [e for p in pages.paginate(executionArn=arn, **named) for e in p["events"]]

    def types(self, arn):
        return [event["type"] for event in self.history(arn)]

    def executions(self, machine):
        return self.stepfunctions.list_executions(stateMachineArn=machine)["executions"]

    def fails(self, code):
        return Fails(code)


class Fails:
    """Within it, a request is refused with this code."""

    def __init__(self, code):
        self.code, self.message = code, ""

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _):
        assert isinstance(error, ClientError), f"nothing was refused: {kind}"
        told = error.response["Error"]
        assert told["Code"] == self.code, told
        self.message = told["Message"]
        return True


def defined(states):
    names = list(states)
    chained = {}
    for (name, state), after in zip(states.items(), [*names[1:], None], strict=True):
        ends = {"Next": after} if after else {"End": True}
        leads = state["Type"] not in {"Succeed", "Fail", "Choice"} and "Next" not in state
        chained[name] = state | (ends if leads and "End" not in state else {})
    return json.dumps({"StartAt": names[0], "States": chained})


def within(attempt, seconds=PATIENCE):
    """What `attempt` comes to, as soon as it is true."""
    deadline = time.monotonic() + seconds
    while not (result := attempt()):
        assert time.monotonic() < deadline, f"not within {seconds} seconds"
        time.sleep(0.02)
    return result


PASS = {"Type": "Pass"}


def task(resource, **state):
    return {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", **state}


ECHO = "def handler(event, context):\n    return {'got': event}\n"
