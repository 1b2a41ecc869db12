"""Log lines of a workflow's functions and of its state machine, together in order of time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from maestro_cdk.actions.threads import threads
from maestro_cdk.cloud import Cloud, LogLine
from maestro_cdk.errors import MaestroError
from maestro_cdk.model import ExecutionEvent, Project

MACHINE = "state machine"

LATE = timedelta(seconds=15)
"""How much later than its time a line may turn up: CloudWatch takes a while to take lines in."""

SLACK = timedelta(milliseconds=250)
"""What the clocks of Step Functions and of Lambda may differ by."""

CALLED = ("LambdaFunctionScheduled", "TaskScheduled")
CALL_ENDED = (
    "LambdaFunctionSucceeded",
    "LambdaFunctionFailed",
    "LambdaFunctionTimedOut",
    "LambdaFunctionScheduleFailed",
    "LambdaFunctionStartFailed",
    "TaskSucceeded",
    "TaskFailed",
    "TaskTimedOut",
    "TaskSubmitFailed",
    "TaskStartFailed",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A log group, and whose it is: a function's name in the folder, or the state machine."""

    name: str
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A time in which an execution called a function; without an end it still does."""

    function: str
    began: datetime
    ended: datetime | None

    def holds(self, source: str, line: LogLine) -> bool:
        """Whether a line may be of this call."""
        if source != self.function or line.time < self.began - SLACK:
            return False
        return self.ended is None or line.time <= self.ended + SLACK


def sources(project: Project, *, cloud: Cloud) -> tuple[Source, ...]:
    """The logs that are there of a project, as CloudWatch Logs has them.

    Raises:
        CloudError: CloudWatch Logs refused.
    """
    prefix, machine = f"/maestro/{project.name}/", f"/aws/vendedlogs/states/{project.name}"
    with threads(2) as pool:
        functions = pool.submit(cloud.logs.groups, prefix)
        machines = pool.submit(cloud.logs.groups, machine)
        found = [
            Source(name=group.removeprefix(prefix), group=group) for group in functions.result()
        ]
        found += [
            Source(name=MACHINE, group=group) for group in machines.result() if group == machine
        ]
    return tuple(found)


class Tail:
    """Gives the lines that are new at each look, in order of time, none lost and none twice.

    Args:
        cloud: where.
        since: from when on.
    """

    def __init__(self, cloud: Cloud, since: datetime) -> None:
        self._cloud, self._since = cloud, since
        self._latest = since
        self._seen: dict[str, datetime] = {}

    def look(
        self, sources: Sequence[Source], *, patient: bool = False
    ) -> list[tuple[str, LogLine]]:
        """What is new, by whose it is.

        Args:
            sources: the logs to look at.
            patient: whether one that cannot be read now is left to the next look.

        Raises:
            MaestroError: one cannot be read, and was not to be left.
        """
        if not sources:
            return []
        begin = max(self._since, self._latest - LATE)

        def read(source: Source) -> Iterable[tuple[str, LogLine]]:
            try:
                return [(source.name, line) for line in self._cloud.logs.lines(source.group, begin)]
            except MaestroError:
                if not patient:
                    raise
                return []

        with threads(min(8, len(sources))) as pool:
            found = [each for part in pool.map(read, sources) for each in part]
        fresh = [each for each in found if each[1].id not in self._seen]
        for _, line in fresh:
            self._seen[line.id] = line.time
            self._latest = max(self._latest, line.time)
        old = self._latest - 2 * LATE
        self._seen = {key: time for key, time in self._seen.items() if time >= old}
        return sorted(fresh, key=lambda each: each[1].time)


def windows(events: Sequence[ExecutionEvent], workflow: str) -> tuple[Window, ...]:
    """When an execution called which function of its workflow.

    Args:
        events: the execution's.
        workflow: the workflow's name.
    """
    before: Mapping[int, ExecutionEvent] = {event.id: event for event in events}
    ends: dict[int, datetime] = {}
    for event in events:
        if event.type in CALL_ENDED:
            call = before.get(event.previous_id)
            while call is not None and call.type not in CALLED:
                call = before.get(call.previous_id)
            if call is not None:
                ends[call.id] = event.time
    found = []
    for event in events:
        function = function_of(event, workflow) if event.type in CALLED else None
        if function is not None:
            found.append(Window(function=function, began=event.time, ended=ends.get(event.id)))
    return tuple(found)


def during(
    called: Sequence[Window], found: Sequence[Source], *, cloud: Cloud
) -> list[tuple[str, LogLine]]:
    """What functions wrote while they were called, in order of time.

    Raises:
        CloudError: CloudWatch Logs refused.
    """
    lines: dict[str, tuple[str, LogLine]] = {}
    groups = {source.name: source.group for source in found}
    for window in called:
        if window.function in groups:
            until = window.ended + SLACK if window.ended else None
            since = window.began - SLACK
            for line in cloud.logs.lines(groups[window.function], since, until=until):
                lines[line.id] = (window.function, line)
    return sorted(lines.values(), key=lambda each: each[1].time)


def function_of(event: ExecutionEvent, workflow: str) -> str | None:
    """The name in the folder of the function that an event says is called; None for another's."""
    if event.type == "LambdaFunctionScheduled":
        called = str(event.details.get("resource", ""))
    elif event.details.get("resourceType") == "lambda":
        parameters = str(event.details.get("parameters", ""))
        _, _, rest = parameters.partition('"FunctionName":')
        called = rest.strip().removeprefix('"').partition('"')[0]
    else:
        return None
    name = (called.partition(":function:")[2] or called).partition(":")[0]
    prefix = f"{workflow}_"
    return name.removeprefix(prefix) if name.startswith(prefix) else None
