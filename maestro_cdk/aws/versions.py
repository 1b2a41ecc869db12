"""Versions and aliases of Step Functions, versions of Lambda, and the alarms of releases."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from maestro_cdk.aws.failures import Refusal
from maestro_cdk.aws.functions import live_function
from maestro_cdk.aws.service import Service
from maestro_cdk.errors import CloudError
from maestro_cdk.versions import LIVE, Alias, FunctionVersion, MachineVersion

DESCRIPTION = 256
"""The most characters of a version's or alias's description
(https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachineAlias.html)."""

_ACTIVE = "Active"
_CALLABLE = (_ACTIVE, "Inactive")
"""The states of a version that can be called; one that was idle for long wakes up then."""

_SETTINGS = ("roleArn", "loggingConfiguration", "tracingConfiguration")


class StateMachineVersions:
    """Versions as the port `Versions` wants them.

    Args:
        states: Step Functions.
        functions: Lambda.
        watch: CloudWatch.
    """

    def __init__(self, states: Service, functions: Service, watch: Service) -> None:
        self._states = states
        self._lambda = functions
        self._watch = watch

    # --- the alias -------------------------------------------------------------------------------

    def alias(self, machine: str, /) -> Alias | None:
        """The alias live of a machine; None where there is none.

        Raises:
            CloudError: Step Functions refused.
        """
        arn = f"{machine}:{LIVE}"
        try:
            answer = self._states.call("describe_state_machine_alias", stateMachineAliasArn=arn)
        except Refusal as refusal:
            if refusal.code in {"ResourceNotFound", "StateMachineDoesNotExist"}:
                return None
            raise
        updated = answer.get("updateDate")
        return Alias(
            arn=arn,
            weights={
                _number(each["stateMachineVersionArn"]): each["weight"]
                for each in answer["routingConfiguration"]
                if each["weight"]
            },
            description=answer.get("description", ""),
            updated=updated.astimezone(UTC) if updated else None,
        )

    def point(
        self, machine: str, weights: Mapping[int, int], description: str, /, *, new: bool = False
    ) -> None:
        """Have live lead to these versions; make it where there is none: `new` says that is so.

        Executions that begin in the next seconds may still go where it led before:
        https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachineAlias.html

        Raises:
            CloudError: Step Functions refused.
        """
        wanted: dict[str, Any] = {
            "description": description[:DESCRIPTION],
            "routingConfiguration": [
                {"stateMachineVersionArn": f"{machine}:{number}", "weight": weight}
                for number, weight in weights.items()
            ],
        }
        arn = f"{machine}:{LIVE}"
        ways: list[tuple[str, dict[str, Any], str]] = [
            ("update_state_machine_alias", {"stateMachineAliasArn": arn}, "ResourceNotFound"),
            ("create_state_machine_alias", {"name": LIVE}, "ConflictException"),
        ]
        first, second = reversed(ways) if new else ways
        try:
            self._states.call(first[0], **first[1], **wanted)
        except Refusal as refusal:
            if refusal.code != first[2]:
                raise
            self._states.call(second[0], **second[1], **wanted)

    # --- versions of the machine -----------------------------------------------------------------

    def describe(self, machine: str, /, number: int | None = None) -> MachineVersion | None:
        """A version, or the machine as it is now, which has the number 0; None where there is none.

        Raises:
            CloudError: Step Functions refused.
        """
        arn = machine if number is None else f"{machine}:{number}"
        try:
            answer = self._states.call("describe_state_machine", stateMachineArn=arn)
        except Refusal as refusal:
            if refusal.code in {"StateMachineDoesNotExist", "ResourceNotFound"}:
                return None
            raise
        return MachineVersion(
            number=number or 0,
            definition=answer["definition"],
            description=answer.get("description", ""),
            settings={name: answer[name] for name in _SETTINGS if name in answer},
        )

    def publish(self, machine: str, definition: str, description: str, /) -> int:
        """Give a machine a definition, and publish it as a version.

        Both are one request, so that nobody's change comes in between:
        https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachine.html

        Returns:
            The version's number.

        Raises:
            CloudError: Step Functions refused.
        """
        answer = self._states.call(
            "update_state_machine",
            stateMachineArn=machine,
            definition=definition,
            publish=True,
            versionDescription=description[:DESCRIPTION],
        )
        return _number(answer["stateMachineVersionArn"])

    def listed(self, machine: str, /) -> dict[int, datetime]:
        """The versions of a machine, newest first, and when each was published.

        Raises:
            CloudError: Step Functions refused.
        """
        found: dict[int, datetime] = {}
        more: dict[str, str] = {}
        while True:
            answer = self._states.call(
                "list_state_machine_versions", stateMachineArn=machine, maxResults=1000, **more
            )
            for each in answer["stateMachineVersions"]:
                number = _number(each["stateMachineVersionArn"])
                found[number] = each["creationDate"].astimezone(UTC)
            if not answer.get("nextToken"):
                return dict(sorted(found.items(), reverse=True))
            more = {"nextToken": answer["nextToken"]}

    def holding(self, machine: str, /) -> dict[int, int]:
        """How many executions run that were started from each version; of EXPRESS none are told.

        Raises:
            CloudError: Step Functions refused.
        """
        held: dict[int, int] = {}
        try:
            for page in self._states.pages(
                "list_executions", stateMachineArn=machine, statusFilter="RUNNING"
            ):
                for each in page["executions"]:
                    if version := each.get("stateMachineVersionArn"):
                        held[_number(version)] = held.get(_number(version), 0) + 1
        except Refusal as refusal:
            if refusal.code not in {"StateMachineDoesNotExist", "StateMachineTypeNotSupported"}:
                raise
        return held

    def delete(self, machine: str, number: int, /) -> None:
        """Delete a version of a machine: executions that run are left alone.

        https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachineVersion.html

        Raises:
            CloudError: Step Functions refused, as it does while an alias leads there.
        """
        self._states.call(
            "delete_state_machine_version", stateMachineVersionArn=f"{machine}:{number}"
        )

    # --- versions of functions -------------------------------------------------------------------

    def publish_function(self, name: str, /) -> FunctionVersion:
        """Publish a function as it is, unless that is its last version already.

        Lambda looks at that: https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html
        A version cannot be called before it is active, which takes it moments, or minutes:
        https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html

        Raises:
            CloudError: Lambda refused, as it does while an update of the function goes on; or the
                version cannot be called yet, or ever.
        """
        answer = self._lambda.call("publish_version", FunctionName=name)
        arn, _, number = str(answer["FunctionArn"]).rpartition(":")
        state = answer.get("State", _ACTIVE)
        if state not in _CALLABLE:
            why = answer.get("StateReason")
            raise CloudError(
                f"version {number} of {name} is in the state: {state}{f' ({why})' if why else ''}"
            )
        function = live_function(answer)
        return FunctionVersion(
            arn=arn, number=int(number), code=function.code, properties=function.properties
        )

    def function_exists(self, arn: str, number: int, /) -> bool:
        """Whether a function has that version.

        Raises:
            CloudError: Lambda refused.
        """
        try:
            self._lambda.call("get_function_configuration", FunctionName=arn, Qualifier=str(number))
        except Refusal as refusal:
            if refusal.code == "ResourceNotFoundException":
                return False
            raise
        return True

    def delete_function(self, arn: str, number: int, /) -> None:
        """Delete a version of a function; one that is not there, or that an alias needs, is left.

        Raises:
            CloudError: Lambda refused.
        """
        try:
            self._lambda.call("delete_function", FunctionName=arn, Qualifier=str(number))
        except Refusal as refusal:
            if refusal.code not in {"ResourceNotFoundException", "ResourceConflictException"}:
                raise

    # --- alarms ----------------------------------------------------------------------------------

    def alarms(self, names: Sequence[str], /) -> dict[str, str]:
        """The states of alarms, by their names; of those that are there.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html

        Raises:
            CloudError: CloudWatch refused.
        """
        if not names:  # which would be all of the account's
            return {}
        answer = self._watch.call(
            "describe_alarms",
            AlarmNames=list(names),
            AlarmTypes=["MetricAlarm", "CompositeAlarm"],
            MaxRecords=100,
        )
        found = [*answer.get("MetricAlarms", ()), *answer.get("CompositeAlarms", ())]
        return {each["AlarmName"]: each["StateValue"] for each in found}


def _number(arn: str) -> int:
    """The number at the end of a version's ARN."""
    return int(arn.rpartition(":")[2])
