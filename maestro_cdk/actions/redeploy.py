"""Bringing to AWS only what changed, past CloudFormation where that is safe.

What changed is seen by comparing what lives with the new template, not by what this machine
remembers. Whether it is safe is seen by comparing the templates: code and settings of functions, the
definition and what the state machine may do can be brought without CloudFormation, nothing else.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from maestro_cdk.actions import living, mending, publishing, recovery
from maestro_cdk.actions.difference import settings
from maestro_cdk.actions.living import DEFAULTS, FUNCTION, MACHINE, MACHINE_ROLE, POLICY, Repair
from maestro_cdk.actions.resolution import Unresolved, World
from maestro_cdk.actions.run import OUTPUT
from maestro_cdk.actions.surveying import survey, world_of
from maestro_cdk.actions.threads import threads
from maestro_cdk.actions.uploading import upload
from maestro_cdk.cloud import Cloud, Stack
from maestro_cdk.errors import UsageError
from maestro_cdk.model import JSON, Assembly, Bundle, Project
from maestro_cdk.ports import Clock, Note, Reporter, Synthesizer
from maestro_cdk.versions import Alias

_MACHINE = "AWS::StepFunctions::StateMachine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """What a redeployment would do; `reason` is why CloudFormation has to do it, None where not.

    `alias` is where `live` leads; it stays there.
    """

    project: Project
    assembly: Assembly
    stack: Stack | None
    repairs: tuple[Repair, ...]
    reason: str | None
    alias: Alias | None = None


def check(project: Project) -> None:
    """Refuse what is protected.

    Raises:
        UsageError: it is.
    """
    if project.settings.workflow.protected:
        raise UsageError(
            f"{project.name} is protected: nothing reaches it past CloudFormation",
            hint="`maestro deploy` does the same, with a rollback",
        )


def prepare(
    project: Project,
    bundles: Sequence[Bundle],
    out: Path,
    *,
    cloud: Cloud,
    synthesizer: Synthesizer,
    reporter: Reporter,
) -> Ready:
    """Find out what changed, and whether it can be brought past CloudFormation.

    Raises:
        UsageError: the project is protected.
        CredentialsError: the credentials are of another account than the stage's.
        StackForeign: a stack of that name is not this project's.
    """
    check(project)
    found = survey(project, bundles, out, cloud=cloud, synthesizer=synthesizer, reporter=reporter)
    stack, assembly = found.stack, found.assembly
    new = json.loads(assembly.template)
    reason = _why_not(stack)
    repairs: tuple[Repair, ...] = ()
    if stack is not None and reason is None:
        old = cloud.stacks.template(stack.id)
        world = world_of(found, stack, new, cloud)
        reason = unsafe(old, new, world) or _gone(found.live, new)
        repairs = tuple(living.repairs(found.live, assembly, new, world)) if not reason else ()
    return Ready(
        project=project,
        assembly=assembly,
        stack=stack,
        repairs=repairs,
        reason=reason,
        alias=found.live.alias,
    )


def apply(ready: Ready, *, cloud: Cloud, reporter: Reporter, clock: Clock) -> None:
    """Bring what changed; Lambda may take a second more until new code is called.

    Raises:
        DeploymentFailed: it stopped half-way; what is deployed runs.
    """
    keys = {repair.value for repair in ready.repairs if repair.kind == "code"}
    upload(ready.assembly, cloud=cloud, reporter=reporter, only=keys)
    machine = ready.stack.outputs.get(OUTPUT) if ready.stack else None
    with threads(1) as pool:
        marked = None
        if machine and ready.repairs:
            marked = pool.submit(publishing.mark_ahead, machine, ready.alias, cloud=cloud)
        mending.mend(ready.repairs, cloud=cloud, reporter=reporter, clock=clock, leaves_last=True)
    if marked and (refused := marked.exception()):
        reporter.emit(Note(f"`maestro run` will start what live leads to: {refused}"))


def _why_not(stack: Stack | None) -> str | None:
    if stack is None or stack.status == "REVIEW_IN_PROGRESS":
        return "it is not deployed yet"
    if stack.status not in recovery.WHOLE:
        return f"the stack is {stack.status}"
    return None


def _gone(live: living.Live, new: Mapping[str, JSON]) -> str | None:
    """Whether something that the stack should have is not there, or may not be looked at."""
    if live.machine is None:
        return "the state machine is not there, or these credentials may not look at it"
    for item in new["Resources"].values():
        name = item.get("Properties", {}).get("FunctionName")
        if item["Type"] == FUNCTION and isinstance(name, str) and name not in live.functions:
            return f"the function {name} is not there, or these credentials may not look at it"
    return None


def unsafe(old: JSON, new: JSON, world: World) -> str | None:
    """Why what changed from one template to the other needs CloudFormation; None where it does not.

    Args:
        old: the deployed template.
        new: the new one.
        world: what values become.
    """
    before, after = (_resources(template) for template in (old, new))
    for key in sorted({*before, *after}):
        if key not in before:
            return f"{key} ({after[key]['Type']}) is new"
        if key not in after:
            return f"{key} ({before[key]['Type']}) is gone"
        for setting in settings(before[key], after[key]):
            if not _is_safe(key, after[key], setting.name):
                return f"{key} ({after[key]['Type']}) changed: {setting.name}"
        if before[key] != after[key] and not _is_known(after[key], world):
            return f"{key} refers to what only CloudFormation knows"
    rest = [
        {name: value for name, value in template.items() if name not in ("Resources", "Metadata")}
        for template in (old, new)
    ]
    return None if rest[0] == rest[1] else "the stack's outputs or conditions changed"


def _is_safe(key: str, resource: Mapping[str, JSON], path: str) -> bool:
    section, _, rest = path.partition(".")
    name = rest.partition(".")[0].partition("[")[0]
    if section != "Properties":
        return False
    match resource["Type"]:
        case "AWS::Lambda::Function":
            return path == "Properties.Code.S3Key" or name in DEFAULTS
        case "AWS::StepFunctions::StateMachine":
            return key == MACHINE and name in (
                "DefinitionString",
                "DefinitionSubstitutions",
                "DefinitionS3Location",
            )
        case "AWS::IAM::Policy":
            roles = resource.get("Properties", {}).get("Roles")
            return name == "PolicyDocument" and roles == [{"Ref": MACHINE_ROLE}]
        case _:
            return False


def _is_known(resource: Mapping[str, JSON], world: World) -> bool:
    """Whether everybody can tell what the parts become that can be changed past CloudFormation."""
    properties = resource.get("Properties", {})
    parts: list[JSON] = []
    if resource["Type"] == FUNCTION:
        parts = [properties.get(name) for name in DEFAULTS]
    elif resource["Type"] == POLICY:
        parts = [properties.get("PolicyDocument")]
    elif resource["Type"] == _MACHINE:
        parts = [properties.get("DefinitionSubstitutions", {})]
    try:
        world.value(parts)
    except Unresolved:
        return False
    return True


def _resources(template: JSON) -> Mapping[str, JSON]:
    found = template.get("Resources") if isinstance(template, dict) else None
    return found if isinstance(found, dict) else {}
