"""Activities: making and listing them, and workers' asking for tasks.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-activities.html
"""

import asyncio
import time
from collections.abc import Mapping

from maestro_cdk.engine.integrations.activities import Activities
from maestro_cdk.local.states import given as read
from maestro_cdk.local.states.ports import Around
from maestro_cdk.local.states.refusals import Refusal
from maestro_cdk.local.states.service import Action, Given
from maestro_cdk.local.states.store import Store
from maestro_cdk.model import JSON

POLL = 60.0
"""So many seconds a worker waits for a task at most.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html
"""


class ActivityActions:
    """The actions on activities."""

    def __init__(self, activities: Activities, store: Store, around: Around) -> None:
        self._activities, self._store, self._around = activities, store, around
        self._activities.known.update(arn for arn, _ in store.activities())
        self.actions: Mapping[str, Action] = {
            "CreateActivity": self.create,
            "DeleteActivity": self.delete,
            "DescribeActivity": self.describe,
            "ListActivities": self.list,
            "GetActivityTask": self.take,
        }

    async def create(self, given: Given) -> JSON:
        """Make an activity; the one that there is, where there is one."""
        name = read.text(given, "name")
        read.check_name(name)
        arn = self.make(name)
        if given.get("tags"):
            self._around.tag(arn, given["tags"])
        return {"activityArn": arn, "creationDate": self._made()[arn]}

    def make(self, name: str) -> str:
        """Make an activity, from whatever thread; its ARN."""
        region, account = self._around.place()
        arn = f"arn:aws:states:{region}:{account}:activity:{name}"
        self._store.write_activity(arn, round(time.time(), 3))
        self._activities.known.add(arn)
        return arn

    async def delete(self, given: Given) -> JSON:
        """Remove an activity."""
        self.remove(read.text(given, "activityArn"))
        return {}

    def remove(self, arn: str) -> None:
        """Remove an activity, from whatever thread."""
        self._store.delete_activity(arn)
        self._activities.known.discard(arn)

    async def describe(self, given: Given) -> JSON:
        """What there is to know of an activity."""
        arn = self._known(given)
        return _listed(arn, self._made()[arn])

    async def list(self, given: Given) -> JSON:
        """The activities of whoever asks."""
        region, account = self._around.place()
        prefix = f"arn:aws:states:{region}:{account}:activity:"
        begin, most = read.page(given)
        own = [_listed(arn, at) for arn, at in self._made().items() if arn.startswith(prefix)]
        following = begin + most if len(own) > begin + most else None
        return read.paged("activities", own[begin : begin + most], following)

    async def take(self, given: Given) -> JSON:
        """Wait for a task of an activity; nothing where none comes."""
        arn, worker = self._known(given), read.optional(given, "workerName")
        try:
            async with asyncio.timeout(POLL):
                token, payload = await self._activities.take(arn, worker)
        except TimeoutError:
            return {"taskToken": None}
        return {"taskToken": token, "input": payload}

    def _made(self) -> dict[str, float]:
        return dict(self._store.activities())

    def _known(self, given: Given) -> str:
        arn = read.text(given, "activityArn")
        if arn not in self._activities.known:
            raise Refusal("ActivityDoesNotExist", f"Activity Does Not Exist: '{arn}'")
        return arn


def _listed(arn: str, created: float) -> dict[str, JSON]:
    name = arn.rpartition(":")[2]
    return {"activityArn": arn, "name": name, "creationDate": created}
