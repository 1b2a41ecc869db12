"""Gradual releases: a state machine of the stack's own moves `live`, and goes back on an alarm.

So a release needs no terminal that stays open, holds no stack in an update for hours, and can be
looked at like any execution. What it is given says all that it goes by.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime

from maestro_cdk.cloud import Cloud
from maestro_cdk.errors import CloudError
from maestro_cdk.model import ReleaseSettings
from maestro_cdk.ports import Clock
from maestro_cdk.versions import LIVE, RELEASER, Alias, alarm

LOOKS = 1000
"""The most looks at the alarms in one release: an execution has 25,000 events, a look up to 15."""

SHORTEST = 60
"""Seconds between two looks: an alarm tells of whole minutes."""

MINUTE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release that goes on: of 100 executions `percentage` go to the version `after`."""

    before: int
    after: int
    percentage: int
    since: datetime | None


def steps(release: ReleaseSettings) -> list[int]:
    """The percentages that a new version gets one after the other.

    https://docs.aws.amazon.com/step-functions/latest/dg/version-rolling-deployment.html
    """
    if release.strategy == "canary":
        return [release.percentage, 100]
    return [*range(release.percentage, 100, release.percentage), 100]


def pace(release: ReleaseSettings) -> tuple[int, int]:
    """The seconds between two looks at the alarms, and how many looks a step has."""
    seconds = release.interval * MINUTE
    looks = max(1, LOOKS // len(steps(release)))
    wait = max(SHORTEST, -(-seconds // looks))
    return wait, -(-seconds // wait)


def begin(
    machine: str,
    workflow: str,
    release: ReleaseSettings,
    *,
    before: int,
    after: int,
    said: str,
    cloud: Cloud,
    clock: Clock,
) -> str:
    """Begin to move live from one version to another; return the ARN of what does it.

    Args:
        machine: the state machine's ARN.
        workflow: the workflow's name.
        release: how.
        before: the version that live leads to.
        after: the version that it is to lead to.
        said: what live says of itself at the end.
        cloud: where.
        clock: tells the time.

    Raises:
        CloudError: it could not be started; live leads where it did.
    """
    alias = cloud.versions.alias(machine)
    wait, looks = pace(release)
    given = {
        "alias": f"{machine}:{LIVE}",
        "before": f"{machine}:{before}",
        "after": f"{machine}:{after}",
        "described": {"before": alias.description if alias else "", "after": said},
        "steps": steps(release),
        "wait": wait,
        "looks": looks,
        "alarms": [alarm(workflow, name) for name in release.alarms],
    }
    name = f"version-{after}-{clock.now():%Y%m%d-%H%M%S}"
    return cloud.machines.start(f"{machine}{RELEASER}", name=name, payload=json.dumps(given))


def going_on(alias: Alias | None) -> Release | None:
    """The release that an alias shows; None where it leads to one version."""
    if alias is None or len(alias.weights) <= 1:
        return None
    before, after = min(alias.weights), max(alias.weights)
    return Release(before=before, after=after, percentage=alias.weights[after], since=alias.updated)


def running(machine: str, *, cloud: Cloud) -> tuple[str, ...]:
    """The ARNs of the releases that go on, one that has not taken its first step too."""
    try:
        return cloud.machines.running(f"{machine}{RELEASER}")
    except CloudError:
        return ()  # where nothing is released gradually, nobody needs to be let look at it


def taken_back(machine: str, alias: Alias | None, *, cloud: Cloud) -> str | None:
    """Why the last release did not get to its end; None where it did, or live has moved on since.

    Raises:
        CloudError: Step Functions refused.
    """
    last = cloud.machines.listed(f"{machine}{RELEASER}", most=1)
    if not last:
        return None
    found = cloud.machines.describe(last[0])
    match = _OF.search(found.name)
    if found.status not in _UNDONE or match is None or alias is None:
        return None
    version = int(match["version"])
    if alias.version is None or alias.version >= version:
        return None
    return f"version {version} was taken back: {found.cause or found.error or found.status}"


_OF = re.compile(r"^version-(?P<version>\d+)-")
_UNDONE = frozenset({"FAILED", "ABORTED", "TIMED_OUT"})
