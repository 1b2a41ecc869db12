"""Machines of this machine: what starts them, what they may do, and what is told of them."""

import json
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.end_to_end.states import ACCOUNT, ECHO, PASS, defined, task, within

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


def test_a_role_that_is_not_here_is_held_to_nothing(local):
    """Another account's, or one that was made by hand there: it has no policies here."""
    elsewhere = "arn:aws:iam::123456789012:role/by-hand"
    arn = local.function("of-nobody", CALLS, Role=elsewhere, Timeout=20)
    machine = local.machine("nobody", {"Call": {"Type": "Task", "Resource": arn}}, role=elsewhere)

    assert local.run(machine)["output"] == f'"{ACCOUNT}"'


CALLS = """
import boto3
def handler(event, context):
    return boto3.client("sts").get_caller_identity()["Account"]
"""


@pytest.mark.parametrize(
    ("level", "with_data", "expected"),
    [
        ("ALL", True, ["ExecutionStarted", "FailStateEntered", "ExecutionFailed"]),
        ("ERROR", False, ["FailStateEntered", "ExecutionFailed"]),
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


# --- redriving, versions and aliases, testing, validating -------------------------------------

PATIENT = """
import boto3
def handler(event, context):
    if event["queue"] not in str(boto3.client("sqs").list_queues().get("QueueUrls")):
        raise ValueError("not yet")
    return event
"""


def test_an_execution_goes_on_where_it_failed(local):
    arn = local.function("patient", PATIENT, Timeout=20)
    payload = {"queue": "redriven", "kept.$": "$kept", "again.$": "$$.Execution.RedriveCount"}
    machine = local.machine(
        "redriven",
        {
            "Keep": {"Type": "Pass", "Assign": {"kept": 5}},
            "Call": {"Type": "Task", "Resource": arn, "Parameters": payload},
        },
    )
    failed = local.run(machine)
    assert (failed["status"], failed["redriveStatus"]) == ("FAILED", "REDRIVABLE")
    local.sqs.create_queue(QueueName="redriven")

    local.stepfunctions.redrive_execution(executionArn=failed["executionArn"])

    found = local.ended(failed["executionArn"])
    assert json.loads(found["output"]) == {"queue": "redriven", "kept": 5, "again": 1}
    assert (found["redriveCount"], found["redriveStatus"]) == (1, "NOT_REDRIVABLE")
    types = local.types(failed["executionArn"])
    assert types.count("PassStateEntered") == 1
    assert types[types.index("ExecutionFailed") + 1 :][:2] == [
        *("ExecutionRedriven", "TaskStateEntered")
    ]
    with local.fails("ExecutionNotRedrivable"):
        local.stepfunctions.redrive_execution(executionArn=failed["executionArn"])


def test_versions_and_aliases_lead_to_what_they_name(local):
    def saying(number):
        return defined({"Say": {"Type": "Pass", "Result": number}})

    states = local.stepfunctions
    made = states.create_state_machine(
        name="versions", roleArn=local.role, definition=saying(1), publish=True
    )
    machine, first = made["stateMachineArn"], made["stateMachineVersionArn"]
    second = states.update_state_machine(
        stateMachineArn=machine, definition=saying(2), publish=True
    )["stateMachineVersionArn"]
    states.update_state_machine(stateMachineArn=machine, definition=saying(3))
    routing = [{"stateMachineVersionArn": arn, "weight": 50} for arn in (first, second)]
    alias = states.create_state_machine_alias(name="live", routingConfiguration=routing)[
        "stateMachineAliasArn"
    ]

    assert local.run(first)["output"] == "1"
    assert local.run(machine)["output"] == "3"
    found = [local.run(alias) for _ in range(30)]
    assert {execution["output"] for execution in found} == {"1", "2"}
    assert {execution["stateMachineAliasArn"] for execution in found} == {alias}
    assert {(execution["output"], execution["stateMachineVersionArn"]) for execution in found} == {
        ("1", first),
        ("2", second),
    }
    assert len(local.executions(alias)) == 30
    assert len(local.executions(machine)) == 32
    routing = [{"stateMachineVersionArn": second, "weight": 100}]
    states.update_state_machine_alias(stateMachineAliasArn=alias, routingConfiguration=routing)
    assert {local.run(alias)["output"] for _ in range(5)} == {"2"}


def test_a_revision_is_published_once(local):
    states = local.stepfunctions
    machine = local.machine("once", {"Pass": PASS})
    first = states.publish_state_machine_version(stateMachineArn=machine)["stateMachineVersionArn"]
    again = states.publish_state_machine_version(stateMachineArn=machine)["stateMachineVersionArn"]
    assert first == again == f"{machine}:1"
    states.update_state_machine(stateMachineArn=machine, definition=defined({"Other": PASS}))
    with local.fails("ConflictException"):
        states.publish_state_machine_version(stateMachineArn=machine, revisionId="old")
    again = states.publish_state_machine_version(stateMachineArn=machine)["stateMachineVersionArn"]
    assert again == f"{machine}:2"


def test_with_a_machine_end_its_executions(local):
    machine = local.stuck("gone")
    arn = local.start(machine)
    local.stepfunctions.delete_state_machine(stateMachineArn=machine)
    assert local.ended(arn)["status"] == "ABORTED"


def test_a_stack_takes_the_executions_of_its_machine_with_it(local):
    activity = local.stepfunctions.create_activity(name="stacked")["activityArn"]
    properties = {
        "RoleArn": local.role,
        "DefinitionString": defined({"Wait": task_of(activity)}),
    }
    machine = {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}
    body = json.dumps({"Resources": {"Machine": machine}, "Outputs": {"M": {"Value": REF}}})
    local.cloudformation.create_stack(StackName="taken", TemplateBody=body)
    (stack,) = local.cloudformation.describe_stacks(StackName="taken")["Stacks"]
    arn = local.start(stack["Outputs"][0]["OutputValue"])

    local.cloudformation.delete_stack(StackName="taken")

    assert local.ended(arn)["status"] == "ABORTED"


REF = {"Ref": "Machine"}


def task_of(activity):
    return {"Type": "Task", "Resource": activity}


def test_a_stack_makes_versions_aliases_and_activities(local):
    def template(word):
        said = defined({"Say": {"Type": "Pass", "Result": word}})
        machine = {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {"RoleArn": local.role, "DefinitionString": said},
        }
        revision = {"Fn::GetAtt": ["Machine", "StateMachineRevisionId"]}
        version = {
            "Type": "AWS::StepFunctions::StateMachineVersion",
            "Properties": {
                "StateMachineArn": {"Ref": "Machine"},
                "StateMachineRevisionId": revision,
            },
        }
        route = {"StateMachineVersionArn": {"Ref": "Version"}, "Weight": 100}
        alias = {
            "Type": "AWS::StepFunctions::StateMachineAlias",
            "Properties": {"Name": "live", "RoutingConfiguration": [route]},
        }
        activity = {"Type": "AWS::StepFunctions::Activity", "Properties": {"Name": "of-stack"}}
        resources = {"Machine": machine, "Version": version, "Alias": alias, "Work": activity}
        outputs = {name: {"Value": {"Ref": name}} for name in resources}
        return json.dumps({"Resources": resources, "Outputs": outputs})

    def outputs():
        (stack,) = local.cloudformation.describe_stacks(StackName="versions")["Stacks"]
        assert stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), stack
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    local.cloudformation.create_stack(StackName="versions", TemplateBody=template("one"))
    made = outputs()
    assert local.run(made["Alias"])["output"] == '"one"'
    assert local.run(made["Alias"])["stateMachineVersionArn"] == made["Version"]
    local.stepfunctions.describe_activity(activityArn=made["Work"])

    local.cloudformation.update_stack(StackName="versions", TemplateBody=template("two"))
    changed = outputs()
    assert changed["Alias"] == made["Alias"]
    assert changed["Version"] != made["Version"]
    assert local.run(made["Alias"])["output"] == '"two"'

    local.cloudformation.delete_stack(StackName="versions")
    with local.fails("StateMachineDoesNotExist"):
        local.start(made["Alias"])
    with local.fails("ActivityDoesNotExist"):
        local.stepfunctions.describe_activity(activityArn=made["Work"])


def tried(local, state, payload="{}", **given):
    answer = local.stepfunctions.test_state(
        definition=json.dumps(state), input=payload, roleArn=local.role, **given
    )
    return {key: value for key, value in answer.items() if key != "ResponseMetadata"}


def test_a_state_is_tried_by_itself(local):
    local.function("tried", ECHO)
    state = task("lambda:invoke", Parameters={"FunctionName": "tried", "Payload.$": "$"})
    found = tried(local, {**state, "OutputPath": "$.Payload", "Next": "Then"}, '{"x": 1}')
    assert found["status"] == "SUCCEEDED"
    assert json.loads(found["output"]) == {"got": {"x": 1}}
    assert found["nextState"] == "Then"
    passed = {"Type": "Pass", "Parameters": {"y.$": "$.x"}, "ResultPath": "$.r", "End": True}
    found = tried(local, passed, '{"x": 1}', inspectionLevel="DEBUG")
    inspected = {name: json.loads(value) for name, value in found["inspectionData"].items()}
    assert inspected["afterParameters"] == inspected["result"] == {"y": 1}
    assert inspected["afterResultPath"] == {"x": 1, "r": {"y": 1}}


def test_a_state_is_tried_with_a_mock(local):
    read = task(
        "dynamodb:getItem", Parameters={"TableName": "none", "Key": {"id": {"S": "1"}}}, End=True
    )
    item = {"Item": {"id": {"S": "1"}}}
    assert json.loads(tried(local, read, mock={"result": json.dumps(item)})["output"]) == item
    with local.fails("ValidationException"):
        tried(local, read, mock={"result": '{"Item": 7}'})
    with local.fails("ValidationException"):
        tried(local, read, mock={"result": json.dumps(item), "errorOutput": {"error": "Slow"}})
    with local.fails("ValidationException"):
        tried(local, read, inspectionLevel="ALL")
    retry = [{"ErrorEquals": ["Slow"], "IntervalSeconds": 3, "BackoffRate": 2}]
    found = tried(
        local,
        {**read, "Retry": retry},
        mock={"errorOutput": {"error": "Slow", "cause": "so it is"}},
        stateConfiguration={"retrierRetryCount": 1},
        inspectionLevel="DEBUG",
    )
    assert (found["status"], found["error"]) == ("RETRIABLE", "Slow")
    details = found["inspectionData"]["errorDetails"]
    assert details == {"retryIndex": 0, "retryBackoffIntervalSeconds": 6}


def test_a_web_address_is_asked_with_what_its_connection_adds(local, echo):
    key = {"ApiKeyName": "X-Key", "ApiKeyValue": "secret"}
    connection = local.events.create_connection(
        Name="shop", AuthorizationType="API_KEY", AuthParameters={"ApiKeyAuthParameters": key}
    )["ConnectionArn"]
    ask = task(
        "http:invoke",
        Parameters={
            "ApiEndpoint": f"{echo}/orders",
            "Method": "POST",
            "Authentication": {"ConnectionArn": connection},
            "QueryParameters": {"page": 2},
            "RequestBody": {"n.$": "$.n"},
        },
        End=True,
    )

    found = local.run(local.machine("web", {"Ask": ask}), {"n": 7})
    shown = tried(local, ask, '{"n": 7}', inspectionLevel="TRACE")["inspectionData"]
    inspected = tried(local, ask, '{"n": 7}', inspectionLevel="DEBUG")["inspectionData"]

    answer = json.loads(found["output"])
    assert answer["StatusCode"] == 200
    assert answer["ResponseBody"] == {"path": "/orders?page=2", "key": "secret", "body": {"n": 7}}
    assert shown["request"]["url"] == f"{echo}/orders?page=2"
    assert (shown["request"]["method"], shown["request"]["body"]) == ("POST", '{"n":7}')
    assert "secret" not in shown["request"]["headers"]
    assert shown["response"]["statusCode"] == "200"
    assert not {"request", "response"} & inspected.keys()


@pytest.fixture
def echo():
    """The address of a server that answers with what it was asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            told = {"path": self.path, "key": self.headers["X-Key"], "body": body}
            content = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_definition_is_validated(local):
    validate = local.stepfunctions.validate_state_machine_definition
    good = validate(definition=defined({"Pass": PASS}))
    assert (good["result"], good["diagnostics"]) == ("OK", [])
    found = validate(definition=json.dumps({"StartAt": "A", "States": {"A": PASS}}))
    (diagnostic,) = found["diagnostics"]
    assert (found["result"], diagnostic["location"]) == ("FAIL", "/States/A")
    alone = {"StartAt": "A", "States": {"A": {**PASS, "End": True}, "B": {**PASS, "End": True}}}
    (diagnostic,) = validate(definition=json.dumps(alone))["diagnostics"]
    assert diagnostic["code"] == "MISSING_TRANSITION_TARGET"
    assert diagnostic["location"] == "/States/B"


def test_a_machine_tells_the_variables_that_it_reads(local):
    states = {
        "Keep": {"Type": "Pass", "Assign": {"a": 1, "b": 2}},
        "Read": {"Type": "Pass", "Parameters": {"b.$": "$b", "a.$": "$a"}},
    }
    machine = local.machine("reads", states)
    found = local.stepfunctions.describe_state_machine(stateMachineArn=machine)
    arn = local.start(machine)
    of = local.stepfunctions.describe_state_machine_for_execution(executionArn=arn)
    for told in (found, of):
        assert told["variableReferences"] == {"Read": ["a", "b"]}
        assert told["tracingConfiguration"] == {"enabled": False}
