"""One execution as a file of its own: the page, with all that it would ask for in it."""

from collections.abc import Mapping

from maestro_cdk.actions import tailing
from maestro_cdk.model import JSON
from maestro_cdk.ports import Clock
from maestro_cdk.view import story as stories
from maestro_cdk.view.account import Deployed
from maestro_cdk.view.board import Board
from maestro_cdk.view.following import Followed
from maestro_cdk.view.story import Story

VISITS = 50
"""Visits of a state that are told in full; more are counted."""

LARGEST = 20_000_000
"""Characters of inputs and outputs in a file; what comes after that is left out of it."""


def exported(
    facts: Mapping[str, JSON], arn: str, deployed: Deployed, clock: Clock, *, logs: bool
) -> JSON:
    """What the page knows of an execution.

    Args:
        facts: what does not change: the project's name.
        arn: the execution's.
        deployed: where it ran.
        clock: the time.
        logs: whether what functions wrote is in it too.

    Raises:
        MaestroError: AWS refused, or there is no such execution.
    """
    followed = Followed(arn, cloud=deployed.cloud, board=Board(), clock=clock.now)
    followed.look()
    story, definition = followed.story, followed.definition()
    visits, details = _told(story)
    return {
        **facts,
        "mode": "kept",
        "now": stories.now(clock.now),
        "written": clock.now().astimezone().strftime("%Y-%m-%d %H:%M"),
        "folder": {**definition, "file": "as it was deployed", "samples": [], "findings": []},
        "executions": {"executions": [followed.told()], "more": False},
        "states": story.states(0),
        "steps": story.steps(0),
        "visits": visits,
        "visit": details,
        "logs": _logs(story, details, deployed) if logs else {},
    }


def _told(story: Story) -> tuple[dict[str, JSON], dict[str, dict[int, JSON]]]:
    """The visits of each state, the most telling ones in full."""
    left = LARGEST
    visits: dict[str, JSON] = {}
    details: dict[str, dict[int, JSON]] = {}
    for name in story.names:
        listed = story.visits(name, None)
        first = max(0, min(listed["chosen"], listed["total"] - VISITS))
        listed = story.visits(name, first)
        told: dict[int, JSON] = {}
        for number in range(first, min(first + VISITS, listed["total"])):
            visit = story.visit(name, number)
            left -= len(visit["input"] or "") + len(visit["output"] or "")
            if left < 0:
                break
            told[number] = visit
        # What cannot be shown cannot be chosen.
        kept = listed["visits"][: len(told)]
        visits[name] = {**listed, "visits": kept, "total": len(kept), "of": listed["total"]}
        details[name] = told
    return visits, details


def _logs(
    story: Story, details: Mapping[str, Mapping[int, JSON]], deployed: Deployed
) -> dict[str, dict[int, JSON]]:
    """What functions wrote in the visits that are told."""
    named = deployed.project.name
    sources = tailing.sources(deployed.project, cloud=deployed.cloud)
    found: dict[str, dict[int, JSON]] = {}
    for name, visits in details.items():
        for number in visits:
            visit = story.at(name, number)
            windows = tailing.windows(story.events_of(visit) if visit else (), named)
            lines = tailing.during(windows, sources, cloud=deployed.cloud)
            found.setdefault(name, {})[number] = stories.logs(windows, lines)
    return found
