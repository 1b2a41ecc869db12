"""Lambda."""

from collections.abc import Mapping
from typing import Any

from maestro_cdk.aws.failures import Refusal
from maestro_cdk.aws.service import Service
from maestro_cdk.cloud import LiveFunction
from maestro_cdk.model import JSON

PROPERTIES = (
    "Handler",
    "Runtime",
    "MemorySize",
    "Timeout",
    "Environment",
    "EphemeralStorage",
    "TracingConfig",
)
"""The properties that the API and a template name and write alike."""


def live_function(answer: Mapping[str, Any]) -> LiveFunction:
    """A function, or a version of it, as Lambda describes it."""
    properties: dict[str, JSON] = {key: answer[key] for key in PROPERTIES if key in answer}
    if "Environment" in properties:  # beside the variables it may tell of an error
        properties["Environment"] = {"Variables": answer["Environment"].get("Variables", {})}
    properties["Layers"] = [layer["Arn"] for layer in answer.get("Layers", [])]
    # https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
    update = answer.get("LastUpdateStatus", "Successful")
    return LiveFunction(
        name=answer["FunctionName"],
        code=answer.get("CodeSha256", ""),
        properties=properties,
        settled=update != "InProgress" and answer.get("State", "Active") != "Pending",
        trouble=answer.get("LastUpdateStatusReason") if update == "Failed" else None,
    )


class Lambda:
    """Lambda as the port `Functions` wants it.

    Args:
        service: Lambda.
    """

    def __init__(self, service: Service) -> None:
        self._lambda = service

    def describe(self, name: str, /) -> LiveFunction | None:
        """The function of that name; None where there is none.

        Raises:
            CloudError: Lambda refused.
        """
        try:
            answer = self._lambda.call("get_function_configuration", FunctionName=name)
        except Refusal as refusal:
            if refusal.code == "ResourceNotFoundException":
                return None
            raise
        return live_function(answer)

    def update_code(self, name: str, /, *, bucket: str, key: str) -> None:
        """Begin to give a function the code that stands in a bucket.

        Raises:
            CloudError: Lambda refused, as it does while another update goes on.
        """
        self._lambda.call("update_function_code", FunctionName=name, S3Bucket=bucket, S3Key=key)

    def configure(self, name: str, properties: Mapping[str, JSON], /) -> None:
        """Begin to give a function these properties; the others stay.

        Raises:
            CloudError: Lambda refused, as it does while another update goes on.
        """
        request: dict[str, Any] = dict(properties)
        self._lambda.call("update_function_configuration", FunctionName=name, **request)
