"""Which Tasks call what the state machine's role is not given."""

import json

import pytest

from maestro_cdk.asl import document, grants


def told(resource, kind="Task"):
    text = json.dumps({"StartAt": "A", "States": {"A": {"Type": kind, "Resource": resource}}})
    return list(grants.ungranted(document.parse(text, file="definition.asl.json")))


@pytest.mark.parametrize(
    ("resource", "integration"),
    [
        ("arn:aws:states:::sqs:sendMessage", "sqs:sendMessage"),
        ("arn:aws-cn:states:::dynamodb:getItem", "dynamodb:getItem"),
        ("arn:PARTITION:states:::ecs:runTask.sync", "ecs:runTask.sync"),
        ("arn:aws:states:::aws-sdk:s3:listBuckets", "aws-sdk:s3:listBuckets"),
        ("arn:aws:states:::aws-sdk:lambda:getFunction", "aws-sdk:lambda:getFunction"),
        ("arn:aws:states:::states:startExecution.sync:2", "states:startExecution.sync:2"),
        ("arn:aws:states:::http:invoke", "http:invoke"),
    ],
)
def test_a_service_that_is_called_is_named_with_its_state_and_line(resource, integration):
    (finding,) = told(resource)
    assert finding.message == f"the state machine's role is not given what {integration} needs"
    assert (finding.rule, finding.severity, finding.state) == ("ungranted", "warning", "A")
    assert finding.where.line == 1


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:states:::lambda:invoke",
        "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "arn:aws:states:::aws-sdk:lambda:invoke",
        "arn:aws:lambda:eu-west-1:123456789012:function:f",
        "arn:aws:states:eu-west-1:123456789012:activity:a",
        "arn:aws:states:REGION:ACCOUNT_ID:activity:a",
        "${f}",
        7,
    ],
)
def test_what_is_given_or_needs_nothing_is_not_told(resource):
    assert told(resource) == []


def test_a_state_that_is_no_task_calls_nothing():
    assert told("arn:aws:states:::sqs:sendMessage", kind="Pass") == []
