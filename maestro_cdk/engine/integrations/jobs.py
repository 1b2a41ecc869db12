"""What `.sync` waits for: how a job is asked after, and when it is done.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-sync
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from maestro_cdk.asl.integrations import SYNC_2, Integration
from maestro_cdk.engine import data
from maestro_cdk.engine.failures import TASK_FAILED, Failure
from maestro_cdk.model import JSON

SECONDS = 1.0
"""How often a job is asked after."""

ABORTED = "The task that started it was aborted."
"""What jobs are told that want to know why they are stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A kind of job: the action that tells of it, and what of the answer says how it stands.

    `stop` is the action that ends it, `stops` what that is given, for each part that it has.
    """

    service: str
    action: str
    arguments: Callable[[JSON, Mapping[str, JSON]], dict[str, JSON]]
    found: Callable[[Mapping[str, JSON]], Mapping[str, JSON]]
    status: Callable[[Mapping[str, JSON]], str]
    succeeded: tuple[str, ...]
    failed: tuple[str, ...]
    stop: str
    stops: Callable[[JSON, Mapping[str, JSON]], list[dict[str, JSON]]]


def _first(key: str) -> Callable[[Mapping[str, JSON]], Mapping[str, JSON]]:
    return lambda answer: (answer.get(key) or [{}])[0]


def _under(key: str) -> Callable[[Mapping[str, JSON]], Mapping[str, JSON]]:
    return lambda answer: answer.get(key) or {}


def _of(key: str) -> Callable[[Mapping[str, JSON]], str]:
    return lambda job: str(job.get(key, ""))


def _cluster(given: Mapping[str, JSON]) -> dict[str, JSON]:
    return {"Cluster": given["Cluster"]} if given.get("Cluster") else {}


def _tasks(done: Mapping[str, JSON]) -> list[JSON]:
    """The ARNs of the tasks of ECS that were started."""
    return [task.get("TaskArn") for task in done.get("Tasks") or ()]


def _task(job: Mapping[str, JSON]) -> str:
    """How a task of ECS ended: well if all of its containers did."""
    if job.get("LastStatus") != "STOPPED":
        return "RUNNING"
    codes = [container.get("ExitCode", 0) for container in job.get("Containers") or ()]
    return "FAILED" if any(codes) else "SUCCEEDED"


JOBS: Mapping[tuple[str, str], Job] = {
    ("athena", "startQueryExecution"): Job(
        service="athena",
        action="getQueryExecution",
        arguments=lambda _, done: {"QueryExecutionId": done.get("QueryExecutionId")},
        found=_under("QueryExecution"),
        status=lambda job: str((job.get("Status") or {}).get("State", "")),
        succeeded=("SUCCEEDED",),
        failed=("FAILED", "CANCELLED"),
        stop="stopQueryExecution",
        stops=lambda _, done: [{"QueryExecutionId": done.get("QueryExecutionId")}],
    ),
    ("batch", "submitJob"): Job(
        service="batch",
        action="describeJobs",
        arguments=lambda _, done: {"Jobs": [done.get("JobId")]},
        found=_first("Jobs"),
        status=_of("Status"),
        succeeded=("SUCCEEDED",),
        failed=("FAILED",),
        stop="terminateJob",
        stops=lambda _, done: [{"JobId": done.get("JobId"), "Reason": ABORTED}],
    ),
    ("codebuild", "startBuild"): Job(
        service="codebuild",
        action="batchGetBuilds",
        arguments=lambda _, done: {"Ids": [(done.get("Build") or {}).get("Id")]},
        found=_first("Builds"),
        status=_of("BuildStatus"),
        succeeded=("SUCCEEDED",),
        failed=("FAILED", "FAULT", "TIMED_OUT", "STOPPED"),
        stop="stopBuild",
        stops=lambda _, done: [{"Id": (done.get("Build") or {}).get("Id")}],
    ),
    ("ecs", "runTask"): Job(
        service="ecs",
        action="describeTasks",
        arguments=lambda given, done: {**_cluster(given), "Tasks": _tasks(done)},
        found=_first("Tasks"),
        status=_task,
        succeeded=("SUCCEEDED",),
        failed=("FAILED",),
        stop="stopTask",
        stops=lambda given, done: [
            {**_cluster(given), "Task": arn, "Reason": ABORTED} for arn in _tasks(done)
        ],
    ),
    ("glue", "startJobRun"): Job(
        service="glue",
        action="getJobRun",
        arguments=lambda given, done: {
            "JobName": given.get("JobName"),
            "RunId": done.get("JobRunId"),
        },
        found=_under("JobRun"),
        status=_of("JobRunState"),
        succeeded=("SUCCEEDED",),
        failed=("FAILED", "STOPPED", "TIMEOUT", "ERROR"),
        stop="batchStopJobRun",
        stops=lambda given, done: [
            {"JobName": given.get("JobName"), "JobRunIds": [done.get("JobRunId")]}
        ],
    ),
    ("states", "startExecution"): Job(
        service="sfn",
        action="describeExecution",
        arguments=lambda _, done: {"ExecutionArn": done.get("ExecutionArn")},
        found=lambda answer: answer,
        status=_of("Status"),
        succeeded=("SUCCEEDED",),
        failed=("FAILED", "TIMED_OUT", "ABORTED"),
        stop="stopExecution",
        stops=lambda _, done: [{"ExecutionArn": done.get("ExecutionArn")}],
    ),
}
"""The jobs that can be asked after, by service and action."""


def ended(integration: Integration, job: Job, answer: Mapping[str, JSON]) -> JSON | None:
    """The result of a job that is done; None where it goes on.

    Raises:
        Failure: it failed.
    """
    found = job.found(answer)
    status = job.status(found)
    if status in job.failed:
        raise Failure(TASK_FAILED, data.dumps(found))
    if status not in job.succeeded:
        return None
    if integration.service == "states" and integration.pattern == SYNC_2:
        return {key: _read(found[key]) if key in _TEXTS else found[key] for key in found}
    return dict(found)


_TEXTS = ("Input", "Output")
"""What `.sync:2` gives as JSON, and `.sync` as its text."""


def _read(text: Any) -> JSON:
    try:
        return data.loads(text) if isinstance(text, str) else text
    except ValueError:
        return text
