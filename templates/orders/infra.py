"""The table in which orders are kept."""

from aws_cdk import RemovalPolicy, aws_dynamodb
from maestro_cdk import Workflow


def extend(workflow: Workflow) -> None:
    """Add the table, and give its name to the definition."""
    table = aws_dynamodb.Table(
        workflow,
        "Orders",
        partition_key=aws_dynamodb.Attribute(name="id", type=aws_dynamodb.AttributeType.STRING),
        billing_mode=aws_dynamodb.BillingMode.PAY_PER_REQUEST,
        removal_policy=RemovalPolicy.DESTROY,  # with RETAIN, orders outlive `maestro teardown`
    )
    workflow.substitute("OrdersTable", table.table_name)
