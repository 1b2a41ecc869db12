"""Executions of the local Step Functions: how they begin, end, and are told of."""

import asyncio
import json
from collections import Counter
from dataclasses import replace

import pytest

from maestro_cdk.engine.callbacks import Callbacks
from maestro_cdk.engine.clocks import RandomIds, VirtualClock
from maestro_cdk.engine.failures import Failure
from maestro_cdk.local.states.executions import INTERRUPTED, Executions
from maestro_cdk.local.states.log import Log, entry, group, is_logged
from maestro_cdk.local.states.ports import Found
from maestro_cdk.local.states.refusals import Refusal
from maestro_cdk.local.states.service import Service
from maestro_cdk.local.states.store import Store
from tests.unit.engine.worlds import Functions

ARN = "arn:aws:states:us-east-1:000000000000:stateMachine:m"
ROLE = "arn:aws:iam::000000000000:role/r"
PASS = {"Pass": {"Type": "Pass", "End": True}}
WAIT = {"Wait": {"Type": "Wait", "Seconds": 60, "End": True}}


class Around:
    """The AWS around: machines, and what was announced."""

    def __init__(self, **states):
        self.machines = {}
        self.announced = []
        for name, of in states.items():
            self.put(name, of)

    def put(self, name, states, **settings):
        definition = json.dumps({"StartAt": next(iter(states)), "States": states})
        arn = ARN[:-1] + name
        found = Found(arn=arn, name=name, type="STANDARD", role=ROLE, definition=definition)
        self.machines[arn] = replace(found, **settings)

    def find(self, arn):
        return self.machines.get(arn)

    def place(self):
        return "us-east-1", "000000000000"

    def announce(self, detail):
        self.announced.append(detail["status"])


class Here:
    """The service without a server: one loop, a clock that never waits."""

    def __init__(self, around, *, functions=None, store=None):
        self.clock = VirtualClock()
        self.around, self.store, self.logged = around, store or Store(), []
        self.executions = None
        self.functions = Functions(functions or {}, self.clock)

    def run(self, work):
        async def within():
            self.executions = Executions(
                store=self.store,
                around=self.around,
                tasks=self.functions,
                clock=self.clock,
                ids=RandomIds(),
                loop=asyncio.get_running_loop(),
                heard=lambda running, event: self.logged.append((running, event)),
            )
            self.service = Service(self.executions, self.around, Callbacks(), lambda _: {})
            return await work(self)

        return self.clock.run(within())

    async def ended(self, arn):
        while (running := self.executions.running.get(arn)) is not None:
            await running.over.wait()
        return await self.service.describe({"executionArn": arn})

    def start(self, **given):
        return self.service.start({"stateMachineArn": ARN, **given})["executionArn"]


def test_an_execution_runs_and_is_kept():
    async def work(here):
        arn = here.start(input='{"a": 1}', name="one")
        found = await here.ended(arn)
        history = await here.service.history({"executionArn": arn})
        return found, history

    here = Here(around := Around(m=PASS))
    found, history = here.run(work)

    assert (found["status"], json.loads(found["output"])) == ("SUCCEEDED", {"a": 1})
    assert [event["id"] for event in history["events"]] == [1, 2, 3, 4]
    assert here.store.execution(found["executionArn"])["status"] == "SUCCEEDED"
    assert around.announced[:1] == ["RUNNING"]


def test_two_hundred_at_once_end_each_by_itself():
    def handler(event, _clock):
        if event["n"] % 10 == 0:
            raise ValueError(event["n"])
        return event["n"] * 2

    def call(event, clock):
        try:
            return handler(event, clock)
        except ValueError as error:
            raise Failure("Tens", str(error)) from error

    states = {
        "Wait": {"Type": "Wait", "Seconds": 5, "Next": "Call"},
        "Call": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:000000000000:function:double",
            "End": True,
        },
    }

    async def work(here):
        started = [here.start(input=json.dumps({"n": n})) for n in range(200)]
        return [await here.ended(arn) for arn in started]

    found = Here(Around(m=states), functions={"double": call}).run(work)

    assert Counter(execution["status"] for execution in found) == {"SUCCEEDED": 180, "FAILED": 20}
    for n, execution in enumerate(found):
        if n % 10:
            assert execution["output"] == str(n * 2)
        else:
            assert (execution["error"], execution["cause"]) == ("Tens", str(n))


def test_the_name_of_an_earlier_machines_execution_can_be_had_again():
    async def work(here):
        first = here.start(name="one", input="1")
        await here.ended(first)
        with pytest.raises(Refusal, match="ExecutionAlreadyExists"):
            here.start(name="one", input="2")
        here.around.put("m", PASS, created=here.clock.now().timestamp() + 1)
        again = here.start(name="one", input="2")
        return first, again, await here.ended(again)

    first, again, found = Here(Around(m=PASS)).run(work)
    assert (first, found["output"]) == (again, "2")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"input": "{"}, "InvalidExecutionInput"),
        ({"input": '"' + "a" * 262144 + '"'}, "InvalidExecutionInput"),
        ({"name": "a b"}, "InvalidName"),
        ({"name": "a" * 81}, "InvalidName"),
        ({"name": 7}, "SerializationException"),
        ({"stateMachineArn": None}, "ValidationException"),
        ({"stateMachineArn": "none"}, "InvalidArn"),
        ({"stateMachineArn": f"{ARN}-none"}, "StateMachineDoesNotExist"),
    ],
)
def test_what_cannot_be_started_is_refused(given, code):
    async def work(here):
        with pytest.raises(Refusal) as refused:
            here.start(**given)
        return refused.value.code

    assert Here(Around(m=PASS)).run(work) == code


def test_a_failure_of_the_engine_itself_is_an_executions_end():
    def broken(_event, _clock):
        raise ZeroDivisionError("it broke")

    states = {
        "Call": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:000000000000:function:broken",
            "End": True,
        }
    }

    async def work(here):
        return await here.ended(here.start())

    found = Here(Around(m=states), functions={"broken": broken}).run(work)

    assert (found["status"], found["error"]) == ("FAILED", "States.Runtime")
    assert "it broke" in found["cause"]


def test_what_ran_when_the_server_ended_is_aborted_and_can_be_redriven():
    async def interrupted(here):
        here.start(name="one")
        for _ in range(5):
            await asyncio.sleep(0)
        here.store.flush()

    async def after(here):
        here.executions.recover()
        arn = here.store.executions(machine=ARN).rows[0]["executionArn"]
        found = await here.service.describe({"executionArn": arn})
        history = await here.service.history({"executionArn": arn})
        await here.service.redrive({"executionArn": arn})
        return found, history["events"], await here.ended(arn)

    store = Store()
    Here(Around(m=WAIT), store=store).run(interrupted)
    found, events, redriven = Here(Around(m=WAIT), store=store).run(after)

    assert (found["status"], found["cause"]) == ("ABORTED", INTERRUPTED)
    assert [event["type"] for event in events] == [
        *("ExecutionStarted", "WaitStateEntered", "ExecutionAborted")
    ]
    assert (redriven["status"], redriven["redriveCount"]) == ("SUCCEEDED", 1)


CALL = {
    "Call": {
        "Type": "Task",
        "Resource": "arn:aws:lambda:us-east-1:000000000000:function:once",
        "End": True,
    }
}


@pytest.mark.parametrize(
    "state",
    [
        {"Type": "Map", "ItemProcessor": {"StartAt": "Call", "States": CALL}, "MaxConcurrency": 1},
        {
            "Type": "Parallel",
            "Branches": [
                {
                    "StartAt": f"Only{n}",
                    "States": {
                        f"Only{n}": {"Type": "Pass", "Result": n, "Next": f"Call{n}"},
                        f"Call{n}": CALL["Call"],
                    },
                }
                for n in range(3)
            ],
        },
    ],
)
def test_what_had_come_to_its_end_is_not_done_again(state):
    calls, failures = [], [2]

    def once(event, _clock):
        calls.append(event)
        if event == 2 and failures:
            failures.pop()
            raise Failure("NotYet", "it is too soon")
        return event * 10

    async def work(here):
        here.around.put("m", {"All": {**state, "End": True}})
        arn = here.start(input="[0, 1, 2]")
        failed = await here.ended(arn)
        before = len(calls)
        await here.service.redrive({"executionArn": arn})
        found = await here.ended(arn)
        return failed, calls[before:], found

    failed, again, found = Here(Around(), functions={"once": once}).run(work)

    assert failed["status"] == "FAILED"
    assert again == [2]
    assert json.loads(found["output"]) == [0, 10, 20]


def test_what_is_forgotten_is_stopped():
    async def work(here):
        here.start(name="one")
        await asyncio.sleep(0)
        here.executions.forget()
        return here.store.executions(machine=ARN).rows, here.executions.running

    assert Here(Around(m=WAIT)).run(work) == ([], {})


def mapped(state, **config):
    processor = {"StartAt": "S", "States": {"S": {**state, "End": True}}}
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD", **config}
    return {"Type": "Map", "ItemProcessor": {"ProcessorConfig": config, **processor}, "End": True}


async def children_of(here, arn):
    (run,) = (await here.service.list_map_runs({"executionArn": arn}))["mapRuns"]
    given = {"mapRunArn": run["mapRunArn"]}
    told = await here.service.describe_map_run(given)
    return told, (await here.service.list_executions(given))["executions"]


@pytest.mark.parametrize("kind", ["STANDARD", "EXPRESS"])
def test_the_children_of_a_map_that_is_stopped_are_aborted(kind):
    async def work(here):
        arn = here.start(input="[1, 2]")
        await here.clock.sleep(1)
        await here.service.stop({"executionArn": arn})
        return await children_of(here, arn), dict(here.executions.running)

    wait = {"Type": "Wait", "Seconds": 60}
    (told, children), running = Here(Around(m={"M": mapped(wait, ExecutionType=kind)})).run(work)

    assert told["status"] == "ABORTED"
    assert told["executionCounts"]["aborted"] == told["itemCounts"]["aborted"] == 2
    assert [child["status"] for child in children] == ["ABORTED", "ABORTED"]
    assert running == {}


def test_the_children_of_a_map_that_fails_are_aborted():
    choice = {
        "Type": "Choice",
        "Choices": [{"Variable": "$", "NumericEquals": 1, "Next": "F"}],
        "Default": "W",
    }
    inner = {"C": choice, "F": {"Type": "Fail"}, "W": {**WAIT["Wait"]}}
    state = mapped({"Type": "Pass"})
    state["ItemProcessor"] |= {"StartAt": "C", "States": inner}

    async def work(here):
        found = await here.ended(arn := here.start(input="[0, 1]"))
        told, children = await children_of(here, arn)
        for child in children:
            of = await here.service.describe({"executionArn": child["executionArn"]})
            assert of["redriveStatus"] == "REDRIVABLE_BY_MAP_RUN"
        return found, (told, children), dict(here.executions.running)

    found, (told, children), running = Here(Around(m={"M": state})).run(work)

    assert found["error"] == "States.ExceedToleratedFailureThreshold"
    assert (told["executionCounts"]["failed"], told["executionCounts"]["aborted"]) == (1, 1)
    assert sorted(child["status"] for child in children) == ["ABORTED", "FAILED"]
    assert running == {}


def test_what_has_all_the_events_there_can_be_is_not_redriven():
    choice = {
        "Type": "Choice",
        "Choices": [{"Variable": "$.end", "IsPresent": False, "Next": "C"}],
        "Default": "E",
    }

    async def work(here):
        found = await here.ended(here.start())
        with pytest.raises(Refusal, match="ExecutionNotRedrivable"):
            await here.service.redrive({"executionArn": found["executionArn"]})
        return found

    found = Here(Around(m={"C": choice, "E": {"Type": "Succeed"}})).run(work)

    assert found["redriveStatusReason"] == "Execution history event limit exceeded"


def test_a_map_goes_on_with_more_or_fewer_items_at_a_time():
    async def work(here):
        arn = here.start(input=json.dumps(list(range(20))))
        found = []
        for at_once, seconds in ((5, 1), (2, 70), (0, 1)):
            await here.clock.sleep(1)
            (run,) = (await here.service.list_map_runs({"executionArn": arn}))["mapRuns"]
            given = {"mapRunArn": run["mapRunArn"], "maxConcurrency": at_once}
            assert await here.service.update_map_run(given) == {}
            await here.clock.sleep(seconds)
            told, _ = await children_of(here, arn)
            found.append((told["maxConcurrency"], told["executionCounts"]["running"]))
        ended = await here.ended(arn)
        with pytest.raises(Refusal, match="ValidationException"):
            await here.service.update_map_run(given)
        return found, ended["status"]

    state = {**mapped({"Type": "Wait", "Seconds": 60}), "MaxConcurrency": 1}
    found, status = Here(Around(m={"M": state})).run(work)

    assert found == [(5, 5), (2, 2), (10_000, 15)]
    assert status == "SUCCEEDED"


def test_a_map_goes_on_with_more_failures():
    wait = {"Type": "Wait", "Seconds": 60, "Next": "F"}
    state = mapped({"Type": "Pass"})
    state["ItemProcessor"] |= {"StartAt": "W", "States": {"W": wait, "F": {"Type": "Fail"}}}

    async def work(here):
        arn = here.start(input="[0, 1]")
        await here.clock.sleep(1)
        (run,) = (await here.service.list_map_runs({"executionArn": arn}))["mapRuns"]
        given = {"mapRunArn": run["mapRunArn"], "toleratedFailureCount": 2}
        await here.service.update_map_run(given)
        return (await here.ended(arn))["status"]

    assert Here(Around(m={"M": state})).run(work) == "SUCCEEDED"


def test_express_children_of_a_map_are_told_of():
    async def work(here):
        arn = here.start(input="[7]")
        await here.ended(arn)
        told, (child,) = await children_of(here, arn)
        found = await here.service.describe({"executionArn": child["executionArn"]})
        with pytest.raises(Refusal, match="InvalidArn"):
            await here.service.history({"executionArn": child["executionArn"]})
        return told, found

    state = mapped({"Type": "Pass"}, ExecutionType="EXPRESS")
    told, found = Here(Around(m={"M": state})).run(work)

    assert (told["executionCounts"]["total"], told["itemCounts"]["succeeded"]) == (1, 1)
    assert (found["status"], found["output"]) == ("SUCCEEDED", "7")


def test_express_executions_are_logged_and_not_kept():
    async def work(here):
        here.around.put("m", PASS, type="EXPRESS")
        answer = await here.service.start_sync({"stateMachineArn": ARN, "input": "7"})
        with pytest.raises(Refusal, match="InvalidArn"):
            await here.service.describe({"executionArn": answer["executionArn"]})
        return answer

    here = Here(Around())
    answer = here.run(work)

    assert (answer["status"], answer["output"]) == ("SUCCEEDED", "7")
    assert answer["billingDetails"] == {
        "billedMemoryUsedInMB": 64,
        "billedDurationInMilliseconds": 0,
    }
    assert here.store.executions(machine=ARN).rows == []
    assert [event.type for _, event in here.logged] == [
        *("ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded")
    ]


# --- what is logged ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "kind", "logged"),
    [
        ("ALL", "PassStateEntered", True),
        ("ERROR", "LambdaFunctionFailed", True),
        ("ERROR", "TaskTimedOut", True),
        ("ERROR", "FailStateEntered", True),
        ("FATAL", "FailStateEntered", False),
        ("ERROR", "PassStateEntered", False),
        ("FATAL", "ExecutionAborted", True),
        ("FATAL", "TaskFailed", False),
        ("OFF", "ExecutionFailed", False),
        (None, "ExecutionFailed", False),
    ],
)
def test_a_level_says_what_is_logged(level, kind, logged):
    assert is_logged(level, kind) is logged


def test_the_group_is_read_from_its_arn():
    arn = "arn:aws:logs:us-east-1:000000000000:log-group:/aws/states/m:*"
    destinations = [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}]
    assert group({"destinations": destinations}) == "/aws/states/m"
    assert group({}) is None


class Logs:
    """CloudWatch Logs: what was put, by group."""

    def __init__(self):
        self.put = []

    async def call(self, client, operation, parameters, role):
        assert (client, role) == ("logs", None)
        if operation == "PutLogEvents":
            self.put += [json.loads(event["message"]) for event in parameters["logEvents"]]


@pytest.mark.parametrize("with_data", [True, False])
def test_events_are_logged_with_their_data_or_without(with_data):
    arn = "arn:aws:logs:us-east-1:000000000000:log-group:g:*"
    logging = {
        "Level": "ALL",  # CloudFormation's names begin with capitals
        "IncludeExecutionData": with_data,
        "Destinations": [{"CloudWatchLogsLogGroup": {"LogGroupArn": arn}}],
    }

    async def work(here):
        here.around.put("m", PASS, logging=logging)
        await here.ended(here.start(input='{"secret": 1}'))
        log = Log(logs)
        for running, event in here.logged:
            log.heard(running, event)
        await log.send()

    logs = Logs()
    here = Here(Around())
    here.run(work)

    assert [message["type"] for message in logs.put][:2] == ["ExecutionStarted", "PassStateEntered"]
    assert logs.put[0]["details"]["roleArn"] == ROLE
    assert ("secret" in json.dumps(logs.put)) is with_data
    running, event = here.logged[0]
    assert entry(running, event, with_data=True)["execution_arn"] == running.execution.arn
