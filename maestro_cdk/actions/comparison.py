"""What is deployed and what lives, next to what is in the folder; nothing is changed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from maestro_cdk.actions import difference, living, naming, planning, publishing, recovery
from maestro_cdk.actions.difference import Difference
from maestro_cdk.actions.living import Lost, Repair
from maestro_cdk.actions.planning import Wish
from maestro_cdk.actions.surveying import Found, survey, world_of
from maestro_cdk.cloud import Cloud, Stack
from maestro_cdk.model import JSON, Bundle, Project
from maestro_cdk.ports import Clock, Reporter, Synthesizer


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What two templates and a look at what lives tell.

    `old` is the deployed template, None where nothing is deployed; `repairs` are what lives
    otherwise than that says, `lost` what is not there any more.
    """

    old: JSON
    new: JSON
    difference: Difference
    repairs: tuple[Repair, ...] = ()
    lost: tuple[Lost, ...] = ()


def seen(found: Found, cloud: Cloud) -> Seen:
    """Compare what is in the folder, what is deployed and what lives."""
    stack, new = found.stack, json.loads(found.assembly.template)
    old = _deployed(stack, cloud)
    templates = difference.between(old, new)
    if stack is None or not isinstance(old, dict):
        return Seen(old=old, new=new, difference=templates)
    world = world_of(found, stack, old, cloud)
    repairs = tuple(living.repairs(found.live, found.assembly, old, world))
    redeployed = living.redeployed(found.live, found.assembly, old, new)
    lost = living.lost(found.live, old)
    return Seen(
        old=old,
        new=new,
        difference=replace(
            templates,
            ahead=(*map(str, repairs), *redeployed),
            lost=tuple(map(str, lost)),
            release=_release(found, same=old == new),
            unsettled=None if stack.status in recovery.WHOLE else stack.status,
        ),
        repairs=repairs,
        lost=lost,
    )


def compare(
    project: Project,
    bundles: Sequence[Bundle],
    out: Path,
    *,
    cloud: Cloud,
    synthesizer: Synthesizer,
    reporter: Reporter,
    clock: Clock,
) -> Difference:
    """Find out what deploying would change, and why it would be refused; leave all as it is.

    What CloudFormation itself says of it, it says only of a stack that takes an update: to ask
    about another would make one.

    Raises:
        CredentialsError: the credentials are of another account than the stage's.
        StackForeign: a stack of that name is not this project's.
        DeploymentFailed: CloudFormation refuses the template.
    """
    found = survey(project, bundles, out, cloud=cloud, synthesizer=synthesizer, reporter=reporter)
    was = seen(found, cloud)
    if was.difference.unsettled or (was.old == was.new and not was.lost):
        return was.difference
    names = naming.taken(was.old, was.new, found.identity, cloud=cloud, clock=clock)
    taken = [f"already there, outside of the stack: {name}" for name in names]
    if was.old is None:
        return replace(was.difference, refused=tuple(taken))
    plan = planning.change_set_in(
        planning.mode_for(Wish(), found.stack, was.lost),
        project,
        found.assembly,
        found.stack,
        cloud=cloud,
        reporter=reporter,
    )
    if plan.changes:
        cloud.stacks.discard(plan)
    refused = planning.refusals(plan, was.old, was.new, was.lost)
    return replace(
        difference.foreseen(was.difference, plan.changes, was.old, was.new),
        refused=(*(error.message for error in refused), *taken),
    )


def _release(found: Found, *, same: bool) -> str | None:
    """What a deployment would do with `live` where the templates are the same."""
    alias, machine = found.live.alias, found.live.machine
    if not same or not found.releases or machine is None or len(alias.weights if alias else ()) > 1:
        return None
    if publishing.is_published(alias, found.assembly.template):
        return None
    if alias is None:
        return "what is deployed would be published as the first version"
    return f"live leads to version {alias.version}; it would lead to what is deployed"


def _deployed(stack: Stack | None, cloud: Cloud) -> JSON:
    """The template that is deployed; None where nothing is."""
    if stack is None or stack.status in ("REVIEW_IN_PROGRESS", *recovery.DEAD):
        return None
    return cloud.stacks.template(stack.id)
