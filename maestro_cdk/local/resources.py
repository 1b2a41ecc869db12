"""Resources of Step Functions that MiniStack's CloudFormation does not know: what makes them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_StepFunctions.html
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from maestro_cdk.model import JSON

Properties = Mapping[str, JSON]
Made = tuple[str, dict[str, JSON]]
"""A resource's physical id, and its attributes."""

ACTIVITY = "AWS::StepFunctions::Activity"
VERSION = "AWS::StepFunctions::StateMachineVersion"
ALIAS = "AWS::StepFunctions::StateMachineAlias"

REPLACING = {
    ACTIVITY: ("Name", "EncryptionConfiguration"),
    VERSION: ("StateMachineArn", "StateMachineRevisionId", "Description"),
    ALIAS: ("Name",),
}
"""The properties whose change makes a resource anew."""


class Resources:
    """Makes, changes and deletes resources.

    Args:
        machines: MiniStack's Step Functions.
        name: makes a name out of a stack's and a logical id.
        activities: makes and deletes activities, by their names and by their ARNs.
    """

    def __init__(
        self,
        machines: Any,
        name: Callable[..., str],
        activities: Callable[[], tuple[Callable[[str], str], Callable[[str], None]]],
    ) -> None:
        self._machines, self._name, self._activities = machines, name, activities

    def handlers(self) -> dict[str, dict[str, Any]]:
        """What CloudFormation calls, by the types of resources."""
        return {
            ACTIVITY: {"create": self._make_activity, "delete": self._delete_activity},
            VERSION: {"create": self._publish, "delete": self._delete_version},
            ALIAS: {
                "create": self._make_alias,
                "update": self._update_alias,
                "delete": self._delete_alias,
            },
        }

    def _make_activity(self, logical_id: str, properties: Properties, stack: str) -> Made:
        name = properties.get("Name") or self._name(stack, logical_id, max_len=80)
        make, _delete = self._activities()
        arn = make(name)
        return arn, {"Arn": arn, "Name": name}

    def _delete_activity(self, arn: str, _: Properties) -> None:
        _make, delete = self._activities()
        delete(arn)

    def _publish(self, _: str, properties: Properties, __: str) -> Made:
        given = {
            "stateMachineArn": properties.get("StateMachineArn"),
            "revisionId": properties.get("StateMachineRevisionId"),
            "description": properties.get("Description", ""),
        }
        arn = done(self._machines._publish_state_machine_version(given))[  # noqa: SLF001
            "stateMachineVersionArn"
        ]
        return arn, {"Arn": arn}

    def _delete_version(self, arn: str, _: Properties) -> None:
        # An alias may lead to it still, until it is updated itself: AWS deletes at the very end.
        self._machines._delete_state_machine_version({"stateMachineVersionArn": arn})  # noqa: SLF001

    def _make_alias(self, logical_id: str, properties: Properties, stack: str) -> Made:
        given = {
            "name": properties.get("Name") or self._name(stack, logical_id, max_len=80),
            "description": properties.get("Description", ""),
            "routingConfiguration": _routing(properties),
        }
        arn = done(self._machines._create_state_machine_alias(given))[  # noqa: SLF001
            "stateMachineAliasArn"
        ]
        return arn, {"Arn": arn}

    def _update_alias(self, arn: str, _: Properties, properties: Properties, __: str) -> Made:
        given = {
            "stateMachineAliasArn": arn,
            "description": properties.get("Description", ""),
            "routingConfiguration": _routing(properties),
        }
        done(self._machines._update_state_machine_alias(given))  # noqa: SLF001
        return arn, {"Arn": arn}

    def _delete_alias(self, arn: str, _: Properties) -> None:
        self._machines._delete_state_machine_alias({"stateMachineAliasArn": arn})  # noqa: SLF001


def _routing(properties: Properties) -> list[dict[str, JSON]]:
    """Where an alias leads; what is to be shifted by and by is shifted at once here."""
    shifted = properties.get("DeploymentPreference")
    if shifted:
        return [{"stateMachineVersionArn": shifted["StateMachineVersionArn"], "weight": 100}]
    return [
        {"stateMachineVersionArn": entry["StateMachineVersionArn"], "weight": int(entry["Weight"])}
        for entry in properties.get("RoutingConfiguration") or ()
    ]


def done(answer: tuple[int, Mapping[str, str], bytes]) -> dict[str, JSON]:
    """What MiniStack answered.

    Raises:
        ValueError: it refused; CloudFormation shows the message.
    """
    status, _, body = answer
    told: dict[str, JSON] = json.loads(body)
    if status != 200:  # noqa: PLR2004 - HTTP's OK
        raise ValueError(str(told.get("message") or told))
    return told
