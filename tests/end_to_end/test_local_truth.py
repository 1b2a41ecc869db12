"""What AWS itself recorded, run again on the AWS of this machine: by its API, with real functions."""

import json
import time
import urllib.request
from contextlib import suppress
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from maestro_cdk.local import lifecycle
from maestro_cdk.model import ExecutionEvent
from tests.aws_api.test_engine_truth import table
from tests.end_to_end.states import ACCOUNT, Local
from tests.unit.asl.corpus import WHY
from tests.unit.engine.recorded import PRESENT, Verdict, scenarios
from tests.unit.engine.worlds import ACCOUNT as RECORDED
from tests.unit.engine.worlds import role_of

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not PRESENT, reason=WHY)]

RESULTS, TYPES, WHOLE = 0.985, 0.99, 0.95
"""The share of executions that must be as AWS recorded them; it may only rise."""

PATIENCE = 90.0

BEHAVIOURS = {
    "return_event": "def handler(event, context):\n    return event\n",
    "return_helloworld_object": (
        "def handler(event, context):\n    return {'Return': 'HelloWorld'}\n"
    ),
    "return_bytes": "def handler(event, context):\n    return 'HelloWorld!'\n",
    "return_large_bytes": "def handler(event, context):\n    return 'a' * (257 * 1024)\n",
    "sleep_60_then_return_event": (
        "import time\ndef handler(event, context):\n    time.sleep(60)\n    return event\n"
    ),
    "raise_exception": (
        "def handler(event, context):\n    raise Exception('Some exception was raised.')\n"
    ),
    "raise_custom_exception": (
        "class CustomException(Exception):\n    def __init__(self):\n"
        "        self.message = 'CustomException message'\n"
        "def handler(event, context):\n    raise CustomException()\n"
    ),
}


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory):
    cache = tmp_path_factory.mktemp("truth")
    yield lifecycle.start(cache, time_scale=0).endpoint
    lifecycle.stop(cache)


@pytest.fixture(scope="module")
def verdicts(endpoint):
    found = [
        (scenario, verdict)
        for scenario in scenarios("nothing", "lambda", "services")
        if (verdict := replayed(endpoint, scenario)) is not None
    ]
    print(table(found))
    for scenario, verdict in found:
        if not (verdict.result and verdict.types):
            print(scenario["id"], verdict.result, verdict.types)
    return found


def replayed(endpoint, scenario):
    """Run a recorded execution again, in an account that is empty but for what it needs."""
    post(f"{endpoint}/_ministack/reset")
    stopped = any(call["operation"] == "StopExecution" for call in scenario.get("during") or ())
    post(f"{endpoint}/_ministack/config", {"stepfunctions._SFN_WAIT_SCALE": 1 if stopped else 0})
    here = moved(scenario, RECORDED, ACCOUNT)
    account = Account(Local(endpoint), here)
    outcome, events = account.run()
    return Verdict(scenario, outcome, events)


def post(url, content=None):
    request = urllib.request.Request(url, data=json.dumps(content or {}).encode(), method="POST")
    urllib.request.urlopen(request).close()


class Account:
    """What a recorded execution runs in."""

    def __init__(self, local, scenario):
        self.local, self.scenario = local, scenario
        name = moved(role_of(scenario), RECORDED, ACCOUNT).rpartition("/")[2]
        everything = {"Action": "*", "Resource": "*"}
        self.role = local.make_role(name, everything) if name != "all" else local.role
        for function, behaviour in (scenario.get("functions") or {}).items():
            local.function(function, BEHAVIOURS[behaviour], Timeout=70)
        for call in scenario.get("setup") or ():
            self._set_up(call["service"], call["operation"], dict(call["params"]))

    def _set_up(self, service, operation, params):
        if operation == "CreateStateMachine":
            params["roleArn"] = self.role
        if isinstance(params.get("Body"), str):
            params["Body"] = params["Body"].encode()
        getattr(self.local, service)._make_api_call(operation, params)

    def run(self):
        scenario, states = self.scenario, self.local.stepfunctions
        made = states.create_state_machine(
            name=scenario["name"],
            roleArn=self.role,
            type=scenario["type"],
            definition=json.dumps(scenario["definition"]),
            publish=bool(scenario.get("via")),
        )
        given = {"stateMachineArn": scenario.get("via") or made["stateMachineArn"]}
        if not scenario.get("input_omitted"):
            given["input"] = json.dumps(scenario["input"])
        if scenario["start"] == "sync":
            return outcome(states.start_sync_execution(**given)), []
        if scenario.get("execution_name"):
            given["name"] = scenario["execution_name"]
        arn = states.start_execution(**given)["executionArn"]
        found = self._followed(arn)
        return outcome(found), [event(told) for told in self.local.history(arn)]

    def _followed(self, arn):
        deadline = time.monotonic() + PATIENCE
        operations = [call["operation"] for call in self.scenario.get("during") or ()]
        said = self.scenario.get("driver") or ""
        while True:
            if "StopExecution" in operations:
                self.local.stepfunctions.stop_execution(executionArn=arn)
            found = self.local.stepfunctions.describe_execution(executionArn=arn)
            if found["status"] != "RUNNING" or time.monotonic() > deadline:
                return found
            if said or operations:
                self._answer(said, operations)
            time.sleep(0.02)

    def _answer(self, said, operations):
        states = self.local.stepfunctions
        if "GetActivityTask" in said:
            (activity,) = states.list_activities()["activities"]
            given = states.get_activity_task(activityArn=activity["activityArn"])
            if given.get("taskToken"):
                states.send_task_success(taskToken=given["taskToken"], output=given["input"])
            return
        queue = {"QueueUrl": self.scenario["input"]["QueueUrl"]}
        for message in self.local.sqs.receive_message(**queue).get("Messages") or ():
            self.local.sqs.delete_message(**queue, ReceiptHandle=message["ReceiptHandle"])
            body = json.loads(message["Body"])
            token = {"taskToken": body["TaskToken"]}
            with suppress(ClientError):
                if "SendTaskHeartbeat" in operations:
                    states.send_task_heartbeat(**token)
                if "SendTaskFailure" in said:
                    states.send_task_failure(**token, error="Failure error", cause="Failure cause")
                elif "SendTaskFailure" in operations:
                    states.send_task_failure(**token)
                else:
                    value = body if "SendTaskSuccess" in operations else body["Message"]
                    states.send_task_success(**token, output=json.dumps(value))


def outcome(found):
    told = {
        name: moved(found.get(name), ACCOUNT, RECORDED) for name in ("output", "error", "cause")
    }
    return SimpleNamespace(status=found["status"], **told)


def event(told):
    details = next((told[key] for key in told if key.endswith("EventDetails")), {})
    return ExecutionEvent(
        id=told["id"],
        previous_id=told["previousEventId"],
        type=told["type"],
        time=told["timestamp"],
        details=moved(details, ACCOUNT, RECORDED),
    )


def moved(value, old, new):
    """A value of one account as another's."""
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, dict):
        return {moved(key, old, new): moved(inner, old, new) for key, inner in value.items()}
    if isinstance(value, list):
        return [moved(inner, old, new) for inner in value]
    return value


@pytest.mark.parametrize(
    ("kind", "floor"), [("result", RESULTS), ("types", TYPES), ("whole", WHOLE)]
)
def test_executions_here_are_as_aws_recorded_them(verdicts, kind, floor):
    wrong = [scenario["id"] for scenario, verdict in verdicts if not getattr(verdict, kind)]
    assert 1 - len(wrong) / len(verdicts) >= floor, wrong
