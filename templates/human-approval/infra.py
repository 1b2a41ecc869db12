"""The queue in which requests wait for somebody."""

from aws_cdk import CfnOutput, Duration, RemovalPolicy, aws_sqs
from maestro_cdk import Workflow


def extend(workflow: Workflow) -> None:
    """Add the queue, and give its address to the definition and to answer.py."""
    queue = aws_sqs.Queue(
        workflow,
        "Requests",
        retention_period=Duration.days(1),  # as long as the state `Ask` waits
        removal_policy=RemovalPolicy.DESTROY,
    )
    workflow.substitute("RequestsQueue", queue.queue_url)
    CfnOutput(workflow, "RequestsQueueUrl", value=queue.queue_url)
