"""Why an operation on a stack failed, what in the folder made it, and what to do about it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from maestro_cdk.actions.remedies import REMEDIES
from maestro_cdk.cloud import Stack
from maestro_cdk.errors import DeploymentFailed, TemplateRejected
from maestro_cdk.model import Function, Project, SourceRef, StackEvent

_HANDLER = re.compile(
    r'^Resource handler returned message: "(?P<said>.*)" '
    r"\(RequestToken: [^,)]*, HandlerErrorCode: (?P<code>\w+)\)$",
    re.DOTALL,
)
"""How CloudFormation wraps what a resource's handler says."""

_SERVICE = re.compile(
    r"\s*\(Service: [^)]*\)(?: \(SDK Attempt Count: \d+\))?$|"
    r"\s*\((?:Service|Status Code|Request ID)[^)]*\)$"
)
"""What AWS's SDK adds: the request's number, which helps nobody here."""

_POINTER = re.compile(r"\bat (?P<pointer>/[^,'\"(]+)")
"""Where in a definition Step Functions sees a mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What went wrong: `resource` as `LogicalId (Type)`, `reason` in AWS's words, tidied."""

    resource: str
    reason: str
    where: SourceRef | None
    hint: str | None


def of(event: StackEvent, project: Project) -> Diagnosis:
    """Say of a resource that failed what it is to the user.

    Args:
        event: the event by which CloudFormation tells of it.
        project: the project.
    """
    reason = tidied(event.reason or event.status)
    return Diagnosis(
        resource=f"{event.logical_id} ({event.type})",
        reason=reason,
        where=_where(event.logical_id, reason, project),
        hint=next(_remedies(reason), None),
    )


def failed(event: StackEvent, project: Project, status: str) -> DeploymentFailed:
    """The error that tells of a resource that failed, and how the stack stands now."""
    found = of(event, project)
    stands = f"the stack is {status}; mend it and deploy again"
    return DeploymentFailed(
        f"{found.resource}: {found.reason}",
        hint=f"{found.hint}\n  {stands}" if found.hint else stands,
        where=found.where,
    )


def rejected(error: TemplateRejected, project: Project) -> DeploymentFailed:
    """The error that tells of a template that CloudFormation does not take, with what made it."""
    name, reason = error.reasons[0]
    known = next(_remedies(reason), None)
    stands = "the stack is as it was"
    return DeploymentFailed(
        error.message,
        hint=f"{known}\n  {stands}" if known else f"mend that and deploy again; {stands}",
        where=_where(name, reason, project),
    )


def first_failure(events: tuple[StackEvent, ...], stack: Stack) -> StackEvent | None:
    """The resource that made the last operation fail; None where that did not fail."""
    began = max(
        (
            n
            for n, event in enumerate(events)
            if event.physical_id == stack.id
            and event.status in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS")
        ),
        default=0,
    )
    return next((event for event in events[began:] if is_cause(event, stack.id)), None)


def is_cause(event: StackEvent, stack_id: str) -> bool:
    """Whether a resource failed of itself, and was not just cancelled because another had."""
    if not event.status.endswith("_FAILED") or event.physical_id == stack_id:
        return False
    return "cancelled" not in (event.reason or "").lower()


def tidied(reason: str) -> str:
    """A reason without what CloudFormation and AWS's SDK wrap it in."""
    wrapped = _HANDLER.match(reason.strip())
    said = wrapped["said"] if wrapped else reason.strip()
    before = None
    while before != said:
        before, said = said, _SERVICE.sub("", said).rstrip()
    return said


def _remedies(reason: str) -> Iterator[str]:
    """What to do about a reason that is known."""
    return (remedy.told(match) for remedy in REMEDIES if (match := remedy.match(reason)))


def _where(logical_id: str, reason: str, project: Project) -> SourceRef | None:
    found = source_of(project, logical_id)
    source = project.definition.source
    named = _POINTER.search(reason)
    if logical_id != "StateMachine" or source is None or named is None:
        return found
    steps = named["pointer"].strip().rstrip(".:").split("/")[1:]
    return source.where(tuple(int(step) if step.isdecimal() else step for step in steps))


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
