"""What Step Functions answers where it refuses.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html
"""


class Refusal(Exception):
    """A request is refused, with the code and the message that clients see."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code, self.message = code, message


def no_machine(arn: object) -> Refusal:
    """There is no such state machine."""
    return Refusal("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")


def no_execution(arn: object) -> Refusal:
    """There is no such execution."""
    return Refusal("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")


def no_resource(arn: object) -> Refusal:
    """There is nothing of this name, of whatever it should be."""
    return Refusal("ResourceNotFound", f"Resource not found: '{arn}'")


def invalid(message: str) -> Refusal:
    """A parameter is not as it should be."""
    return Refusal("ValidationException", message)


def wrong_type() -> Refusal:
    """The operation is for machines of the other type."""
    return Refusal(
        "StateMachineTypeNotSupported",
        "This operation is not supported by this type of state machine",
    )
