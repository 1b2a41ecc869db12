"""Step Functions of this machine, by its API: the engine behind it, and all that reaches it."""

import io
import json
import time
import zipfile
from datetime import UTC, datetime

import boto3
import pytest
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
            Role=self.role,
            Code={"ZipFile": content.getvalue()},
            **settings,
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

    def ended(self, arn):
        def look():
            found = self.stepfunctions.describe_execution(executionArn=arn)
            return None if found["status"] == "RUNNING" else found

        return within(look)

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


@pytest.fixture(scope="module")
def local(local_aws):
    return Local(local_aws.endpoint)


PASS = {"Type": "Pass"}


def task(resource, **state):
    return {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", **state}


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
    with local.fails("InvalidDefinition") as refused:
        local.stepfunctions.create_state_machine(name="bad", roleArn=local.role, definition=bad)
    assert "SCHEMA_VALIDATION_FAILED" in refused.message
    properties = {"StateMachineName": "bad", "RoleArn": local.role, "DefinitionString": bad}
    resource = {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}
    local.cloudformation.create_stack(
        StackName="bad", TemplateBody=json.dumps({"Resources": {"Machine": resource}})
    )
    (stack,) = local.cloudformation.describe_stacks(StackName="bad")["Stacks"]
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"


# --- what tasks call --------------------------------------------------------------------------

ECHO = "def handler(event, context):\n    return {'got': event}\n"
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
    bad = local.start(machine)
    local.stepfunctions.send_task_failure(taskToken=asked(), error="No", cause="because")
    found = local.ended(bad)
    assert (found["error"], found["cause"]) == ("No", "because")


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
        }
    }
    machine = local.machine("lists", states)

    found = local.run(machine)

    assert found["output"] == "[1,2,3]"
    (run,) = local.stepfunctions.list_map_runs(executionArn=found["executionArn"])["mapRuns"]
    told = local.stepfunctions.describe_map_run(mapRunArn=run["mapRunArn"])
    assert (told["status"], told["itemCounts"]["succeeded"]) == ("SUCCEEDED", 3)
    assert told["executionCounts"]["total"] == 3
    children = local.stepfunctions.list_executions(mapRunArn=run["mapRunArn"])["executions"]
    assert len(children) == 3
    assert local.types(children[0]["executionArn"])[-1] == "ExecutionSucceeded"
    assert len(local.executions(machine)) == 1


# --- who else starts executions, and answers tokens -------------------------------------------


def test_a_rule_of_eventbridge_starts_one(local):
    machine = local.machine("by-rule", {"Pass": PASS})
    local.events.put_rule(Name="orders", EventPattern=json.dumps({"source": ["shop"]}))
    target = {"Id": "1", "Arn": machine, "RoleArn": local.role, "InputPath": "$.detail"}
    local.events.put_targets(Rule="orders", Targets=[target])

    entry = {"Source": "shop", "DetailType": "ordered", "Detail": '{"sku": "a"}'}
    local.events.put_events(Entries=[entry])

    (found,) = within(lambda: local.executions(machine))
    assert json.loads(local.ended(found["executionArn"])["output"]) == {"sku": "a"}


@pytest.mark.slow  # MiniStack looks at its schedules every few seconds
def test_a_schedule_starts_one(local):
    machine = local.machine("by-schedule", {"Pass": PASS})
    local.scheduler.create_schedule(
        Name="soon",
        ScheduleExpression=f"at({datetime.now(UTC):%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": machine, "RoleArn": local.role, "Input": '{"on": "time"}'},
    )

    (found,) = within(lambda: local.executions(machine), 60)
    assert json.loads(local.ended(found["executionArn"])["output"]) == {"on": "time"}


def test_a_pipe_starts_one(local):
    machine = local.machine("by-pipe", {"Pass": PASS})
    table = local.dynamodb.create_table(
        TableName="piped",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )["TableDescription"]
    local.pipes.create_pipe(
        Name="pipe",
        RoleArn=local.role,
        Source=table["LatestStreamArn"],
        SourceParameters={"DynamoDBStreamParameters": {"StartingPosition": "TRIM_HORIZON"}},
        Target=machine,
    )
    local.dynamodb.put_item(TableName="piped", Item={"id": {"S": "1"}})

    (found,) = within(lambda: local.executions(machine))
    (record,) = json.loads(local.ended(found["executionArn"])["output"])
    assert record["dynamodb"]["NewImage"] == {"id": {"S": "1"}}


def test_a_function_starts_one_and_answers_a_token(local):
    child = local.machine("by-function", {"Pass": PASS})
    code = f"""
import boto3
def handler(event, context):
    states = boto3.client("stepfunctions")
    states.start_execution(stateMachineArn="{child}", input="7")
    states.send_task_success(taskToken=event["token"], output='"answered"')
"""
    local.function("answers", code, Timeout=20)
    call = task(
        "lambda:invoke.waitForTaskToken",
        Parameters={"FunctionName": "answers", "Payload": {"token.$": "$$.Task.Token"}},
    )
    machine = local.machine("answered", {"Call": call})

    assert local.run(machine)["output"] == '"answered"'
    (found,) = local.executions(child)
    assert local.ended(found["executionArn"])["output"] == "7"


def test_eventbridge_hears_how_executions_stand(local):
    machine = local.machine("heard", {"Pass": PASS})
    url = local.sqs.create_queue(QueueName="heard")["QueueUrl"]
    pattern = {"source": ["aws.states"], "detail": {"stateMachineArn": [machine]}}
    local.events.put_rule(Name="heard", EventPattern=json.dumps(pattern))
    queue = f"arn:aws:sqs:us-east-1:{ACCOUNT}:heard"
    local.events.put_targets(Rule="heard", Targets=[{"Id": "1", "Arn": queue}])

    local.run(machine)

    statuses = set()

    def both():
        for message in local.sqs.receive_message(QueueUrl=url).get("Messages", ()):
            statuses.add(json.loads(message["Body"])["detail"]["status"])
        return statuses == {"RUNNING", "SUCCEEDED"}

    assert within(both)


# --- roles and logs ---------------------------------------------------------------------------


def test_what_the_role_does_not_allow_fails(local):
    arn = local.function("guarded", ECHO)
    poor = local.make_role("poor")
    machine = local.machine("poor", {"Call": {"Type": "Task", "Resource": arn}}, role=poor)

    found = local.run(machine)

    assert (found["status"], found["error"]) == ("FAILED", "Lambda.AWSLambdaException")
    assert "is not authorized to perform: lambda:InvokeFunction" in found["cause"]
    rich = local.make_role("rich", {"Action": "lambda:InvokeFunction", "Resource": arn})
    local.stepfunctions.update_state_machine(stateMachineArn=machine, roleArn=rich)
    assert local.run(machine)["status"] == "SUCCEEDED"


def test_a_role_that_is_not_there_cannot_be_assumed(local):
    states = {"Call": task("aws-sdk:sqs:listQueues", Parameters={})}
    machine = local.machine("nobody", states, role=local.make_role("nobody"))
    local.iam.delete_role(RoleName="nobody")
    found = local.run(machine)
    assert found["status"] == "FAILED"
    assert "nobody" in found["cause"]


@pytest.mark.parametrize(
    ("level", "with_data", "expected"),
    [
        ("ALL", True, ["ExecutionStarted", "FailStateEntered", "ExecutionFailed"]),
        ("ERROR", False, ["ExecutionFailed"]),
        ("FATAL", False, ["ExecutionFailed"]),
    ],
)
@pytest.mark.parametrize("kind", ["STANDARD", "EXPRESS"])
def test_executions_log_as_their_machine_says(local, level, with_data, expected, kind):
    name = f"logs-{level}-{kind}"
    local.logs.create_log_group(logGroupName=name)
    group = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{name}:*"
    logging = {
        "level": level,
        "includeExecutionData": with_data,
        "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": group}}],
    }
    fail = {"Type": "Fail", "Error": "No", "Cause": "because"}
    machine = local.machine(name, {"Fail": fail}, type=kind, loggingConfiguration=logging)
    arn = local.start(machine, {"x": 1})

    def logged():
        found = local.logs.filter_log_events(logGroupName=name)["events"]
        return found if len(found) >= len(expected) else None

    messages = [json.loads(event["message"]) for event in within(logged)]
    assert [message["type"] for message in messages] == expected
    assert {message["execution_arn"] for message in messages} == {arn}
    if with_data:
        assert json.loads(messages[0]["details"]["input"]) == {"x": 1}
    else:
        assert "input" not in messages[0]["details"]
