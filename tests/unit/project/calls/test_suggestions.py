"""What a function's role would have to allow for what its code calls."""

import pytest

from maestro_cdk.project import scanner
from maestro_cdk.project.calls import suggestions
from maestro_cdk.project.settings import Flags


@pytest.fixture
def suggested(folder, home):
    """The suggestions for the function `f` of a folder: (actions, resources, places)."""

    def of(files):
        project = scanner.load(
            folder({"maestro.toml": "", **files}), Flags(), environ={}, home=home
        )
        (function,) = [item for item in project.functions if item.name == "f"]
        return [
            (item.actions, item.resources, item.states)
            for item in suggestions.of(project, function)
        ]

    return of


def code(*lines):
    body = "".join(f"    {line}\n" for line in lines)
    return f"import boto3, os\ndef handler(event, context):\n{body}"


def test_a_call_becomes_the_least_statement_with_its_place(suggested):
    text = code("boto3.resource('dynamodb').Table('orders').put_item(Item={})")
    assert suggested({"lambdas/f.py": text}) == [
        (
            ("dynamodb:PutItem",),
            ("arn:PARTITION:dynamodb:REGION:ACCOUNT_ID:table/orders",),
            ("lambdas/f.py:3",),
        )
    ]


def test_what_iam_calls_otherwise_is_called_so(suggested):
    text = code("boto3.client('s3').list_objects_v2(Bucket='b')")
    assert suggested({"lambdas/f.py": text})[0][:2] == (
        ("s3:ListBucket",),
        ("arn:PARTITION:s3:::b",),
    )


@pytest.mark.parametrize(
    ("client", "method", "action"),
    [
        ("stepfunctions", "start_execution(stateMachineArn=x)", "states:StartExecution"),
        ("logs", "put_log_events(logGroupName=x)", "logs:PutLogEvents"),
        ("events", "put_events(Entries=x)", "events:PutEvents"),
        ("rds", "describe_db_instances(DBInstanceIdentifier=x)", "rds:DescribeDBInstances"),
        ("lambda", "invoke(FunctionName=x)", "lambda:InvokeFunction"),
        ("sqs", "send_message(**x)", "sqs:SendMessage"),
    ],
)
def test_services_go_by_the_names_that_boto3_has_for_them(suggested, client, method, action):
    found = suggested({"lambdas/f.py": code(f"boto3.client('{client}').{method}")})
    assert found[0][0] == (action,)


@pytest.mark.parametrize(
    ("package", "command", "action"),
    [
        ("client-sfn", "StartExecutionCommand", "states:StartExecution"),
        ("client-cloudwatch-logs", "PutLogEventsCommand", "logs:PutLogEvents"),
        ("client-secrets-manager", "GetSecretValueCommand", "secretsmanager:GetSecretValue"),
        ("lib-dynamodb", "QueryCommand", "dynamodb:Query"),
    ],
)
def test_services_go_by_the_names_that_npm_has_for_them(suggested, package, command, action):
    text = (
        f'import {{ {command} }} from "@aws-sdk/{package}";\n'
        f"export const handler = async () => new {command}({{}});\n"
    )
    assert suggested({"lambdas/f.mjs": text})[0][0] == (action,)


def test_a_name_from_the_settings_is_filled_in(suggested):
    files = {
        "maestro.toml": '[functions.f]\nenvironment = { BUCKET = "letters" }\n',
        "lambdas/f/index.py": code(
            "boto3.client('s3').put_object(Bucket=os.environ['BUCKET'], Key='a')"
        ),
    }
    assert suggested(files)[0][1] == ("arn:PARTITION:s3:::letters/a",)


def test_what_settings_allow_already_is_not_suggested(suggested):
    policy = '{ actions = ["s3:Put*"], resources = ["*"] }'
    files = {
        "maestro.toml": f"[functions.f]\npolicies = [{policy}]\n",
        "lambdas/f.py": code("boto3.client('s3').put_object(Bucket='b', Key='k')"),
    }
    assert suggested(files) == []


def test_shared_code_is_every_functions(suggested):
    files = {
        "lambdas/f.py": code("return 1"),
        "lambdas/_shared/store.py": "import boto3\nboto3.client('sns').publish(TopicArn='x')\n",
    }
    assert suggested(files)[0][2] == ("lambdas/_shared/store.py:2",)


def test_other_functions_and_installed_packages_are_not_looked_at(suggested):
    call = "boto3.client('sns').publish(TopicArn='x')"
    files = {
        "lambdas/f/index.mjs": "export const handler = async () => 1;\n",
        "lambdas/f/node_modules/x/index.js": 'import { PublishCommand } from "@aws-sdk/client-sns";'
        "new PublishCommand({});",
        "lambdas/g.py": code(call),
    }
    assert suggested(files) == []


@pytest.mark.parametrize(
    "line",
    ["boto3.client('nosuch').do()", "boto3.client('s3').close()", "boto3.client('s3').nosuch()"],
)
def test_what_is_not_known_is_not_suggested(suggested, line):
    assert suggested({"lambdas/f.py": code(line)}) == []
