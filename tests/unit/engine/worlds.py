"""Worlds for the engine: Lambda functions by their behaviour, and a clock that never waits."""

import asyncio
import json

from maestro_cdk.engine.clocks import RandomIds, VirtualClock
from maestro_cdk.engine.execution import Execution, Machine, World
from maestro_cdk.engine.failures import Failure

REGION, ACCOUNT = "us-east-1", "111111111111"


def return_event(event, _clock):
    return event


async def sleep_60_then_return_event(event, clock):
    await clock.sleep(60)
    return event


def raise_exception(_event, _clock):
    raise FunctionError("Exception", "Some exception was raised.")


def raise_custom_exception(_event, _clock):
    raise FunctionError("CustomException", "")


BEHAVIOURS = {
    "return_event": return_event,
    "return_helloworld_object": lambda _event, _clock: {"Return": "HelloWorld"},
    "return_bytes": lambda _event, _clock: "HelloWorld!",
    "return_large_bytes": lambda _event, _clock: "a" * (257 * 1024),
    "sleep_60_then_return_event": sleep_60_then_return_event,
    "raise_exception": raise_exception,
    "raise_custom_exception": raise_custom_exception,
}


class FunctionError(Exception):
    """What a function raises."""


class Functions:
    """Tasks that are Lambda functions, by their names."""

    def __init__(self, functions, clock):
        self.functions, self.clock = functions, clock

    def refuses(self, _request):
        return None

    async def call(self, request):
        if request.integration.kind == "lambda":
            return await self.invoke(request.integration.action, request.arguments)
        arguments = request.arguments
        payload = await self.invoke(arguments["FunctionName"], arguments.get("Payload") or {})
        return {
            "ExecutedVersion": "$LATEST",
            "Payload": payload,
            "SdkHttpMetadata": {},
            "SdkResponseMetadata": {},
            "StatusCode": 200,
        }

    async def invoke(self, name, event):
        name = name.rpartition(":function:")[2].split(":")[0]
        if name not in self.functions:
            arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}:$LATEST"
            raise Failure(
                "Lambda.ResourceNotFoundException",
                f"Function not found: {arn} (Service: AWSLambda; Status Code: 404; "
                "Error Code: ResourceNotFoundException; Request ID: x; Proxy: null)",
            )
        try:
            # A text is what stands in the JSON, for the service reads a text as JSON.
            event = json.loads(event) if isinstance(event, str) and event[:1] == '"' else event
            result = self.functions[name](event, self.clock)
            return await result if hasattr(result, "__await__") else result
        except FunctionError as error:
            kind, message = error.args
            cause = {"errorMessage": message, "errorType": kind, "requestId": "x"}
            raise Failure(kind, json.dumps(cause)) from error


def machine(definition, name="machine", **more):
    arn = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{name}"
    role = more.pop("role", f"arn:aws:iam::{ACCOUNT}:role/role")
    return Machine(arn=arn, name=name, role=role, definition=definition, **more)


def execution(
    definition, payload=None, *, functions=None, clock=None, tasks=None, most_events=None, **more
):
    """An execution in virtual time: (clock, execution)."""
    clock = clock or VirtualClock()
    named = {name: BEHAVIOURS[behaviour] for name, behaviour in (functions or {}).items()}
    world = World(
        tasks=tasks or Functions(named, clock),
        clock=clock,
        ids=RandomIds(1),
        most_events=most_events,
    )
    text = payload if isinstance(payload, str) else json.dumps({} if payload is None else payload)
    return clock, Execution(machine(definition, **more), text, world)


def run(definition, payload=None, **more):
    """Run an execution to its end."""
    clock, running = execution(definition, payload, **more)
    clock.run(running.run())
    return running


def replay(scenario):
    """Run a recorded scenario in virtual time."""
    clock, running = execution(
        scenario["definition"],
        "{}" if scenario.get("input_omitted") else json.dumps(scenario["input"]),
        functions=scenario.get("functions"),
        name=scenario["name"],
        role=role_of(scenario),
        type=scenario["type"],
    )
    during = [call["operation"] for call in scenario.get("during") or ()]

    async def played():
        ending = asyncio.create_task(running.run())
        if "StopExecution" in during:
            await asyncio.sleep(0)  # the execution starts
            await asyncio.sleep(0)  # and enters its first state
            running.stop()
        await ending

    clock.run(played())
    return running


def role_of(scenario):
    """The role that a recorded machine has."""
    meant = scenario.get("placeholders") or {}
    names = [name for name in meant if name in ("snf_role_arn", "sfn_role_arn")]
    return meant[names[0]] if names else f"arn:aws:iam::{ACCOUNT}:role/role"


def types(running):
    """The types of an execution's events, in order."""
    return [event.type for event in running.events]


def chain(running):
    """The events that each event follows from."""
    return [event.previous_id for event in running.events]


def pass_state(**more):
    """A machine of one Pass state."""
    return {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True, **more}}}


def one_state(**state):
    """A machine of one state."""
    return {"StartAt": "S", "States": {"S": state}}
