"""The role of a deployed machine, as the IAM of the AWS on this machine judges it."""

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("commands")]

GREET = "def handler(event, context):\n    return 'hello'\n"
ACCOUNT = "us-east-1:000000000000"
STATES = {
    "Greet": {"Type": "Task", "Resource": "${greet}"},
    "Load": {
        "Type": "Task",
        "Resource": "arn:aws:states:::dynamodb:getItem",
        "Parameters": {"TableName": "${Table}", "Key": {"id": {"S": "1"}}},
    },
    "Send": {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {
            "QueueUrl": "https://sqs.${AWS::Region}.amazonaws.com/${AWS::AccountId}/orders",
            "MessageBody": "x",
        },
    },
    "Read": {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:s3:getObject",
        "Parameters": {"Bucket": "data-bucket", "Key.$": "States.Format('in/{}', $.key)"},
    },
    "Child": {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {
            "StateMachineArn": "arn:PARTITION:states:REGION:ACCOUNT_ID:stateMachine:child"
        },
    },
}
ALLOWED = [
    ("lambda:InvokeFunction", f"arn:aws:lambda:{ACCOUNT}:function:permitted_greet"),
    ("lambda:InvokeFunction", f"arn:aws:lambda:{ACCOUNT}:function:permitted_greet:live"),
    ("dynamodb:GetItem", f"arn:aws:dynamodb:{ACCOUNT}:table/orders"),
    ("sqs:SendMessage", f"arn:aws:sqs:{ACCOUNT}:orders"),
    ("s3:GetObject", "arn:aws:s3:::data-bucket/in/1.json"),
    ("states:StartExecution", f"arn:aws:states:{ACCOUNT}:stateMachine:child"),
    ("states:StopExecution", f"arn:aws:states:{ACCOUNT}:execution:child:1"),
    (
        "events:PutRule",
        f"arn:aws:events:{ACCOUNT}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule",
    ),
    ("logs:CreateLogDelivery", "*"),
]
DENIED = [
    ("lambda:InvokeFunction", f"arn:aws:lambda:{ACCOUNT}:function:permitted_greeter"),
    ("dynamodb:PutItem", f"arn:aws:dynamodb:{ACCOUNT}:table/orders"),
    ("dynamodb:GetItem", f"arn:aws:dynamodb:{ACCOUNT}:table/customers"),
    ("sqs:ReceiveMessage", f"arn:aws:sqs:{ACCOUNT}:orders"),
    ("s3:GetObject", "arn:aws:s3:::data-bucket/out/1.json"),
    ("s3:PutObject", "arn:aws:s3:::data-bucket/in/1.json"),
    ("states:StartExecution", f"arn:aws:states:{ACCOUNT}:stateMachine:permitted"),
    ("iam:PassRole", "arn:aws:iam::000000000000:role/any"),
]


@pytest.fixture(scope="module")
def decided(maestro, aws, write, tmp_path_factory):
    """What IAM decides of an action of the deployed machine's on a resource."""
    folder = write(
        tmp_path_factory.mktemp("permissions") / "permitted",
        STATES,
        settings='[workflow.substitutions]\nTable = "orders"\n',
        greet_py=GREET,
    )
    result = maestro("deploy", "--local", cwd=folder)
    assert result.code == 0, result.err
    machine = f"arn:aws:states:{ACCOUNT}:stateMachine:permitted"
    role = aws.client("stepfunctions").describe_state_machine(stateMachineArn=machine)["roleArn"]
    iam = aws.client("iam")

    def decide(action, resource):
        answer = iam.simulate_principal_policy(
            PolicySourceArn=role, ActionNames=[action], ResourceArns=[resource]
        )
        return answer["EvaluationResults"][0]["EvalDecision"]

    yield decide
    assert maestro("teardown", "--local", "-y", cwd=folder).code == 0


@pytest.mark.parametrize(("action", "resource"), ALLOWED)
def test_what_the_definition_calls_is_allowed(decided, action, resource):
    assert decided(action, resource) == "allowed"


@pytest.mark.parametrize(("action", "resource"), DENIED)
def test_nothing_else_is(decided, action, resource):
    assert decided(action, resource) == "implicitDeny"
