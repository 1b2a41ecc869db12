"""The errors that Tasks retry and catch are those that the APIs raise."""

import pytest

from maestro_cdk.asl.rules import service_errors
from tests.unit.asl.rules.asking import said, subject, task

SDK = "arn:aws:states:::aws-sdk:"
OPTIMIZED = "arn:aws:states:::"


def catching(resource, *errors):
    return task(resource, Catch=[{"ErrorEquals": [*errors], "Next": "A"}])


@pytest.mark.parametrize(
    ("resource", "error"),
    [
        (SDK + "s3:getObject", "S3.NoSuchKeyException"),
        (SDK + "s3:getObject", "S3.S3Exception"),
        (SDK + "s3:getObject", "S3.SomethingElseException"),
        (SDK + "s3:getObject", "States.ALL"),
        (SDK + "s3:getObject", "Mine"),
        (SDK + "s3:getObject", "${Error}.NoSuchKey"),
        (SDK + "s3:nosuch", "S3.NoSuchKey"),
        (SDK + "dynamodb:putItem", "DynamoDb.ConditionalCheckFailedException"),
        (SDK + "rds:createDBInstance", "Rds.DbInstanceAlreadyExistsException"),
        (OPTIMIZED + "dynamodb:putItem", "DynamoDB.ConditionalCheckFailedException"),
        (OPTIMIZED + "dynamodb:putItem", "DynamoDB.AmazonDynamoDBException"),
        (OPTIMIZED + "lambda:invoke", "Lambda.Unknown"),
        (OPTIMIZED + "apigateway:invoke", "ApiGateway.403"),
    ],
)
def test_what_may_come_up_is_fine(resource, error):
    assert said(service_errors.RULE, catching(resource, error)) == []


@pytest.mark.parametrize(
    ("resource", "error", "meant"),
    [
        (SDK + "s3:getObject", "S3.NoSuchKey", "S3.NoSuchKeyException"),
        (SDK + "s3:getObject", "s3.NoSuchKeyException", "S3.NoSuchKeyException"),
        (SDK + "s3:getObject", "S3.NoSuchKyException", "S3.NoSuchKeyException"),
        (
            SDK + "dynamodb:putItem",
            "DynamoDB.ConditionalCheckFailed",
            "DynamoDb.ConditionalCheckFailedException",
        ),
        (
            OPTIMIZED + "dynamodb:putItem",
            "DynamoDb.ThrottlingException",
            "DynamoDB.ThrottlingException",
        ),
    ],
)
def test_what_never_comes_up_is_told(resource, error, meant):
    value = catching(resource, "States.Timeout", error)
    name = resource.removeprefix(OPTIMIZED)
    assert said(service_errors.RULE, value) == [(f"{name} raises no {error}", f'"{error}"', "A")]
    (finding,) = service_errors.RULE.check(subject(value))
    assert (finding.severity, finding.hint) == ("info", f"did you mean {meant}?")


def test_what_is_retried_is_looked_at_as_well():
    value = task(SDK + "s3:getObject", Retry=[{"ErrorEquals": ["S3.NoSuchKey"]}, 1, {}])
    assert len(said(service_errors.RULE, value)) == 1
