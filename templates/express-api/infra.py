"""The address: a function URL, whose function starts the workflow and answers with its output."""

from aws_cdk import CfnOutput, aws_lambda
from maestro_cdk import Workflow


def extend(workflow: Workflow) -> None:
    """Let `web` start the workflow, and give it an address that anybody may call."""
    web = workflow.functions["web"]
    workflow.state_machine.grant_start_sync_execution(web)
    web.add_environment("STATE_MACHINE", workflow.state_machine.state_machine_arn)
    url = web.add_function_url(auth_type=aws_lambda.FunctionUrlAuthType.NONE)
    CfnOutput(workflow, "Address", value=url.url)
