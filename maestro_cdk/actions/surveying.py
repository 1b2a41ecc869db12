"""What every look at a project begins with: whose account, which stack, what lives, what should be."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from maestro_cdk.actions import living
from maestro_cdk.actions.guards import check_account, check_owner
from maestro_cdk.actions.living import Live
from maestro_cdk.actions.resolution import World
from maestro_cdk.actions.threads import threads
from maestro_cdk.actions.wording import counted
from maestro_cdk.cloud import Cloud, Stack
from maestro_cdk.model import JSON, Assembly, Bundle, Identity, Project
from maestro_cdk.ports import Identified, Reporter, Step, Synthesizer


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Whose account this is, how the stack stands, what lives of it, and what it should be.

    `releases` says whether versions are published.
    """

    identity: Identity
    stack: Stack | None
    live: Live
    assembly: Assembly
    releases: bool = False


def survey(
    project: Project,
    bundles: Sequence[Bundle],
    out: Path,
    *,
    cloud: Cloud,
    synthesizer: Synthesizer,
    reporter: Reporter,
) -> Found:
    """Ask side by side for all that a deployment goes by.

    Raises:
        CredentialsError: the credentials are of another account than the stage's.
        StackForeign: a stack of that name is not this project's.
    """
    reporter.emit(Step(f"synthesizing {counted(len(project.functions), 'function')}"))
    with threads(3) as pool:
        identity = pool.submit(_identify, project, cloud, reporter)
        described = pool.submit(cloud.stacks.describe, project.stack_name)
        lives = pool.submit(lambda: living.read(project, identity.result(), cloud))
        assembly = synthesizer.synthesize(project, bundles, out)
        who, stack, live = identity.result(), described.result(), lives.result()
    if stack is not None:
        check_owner(project, stack)
    return Found(
        identity=who,
        stack=stack,
        live=live,
        assembly=assembly,
        releases=project.settings.workflow.release.keep > 0,
    )


def world_of(found: Found, stack: Stack, template: JSON, cloud: Cloud) -> World:
    """What the template's values become in this account."""
    return World(
        identity=found.identity,
        stack_id=stack.id,
        template=template,
        listed=lambda: cloud.stacks.resources(stack.id),
    )


def _identify(project: Project, cloud: Cloud, reporter: Reporter) -> Identity:
    """Say whose account this is, unless it is not the stage's."""
    identity = cloud.identity
    check_account(project, identity)
    reporter.emit(Identified(identity))
    return identity
