"""The connection: the credentials that Step Functions sends to the API, kept by EventBridge."""

from aws_cdk import SecretValue, aws_events
from maestro_cdk import Workflow


def extend(workflow: Workflow) -> None:
    """Add the connection, and give it to the definition.

    This API wants no key. For one that does, keep the key in Secrets Manager, and say
    SecretValue.secrets_manager("its-name") here.
    """
    connection = aws_events.Connection(
        workflow,
        "Rates",
        authorization=aws_events.Authorization.api_key(
            "x-api-key", SecretValue.unsafe_plain_text("none")
        ),
    )
    workflow.substitute("RatesConnection", connection.connection_arn)
