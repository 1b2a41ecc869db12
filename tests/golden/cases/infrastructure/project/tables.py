"""The tables of the workflow."""

from aws_cdk import RemovalPolicy, aws_dynamodb
from constructs import Construct


def orders(scope: Construct) -> aws_dynamodb.Table:
    """The orders by their id."""
    return aws_dynamodb.Table(
        scope,
        "Orders",
        partition_key=aws_dynamodb.Attribute(name="id", type=aws_dynamodb.AttributeType.STRING),
        removal_policy=RemovalPolicy.DESTROY,
    )
