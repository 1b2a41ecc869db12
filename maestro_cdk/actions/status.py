"""How a project stands: its stack, what went wrong last, what lives otherwise, what is new here."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from maestro_cdk.actions import diagnosis, difference, living
from maestro_cdk.actions.diagnosis import Diagnosis
from maestro_cdk.actions.difference import Difference
from maestro_cdk.actions.guards import check_account, check_owner
from maestro_cdk.actions.living import FUNCTION, Live
from maestro_cdk.actions.surveying import survey, world_of
from maestro_cdk.cloud import Cloud, Stack
from maestro_cdk.model import JSON, Assembly, Bundle, Identity, Project
from maestro_cdk.ports import Reporter, Synthesizer

_EVER = datetime(1970, 1, 1, tzinfo=UTC)

_TROUBLED = ("ROLLBACK", "FAILED")
"""What the status of a stack holds whose last operation failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a project stands; without a stack it is not deployed.

    `failure` is what made the last operation fail. `ahead` is what lives otherwise than the stack
    says, redeployed or changed by hand. `difference` is what deploying would change, None where the
    folder cannot be read.
    """

    identity: Identity
    stack: Stack | None
    failure: Diagnosis | None = None
    ahead: tuple[str, ...] = ()
    difference: Difference | None = None


def of_stack(project: Project, *, cloud: Cloud) -> Standing:
    """How the stack of a project stands whose folder cannot be read.

    Raises:
        CredentialsError: the credentials are of another account than the stage's.
        StackForeign: a stack of that name is not this project's.
    """
    check_account(project, cloud.identity)
    stack = cloud.stacks.describe(project.stack_name)
    if stack is not None:
        check_owner(project, stack)
    return Standing(identity=cloud.identity, stack=stack, failure=_failure(stack, project, cloud))


def look(
    project: Project,
    bundles: Sequence[Bundle],
    out: Path,
    *,
    cloud: Cloud,
    synthesizer: Synthesizer,
    reporter: Reporter,
) -> Standing:
    """How a project stands, next to what is in its folder.

    Raises:
        CredentialsError: the credentials are of another account than the stage's.
        StackForeign: a stack of that name is not this project's.
    """
    found = survey(project, bundles, out, cloud=cloud, synthesizer=synthesizer, reporter=reporter)
    stack, new = found.stack, json.loads(found.assembly.template)
    if stack is None or stack.status == "REVIEW_IN_PROGRESS":
        return Standing(
            identity=found.identity, stack=None, difference=difference.between(None, new)
        )
    old = cloud.stacks.template(stack.id)
    world = world_of(found, stack, old if isinstance(old, dict) else {}, cloud)
    repairs = living.repairs(found.live, found.assembly, world.template, world)
    ahead = [str(repair) for repair in repairs]
    ahead += _redeployed(found.live, found.assembly, world.template, new)
    return Standing(
        identity=found.identity,
        stack=stack,
        failure=_failure(stack, project, cloud),
        ahead=tuple(ahead),
        difference=difference.between(old, new),
    )


def _failure(stack: Stack | None, project: Project, cloud: Cloud) -> Diagnosis | None:
    if stack is None or not any(word in stack.status for word in _TROUBLED):
        return None
    event = diagnosis.first_failure(cloud.stacks.events(stack.id, _EVER), stack)
    return diagnosis.of(event, project) if event else None


def _redeployed(
    live: Live, assembly: Assembly, old: Mapping[str, JSON], new: Mapping[str, JSON]
) -> Iterator[str]:
    """The functions that have the code that is here, which the stack does not know of yet.

    Whether another function's code is what the stack says is not known: that code is not here.
    """
    files = {asset.key: asset.path for asset in assembly.assets}
    before = old.get("Resources", {})
    for key, item in new["Resources"].items():
        if item["Type"] != FUNCTION or key not in before:
            continue
        properties = item.get("Properties", {})
        code = properties.get("Code", {}).get("S3Key")
        function = live.functions.get(str(properties.get("FunctionName")))
        known = before[key].get("Properties", {}).get("Code", {}).get("S3Key")
        if function is None or code == known or code not in files:
            continue
        if living.code_hash(files[code]) == function.code:
            yield f"the code of {difference.function_name(key, properties)}"
