"""What is known of an argument before the definition runs."""

import pytest

from tests.unit.asl.permissions.permitting import of_task, table

QUERY = "aws-sdk:dynamodb:query"


def tables(name, *, key="TableName", language="JSONata", substitutions=None):
    """On which tables a Query with this name is allowed."""
    field = "Arguments" if language == "JSONata" else "Parameters"
    found = of_task(
        QUERY, more={field: {key: name}}, language=language, substitutions=substitutions
    )
    return [arn.removeprefix("dynamodb::table/") for arn in table(found)["dynamodb:Query"]]


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("orders", "orders"),
        ("${Orders}", "orders-7"),
        ("a-${Orders}-${n}", "a-orders-7-3"),
        ("${nothing}", "*"),
        ("{% $states.input.table %}", "*"),
        ("{% 'orders' %}", "orders"),
        ('{% "orders" %}', "orders"),
        ("{% 'orders-' & $states.input.region %}", "orders-*"),
        ("{% 'a' & $b & 'c' %}", "a*"),
        ("{% $a ? 'orders' : 'others' %}", "*"),
        ("{% 'orders' & $a ? 'b' : 'c' %}", "*"),
        ("{% 'orders' in $tables %}", "*"),
        ("{% $a & 'orders' %}", "*"),
    ],
)
def test_a_table_named_in_jsonata(written, known):
    assert tables(written, substitutions={"Orders": "orders-7", "n": 3}) == [known]


@pytest.mark.parametrize(
    ("key", "written", "known"),
    [
        ("TableName", "orders", "orders"),
        ("TableName", "{% $x %}", "{% $x %}"),
        ("TableName.$", "$.table", "*"),
        ("TableName.$", "$$.Execution.Input.table", "*"),
        ("TableName.$", "States.Format('orders-{}-{}', $.a, $.b)", "orders-*-*"),
        ("TableName.$", "States.Format('orders')", "orders"),
        ("TableName.$", "States.ArrayGetItem($.tables, 0)", "*"),
    ],
)
def test_a_table_named_in_jsonpath(key, written, known):
    assert tables(written, key=key, language="JSONPath") == [known]


def test_a_state_has_a_language_of_its_own():
    state = {"QueryLanguage": "JSONata", "Arguments": {"TableName": "{% $x %}"}}
    found = of_task(QUERY, more=state, language="JSONPath")
    assert table(found) == {"dynamodb:Query": ["dynamodb::table/*"]}


@pytest.mark.parametrize("arguments", [None, "{% $states.input %}"])
def test_without_arguments_that_are_known_anything_may_be_named(arguments):
    # So on the indexes, which are below the tables.
    assert table(of_task(QUERY, arguments)) == {"dynamodb:Query": ["dynamodb::table/*"]}


def test_numbers_and_switches_are_texts_too():
    found = of_task(
        "aws-sdk:ec2:startInstances",
        {"InstanceIds": ["i-${n}${b}"]},
        substitutions={"n": 3, "b": True},
    )
    assert "ec2::instance/i-3true" in table(found)["ec2:StartInstances"]


def test_the_machine_may_name_itself():
    more = {"Parameters": {"StateMachineArn.$": "$$.StateMachine.Id"}}
    found = of_task("states:startExecution", more=more, language="JSONPath")
    assert table(found) == {"states:StartExecution": ["states::stateMachine:flow"]}
    other = of_task(
        "states:startExecution", {"StateMachineArn": "{% $states.context.StateMachine.Id %}"}
    )
    assert table(other) == table(found)
    assert not found.findings
    assert not other.findings


def test_what_cloudformation_knows_is_left_to_it():
    found = of_task(
        "sns:publish",
        {
            "TopicArn": "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:${AWS::StackName}"
        },
    )
    assert table(found) == {"sns:Publish": ["sns::${AWSStackName}"]}
    assert not found.findings
