"""An account for recorded executions: moto's services, functions by behaviour, nested executions."""

import asyncio
import json
from contextlib import suppress

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from maestro_cdk.engine.callbacks import Callbacks
from maestro_cdk.engine.clocks import RandomIds
from maestro_cdk.engine.execution import Execution, World
from maestro_cdk.engine.failures import Failure
from maestro_cdk.engine.integrations.activities import Activities
from maestro_cdk.engine.integrations.api import Answer, ApiError
from maestro_cdk.engine.integrations.tasks import ServiceTasks
from maestro_cdk.services.models import BotocoreModels
from tests.unit.engine.worlds import ACCOUNT, BEHAVIOURS, REGION, Functions, machine, role_of

MOTO = "123456789012"
CONFIG = Config(
    parameter_validation=False,
    response_checksum_validation="when_required",
    retries={"total_max_attempts": 1},
)

ENCRYPTED = {
    "ServerSideEncryptionConfiguration": {
        "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
    }
}
"""What AWS has every bucket do, and moto only where it is told to."""


class Account:
    """What a recorded execution runs in; it is also the API that its Tasks call."""

    def __init__(self, scenario, clock):
        self.clock = clock
        functions = scenario.get("functions") or {}
        named = {name: BEHAVIOURS[behaviour] for name, behaviour in functions.items()}
        self.functions = Functions(named, clock)
        self.callbacks = Callbacks()
        self.activities = Activities(self.callbacks)
        self.machines, self.executions, self.clients = {}, {}, {}
        tasks = ServiceTasks(self, BotocoreModels(), clock, self.callbacks, self.activities)
        self.world = World(tasks=tasks, clock=clock, ids=RandomIds(1))
        for call in scenario.get("setup") or ():
            self.set_up(call["service"], call["operation"], dict(call["params"]))

    def set_up(self, service, operation, params):
        if operation == "CreateStateMachine":
            definition = json.loads(params["definition"])
            made = machine(definition, params["name"], type=params["type"])
            self.machines[made.arn] = made
        elif operation == "CreateActivity":
            self.activities.known.add(
                f"arn:aws:states:{REGION}:{ACCOUNT}:activity:{params['name']}"
            )
        elif operation == "DeleteActivity":
            self.activities.known.discard(params["activityArn"])
        else:
            if isinstance(params.get("Body"), str):
                params["Body"] = params["Body"].encode()
            self.boto(service, operation, params)
            if operation == "CreateBucket":
                self.boto(service, "PutBucketEncryption", {"Bucket": params["Bucket"], **ENCRYPTED})

    def boto(self, service, operation, params):
        if service not in self.clients:
            self.clients[service] = boto3.client(service, REGION, config=CONFIG)
        asked = moved(params, ACCOUNT, MOTO)
        return moved(self.clients[service]._make_api_call(operation, asked), MOTO, ACCOUNT)

    # --- the API ---------------------------------------------------------------------------

    async def call(self, client, operation, parameters, _role):
        if client == "lambda":
            return await self.invoke(parameters)
        if client == "stepfunctions":
            return self.nested(operation, parameters)
        try:
            response = self.boto(client, operation, parameters)
        except ClientError as error:
            told, meta = error.response["Error"], error.response["ResponseMetadata"]
            status, request_id = meta["HTTPStatusCode"], meta.get("RequestId", "")
            raise ApiError(told["Code"], told["Message"], status, request_id) from error
        except BotoCoreError as error:
            raise ApiError(None, str(error)) from error
        except (KeyError, TypeError) as error:  # moto does not expect what is missing
            raise ApiError("InternalError", str(error), 500) from error
        if hasattr(response.get("Body"), "read"):
            response["Body"] = response["Body"].read()
        return Answer(result=response)

    async def web(self, request):
        raise ApiError(None, request.url)

    async def invoke(self, parameters):
        event = json.loads(parameters.get("Payload") or b"{}")
        answer = {"StatusCode": 200, "ExecutedVersion": "$LATEST"}
        try:
            payload = json.dumps(await self.functions.invoke(parameters["FunctionName"], event))
        except Failure as failure:
            answer["FunctionError"], payload = "Unhandled", failure.cause
        return Answer(result={**answer, "Payload": payload.encode()})

    def nested(self, operation, parameters):
        if operation == "StartExecution":
            made = self.machines[parameters["stateMachineArn"]]
            payload, name = parameters.get("input") or "{}", parameters.get("name")
            child = Execution(made, payload, self.world, name=name)
            child.running = asyncio.create_task(child.run())
            self.executions[child.arn] = child
            return Answer(result={"executionArn": child.arn, "startDate": child.started})
        if operation == "DescribeExecution":
            return Answer(result=self.described(self.executions[parameters["executionArn"]]))
        raise ApiError("InvalidToken", "Invalid Token: 'Invalid token'")

    def described(self, child):
        outcome = child.outcome
        return {
            "executionArn": child.arn,
            "stateMachineArn": child.machine.arn,
            "name": child.name,
            "status": outcome.status,
            "startDate": child.started,
            "stopDate": child.stopped,
            "input": child.input.text,
            "inputDetails": {"included": True},
            "output": outcome.output,
            "outputDetails": None if outcome.output is None else {"included": True},
            "error": outcome.error,
            "cause": outcome.cause,
        }


def moved(value, old, new):
    """A value of one account as another's."""
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, dict):
        return {key: moved(inner, old, new) for key, inner in value.items()}
    if isinstance(value, list):
        return [moved(inner, old, new) for inner in value]
    return value


# --- who answers ------------------------------------------------------------------------------


async def second_party(account, scenario):
    """Whoever takes messages and activities of a scenario, and answers them."""
    said = scenario.get("driver") or ""
    operations = [call["operation"] for call in scenario.get("during") or ()]
    if "GetActivityTask" in said:
        (activity,) = account.activities.known
        token, payload = await account.activities.take(activity)
        account.callbacks.succeed(token, json.loads(payload))
    while said or operations:
        await account.clock.sleep(1)
        queue = {"QueueUrl": scenario["input"]["QueueUrl"]}
        for message in account.boto("sqs", "ReceiveMessage", queue).get("Messages") or ():
            receipt = {**queue, "ReceiptHandle": message["ReceiptHandle"]}
            account.boto("sqs", "DeleteMessage", receipt)
            body = json.loads(message["Body"])
            answer(account.callbacks, body, said, operations)


def answer(callbacks, body, said, operations):
    token = body["TaskToken"]
    if "SendTaskHeartbeat" in operations:
        callbacks.beat(token)
    if "SendTaskFailure" in said:
        callbacks.fail(token, "Failure error", "Failure cause")
    elif "SendTaskFailure" in operations:
        callbacks.fail(token, None, None)
    else:
        callbacks.succeed(token, body if "SendTaskSuccess" in operations else body["Message"])


async def play(account, scenario):
    """Run a scenario, with whoever answers in it."""
    made = machine(
        scenario["definition"],
        scenario["name"],
        role=role_of(scenario),
        type=scenario["type"],
    )
    running = Execution(made, json.dumps(scenario["input"]), account.world)
    answering = asyncio.create_task(second_party(account, scenario))
    await running.run()
    answering.cancel()
    with suppress(asyncio.CancelledError):
        await answering
    return running
