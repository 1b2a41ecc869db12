"""Change sets: what CloudFormation would do, before it does it."""

import uuid
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from maestro_cdk.aws.failures import Refusal
from maestro_cdk.aws.service import Service
from maestro_cdk.cloud import Change, Plan
from maestro_cdk.errors import CloudError, DeploymentFailed, StackBusy, TemplateRejected
from maestro_cdk.ports import Clock

EMPTY = ("didn't contain changes", "No updates are to be performed")
"""How CloudFormation says that there is nothing to do; a status for it there is not."""

GONE = frozenset({"ChangeSetNotFound", "ChangeSetNotFoundException"})

LIMIT = 1800.0
"""Seconds after which a change set that is still being made counts as stuck."""


def make(cfn: Service, clock: Clock, request: Mapping[str, Any]) -> Plan:
    """Make a change set, and wait until it can be read.

    Whatever stops this, nothing of it is left behind.

    Args:
        cfn: the service.
        clock: what waiting goes by.
        request: the members of CreateChangeSet, but for the change set's name.

    Raises:
        StackBusy: another operation runs on the stack.
        DeploymentFailed: CloudFormation cannot make a change set of this.
        CloudError: CloudFormation refused.
    """
    name = f"maestro-{uuid.uuid4().hex}"
    with_name = {**request, "ChangeSetName": name, "ClientToken": name}
    stack_id, change_set = _begin(cfn, with_name)
    plan = Plan(
        stack_id=stack_id,
        change_set=change_set,
        creates=request["ChangeSetType"] == "CREATE",
        changes=(),
    )
    try:
        changes = _read(cfn, plan, _wait(cfn, clock, plan))
    except BaseException:  # an interrupted wait too
        with suppress(CloudError):
            discard(cfn, plan)
        raise
    if not changes:
        discard(cfn, plan)
    return replace(plan, changes=changes)


def discard(cfn: Service, plan: Plan) -> None:
    """Delete a change set, and its stack too where only the change set had made it.

    Raises:
        CloudError: CloudFormation refused.
    """
    try:
        cfn.call("delete_change_set", ChangeSetName=plan.change_set)
    except Refusal as refusal:
        if refusal.code not in GONE and not no_stack(refusal):
            raise
    if plan.creates and _is_only_a_plan(cfn, plan):
        cfn.call("delete_stack", StackName=plan.stack_id)


def execute(cfn: Service, plan: Plan) -> None:
    """Begin to execute a change set.

    Raises:
        StackBusy: another operation runs on the stack.
        CloudError: CloudFormation refused.
    """
    # The token makes a request that was sent twice count once.
    token = uuid.uuid5(uuid.NAMESPACE_URL, plan.change_set).hex
    try:
        cfn.call("execute_change_set", ChangeSetName=plan.change_set, ClientRequestToken=token)
    except Refusal as refusal:
        raise busy(refusal) from refusal


def begun(cfn: Service, plan: Plan) -> bool:
    """Whether a change set is being executed, or was; one that is gone was.

    Raises:
        CloudError: CloudFormation refused.
    """
    try:
        found = cfn.call("describe_change_set", ChangeSetName=plan.change_set)
    except Refusal as refusal:
        if refusal.code in GONE or no_stack(refusal):
            return True
        raise
    return found.get("ExecutionStatus") not in ("AVAILABLE", "UNAVAILABLE")


def busy(refusal: Refusal) -> CloudError:
    """The refusal, as StackBusy where it says that another operation runs on the stack."""
    running = "_IN_PROGRESS" in refusal.text and "REVIEW_IN_PROGRESS" not in refusal.text
    if running or refusal.code == "OperationInProgressException":
        return StackBusy(
            f"another operation runs on the stack: {refusal.text}",
            hint="wait until it has ended, then do the same again",
        )
    return refusal


def no_stack(refusal: Refusal) -> bool:
    """Whether it says that there is no such stack, for which CloudFormation has no code."""
    return refusal.code == "ValidationError" and "does not exist" in refusal.text


def _begin(cfn: Service, request: Mapping[str, Any]) -> tuple[str, str]:
    """Have a change set be made; return its stack's id and its own.

    One of that name is ours: the answer to an earlier try did not arrive.
    """
    try:
        answer = cfn.call("create_change_set", **request)
    except Refusal as refusal:
        if refusal.code != "AlreadyExistsException":
            raise busy(refusal) from refusal
        name = request["ChangeSetName"]
        made = cfn.call("describe_change_set", StackName=request["StackName"], ChangeSetName=name)
        return str(made["StackId"]), str(made["ChangeSetId"])
    return str(answer["StackId"]), str(answer["Id"])


def _wait(cfn: Service, clock: Clock, plan: Plan) -> dict[str, Any]:
    deadline = clock.monotonic() + LIMIT
    pause = 0.3
    while True:
        made: dict[str, Any] = cfn.call("describe_change_set", ChangeSetName=plan.change_set)
        if not made["Status"].endswith(("_PENDING", "_IN_PROGRESS")):
            return made
        if clock.monotonic() > deadline:
            raise DeploymentFailed(
                f"CloudFormation did not finish the change set in {LIMIT / 60:.0f} minutes",
                hint="it is deleted, and nothing was deployed; do the same again",
            )
        clock.sleep(pause)
        pause = min(pause * 1.5, 5.0)


def _read(cfn: Service, plan: Plan, page: Mapping[str, Any]) -> tuple[Change, ...]:
    """The changes of a change set whose first page is there."""
    if page["Status"] == "FAILED":
        reason = str(page.get("StatusReason") or "it gives no reason").rstrip(".")
        if any(text in reason for text in EMPTY):
            return ()
        raise _failed(cfn, plan, reason)
    changes = list(_resources(page.get("Changes", [])))
    while token := page.get("NextToken"):
        page = cfn.call("describe_change_set", ChangeSetName=plan.change_set, NextToken=token)
        changes += _resources(page.get("Changes", []))
    return tuple(changes) or (_of_the_stack(plan),)


def _of_the_stack(plan: Plan) -> Change:
    """What stands for a change of outputs alone: CloudFormation lists resources only."""
    return Change(
        action="Modify",
        logical_id=plan.stack_id.split("/")[1],
        physical_id=plan.stack_id,
        type="AWS::CloudFormation::Stack",
    )


def _resources(changes: Iterable[Mapping[str, Any]]) -> Iterable[Change]:
    for change in changes:
        resource = change.get("ResourceChange")
        if resource:
            yield Change(
                action=resource["Action"],
                logical_id=resource["LogicalResourceId"],
                physical_id=resource.get("PhysicalResourceId") or None,
                type=resource["ResourceType"],
                replacement=resource.get("Replacement") or None,
            )


def _failed(cfn: Service, plan: Plan, reason: str) -> DeploymentFailed:
    return TemplateRejected(_validation(cfn, plan) or [("", reason)])


def _validation(cfn: Service, plan: Plan) -> list[tuple[str, str]]:
    """What CloudFormation's own checks before deployment found wrong, resource by resource.

    The change set's reason then says no more than that they did
    (https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeEvents.html).
    """
    details: list[tuple[str, str]] = []
    try:
        for page in cfn.pages(
            "describe_events", ChangeSetName=plan.change_set, Filters={"FailedEvents": True}
        ):
            for event in page.get("OperationEvents", []):
                reason = event.get("ValidationStatusReason") or event.get("HookStatusReason")
                if not reason or event.get("ValidationFailureMode") == "WARN":
                    continue
                at = event.get("LogicalResourceId") or event.get("ValidationPath") or ""
                if (at, reason) not in details:
                    details.append((at, reason))
    except CloudError:
        return []  # it is only more detail, which older emulators and tight policies do not give
    return details


def _is_only_a_plan(cfn: Service, plan: Plan) -> bool:
    """Whether the stack is nothing but a name that our change set took."""
    try:
        stacks = cfn.call("describe_stacks", StackName=plan.stack_id)["Stacks"]
        if stacks[0]["StackStatus"] != "REVIEW_IN_PROGRESS":
            return False
        return not any(
            each["ChangeSetId"] != plan.change_set
            for page in cfn.pages("list_change_sets", StackName=plan.stack_id)
            for each in page.get("Summaries", [])
        )
    except Refusal as refusal:
        if no_stack(refusal):
            return False
        raise
