"""The account that the project is deployed to: its executions, listed, followed and started."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock

from maestro_cdk.actions import run, tailing
from maestro_cdk.actions.following import pauses
from maestro_cdk.actions.tailing import Source
from maestro_cdk.asl import arns
from maestro_cdk.cloud import Cloud
from maestro_cdk.errors import CloudError, MaestroError
from maestro_cdk.model import JSON, Project
from maestro_cdk.ports import Clock
from maestro_cdk.view import story as stories
from maestro_cdk.view.board import Board
from maestro_cdk.view.following import Followed

DEPLOYMENT, EXECUTIONS = "deployment", "executions"

MOST, STEP, ALL = 25, 50, 1000
"""Executions that are listed at first, how many more each time, and at most."""

KEPT = 8
"""Executions that are remembered though nobody looks at them any more."""

FIRST, LONGEST, TROUBLED = 0.4, 0.9, 15.0
"""Seconds between two looks: after something happened, while nothing does, and in trouble."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """A project where it is deployed."""

    project: Project
    cloud: Cloud
    machine: str
    express: bool


class Account:
    """Looks at the account, and says on the board what is there.

    Args:
        connect: finds the project where it is deployed.
        board: where it is said.
        clock: the time.
    """

    def __init__(self, connect: Callable[[], Deployed], board: Board, clock: Clock) -> None:
        self._connect, self._board, self._clock = connect, board, clock
        self._deployed: Deployed | None = None
        self._most = MOST
        self._lock = Lock()
        self._followed: OrderedDict[str, Followed] = OrderedDict()
        self._sources: Sequence[Source] = ()

    def watch(self) -> None:
        """List the executions as long as somebody looks, until the board is closed."""
        waits, wrong = pauses(first=FIRST, longest=LONGEST), pauses(first=2.0, longest=TROUBLED)
        going = True
        while going:
            before = self._board.get(EXECUTIONS)
            try:
                self.look()
            except MaestroError as error:
                self._deployed = None
                said = {"state": "trouble", "message": error.message, "hint": error.hint}
                self._board.put(DEPLOYMENT, said)
                going = self._board.rest(next(wrong), EXECUTIONS)
                continue
            wrong = pauses(first=2.0, longest=TROUBLED)
            if self._board.get(EXECUTIONS) != before:
                waits = pauses(first=FIRST, longest=LONGEST)
            going = self._board.rest(next(waits), EXECUTIONS)

    def look(self) -> None:
        """List the executions once.

        Raises:
            MaestroError: the project is not deployed, or AWS does not answer.
        """
        deployed = self._there()
        found = deployed.cloud.machines.recent(deployed.machine, most=self._most)
        listed = [stories.execution(past) for past in found]
        more = len(listed) == self._most < ALL
        self._board.put(EXECUTIONS, {"executions": listed, "more": more})
        for each in listed:
            if each["status"] == "RUNNING" and each["arn"] in self._followed:
                self._followed[each["arn"]].begin(again=True)  # it may have been redriven

    def more(self) -> None:
        """List more of them from now on.

        Raises:
            MaestroError: as for a look.
        """
        self._most = min(ALL, self._most + STEP)
        self.look()

    def follow(self, arn: str) -> Followed:
        """An execution, followed from now on.

        Raises:
            CloudError: it is none of this project's, or the project is not deployed.
        """
        deployed = self._there()
        kind = "express" if arns.is_express_execution(arn) else "execution"
        if not arn.startswith(deployed.machine.replace(":stateMachine:", f":{kind}:", 1) + ":"):
            raise CloudError(f"{arn} is no execution of {deployed.machine}")
        with self._lock:
            found = self._followed.pop(arn, None) or Followed(
                arn, cloud=deployed.cloud, board=self._board, clock=self._clock.now
            )
            self._followed[arn] = found
            idle = [old for old, each in self._followed.items() if not each.busy and old != arn]
            for old in idle[: max(0, len(self._followed) - KEPT)]:
                del self._followed[old]
        return found

    def start(self, payload: str, name: str | None) -> JSON:
        """Start an execution; an EXPRESS one is run to its end, and told of here alone.

        Raises:
            MaestroError: AWS refused, or the project is not deployed.
        """
        deployed = self._there()
        target = run.target(deployed.machine, None, deployed.project, cloud=deployed.cloud)
        started = run.start(
            target,
            deployed.machine,
            payload,
            name=name,
            wait=deployed.express,
            cloud=deployed.cloud,
            clock=self._clock,
        )
        ended = started.ended
        if ended is None:
            return {"arn": started.arn, "of": target.named}
        return {
            "arn": started.arn,
            "of": target.named,
            "name": ended.name,
            "status": ended.status,
            "output": ended.output,
            "error": ended.error,
            "cause": ended.cause,
        }

    def logs(self, arn: str, name: str, number: int) -> JSON:
        """What functions wrote while a visit of a state called them.

        Raises:
            MaestroError: the logs cannot be read.
        """
        deployed, followed = self._there(), self.follow(arn)
        with followed.lock:
            visit = followed.story.at(name, number)
            events = followed.story.events_of(visit) if visit else ()
        windows = tailing.windows(events, deployed.project.name)
        known = {source.name for source in self._sources}
        if any(window.function not in known for window in windows):
            self._sources = tailing.sources(deployed.project, cloud=deployed.cloud)
        lines = tailing.during(windows, self._sources, cloud=deployed.cloud)
        return stories.logs(windows, lines)

    def _there(self) -> Deployed:
        deployed = self._deployed
        if deployed is None:
            deployed = self._deployed = self._connect()
            identity = deployed.cloud.identity
            self._board.put(
                DEPLOYMENT,
                {
                    "state": "deployed",
                    "machine": deployed.machine,
                    "express": deployed.express,
                    "region": identity.region,
                    "account": identity.account,
                },
            )
        return deployed
