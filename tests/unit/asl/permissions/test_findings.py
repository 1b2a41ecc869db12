"""What there is to say about permissions: what is wide, what is not known, and what the user said."""

import json

import pytest

from maestro_cdk.model import PolicyStatement
from tests.unit.asl.permissions.permitting import of_states, of_task, of_text, said, table, task

QUEUE = {"QueueUrl": "{% $q %}"}
OWN = PolicyStatement(
    actions=("sqs:Send*",), resources=("arn:PARTITION:sqs:REGION:ACCOUNT_ID:orders-*",)
)


def test_a_wide_permission_is_told_where_it_is_needed_and_how_to_narrow_it():
    (finding,) = of_task("sqs:sendMessage", QUEUE).findings
    assert finding.message == (
        "QueueUrl is computed, so the role has sqs:SendMessage on arn:PARTITION:sqs:REGION:*:*"
    )
    assert "[workflow] policies" in finding.hint
    assert (finding.rule, finding.severity) == ("wide-permission", "warning")
    assert (finding.state, finding.where.line, finding.where.column) == ("A", 7, 16)


def test_where_the_user_says_what_on_that_alone_counts():
    found = of_task("sqs:sendMessage", QUEUE, policies=(OWN,))
    assert found.statements == ()
    assert said(found) == [
        (
            "wide-permission",
            "info",
            "sqs:SendMessage: on what, is left to [workflow] policies",
        )
    ]


def test_what_is_known_is_given_whatever_the_user_says():
    known = {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/q"}
    found = of_task("sqs:sendMessage", known, policies=(OWN,))
    assert list(table(found)) == ["sqs:SendMessage"]


@pytest.mark.parametrize(
    "policies",
    [
        (PolicyStatement(actions=("sqs:ReceiveMessage",), resources=("*",)),),
        ("AmazonSQSFullAccess",),
    ],
)
def test_another_statement_and_a_managed_policy_narrow_nothing(policies):
    found = of_task("sqs:sendMessage", QUEUE, policies=policies)
    assert list(table(found)) == ["sqs:SendMessage"]
    assert [severity for _, severity, _ in said(found)] == ["warning"]


def test_one_finding_tells_of_all_that_one_argument_leaves_open():
    found = of_task("states:startExecution.sync", {"StateMachineArn": "{% $m %}"})
    assert len(found.findings) == 1


# --- what is not known -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resource", "action", "message"),
    [
        ("frobnicate:run", "frobnicate:run", "frobnicate:run is no integration that is known"),
        ("aws-sdk:frobnicate:run", "frobnicate:run", "the service 'frobnicate' is not known"),
        ("aws-sdk:sqs:frobnicate", "sqs:frobnicate", "'frobnicate' is not known"),
        ("aws-sdk:glue:createGlossary", "glue:CreateGlossary", "glue:createGlossary needs"),
    ],
)
def test_what_is_not_known_is_an_error_with_the_way_out(resource, action, message):
    (finding,) = of_task(resource, {}).findings
    assert (finding.rule, finding.severity) == ("unknown-permission", "error")
    assert finding.message.startswith(message)
    assert f'actions = ["{action}"]' in finding.hint
    assert (finding.state, finding.where.line) == ("A", 7)


@pytest.mark.parametrize("pattern", ["glue:CreateGlossary", "glue:*", "GLUE:create*", "*"])
def test_the_users_own_statement_is_an_answer(pattern):
    own = PolicyStatement(actions=(pattern,), resources=("*",))
    assert of_task("aws-sdk:glue:createGlossary", {}, policies=(own,)).findings == ()


@pytest.mark.parametrize("pattern", ["glue:GetGlossary", "athena:*"])
def test_a_statement_on_something_else_is_none(pattern):
    own = PolicyStatement(actions=(pattern,), resources=("*",))
    (finding,) = of_task("aws-sdk:glue:createGlossary", {}, policies=(own,)).findings
    assert finding.severity == "error"


def test_what_a_managed_policy_allows_is_not_known():
    found = of_task("aws-sdk:glue:createGlossary", {}, policies=("AWSGlueConsoleFullAccess",))
    assert [severity for _, severity, _ in said(found)] == ["info"]


def test_a_resource_that_is_nothing_we_know_is_an_error_until_the_user_says_more():
    states = {"A": task("${x}", {})}
    assert said(of_states(states))[0][:2] == ("unknown-permission", "error")
    # What the user's own statements say of it nobody knows: it is left to them, not forgotten.
    assert said(of_states(states, policies=(OWN,)))[0][:2] == ("unknown-permission", "info")


@pytest.mark.parametrize("topic", ["", "orders", "arn::sns:eu-west-1:123456789012:orders"])
def test_what_is_no_arn_makes_no_statement_that_iam_would_refuse(topic):
    found = of_task("sns:publish", {"TopicArn": topic})
    assert found.statements == ()
    assert said(found) == [
        ("unknown-permission", "warning", f"sns:Publish needs an ARN, and {topic!r} is none")
    ]


def test_a_name_where_an_arn_is_meant_is_told():
    found = of_task("states:startExecution", {"StateMachineArn": "child"})
    (finding,) = said(found)
    assert finding[:2] == ("wide-permission", "warning")
    assert finding[2].startswith("StateMachineArn is no ARN, so the role has states:StartExecution")


# --- shape -----------------------------------------------------------------------------------


def test_statements_say_which_states_need_them_in_the_order_of_the_text():
    send = task("sqs:sendMessage", {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/1/a"})
    other = task("aws-sdk:sqs:purgeQueue", {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/1/a"})
    states = {"Second": send, "First": other, "Third": send}
    (statement,) = of_states(states).statements
    assert statement.actions == ("sqs:PurgeQueue", "sqs:SendMessage")
    assert statement.states == ("Second", "Third", "First")


def test_statements_of_one_shape_are_one():
    states = {
        name: task("dynamodb:getItem", {"TableName": name, "Key": {}}) for name in ("b", "a", "c")
    }
    (statement,) = of_states(states).statements
    assert [arn.rpartition("/")[2] for arn in statement.resources] == ["a", "b", "c"]


def test_what_a_wider_resource_covers_is_left_out_but_not_who_needs_it():
    states = {
        "One": task("dynamodb:getItem", {"TableName": "a", "Key": {}}),
        "All": task("dynamodb:getItem", {"TableName": "{% $t %}", "Key": {}}),
    }
    (statement,) = of_states(states).statements
    assert statement.resources == ("arn:PARTITION:dynamodb:REGION:ACCOUNT_ID:table/*",)
    assert set(statement.states) == {"One", "All"}


def test_states_at_any_depth_count():
    leaf = task("sns:publish", {"PhoneNumber": "1"})
    inner = {"StartAt": "Deep", "States": {"Deep": leaf}}
    states = {
        "Split": {"Type": "Parallel", "Branches": [inner], "Next": "Each"},
        "Each": {
            "Type": "Map",
            "ItemProcessor": {"StartAt": "Deeper", "States": {"Deeper": leaf}},
            "End": True,
        },
    }
    (statement,) = of_states(states).statements
    assert set(statement.states) == {"Deep", "Deeper"}


def test_a_definition_without_tasks_needs_nothing():
    text = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
    assert of_text(text).statements == ()


def test_statements_are_the_same_whatever_the_order_of_states():
    states = {name: task("aws-sdk:dynamodb:scan", {"TableName": name}) for name in ("x", "y", "z")}
    one, other = (
        [(item.actions, item.resources) for item in of_states(each).statements]
        for each in (states, dict(reversed(states.items())))
    )
    assert one == other
