"""The schedule, and the table that remembers how far the job came."""

from aws_cdk import Duration, RemovalPolicy, aws_dynamodb
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from maestro_cdk import Workflow


def extend(workflow: Workflow) -> None:
    """Add both, and give the table's name to the definition."""
    table = aws_dynamodb.Table(
        workflow,
        "Progress",
        partition_key=aws_dynamodb.Attribute(name="job", type=aws_dynamodb.AttributeType.STRING),
        billing_mode=aws_dynamodb.BillingMode.PAY_PER_REQUEST,
        removal_policy=RemovalPolicy.DESTROY,  # with RETAIN, it outlives `maestro teardown`
    )
    workflow.substitute("ProgressTable", table.table_name)
    scheduler.Schedule(
        workflow,
        "EveryHour",
        schedule=scheduler.ScheduleExpression.rate(Duration.hours(1)),
        target=targets.StepFunctionsStartExecution(
            workflow.state_machine,
            input=scheduler.ScheduleTargetInput.from_object(
                {"time": scheduler.ContextAttribute.scheduled_time}
            ),
        ),
    )
