"""How far the distributed Maps of an execution are: its history does not tell of their items.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html
"""

from maestro_cdk.cloud import Cloud
from maestro_cdk.errors import CloudError
from maestro_cdk.model import ExecutionEvent
from maestro_cdk.ports import Counted, Reporter

_BEGAN = "MapRunStarted"
_ENDED = frozenset({"MapRunSucceeded", "MapRunFailed", "MapRunAborted"})


class Maps:
    """Hears of an execution's events, and reports how many items of its Maps are done.

    Args:
        cloud: where it runs.
        reporter: hears of each count that is another than the one before.
    """

    def __init__(self, cloud: Cloud, reporter: Reporter) -> None:
        self._cloud, self._reporter = cloud, reporter
        self._runs: dict[int, str] = {}
        self._ended: set[int] = set()
        self._said: dict[int, Counted] = {}

    def hear(self, event: ExecutionEvent) -> None:
        """Take note of an event."""
        arn = event.details.get("mapRunArn")
        if event.type == _BEGAN and isinstance(arn, str):
            self._runs[event.id] = arn
        elif event.type in _ENDED and event.previous_id in self._runs:
            self._ended.add(event.previous_id)

    def look(self) -> None:
        """Report what has changed; one that cannot be looked at is left."""
        for event, arn in tuple(self._runs.items()):
            try:
                progress = self._cloud.machines.map_run(arn)
            except CloudError:
                del self._runs[event]
                continue
            said = Counted(event, progress.done, progress.total, progress.failed)
            if said != self._said.get(event):
                self._said[event] = said
                self._reporter.emit(said)
            if event in self._ended:
                del self._runs[event]
