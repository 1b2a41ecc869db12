"""A table, a queue and a function beside those of the folder, each with a name in the definition."""

from aws_cdk import RemovalPolicy, aws_sqs
from aws_cdk.aws_lambda import Code, Function, Runtime
from tables import orders

from maestro_cdk import Workflow


def extend(workflow: Workflow) -> None:
    """Add them, and say who may use them."""
    table = orders(workflow)
    table.grant_read_data(workflow.functions["teller"])
    workflow.functions["teller"].add_environment("TABLE", table.table_name)
    workflow.substitute("OrdersTable", table.table_name)

    queue = aws_sqs.Queue(workflow, "Questions", removal_policy=RemovalPolicy.DESTROY)
    queue.grant_send_messages(workflow.state_machine_role)
    workflow.substitute("Questions", queue.queue_url)

    worker = Function(
        workflow,
        "Worker",
        runtime=Runtime.PYTHON_3_13,
        handler="index.handler",
        code=Code.from_inline("def handler(event, context): ..."),
    )
    workflow.substitute("Worker", worker.function_arn)
    workflow.substitute("Greeting", 'a "quoted" word')
    workflow.substitute("Unused", "nobody asks for it")
