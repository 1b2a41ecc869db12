"""The inner workflow: a state machine of its own, from shipping.asl.json."""

from pathlib import Path

from aws_cdk import aws_stepfunctions as stepfunctions
from maestro_cdk import Workflow

DEFINITION = Path(__file__).parent / "shipping.asl.json"


def extend(workflow: Workflow) -> None:
    """Add it, let it call its function, and give its ARN to the outer definition."""
    label = workflow.functions["label"]
    shipping = stepfunctions.StateMachine(
        workflow,
        "Shipping",
        definition_body=stepfunctions.DefinitionBody.from_string(DEFINITION.read_text("utf-8")),
        definition_substitutions={"label": label.function_arn},
    )
    label.grant_invoke(shipping)
    workflow.substitute("ShippingMachine", shipping.state_machine_arn)
