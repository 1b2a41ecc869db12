"""Statements of a definition's in CloudFormation's words: what names and keys come to in a policy."""

import json
from dataclasses import replace

import pytest

from maestro_cdk.model import PolicyStatement
from maestro_cdk.project import scanner
from maestro_cdk.project.settings import Flags
from maestro_cdk.stack import kernel

PARTITION, REGION, ACCOUNT = (
    {"Ref": f"AWS::{word}"} for word in ("Partition", "Region", "AccountId")
)


@pytest.fixture(scope="session", autouse=True)
def node():
    kernel.choose_node()


@pytest.fixture
def stack(tmp_path):
    import aws_cdk  # noqa: PLC0415 - once Node is chosen

    app = aws_cdk.App(
        outdir=str(tmp_path / "cdk.out"),
        analytics_reporting=False,
        builtin_cloud_formation_validation=False,
    )
    return aws_cdk.Stack(app, "Mine")


@pytest.fixture
def project(tmp_path, home):
    """A project with one function, and these permissions."""
    root = tmp_path / "orders"
    (root / "lambdas").mkdir(parents=True)
    (root / "lambdas" / "manager.py").write_text("def handler(event, context): ...\n")
    state = {"Type": "Pass", "Comment": "${AWS::StackName}", "Result": "${Given}", "End": True}
    definition = {"StartAt": "A", "States": {"A": state}}
    (root / "definition.asl.json").write_text(json.dumps(definition))
    settings = '[workflow]\nlogging = "OFF"\n[workflow.substitutions]\nGiven = "x"\n'
    (root / "maestro.toml").write_text(settings)

    def made(resources, conditions=None, **given):
        read = scanner.load(root, Flags(), environ={}, home=home)
        known = {**read.definition.substitutions, **given}
        statement = PolicyStatement(
            actions=("a:B",), resources=tuple(resources), conditions=conditions or {}
        )
        definition = replace(read.definition, substitutions=known)
        return replace(read, definition=definition, permissions=(statement,))

    return made


@pytest.fixture
def policy(stack, project, tmp_path):
    """The statement that these resources come to."""

    def written(resources, conditions=None, **given):
        from maestro_cdk import Workflow  # noqa: PLC0415

        Workflow(stack, "Orders", project(resources, conditions, **given))
        stack.node.root.synth()
        text = (tmp_path / "cdk.out" / "Mine.template.json").read_text("utf-8")
        (found,) = [
            resource["Properties"]["PolicyDocument"]["Statement"]
            for name, resource in json.loads(text)["Resources"].items()
            if resource["Type"] == "AWS::IAM::Policy"
        ]
        return found[0]

    return written


def joined(*parts):
    return {"Fn::Join": ["", list(parts)]}


def test_words_of_place_and_keys_are_filled_in(policy):
    statement = policy(
        ["arn:PARTITION:sqs:REGION:ACCOUNT_ID:q-${Given}-${AWSStackName}"],
        {"StringEquals": {"a:Key": "${Given}/REGION"}},
        Given="seven",
    )
    assert statement["Resource"] == joined(
        *("arn:", PARTITION, ":sqs:", REGION, ":", ACCOUNT),
        *(":q-seven-", {"Ref": "AWS::StackName"}),
    )
    assert statement["Condition"] == {"StringEquals": {"a:Key": joined("seven/", REGION)}}


def test_a_function_of_the_folder_is_the_resource_itself(policy):
    arn = "arn:PARTITION:lambda:REGION:ACCOUNT_ID:function:orders_manager"
    (function, versions, other) = policy([arn, f"{arn}:*", f"{arn}s"])["Resource"]
    (name, attribute) = function["Fn::GetAtt"]
    assert name.startswith("OrdersManagerFunction")
    assert attribute == "Arn"
    assert versions == joined(function, ":*")
    assert other["Fn::Join"][1][-1] == ":function:orders_managers"


def test_a_queue_by_its_url_and_the_executions_of_a_machine(policy):
    (queue, executions) = policy(
        ["${Queue:queue-arn}", "${Machine:executions}"],
        Queue="https://sqs.eu-west-1.amazonaws.com/123456789012/orders",
        Machine="arn:aws:states:eu-west-1:123456789012:stateMachine:child",
    )["Resource"]
    assert queue["Fn::Join"][1][-1] == ":123456789012:orders"
    assert executions["Fn::Join"][1][-1] == ":states:eu-west-1:123456789012:execution:child:*"


def test_what_cdk_makes_is_named_or_is_its_arn(stack, policy):
    from aws_cdk import aws_dynamodb as dynamodb  # noqa: PLC0415
    from aws_cdk import aws_secretsmanager as secretsmanager  # noqa: PLC0415

    key = dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
    table = dynamodb.Table(stack, "Table", partition_key=key)
    secret = secretsmanager.Secret(stack, "Secret")
    by_name, below, by_arn, below_arn, hidden = policy(
        [
            "arn:PARTITION:dynamodb:REGION:ACCOUNT_ID:table/${Name}",
            "arn:PARTITION:dynamodb:REGION:ACCOUNT_ID:table/${Name}/index/*",
            "arn:PARTITION:dynamodb:REGION:ACCOUNT_ID:table/${Arn}",
            "arn:PARTITION:dynamodb:REGION:ACCOUNT_ID:table/${Arn}/index/*",
            "arn:PARTITION:secretsmanager:REGION:ACCOUNT_ID:secret:${Secret}-??????",
        ],
        Name=table.table_name,
        Arn=table.table_arn,
        Secret=secret.secret_arn,
    )["Resource"]
    name = by_name["Fn::Join"][1][-1]["Ref"]
    assert name.startswith("Table")
    assert by_name["Fn::Join"][1][-2] == ":table/"
    assert below["Fn::Join"][1][-1] == "/index/*"
    assert by_arn == {"Fn::GetAtt": [name, "Arn"]}
    assert below_arn == joined(by_arn, "/index/*")
    assert hidden["Ref"].startswith("Secret")
