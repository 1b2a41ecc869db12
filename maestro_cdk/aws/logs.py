"""CloudWatch Logs."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from maestro_cdk.aws.failures import Refusal
from maestro_cdk.aws.service import Service
from maestro_cdk.cloud import LogLine


class CloudWatchLogs:
    """CloudWatch Logs as the port `Logs` wants it.

    Args:
        service: CloudWatch Logs.
    """

    def __init__(self, service: Service) -> None:
        self._logs = service

    def groups(self, prefix: str, /) -> tuple[str, ...]:
        """The names of the log groups that begin so.

        Raises:
            CloudError: CloudWatch Logs refused.
        """
        return tuple(
            str(group["logGroupName"])
            for page in self._logs.pages("describe_log_groups", logGroupNamePrefix=prefix)
            for group in page["logGroups"]
        )

    def lines(
        self,
        group: str,
        since: datetime,
        /,
        *,
        until: datetime | None = None,
        matching: str | None = None,
    ) -> tuple[LogLine, ...]:
        """What was written to a group in a time, in order; none where there is no such group.

        Args:
            group: the log group's name.
            since: from when on.
            until: up to when; None for all that is there.
            matching: a filter pattern of CloudWatch Logs', which an emulator may not heed.

        Raises:
            CloudError: CloudWatch Logs refused.
        """
        wanted: dict[str, Any] = {"startTime": _millis(since)}
        if until is not None:
            wanted["endTime"] = _millis(until)
        if matching is not None:
            wanted["filterPattern"] = matching
        try:
            return tuple(
                LogLine(
                    id=_id(event),
                    time=datetime.fromtimestamp(event["timestamp"] / 1000, UTC),
                    text=event["message"],
                )
                for page in self._logs.pages("filter_log_events", logGroupName=group, **wanted)
                for event in page["events"]
            )
        except Refusal as refusal:
            if refusal.code == "ResourceNotFoundException":
                return ()
            raise


def _millis(time: datetime) -> int:
    return int(time.timestamp() * 1000)


def _id(event: Mapping[str, Any]) -> str:
    """What tells an event from others: on the AWS of this machine it has no id of its own."""
    own = event.get("eventId")
    return str(own or (event.get("logStreamName"), event["timestamp"], event["message"]))
