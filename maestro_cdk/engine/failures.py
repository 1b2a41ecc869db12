"""How a state fails: with an error that can be retried and caught, or one that ends everything.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from collections.abc import Sequence

ALL = "States.ALL"
BRANCH_FAILED = "States.BranchFailed"
DATA_LIMIT_EXCEEDED = "States.DataLimitExceeded"
EXCEED_TOLERATED_FAILURE_THRESHOLD = "States.ExceedToleratedFailureThreshold"
HEARTBEAT_TIMEOUT = "States.HeartbeatTimeout"
INTRINSIC_FAILURE = "States.IntrinsicFailure"
ITEM_READER_FAILED = "States.ItemReaderFailed"
QUERY_EVALUATION_ERROR = "States.QueryEvaluationError"
RESULT_PATH_MATCH_FAILURE = "States.ResultPathMatchFailure"
RESULT_WRITER_FAILED = "States.ResultWriterFailed"
RUNTIME = "States.Runtime"
TASK_FAILED = "States.TaskFailed"
TIMEOUT = "States.Timeout"


class Failure(Exception):
    """An error with its cause; either may be missing, as in a Fail state that says nothing.

    `location` is the field whose expression could not be evaluated.
    """

    def __init__(
        self, error: str | None = None, cause: str | None = None, location: str | None = None
    ) -> None:
        super().__init__(error, cause)
        self.error, self.cause, self.location = error, cause, location

    @property
    def details(self) -> dict[str, str]:
        """Error and cause, as events have them."""
        found = {"error": self.error, "cause": self.cause}
        return {key: text for key, text in found.items() if text is not None}

    @property
    def output(self) -> dict[str, str | None]:
        """What a Catch hands on."""
        return {"Error": self.error, "Cause": self.cause}


class RuntimeFailure(Failure):
    """What a state cannot go on from, and no Retry or Catch sees: it ends the execution.

    `previous` is the event behind which the execution ends: the last of the branch it happened in.
    """

    def __init__(self, cause: str, error: str = RUNTIME) -> None:
        super().__init__(error, cause)
        self.previous: int | None = None


class EvaluationFailure(Failure):
    """A JSONata expression that could not be evaluated, or whose result is of no use."""

    def __init__(self, cause: str, location: str | None = None) -> None:
        super().__init__(QUERY_EVALUATION_ERROR, cause, location)


class HeartbeatFailure(Failure):
    """A task was not heard of for too long: a timeout, which has a name of its own besides."""

    def __init__(self) -> None:
        super().__init__(TIMEOUT)


def matches(names: Sequence[str], failure: Failure) -> bool:
    """Whether one of the names in `ErrorEquals` stands for an error."""
    if isinstance(failure, HeartbeatFailure) and HEARTBEAT_TIMEOUT in names:
        return True
    return any(
        name in (ALL, failure.error) or (name == TASK_FAILED and failure.error != TIMEOUT)
        for name in names
    )
