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
        self._said: dict[int, Counted] = {}

    def hear(self, event: ExecutionEvent) -> None:
        """Take note of an event; where a Map ends by it, report its last count."""
        arn = event.details.get("mapRunArn")
        if event.type == _BEGAN and isinstance(arn, str):
            self._runs[event.id] = arn
        elif event.type in _ENDED:
            self._look(event.previous_id)
            self._runs.pop(event.previous_id, None)

    def look(self) -> None:
        """Report what has changed of those that go on."""
        for run in tuple(self._runs):
            self._look(run)

    def _look(self, run: int) -> None:
        """Report a run's count where it changed; one that cannot be looked at is left."""
        if run not in self._runs:
            return
        try:
            progress = self._cloud.machines.map_run(self._runs[run])
        except CloudError:
            del self._runs[run]
            return
        said = Counted(run, progress.done, progress.total, progress.failed)
        if said.done and said != self._said.get(run):
            self._said[run] = said
            self._reporter.emit(said)
