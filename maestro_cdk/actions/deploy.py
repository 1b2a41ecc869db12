"""Deploying a project, in three steps: a plan, someone's consent to it, and its execution.

While CDK makes the assembly, AWS is asked whose credentials these are and how the stack stands.
Assets are uploaded before the change set, which refers to them. Nothing that lives changes until
`apply`, but for a stack that an earlier operation left half-way: that is brought to order first.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from maestro_cdk.actions import recovery
from maestro_cdk.actions.following import Ended, follow, mark
from maestro_cdk.actions.threads import threads
from maestro_cdk.actions.wording import counted, size
from maestro_cdk.errors import CredentialsError, DeploymentFailed, StackForeign
from maestro_cdk.model import (
    Assembly,
    Bundle,
    Function,
    Identity,
    Owner,
    Plan,
    Project,
    SourceRef,
    Stack,
)
from maestro_cdk.ports import Clock, Cloud, Identified, Note, Reporter, Step, Synthesizer

INLINE_TEMPLATE_LIMIT = 51_200
"""Bytes of a template that may be sent with the request:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""

_NAMED = ("AWS::Lambda::Function", "AWS::Logs::LogGroup", "AWS::StepFunctions::StateMachine")
"""What has a name of its own in our stack: a second one beside the first, as a replacement is
made, cannot have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A plan, and what carrying it out needs to know."""

    project: Project
    identity: Identity
    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """The stack as it stands after a deployment; `changed` is False where nothing had to be."""

    stack: Stack
    changed: bool


def prepare(
    project: Project,
    bundles: Sequence[Bundle],
    out: Path,
    *,
    cloud: Cloud,
    synthesizer: Synthesizer,
    reporter: Reporter,
    clock: Clock,
    wait: bool = True,
) -> Prepared:
    """Find out what deploying would change.

    Args:
        project: what to deploy.
        bundles: what its functions are made of.
        out: a folder for the assembly.
        cloud: where to.
        synthesizer: makes the assembly.
        reporter: hears of each step.
        clock: tells and passes the time.
        wait: whether an operation that runs on the stack is waited for.

    Raises:
        CredentialsError: the credentials are of another account than the stage's.
        StackForeign: a stack of that name is not this project's.
        StackBusy: another operation runs on the stack, and was not to be waited for.
        DeploymentFailed: CloudFormation refuses the template, or cannot mend the stack.
    """
    reporter.emit(Step(f"synthesizing {counted(len(project.functions), 'function')}"))
    with threads(2) as pool:
        identity = pool.submit(lambda: cloud.identity)
        described = pool.submit(cloud.stacks.describe, project.stack_name)
        assembly = synthesizer.synthesize(project, bundles, out)
        check_account(project, identity.result())
        reporter.emit(Identified(identity.result()))
        stack = described.result()
    if stack is not None:
        check_owner(project, stack)
        stack = recovery.ready(
            stack, wait=wait, stacks=cloud.stacks, reporter=reporter, clock=clock
        )
    _upload(assembly, cloud=cloud, reporter=reporter)
    reporter.emit(Step("asking CloudFormation what would change"))
    inline = len(assembly.template.encode()) <= INLINE_TEMPLATE_LIMIT
    plan = cloud.stacks.plan(
        project.stack_name,
        creates=stack is None or stack.status == "REVIEW_IN_PROGRESS",
        template=assembly.template if inline else None,
        template_url=None if inline else _template_url(assembly, cloud),
        tags=project.tags,
        role=project.settings.workflow.cloudformation_role,
    )
    _check_replacements(plan, cloud=cloud)
    _tell_retained(plan, assembly, reporter=reporter)
    return Prepared(project=project, identity=identity.result(), plan=plan)


def apply(prepared: Prepared, *, cloud: Cloud, reporter: Reporter, clock: Clock) -> Deployed:
    """Carry out a plan, and report until it is done.

    Raises:
        DeploymentFailed: with the first resource that failed, why, and what in the folder made it.
    """
    project, plan = prepared.project, prepared.plan
    if plan.changes:
        count = counted(len(plan.changes), "resource")
        verb = "creating" if plan.creates else "updating"
        reporter.emit(Step(f"{verb} the stack {project.stack_name}: {count}"))
        before = mark(plan.stack_id, stacks=cloud.stacks, clock=clock)
        cloud.stacks.apply(plan)
        ended = follow(plan.stack_id, before, stacks=cloud.stacks, reporter=reporter, clock=clock)
        if ended.status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            raise _failed(project, ended)
    stack = cloud.stacks.describe(plan.stack_id)
    if stack is None:
        raise DeploymentFailed(f"the stack {project.stack_name} was deleted meanwhile")
    wanted = project.settings.workflow.protected
    if stack.protected != wanted:
        reporter.emit(Note(f"termination protection is now {'on' if wanted else 'off'}"))
        cloud.stacks.protect(stack.id, on=wanted)
        stack = replace(stack, protected=wanted)
    return Deployed(stack=stack, changed=bool(plan.changes))


def check_account(project: Project, identity: Identity) -> None:
    """Refuse credentials of another account than the one that the settings name."""
    account = project.settings.target.account
    if account and account != identity.account:
        stage = f"stage {project.settings.stage!r}" if project.settings.stage else "this project"
        raise CredentialsError(
            f"{stage} belongs to account {account}; "
            f"these credentials are of {identity.account} ({identity.arn})",
            hint="choose other credentials with --profile, or another --stage",
        )


def check_owner(project: Project, stack: Stack) -> None:
    """Refuse a stack that this project did not make."""
    if stack.status == "REVIEW_IN_PROGRESS":  # nothing was ever made of it
        return
    settings = project.settings
    own = Owner(project=settings.workflow.name, stage=settings.stage)
    if stack.owner == own:
        return
    if stack.owner is None:
        message = f"there is a stack {stack.name} that maestro did not make"
    else:
        message = f"the stack {stack.name} belongs to {_said(stack.owner)}, not to {_said(own)}"
    raise StackForeign(
        f"{message}; it is left alone",
        hint="give the workflow another name: [workflow] name in maestro.toml",
    )


def _check_replacements(plan: Plan, *, cloud: Cloud) -> None:
    """Refuse to replace what has a name: CloudFormation would try, fail and roll back."""
    for change in plan.changes:
        if change.replacement == "True" and change.type in _NAMED:
            cloud.stacks.discard(plan)
            raise DeploymentFailed(
                f"{change.logical_id} ({change.type}) would have to be replaced, "
                f"and its name {change.physical_id} is in use by the one that is there",
                hint="nothing was changed. Give the workflow another name in maestro.toml, or "
                "tear it down first; a state machine's type cannot change under its name",
            )


def _tell_retained(plan: Plan, assembly: Assembly, *, reporter: Reporter) -> None:
    """Say which of the new resources a teardown will not delete."""
    resources = json.loads(assembly.template)["Resources"]
    for change in plan.changes:
        policy = resources.get(change.logical_id, {}).get("DeletionPolicy", "Delete")
        if change.action == "Add" and policy != "Delete":
            reporter.emit(
                Note(
                    f"{change.logical_id} ({change.type}) stays after a teardown: its removal "
                    f"policy is {policy}"
                )
            )


def _upload(assembly: Assembly, *, cloud: Cloud, reporter: Reporter) -> None:
    """Bring to the bucket what it does not hold yet."""
    if not assembly.assets:
        return
    cloud.assets.prepare()
    paths = {asset.key: asset.path for asset in assembly.assets}
    absent = cloud.assets.absent(tuple(paths))
    if not absent:
        return
    total = sum(paths[key].stat().st_size for key in absent)
    reporter.emit(Step(f"uploading {counted(len(absent), 'file')}, {size(total)}"))
    with threads(8) as pool:
        for upload in [pool.submit(cloud.assets.put, key, paths[key]) for key in absent]:
            upload.result()


def _template_url(assembly: Assembly, cloud: Cloud) -> str:
    cloud.assets.prepare()
    path = assembly.directory / f"{assembly.stack_name}.template.json"
    cloud.assets.put(assembly.template_key, path)
    return cloud.assets.url(assembly.template_key)


def _failed(project: Project, ended: Ended) -> DeploymentFailed:
    event = ended.failure
    if event is None:
        return DeploymentFailed(f"{ended.status}: {ended.reason or 'CloudFormation says no more'}")
    where = source_of(project, event.logical_id)
    return DeploymentFailed(
        f"{event.logical_id} ({event.type}): {event.reason or event.status}",
        hint=f"the stack is {ended.status}; mend it and deploy again",
        where=where,
    )


def source_of(project: Project, logical_id: str) -> SourceRef | None:
    """The file of the folder that a resource of the stack was made from."""
    for function in project.functions:
        stem = f"{function.logical_id}Function"
        if logical_id in (stem, f"{stem}Role", f"{stem}Logs", f"{stem}Policy"):
            return SourceRef(file=_relative(function, project))
    if logical_id == "StateMachine":
        return SourceRef(file=project.definition.file)
    if project.infra is not None and not logical_id.startswith("StateMachine"):
        return SourceRef(file=project.infra.name)
    return None


def _relative(function: Function, project: Project) -> str:
    return function.root.relative_to(project.folder).as_posix()


def _said(owner: Owner) -> str:
    stage = f" (stage {owner.stage})" if owner.stage else ""
    return f"the project {owner.project}{stage}"
