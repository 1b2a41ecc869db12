"""What a template's values become in an account."""

import pytest

from maestro_cdk.actions.resolution import Unresolved, World
from maestro_cdk.cloud import StackResource
from maestro_cdk.model import Identity

TEMPLATE = {
    "Resources": {
        "Manager": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "a_manager"}},
        "Role": {"Type": "AWS::IAM::Role"},
        "Pathed": {"Type": "AWS::IAM::Role", "Properties": {"Path": "/x/"}},
        "Table": {"Type": "AWS::DynamoDB::Table"},
        "Queue": {"Type": "AWS::SQS::Queue"},
        "Topic": {"Type": "AWS::SNS::Topic"},
        "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/g"}},
        "Thing": {"Type": "AWS::IoT::Thing"},
        "Missing": {"Type": "AWS::DynamoDB::Table"},
    }
}
PHYSICAL = {
    "Role": "a-role-1",
    "Pathed": "a-role-2",
    "Table": "a-table",
    "Queue": "https://sqs.eu-west-1.amazonaws.com/123/a-queue",
    "Topic": "arn:aws:sns:eu-west-1:123:a-topic",
    "Thing": "a-thing",
}


@pytest.fixture
def world():
    return World(
        identity=Identity(account="123", arn="arn", region="eu-west-1", partition="aws"),
        stack_id="arn:aws:cloudformation:eu-west-1:123:stack/a/1",
        template=TEMPLATE,
        listed=lambda: tuple(
            StackResource(logical_id=key, physical_id=value, type="", status="")
            for key, value in PHYSICAL.items()
        ),
    )


@pytest.mark.parametrize(
    ("value", "becomes"),
    [
        ("text", "text"),
        (5, 5),
        ({"a": [1, {"Ref": "AWS::Region"}]}, {"a": [1, "eu-west-1"]}),
        ({"Ref": "AWS::AccountId"}, "123"),
        ({"Ref": "AWS::StackName"}, "a"),
        ({"Ref": "Manager"}, "a_manager"),
        ({"Fn::GetAtt": ["Manager", "Arn"]}, "arn:aws:lambda:eu-west-1:123:function:a_manager"),
        ({"Fn::GetAtt": "Manager.Arn"}, "arn:aws:lambda:eu-west-1:123:function:a_manager"),
        ({"Fn::GetAtt": ["Role", "Arn"]}, "arn:aws:iam::123:role/a-role-1"),
        ({"Fn::GetAtt": ["Table", "Arn"]}, "arn:aws:dynamodb:eu-west-1:123:table/a-table"),
        ({"Fn::GetAtt": ["Queue", "Arn"]}, "arn:aws:sqs:eu-west-1:123:a-queue"),
        ({"Ref": "Topic"}, "arn:aws:sns:eu-west-1:123:a-topic"),
        ({"Fn::GetAtt": ["Logs", "Arn"]}, "arn:aws:logs:eu-west-1:123:log-group:/g:*"),
        ({"Fn::Join": ["", [{"Ref": "Table"}, ":*"]]}, "a-table:*"),
        ({"Fn::Sub": "x-${AWS::Region}-${!kept}-${Table}"}, "x-eu-west-1-${kept}-a-table"),
        ({"Fn::Sub": ["${a}-${Role.Arn}", {"a": 1}]}, "1-arn:aws:iam::123:role/a-role-1"),
        ({"Fn::Select": [1, {"Fn::Split": ["-", "a-b-c"]}]}, "b"),
    ],
)
def test_a_value_becomes_what_cloudformation_makes_of_it(world, value, becomes):
    assert world.value(value) == becomes


@pytest.mark.parametrize(
    "value",
    [
        {"Fn::ImportValue": "x"},
        {"Fn::GetAtt": ["Thing", "Arn"]},
        {"Fn::GetAtt": ["Table", "StreamArn"]},
        {"Fn::GetAtt": ["Pathed", "Arn"]},
        {"Ref": "Missing"},
        {"Ref": "Parameter"},
    ],
)
def test_what_only_cloudformation_knows_is_not_guessed(world, value):
    with pytest.raises(Unresolved):
        world.value(value)


def test_resources_are_listed_only_where_the_template_names_none():
    def listed():
        raise AssertionError("not needed")

    world = World(
        identity=Identity(account="1", arn="a", region="r", partition="aws"),
        stack_id="",
        template=TEMPLATE,
        listed=listed,
    )
    assert world.value({"Ref": "Manager"}) == "a_manager"
