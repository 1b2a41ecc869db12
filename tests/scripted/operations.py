"""The API: each operation by its name, parameters in, answer out, refusals in AWS's words."""

import json
import re

from tests.scripted.stacks import UPDATABLE, Refused, in_order, parsed, replaces

NO_CHANGES = (
    "The submitted information didn't contain changes. "
    "Submit different information to create a change set."
)
PAGE = 100


class Operations:
    """CloudFormation's operations on scripted stacks.

    Args:
        stacks: the stacks.
        fetch: gives the text behind a TemplateURL.
    """

    def __init__(self, stacks, fetch):
        self.stacks, self.fetch = stacks, fetch
        self.calls = []
        self.refusals = []  # (operation, Refused): the next calls of it are refused

    def call(self, operation, parameters):
        """Answer one call."""
        self.stacks.settle()
        self.calls.append((operation, parameters))
        for refusal in self.refusals:
            if refusal[0] == operation:
                self.refusals.remove(refusal)
                raise refusal[1]
        return getattr(self, operation)(**parameters)

    # --- change sets ---------------------------------------------------------------------------

    def CreateChangeSet(
        self,
        *,
        StackName,
        ChangeSetName,
        ChangeSetType="UPDATE",
        TemplateBody=None,
        TemplateURL=None,
        Tags=(),
        RoleARN=None,
        DeploymentConfig=None,
        DeploymentMode=None,
        OnStackFailure="ROLLBACK",
        Capabilities=(),
        **_,
    ):
        wanted = parsed(TemplateBody if TemplateBody is not None else self.fetch(TemplateURL))
        in_order(wanted["Resources"])
        if "CAPABILITY_NAMED_IAM" not in Capabilities and _names_roles(wanted):
            raise Refused(
                "Requires capabilities : [CAPABILITY_NAMED_IAM]",
                "InsufficientCapabilitiesException",
            )
        stack = self.stacks.find(StackName)
        if ChangeSetType == "CREATE":
            if stack is not None and stack.status != "REVIEW_IN_PROGRESS":
                raise Refused(
                    f"Stack [{StackName}] already exists and cannot be created again "
                    f"with the changeSet [{ChangeSetName}]."
                )
            stack = stack or self.stacks.put(StackName, "REVIEW_IN_PROGRESS")
        elif stack is None:
            raise Refused(f"Stack [{StackName}] does not exist")
        else:
            self._check_updatable(stack, DeploymentConfig or {})
        if ChangeSetName in stack.change_sets:
            raise Refused(
                f"ChangeSet {ChangeSetName} cannot be created due to a mismatch with existing "
                f"ChangeSet {ChangeSetName}",
                "AlreadyExistsException",
            )
        lost = (
            stack.lost & wanted["Resources"].keys() if DeploymentMode == "REVERT_DRIFT" else set()
        )
        config = DeploymentConfig or {}
        express = config.get("Mode") == "EXPRESS"
        # Express mode does not roll back unless it is told to.
        keeps = config.get("DisableRollback", express) or OnStackFailure == "DO_NOTHING"
        made = {
            "ChangeSetName": ChangeSetName,
            "ChangeSetId": self.stacks.new_id("changeSet", ChangeSetName),
            "StackId": stack.id,
            "StackName": stack.name,
            "Status": "CREATE_COMPLETE",
            "ExecutionStatus": "AVAILABLE",
            "Changes": self._changes(stack, wanted, lost),
            "lost": lost,
            "wanted": wanted,
            "tags": list(Tags),
            "role": RoleARN,
            "express": express,
            "rolls_back": not keeps,
        }
        if self.stacks.script.rejected:
            made |= {"Status": "FAILED", "StatusReason": self.stacks.script.rejected}
        elif not made["Changes"] and stack.template == wanted and list(Tags) == stack.tags:
            made |= {"Status": "FAILED", "StatusReason": NO_CHANGES}
        if made["Status"] == "FAILED":
            made |= {"ExecutionStatus": "UNAVAILABLE", "Changes": []}
        stack.change_sets[made["ChangeSetId"]] = made
        return {"Id": made["ChangeSetId"], "StackId": stack.id}

    def _check_updatable(self, stack, config):
        if stack.status.endswith("_FAILED") and stack.express and config.get("Mode") != "EXPRESS":
            raise Refused(
                f"This stack is in a {stack.status} state from a previous operation that used "
                "EXPRESS deployment mode with disable-rollback. Follow-up operations must use the "
                "same DeploymentConfig (mode=EXPRESS) until the stack reaches a *_COMPLETE state"
            )
        open_to_it = stack.status in UPDATABLE or (
            stack.status in ("CREATE_FAILED", "UPDATE_FAILED") and not stack.rolls_back
        )
        if not open_to_it:
            raise Refused(f"Stack:{stack.id} is in {stack.status} state and can not be updated.")

    def _changes(self, stack, wanted, lost):
        before = stack.template.get("Resources", {})
        changes = []
        for key, resource in wanted["Resources"].items():
            if key not in stack.resources or key in lost:
                changes.append({"Action": "Add", "LogicalResourceId": key})
            elif before.get(key) != resource or stack.resources[key].status.endswith("_FAILED"):
                replaced = key in before and replaces(before[key], resource)
                changes.append(
                    {
                        "Action": "Modify",
                        "LogicalResourceId": key,
                        "PhysicalResourceId": stack.resources[key].physical_id,
                        "Replacement": "True" if replaced else "False",
                    }
                )
            else:
                continue
            changes[-1]["ResourceType"] = resource["Type"]
        changes += [
            {
                "Action": "Remove",
                "LogicalResourceId": key,
                "PhysicalResourceId": resource.physical_id,
                "ResourceType": resource.type,
            }
            for key, resource in stack.resources.items()
            if key not in wanted["Resources"]
        ]
        return [{"Type": "Resource", "ResourceChange": change} for change in changes]

    def _change_set(self, name):
        for stack in self.stacks.by_id.values():
            for made in stack.change_sets.values():
                if name in (made["ChangeSetId"], made["ChangeSetName"]):
                    return stack, made
        raise Refused(f"ChangeSet [{name}] does not exist", "ChangeSetNotFound", 404)

    def DescribeChangeSet(self, *, ChangeSetName, NextToken=None, **_):
        _, made = self._change_set(ChangeSetName)
        told = {key: value for key, value in made.items() if key[0].isupper()}
        return _paged(told, "Changes", NextToken)

    def ListChangeSets(self, *, StackName, **_):
        members = ("StackId", "StackName", "ChangeSetId", "ChangeSetName", "Status")
        return {
            "Summaries": [
                {key: made[key] for key in members}
                for made in self.stacks.get(StackName).change_sets.values()
            ]
        }

    def DeleteChangeSet(self, *, ChangeSetName, **_):
        stack, made = self._change_set(ChangeSetName)
        del stack.change_sets[made["ChangeSetId"]]
        return {}

    def ExecuteChangeSet(self, *, ChangeSetName, **_):
        stack, made = self._change_set(ChangeSetName)
        if made["ExecutionStatus"] != "AVAILABLE":
            raise Refused(
                f"ChangeSet [{made['ChangeSetId']}] cannot be executed in its current "
                f"status of [{made['Status']}]",
                "InvalidChangeSetStatus",
            )
        if stack.status.endswith("_IN_PROGRESS") and stack.status != "REVIEW_IN_PROGRESS":
            raise Refused(f"Stack:{stack.id} is in {stack.status} state and can not be updated.")
        if not made["rolls_back"] and any(
            change["ResourceChange"].get("Replacement") == "True" for change in made["Changes"]
        ):
            raise Refused("Replacement type updates not supported on stack with disable-rollback.")
        stack.change_sets.clear()  # of an executed stack none stays
        stack.tags, stack.role = made["tags"], made["role"] or stack.role
        stack.express, stack.rolls_back = made["express"], made["rolls_back"]
        if stack.status == "REVIEW_IN_PROGRESS":
            self.stacks.create(stack, made["wanted"])
        else:
            self.stacks.update(stack, made["wanted"], made["lost"])
        return {}

    # --- stacks --------------------------------------------------------------------------------

    def DescribeStacks(self, *, StackName=None, **_):
        if StackName is not None:
            return {"Stacks": [self._described(self.stacks.get(StackName))]}
        known = self.stacks.by_id.values()
        return {"Stacks": [self._described(s) for s in known if s.status != "DELETE_COMPLETE"]}

    def _described(self, stack):
        told = {
            "StackId": stack.id,
            "StackName": stack.name,
            "CreationTime": stack.created,
            "StackStatus": stack.status,
            "StackStatusReason": stack.reason,
            "DisableRollback": not stack.rolls_back,
            "EnableTerminationProtection": stack.protected,
            "Tags": stack.tags,
            "RoleARN": stack.role,
            "LastUpdatedTime": stack.updated,
            "DeletionTime": stack.deleted,
            "DeploymentConfig": {"Mode": "EXPRESS" if stack.express else "STANDARD"},
        }
        if stack.status in UPDATABLE:
            told["Outputs"] = [
                {"OutputKey": key, "OutputValue": self._value(stack, output["Value"])}
                for key, output in stack.template.get("Outputs", {}).items()
            ]
        return {key: value for key, value in told.items() if value is not None}

    def _value(self, stack, value):
        name = value.get("Ref") if isinstance(value, dict) else None
        return stack.resources[name].physical_id if name in stack.resources else str(value)

    def DescribeStackEvents(self, *, StackName, NextToken=None, **_):
        events = list(reversed(self.stacks.get(StackName).events))
        return _paged({"StackEvents": events}, "StackEvents", NextToken)

    def ListStackResources(self, *, StackName, NextToken=None, **_):
        listed = [
            {
                "LogicalResourceId": each.logical_id,
                "PhysicalResourceId": each.physical_id,
                "ResourceType": each.type,
                "LastUpdatedTimestamp": each.changed,
                "ResourceStatus": each.status,
                **({"ResourceStatusReason": each.reason} if each.reason else {}),
            }
            for each in self.stacks.get(StackName).resources.values()
        ]
        return _paged({"StackResourceSummaries": listed}, "StackResourceSummaries", NextToken)

    def GetTemplate(self, *, StackName, **_):
        template = self.stacks.get(StackName).template
        text = getattr(template, "text", json.dumps(template))
        # https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1220
        return {"TemplateBody": re.sub(r"[^\x00-\x7f]", "?", text)}

    def GetTemplateSummary(self, *, StackName, **_):
        metadata = self.stacks.get(StackName).template.get("Metadata")
        return {"Metadata": json.dumps(metadata)} if metadata is not None else {}

    def UpdateTerminationProtection(
        self,
        *,
        StackName,
        EnableTerminationProtection,
    ):
        stack = self.stacks.get(StackName)
        stack.protected = EnableTerminationProtection
        return {"StackId": stack.id}

    def DeleteStack(
        self,
        *,
        StackName,
        RetainResources=(),
        **_,
    ):
        stack = self.stacks.find(StackName)
        if stack is None or stack.status == "DELETE_COMPLETE":
            return {}  # a stack that is not there is deleted
        if stack.protected:
            raise Refused(
                f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
            )
        if RetainResources and stack.status != "DELETE_FAILED":
            raise Refused(
                f"Invalid operation on stack [{stack.id}]. RetainResources can only be specified "
                "when the stack is in the DELETE_FAILED state."
            )
        if stack.status == "REVIEW_IN_PROGRESS":
            self.stacks.tell(stack, self.stacks.clock(), "DELETE_COMPLETE")
        elif stack.status != "DELETE_IN_PROGRESS":
            self.stacks.delete(stack, RetainResources)
        return {}

    def CancelUpdateStack(self, *, StackName, **_):
        stack = self.stacks.get(StackName)
        if stack.status != "UPDATE_IN_PROGRESS":
            raise Refused("CancelUpdateStack cannot be called from current stack status")
        stack.coming.clear()
        now = self.stacks.clock()
        for resource in stack.resources.values():
            if resource.status.endswith("_IN_PROGRESS"):
                word = resource.status.split("_")[0]
                said = "Resource update cancelled"
                self.stacks.tell(stack, now, f"{word}_FAILED", said, resource)
        self.stacks.tell(stack, now, "UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated")
        self.stacks.undo(stack, now.timestamp())
        return {}

    def ContinueUpdateRollback(self, *, StackName, ResourcesToSkip=(), **_):
        stack = self.stacks.get(StackName)
        if stack.status != "UPDATE_ROLLBACK_FAILED":
            raise Refused(
                f"Stack:{stack.id} is in {stack.status} state and can not continue rollback."
            )
        now = self.stacks.clock()
        for key in ResourcesToSkip:
            if not stack.resources[key].status.endswith("_FAILED"):
                raise Refused(f"Resource {key} is not in UPDATE_FAILED state and cannot be skipped")
            self.stacks.tell(stack, now, "UPDATE_COMPLETE", None, stack.resources[key])
        self.stacks.tell(stack, now, "UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated")
        self.stacks.undo(stack, now.timestamp(), ResourcesToSkip)
        return {}

    def RollbackStack(self, *, StackName, **_):
        stack = self.stacks.get(StackName)
        if stack.status not in ("CREATE_FAILED", "UPDATE_FAILED"):
            raise Refused(f"Stack:{stack.id} is in {stack.status} state and can not be rolled back")
        if stack.express:
            raise Refused(
                "RollbackStack is not supported for stacks that were last updated using EXPRESS "
                "deployment mode and are in a failed state"
            )
        now = self.stacks.clock()
        if stack.status == "CREATE_FAILED":
            stack.rolls_back = True
            self.stacks._failed_creation(stack, now, "", "CREATE")
        else:
            self.stacks.tell(stack, now, "UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated")
            self.stacks.undo(stack, now.timestamp())
        return {"StackId": stack.id}

    def DescribeEvents(self, **_):
        return {"OperationEvents": []}


def _names_roles(template):
    return any(
        resource["Type"] == "AWS::IAM::Role" and "RoleName" in resource.get("Properties", {})
        for resource in template["Resources"].values()
    )


def _paged(answer, member, token):
    start = int(token or 0)
    rest = answer[member][start:]
    more = {"NextToken": str(start + PAGE)} if len(rest) > PAGE else {}
    return {**answer, member: rest[:PAGE], **more}
