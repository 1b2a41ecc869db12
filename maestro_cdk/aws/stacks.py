"""CloudFormation."""

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from maestro_cdk.aws import changesets
from maestro_cdk.aws.failures import Refusal
from maestro_cdk.aws.service import Service
from maestro_cdk.cloud import STANDARD, Mode, Owner, Plan, Stack, StackResource
from maestro_cdk.model import JSON, StackEvent
from maestro_cdk.ports import Clock


class CloudFormation:
    """CloudFormation as the port `Stacks` wants it.

    Args:
        service: CloudFormation.
        clock: what waiting for change sets goes by.
    """

    def __init__(self, service: Service, *, clock: Clock) -> None:
        self._cfn = service
        self._clock = clock
        # A stack is described again and again. Who owns it does not change; its template does,
        # with the state in which the stack is.
        self._owners: dict[str, Owner] = {}
        self._states: dict[str, tuple[Any, ...]] = {}
        self._templates: dict[str, tuple[tuple[Any, ...], JSON]] = {}

    def describe(self, name: str, /) -> Stack | None:
        """The stack of that name or id; None where there is none, or only a deleted one.

        Raises:
            CloudError: CloudFormation refused.
        """
        try:
            found = self._cfn.call("describe_stacks", StackName=name)["Stacks"]
        except Refusal as refusal:
            if changesets.no_stack(refusal):
                return None
            raise
        if not found or found[0]["StackStatus"] == "DELETE_COMPLETE":
            return None
        stack = found[0]
        return Stack(
            id=stack["StackId"],
            name=stack["StackName"],
            status=stack["StackStatus"],
            reason=stack.get("StackStatusReason") or None,
            outputs={
                output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])
            },
            owner=self._owner(stack),
            role=stack.get("RoleARN") or None,
            protected=bool(stack.get("EnableTerminationProtection", False)),
            tags={tag["Key"]: tag["Value"] for tag in stack.get("Tags", [])},
            express=stack.get("DeploymentConfig", {}).get("Mode") == "EXPRESS",
            rolls_back=not stack.get("DisableRollback", False),
        )

    def template(self, stack_id: str, /) -> JSON:
        """The stack's template, as it was deployed.

        It is asked for once as long as the stack is described to stand as it did.

        Returns:
            What the template says; None where it is not JSON, or the stack is gone.

        Raises:
            CloudError: CloudFormation refused.
        """
        state = self._states.get(stack_id, ())
        known, template = self._templates.get(stack_id, ((), None))
        if state and known == state:
            return template
        try:
            body = self._cfn.call("get_template", StackName=stack_id).get("TemplateBody")
        except Refusal as refusal:
            if changesets.no_stack(refusal):
                return None
            raise
        # boto3 hands a JSON template over as a dict.
        template = dict(body) if isinstance(body, Mapping) else _json(body)
        self._templates[stack_id] = (state, template)
        return template

    def plan(
        self,
        name: str,
        *,
        creates: bool,
        template: str | None,
        template_url: str | None,
        tags: Mapping[str, str],
        role: str | None,
        mode: Mode = STANDARD,
    ) -> Plan:
        """Make a change set from the template's text or address, and wait until it can be read.

        A change set that holds no changes is deleted again, and the plan's changes are empty.
        Where this fails, neither a change set is left nor a stack that only it had made.

        Args:
            name: the stack's name or id.
            creates: whether the stack is new, or no more than an earlier change set's.
            template: the template's text, up to 51,200 bytes
                (https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html).
            template_url: the template's address, in place of its text.
            tags: the stack's tags, all of them.
            role: the ARN of the role that CloudFormation takes on; without one it goes on with
                that of the stack, if that has one.
            mode: how the change set will be executed.

        Raises:
            StackBusy: another operation runs on the stack.
            DeploymentFailed: CloudFormation cannot make a change set of this.
            CloudError: CloudFormation refused.
        """
        request: dict[str, Any] = {
            "StackName": name,
            "ChangeSetType": "CREATE" if creates else "UPDATE",
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
            "Tags": [{"Key": key, "Value": value} for key, value in sorted(tags.items())],
        }
        optional = {
            "TemplateBody": template if template_url is None else None,
            "TemplateURL": template_url,
            "RoleARN": role,
            "DeploymentConfig": _config(mode),
            "DeploymentMode": "REVERT_DRIFT" if mode.reverts_drift else None,
        }
        request |= {key: value for key, value in optional.items() if value}
        plan = changesets.make(self._cfn, self._clock, request)
        owner = _owner_in(_json(template).get("Metadata")) if creates and template else None
        if owner is not None:  # once it is executed; until then nobody asks
            self._owners[plan.stack_id] = owner
        return plan

    def begun(self, plan: Plan, /) -> bool:
        """Whether the change set is being executed, or was.

        Raises:
            CloudError: CloudFormation refused.
        """
        return changesets.begun(self._cfn, plan)

    def discard(self, plan: Plan, /) -> None:
        """Delete the change set, and the stack too where only the change set had made it.

        Raises:
            CloudError: CloudFormation refused.
        """
        changesets.discard(self._cfn, plan)

    def apply(self, plan: Plan, /) -> None:
        """Begin to execute the change set.

        Raises:
            StackBusy: another operation runs on the stack.
            CloudError: CloudFormation refused.
        """
        changesets.execute(self._cfn, plan)

    def protect(self, stack_id: str, /, *, on: bool) -> None:
        """Switch the stack's termination protection.

        Raises:
            CloudError: CloudFormation refused.
        """
        self._cfn.call(
            "update_termination_protection", StackName=stack_id, EnableTerminationProtection=on
        )

    def events(self, stack_id: str, since: datetime, /) -> tuple[StackEvent, ...]:
        """The stack's events after `since`, oldest first.

        Args:
            stack_id: the stack's id, which finds a deleted stack's events too.
            since: a time with its zone; no page of older events is asked for.

        Raises:
            CloudError: CloudFormation refused.
        """
        newest_first: list[StackEvent] = []
        for page in self._cfn.pages("describe_stack_events", StackName=stack_id):
            fresh = [each for each in page["StackEvents"] if each["Timestamp"] > since]
            newest_first += map(_event, fresh)
            if len(fresh) < len(page["StackEvents"]):
                break
        return tuple(reversed(newest_first))

    def resources(self, stack_id: str, /, *, deleted: bool = False) -> tuple[StackResource, ...]:
        """The stack's resources that exist, those that its deletion left alone included.

        Args:
            stack_id: the stack's id, or its name where it is not deleted.
            deleted: whether those are wanted, too, that are deleted.

        Raises:
            CloudError: CloudFormation refused.
        """
        return tuple(
            StackResource(
                logical_id=each["LogicalResourceId"],
                physical_id=each["PhysicalResourceId"],
                type=each["ResourceType"],
                status=each["ResourceStatus"],
            )
            for page in self._cfn.pages("list_stack_resources", StackName=stack_id)
            for each in page["StackResourceSummaries"]
            if (deleted or each["ResourceStatus"] != "DELETE_COMPLETE")
            and each.get("PhysicalResourceId")
        )

    def roll_back(self, stack_id: str, /) -> None:
        """Begin to roll back an update that failed and was left so.

        Raises:
            StackBusy: another operation runs on the stack.
            CloudError: CloudFormation refused.
        """
        self._begin("rollback_stack", StackName=stack_id)

    def continue_rollback(self, stack_id: str, /, *, skip: Sequence[str]) -> None:
        """Begin to continue a rollback that failed.

        Args:
            stack_id: the stack's id.
            skip: the logical ids of resources to leave as they are.

        Raises:
            StackBusy: another operation runs on the stack.
            CloudError: CloudFormation refused.
        """
        more = {"ResourcesToSkip": list(skip)} if skip else {}
        self._begin("continue_update_rollback", StackName=stack_id, **more)

    def cancel(self, stack_id: str, /) -> None:
        """Begin to cancel an update that runs, which rolls it back.

        Raises:
            CloudError: CloudFormation refused, as it does where no update runs.
        """
        self._cfn.call("cancel_update_stack", StackName=stack_id)

    def delete(self, stack_id: str, /, *, role: str | None, express: bool = False) -> None:
        """Begin to delete the stack.

        Args:
            stack_id: the stack's id.
            role: the ARN of the role that CloudFormation takes on; without one it goes on with
                that of the stack, if that has one.
            express: whether it may end before the deletion of each resource does.

        Raises:
            StackBusy: another operation runs on the stack.
            CloudError: CloudFormation refused, as it does where the stack is protected.
        """
        more: dict[str, Any] = {"RoleARN": role} if role else {}
        if express:
            more["DeploymentConfig"] = {"Mode": "EXPRESS"}
        self._begin("delete_stack", StackName=stack_id, **more)

    def _begin(self, operation: str, **request: Any) -> None:
        """Begin an operation; a request that was sent twice counts once."""
        try:
            self._cfn.call(operation, **request, ClientRequestToken=uuid.uuid4().hex)
        except Refusal as refusal:
            raise changesets.busy(refusal) from refusal

    def _owner(self, stack: Mapping[str, Any]) -> Owner | None:
        key = stack["StackId"]
        self._states[key] = (stack["StackStatus"], stack.get("LastUpdatedTime"))
        if stack["StackStatus"] == "REVIEW_IN_PROGRESS":
            return None  # it has no template yet
        if key not in self._owners:
            template = self.template(key)
            owner = _owner_in(template.get("Metadata") if isinstance(template, dict) else None)
            if owner is None:
                return None
            self._owners[key] = owner
        return self._owners[key]


def _owner_in(metadata: Any) -> Owner | None:
    ours = metadata.get("Maestro") if isinstance(metadata, Mapping) else None
    if not isinstance(ours, Mapping) or not ours.get("project"):
        return None
    stage = ours.get("stage")
    return Owner(project=str(ours["project"]), stage=str(stage) if stage else None)


def _config(mode: Mode) -> dict[str, Any] | None:
    """The mode as the API names it; None for what is the default.

    Express mode rolls nothing back unless it is told to:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-express-mode.html
    """
    if not mode.express and mode.rolls_back:
        return None
    word = "EXPRESS" if mode.express else "STANDARD"
    return {"Mode": word, "DisableRollback": not mode.rolls_back}


def _json(text: Any) -> Any:
    """What JSON text says; None where it is YAML, as a template that is not maestro's may be."""
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return None


def _event(event: Mapping[str, Any]) -> StackEvent:
    return StackEvent(
        id=event["EventId"],
        time=event["Timestamp"].astimezone(UTC),
        logical_id=event.get("LogicalResourceId", ""),
        physical_id=event.get("PhysicalResourceId", ""),
        type=event.get("ResourceType", ""),
        status=event.get("ResourceStatus", ""),
        reason=event.get("ResourceStatusReason") or None,
    )
