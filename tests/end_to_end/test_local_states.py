"""Step Functions of this machine, by its API: executions, and what their tasks call."""

import json
from datetime import datetime

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError

from tests.end_to_end.states import ACCOUNT, ECHO, PASS, defined, task, within

# --- executions -------------------------------------------------------------------------------


def test_an_execution_is_told_as_aws_tells_it(local):
    machine = local.machine("told", {"Add": {"Type": "Pass", "Result": {"a": 1}}})

    arn = local.start(machine, {"x": 1}, name="first")
    found = local.ended(arn)

    assert arn == f"arn:aws:states:us-east-1:{ACCOUNT}:execution:told:first"
    assert found["status"] == "SUCCEEDED"
    assert json.loads(found["output"]) == {"a": 1}
    assert json.loads(found["input"]) == {"x": 1}
    assert (found["name"], found["stateMachineArn"]) == ("first", machine)
    assert isinstance(found["startDate"], datetime)
    assert found["startDate"] <= found["stopDate"]
    assert found["redriveStatus"] == "NOT_REDRIVABLE"
    events = local.history(arn)
    assert [event["type"] for event in events] == [
        *("ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded")
    ]
    assert [event["id"] for event in events] == [1, 2, 3, 4]
    assert events[0]["executionStartedEventDetails"]["roleArn"] == local.role
    backwards = local.history(arn, reverseOrder=True)
    assert backwards == events[::-1]
    without = local.history(arn, includeExecutionData=False)
    assert "input" not in without[1]["stateEnteredEventDetails"]
    pages = local.stepfunctions.get_paginator("get_execution_history")
    small = pages.paginate(executionArn=arn, PaginationConfig={"PageSize": 3})
    assert [len(page["events"]) for page in small] == [3, 1]
    kept = local.stepfunctions.describe_state_machine_for_execution(executionArn=arn)
    assert json.loads(kept["definition"])["StartAt"] == "Add"


def test_a_name_is_given_once(local):
    machine = local.stuck("named")
    arn = local.start(machine, {"x": 1}, name="one")
    assert local.start(machine, {"x": 1}, name="one") == arn
    with local.fails("ExecutionAlreadyExists") as refused:
        local.start(machine, {"x": 2}, name="one")
    assert arn in refused.message
    with local.fails("InvalidName"):
        local.start(machine, name="a b")
    local.stepfunctions.stop_execution(executionArn=arn)


def test_an_execution_is_stopped(local):
    machine = local.stuck("stopped")
    arn = local.start(machine)
    running = local.stepfunctions.list_executions(stateMachineArn=machine, statusFilter="RUNNING")
    assert [found["executionArn"] for found in running["executions"]] == [arn]

    local.stepfunctions.stop_execution(executionArn=arn, error="Enough", cause="It is late.")

    found = local.stepfunctions.describe_execution(executionArn=arn)
    assert (found["status"], found["error"], found["cause"]) == ("ABORTED", "Enough", "It is late.")
    assert local.types(arn)[-1] == "ExecutionAborted"
    gone = local.stepfunctions.list_executions(stateMachineArn=machine, statusFilter="RUNNING")
    assert gone["executions"] == []


def test_what_the_api_does_not_take_is_refused(local):
    machine = local.machine("refusing", {"Pass": PASS})
    states = local.stepfunctions
    with local.fails("ValidationException") as refused:
        states.list_executions(stateMachineArn=machine, statusFilter="DONE")
    assert "Value 'DONE' at 'statusFilter' failed to satisfy constraint" in refused.message
    with local.fails("ValidationException") as refused:
        states.list_executions(stateMachineArn=machine, maxResults=1001)
    assert "Member must have value less than or equal to 1000" in refused.message
    with local.fails("ValidationException"):
        local.machine("of-no-type", {"Pass": PASS}, type="FAST")
    with local.fails("ValidationException"):
        states.list_executions(stateMachineArn=machine, mapRunArn="run")
    with local.fails("ValidationException"):
        states.list_executions(stateMachineArn=machine, redriveFilter="REDRIVEN")
    with local.fails("ResourceNotFound"):
        states.list_executions(mapRunArn="run")
    with local.fails("InvalidArn"):
        states.start_execution(stateMachineArn="refusing")


def test_only_what_is_known_about_an_execution_is_told_where_that_is_wanted(local):
    found = local.run(local.machine("told-of", {"Pass": PASS}), {"secret": 1})
    told = local.stepfunctions.describe_execution(
        executionArn=found["executionArn"], includedData="METADATA_ONLY"
    )
    assert told["status"] == "SUCCEEDED"
    assert not {"input", "inputDetails", "output", "outputDetails"} & told.keys()


def test_what_is_not_there_is_refused(local):
    with local.fails("StateMachineDoesNotExist"):
        local.start(f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:none")
    with local.fails("ExecutionDoesNotExist"):
        local.stepfunctions.describe_execution(
            executionArn=f"arn:aws:states:us-east-1:{ACCOUNT}:execution:none:none"
        )
    with local.fails("InvalidArn"):
        local.stepfunctions.get_execution_history(executionArn=local.role)
    machine = local.machine("inputs", {"Pass": PASS})
    with local.fails("InvalidExecutionInput"):
        local.stepfunctions.start_execution(stateMachineArn=machine, input="{")


def test_the_machines_time_is_up(local):
    definition = json.loads(defined({"Wait": {"Type": "Pass"}}))
    definition["TimeoutSeconds"] = 1
    definition["States"]["Wait"] = task(
        "sqs:sendMessage.waitForTaskToken",
        Parameters={"QueueUrl.$": "$.url", "MessageBody.$": "$$.Task.Token"},
        End=True,
    )
    url = local.sqs.create_queue(QueueName="late")["QueueUrl"]
    machine = local.stepfunctions.create_state_machine(
        name="late", roleArn=local.role, definition=json.dumps(definition)
    )["stateMachineArn"]

    assert local.run(machine, {"url": url})["status"] == "TIMED_OUT"


def test_an_express_execution_is_run_to_its_end(local):
    machine = local.machine("quick", {"Pass": {"Type": "Pass", "Result": 7}}, type="EXPRESS")

    answer = local.stepfunctions.start_sync_execution(stateMachineArn=machine, input="{}")

    assert (answer["status"], answer["output"]) == ("SUCCEEDED", "7")
    assert ":express:quick:" in answer["executionArn"]
    assert answer["billingDetails"]["billedMemoryUsedInMB"] == 64
    with local.fails("StateMachineTypeNotSupported"):
        local.executions(machine)
    standard = local.machine("slow", {"Pass": PASS})
    with local.fails("StateMachineTypeNotSupported"):
        local.stepfunctions.start_sync_execution(stateMachineArn=standard)


def test_a_machine_made_by_cloudformation_runs(local):
    template = {
        "Resources": {
            "Machine": {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {
                    "StateMachineName": "of-a-stack",
                    "RoleArn": local.role,
                    "DefinitionString": defined({"Say": {"Type": "Pass", "Result": "${word}"}}),
                    "DefinitionSubstitutions": {"word": "hello"},
                },
            }
        },
        "Outputs": {"Arn": {"Value": {"Ref": "Machine"}}},
    }
    local.cloudformation.create_stack(StackName="s", TemplateBody=json.dumps(template))
    (stack,) = local.cloudformation.describe_stacks(StackName="s")["Stacks"]

    found = local.run(stack["Outputs"][0]["OutputValue"])

    assert found["output"] == '"hello"'


def test_a_machine_that_aws_refuses_is_refused(local):
    bad = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}})
    with local.fails("InvalidName"):
        local.machine("bad name!", {"Pass": PASS})
    with local.fails("InvalidDefinition") as refused:
        local.stepfunctions.create_state_machine(name="bad", roleArn=local.role, definition=bad)
    assert "MISSING_TRANSITION_TARGET" in refused.message
    assert "/States/A/Next" in refused.message
    properties = {"StateMachineName": "bad", "RoleArn": local.role, "DefinitionString": bad}
    resource = {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}
    local.cloudformation.create_stack(
        StackName="bad", TemplateBody=json.dumps({"Resources": {"Machine": resource}})
    )
    (stack,) = local.cloudformation.describe_stacks(StackName="bad")["Stacks"]
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"


# --- what tasks call --------------------------------------------------------------------------

REFUSES = """
class Refused(Exception):
    pass
def handler(event, context):
    raise Refused('not so')
"""
REFUSES_JS = """
class Refused extends Error {
  constructor(message) { super(message); this.name = "Refused"; }
}
exports.handler = async () => { throw new Refused("not so"); };
"""
REFUSED = [{"ErrorEquals": ["Refused"], "Next": "Caught"}]


def catching(arn):
    return {
        "Call": {"Type": "Task", "Resource": arn, "Catch": REFUSED, "End": True},
        "Caught": {"Type": "Pass"},
    }


def test_a_function_is_called(local):
    arn = local.function("echo", ECHO)
    machine = local.machine("calls", {"Call": {"Type": "Task", "Resource": arn}})

    found = local.run(machine, {"x": 1})

    assert json.loads(found["output"]) == {"got": {"x": 1}}
    assert local.types(found["executionArn"])[2:5] == [
        *("LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionSucceeded")
    ]


@pytest.mark.parametrize(
    ("name", "files", "runtime"),
    [
        ("in-python", {"index.py": REFUSES}, "python3.12"),
        ("in-node", {"index.js": REFUSES_JS}, "nodejs22.x"),
    ],
)
def test_the_error_of_a_function_is_caught_by_its_name(local, name, files, runtime):
    arn = local.function(name, files, runtime)
    machine = local.machine(name, catching(arn))

    found = local.run(machine)

    assert found["status"] == "SUCCEEDED", found
    output = json.loads(found["output"])
    cause = json.loads(output["Cause"])
    assert output["Error"] == cause["errorType"] == "Refused"
    assert cause["errorMessage"] == "not so"
    trace = "".join(cause.get("stackTrace") or cause["trace"])
    assert "not so" in trace


@pytest.mark.parametrize(
    ("name", "code", "kind", "message"),
    [
        ("no-module", "import nowhere\n", "Runtime.ImportModuleError", "Unable to import module"),
        ("no-syntax", "def handler(:\n", "Runtime.UserCodeSyntaxError", "Syntax error in module"),
        ("no-handler", "other = 1\n", "Runtime.HandlerNotFound", "Handler 'handler' missing"),
        (
            "no-json",
            "def handler(event, context):\n    return {1, 2}\n",
            "Runtime.MarshalError",
            "Unable to marshal response",
        ),
        (
            "no-answer",
            "import os\ndef handler(event, context):\n    os._exit(1)\n",
            "Runtime.ExitError",
            "Runtime exited",
        ),
        (
            "no-end",
            "import time\ndef handler(event, context):\n    time.sleep(9)\n",
            "Sandbox.Timedout",
            "Task timed out after 1.00 seconds",
        ),
    ],
)
def test_what_a_function_fails_by_has_lambdas_name(local, name, code, kind, message):
    local.function(name, code, Timeout=1 if name == "no-end" else 10)
    body = json.loads(local.functions.invoke(FunctionName=name)["Payload"].read())
    assert body["errorType"] == kind
    assert message in body["errorMessage"]


def test_a_service_is_called_and_its_error_has_its_name(local):
    keys = [{"AttributeName": "id", "AttributeType": "S"}]
    local.dynamodb.create_table(
        TableName="items",
        AttributeDefinitions=keys,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    put = task(
        "dynamodb:putItem",
        Parameters={
            "TableName": "items",
            "Item": {"id": {"S": "1"}},
            "ConditionExpression": "attribute_not_exists(id)",
        },
        ResultPath="$.put",
    )
    read = task(
        "aws-sdk:dynamodb:getItem", Parameters={"TableName": "items", "Key": {"id": {"S": "1"}}}
    )
    machine = local.machine("puts", {"Put": put, "Read": read})

    first, second = local.run(machine, {}), local.run(machine, {})

    assert json.loads(first["output"]) == {"Item": {"id": {"S": "1"}}}
    assert second["error"] == "DynamoDB.ConditionalCheckFailedException"


def test_an_execution_runs_another_to_its_end(local):
    child = local.machine("child", {"Pass": {"Type": "Pass", "Result": {"a": 1}}})
    start = task("states:startExecution.sync:2", Parameters={"StateMachineArn": child})
    machine = local.machine("parent", {"Start": start})

    found = local.run(machine)

    assert json.loads(found["output"])["Output"] == {"a": 1}
    assert len(local.executions(child)) == 1


def test_an_execution_is_stopped_with_the_one_that_waits_for_it(local):
    inner = local.stuck("stopped-within")
    nested = task("states:startExecution.sync:2", Parameters={"StateMachineArn": inner})
    arn = local.start(local.machine("stops-within", {"Nested": nested}))
    within(lambda: local.executions(inner))

    local.stepfunctions.stop_execution(executionArn=arn)

    assert within(lambda: local.executions(inner)[0]["status"] == "ABORTED")


def test_many_executions_at_once_wait_for_others_that_call_something(local):
    who = task("aws-sdk:sts:getCallerIdentity", Parameters={})
    inner = local.machine("within", {"Who": who}, type="EXPRESS")
    sync = "aws-sdk:sfn:startSyncExecution"
    nested = task(sync, Parameters={"StateMachineArn": inner})
    each = {
        "Type": "Map",
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            **json.loads(defined({"Nested": nested})),
        },
        "ResultSelector": {"statuses.$": "$[*].Status"},
    }
    machine = local.machine("many-within", {"Each": each})

    found = local.run(machine, list(range(150)))

    assert json.loads(found["output"]) == {"statuses": ["SUCCEEDED"] * 150}


def test_a_token_is_answered(local):
    url = local.sqs.create_queue(QueueName="asked")["QueueUrl"]
    wait = task(
        "sqs:sendMessage.waitForTaskToken",
        Parameters={"QueueUrl": url, "MessageBody": {"token.$": "$$.Task.Token"}},
    )
    machine = local.machine("asks", {"Ask": wait})

    def asked():
        (message,) = within(
            lambda: local.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages")
        )
        local.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return json.loads(message["Body"])["token"]

    good, bad = local.start(machine), None
    token = asked()
    local.stepfunctions.send_task_heartbeat(taskToken=token)
    local.stepfunctions.send_task_success(taskToken=token, output='{"yes": true}')
    assert json.loads(local.ended(good)["output"]) == {"yes": True}
    with local.fails("TaskTimedOut"):
        local.stepfunctions.send_task_success(taskToken=token, output="1")
    with local.fails("InvalidToken"):
        local.stepfunctions.send_task_success(taskToken="none", output="1")
    bad = local.start(machine)
    local.stepfunctions.send_task_failure(taskToken=asked(), error="No", cause="because")
    found = local.ended(bad)
    assert (found["error"], found["cause"]) == ("No", "because")


def test_a_worker_that_has_hung_up_takes_no_task(local):
    activity = local.stepfunctions.create_activity(name="hung-up")["activityArn"]
    machine = local.machine("hung-up", {"Work": {"Type": "Task", "Resource": activity}})
    worker = boto3.client(
        "stepfunctions",
        endpoint_url=local.endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(read_timeout=0.5, retries={"total_max_attempts": 1}),
    )
    with pytest.raises(ReadTimeoutError):
        worker.get_activity_task(activityArn=activity)
    worker.close()

    arn = local.start(machine)
    found = local.stepfunctions.get_activity_task(activityArn=activity)
    local.stepfunctions.send_task_success(taskToken=found["taskToken"], output="1")

    assert local.ended(arn)["output"] == "1"


def test_an_activity_has_the_tags_that_it_is_made_with(local):
    tags = [{"key": "team", "value": "shop"}]
    arn = local.stepfunctions.create_activity(name="tagged", tags=tags)["activityArn"]
    assert local.stepfunctions.list_tags_for_resource(resourceArn=arn)["tags"] == tags


def test_an_activity_is_worked_on(local):
    arn = local.stepfunctions.create_activity(name="by-hand")["activityArn"]
    machine = local.machine("activity", {"Do": {"Type": "Task", "Resource": arn}})
    execution = local.start(machine, {"x": 1})

    given = local.stepfunctions.get_activity_task(activityArn=arn, workerName="Ada")
    local.stepfunctions.send_task_success(taskToken=given["taskToken"], output='"done"')

    assert json.loads(given["input"]) == {"x": 1}
    assert local.ended(execution)["output"] == '"done"'
    assert local.types(execution)[2:5] == [
        *("ActivityScheduled", "ActivityStarted", "ActivitySucceeded")
    ]
    listed = local.stepfunctions.list_activities()["activities"]
    assert "by-hand" in [found["name"] for found in listed]
    local.stepfunctions.delete_activity(activityArn=arn)
    with local.fails("ActivityDoesNotExist"):
        local.stepfunctions.get_activity_task(activityArn=arn)


def stored(local, bucket, key):
    return json.load(local.s3.get_object(Bucket=bucket, Key=key)["Body"])


def test_items_of_a_distributed_map_are_executions(local):
    local.s3.create_bucket(Bucket="lists")
    local.s3.put_object(Bucket="lists", Key="a.json", Body=json.dumps([1, 2, 3]))
    states = {
        "Each": {
            "Type": "Map",
            "Label": "Each",
            "ItemReader": {
                "Resource": "arn:aws:states:::s3:getObject",
                "ReaderConfig": {"InputType": "JSON"},
                "Parameters": {"Bucket": "lists", "Key": "a.json"},
            },
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                **json.loads(defined({"Pass": PASS})),
            },
            "ResultWriter": {
                "Resource": "arn:aws:states:::s3:putObject",
                "Parameters": {"Bucket": "lists", "Prefix": "out"},
                "WriterConfig": {"Transformation": "COMPACT", "OutputType": "JSON"},
            },
        }
    }
    machine = local.machine("lists", states)

    found = local.run(machine)

    written = json.loads(found["output"])["ResultWriterDetails"]
    manifest = stored(local, written["Bucket"], written["Key"])
    (file,) = manifest["ResultFiles"]["SUCCEEDED"]
    assert stored(local, "lists", file["Key"]) == [1, 2, 3]
    (run,) = local.stepfunctions.list_map_runs(executionArn=found["executionArn"])["mapRuns"]
    told = local.stepfunctions.describe_map_run(mapRunArn=run["mapRunArn"])
    assert (told["status"], told["itemCounts"]["succeeded"]) == ("SUCCEEDED", 3)
    assert told["executionCounts"]["total"] == 3
    children = local.stepfunctions.list_executions(mapRunArn=run["mapRunArn"])["executions"]
    assert len(children) == 3
    assert local.types(children[0]["executionArn"])[-1] == "ExecutionSucceeded"
    assert len(local.executions(machine)) == 1
