"""What AWS calls the errors of the services behind Tasks.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from dataclasses import dataclass

from maestro_cdk.asl.integrations import Integration
from maestro_cdk.engine.failures import Failure
from maestro_cdk.engine.integrations.api import ApiError
from maestro_cdk.ports import Operation, Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """How the errors of an optimized integration are named, as the SDK for Java 1 names them.

    `prefix` comes first; `service` stands in causes; `general` is for what has no name of its own.
    """

    prefix: str
    service: str
    general: str


def _named(prefix: str, service: str) -> Named:
    return Named(prefix=prefix, service=service, general=f"{service}Exception")


_OPTIMIZED = {
    "athena": _named("Athena", "AmazonAthena"),
    "batch": _named("Batch", "AWSBatch"),
    "codebuild": _named("CodeBuild", "AWSCodeBuild"),
    "dynamodb": Named(
        prefix="DynamoDB", service="AmazonDynamoDBv2", general="AmazonDynamoDBException"
    ),
    "ecs": _named("ECS", "AmazonECS"),
    "eks": _named("EKS", "AmazonEKS"),
    "elasticmapreduce": _named("EMR", "AmazonElasticMapReduce"),
    "events": _named("EventBridge", "AmazonEventBridge"),
    "glue": _named("Glue", "AWSGlue"),
    "lambda": _named("Lambda", "AWSLambda"),
    "sagemaker": _named("SageMaker", "AmazonSageMaker"),
    "sns": _named("SNS", "AmazonSNS"),
    "sqs": _named("SQS", "AmazonSQS"),
    "states": _named("StepFunctions", "AWSStepFunctions"),
}


def failure(
    error: ApiError, integration: Integration, service: Service, operation: Operation
) -> Failure:
    """What a Task fails with when its service refuses."""
    if integration.kind == "aws-sdk":
        return _sdk(error, service, operation)
    return _optimized(error, integration, service, operation)


def _sdk(error: ApiError, service: Service, operation: Operation) -> Failure:
    """As the SDK for Java 2 says it, which knows every error of a service by its name.

    https://github.com/aws/aws-sdk-java-v2/tree/master/codegen
    """
    if error.code is None:
        return Failure(f"{service.prefix}.SdkClientException", error.message)
    general = f"{service.prefix}Exception"
    known = _known(error, operation) or service.codes.get(error.code, general)
    return Failure(
        f"{service.prefix}.{known}",
        f"{error.message} (Service: {service.prefix}, Status Code: {error.status}, "
        f"Request ID: {error.request_id}) (SDK Attempt Count: 1)",
    )


def _optimized(
    error: ApiError, integration: Integration, service: Service, operation: Operation
) -> Failure:
    """As the SDK for Java 1 says it."""
    named = _OPTIMIZED.get(integration.service) or _named(service.prefix, service.prefix)
    if error.code is None:
        return Failure(f"{named.prefix}.SdkClientException", error.message)
    known = _known(error, operation) or named.general
    return Failure(
        f"{named.prefix}.{known}",
        f"{error.message} (Service: {named.service}; Status Code: {error.status}; "
        f"Error Code: {error.code}; Request ID: {error.request_id}; Proxy: null)",
    )


def _known(error: ApiError, operation: Operation) -> str | None:
    code = error.code or ""
    if code in operation.codes:
        return operation.codes[code]
    named = code if code.endswith("Exception") else f"{code}Exception"
    return named if named in operation.errors else None
