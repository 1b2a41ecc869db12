"""Connections of EventBridge, which HTTP Tasks need and MiniStack's CloudFormation does not know.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-connection.html
"""

from collections.abc import Callable
from typing import Any

from maestro_cdk.local.resources import Made, Properties, done

CONNECTION = "AWS::Events::Connection"
REPLACING = {CONNECTION: ("Name",)}
"""The properties whose change makes a resource anew."""

_HANDED_ON = ("AuthorizationType", "AuthParameters", "Description")


class Connections:
    """Makes, changes and deletes connections.

    Args:
        name: makes a name out of a stack's and a logical id.
    """

    def __init__(self, name: Callable[..., str]) -> None:
        self._name = name

    def handlers(self) -> dict[str, dict[str, Any]]:
        """What CloudFormation calls, by the types of resources."""
        return {
            CONNECTION: {"create": self._make, "update": self._update, "delete": self._delete},
        }

    def _make(self, logical_id: str, properties: Properties, stack: str) -> Made:
        name = properties.get("Name") or self._name(stack, logical_id, max_len=64)
        done(_events()._create_connection(_given(name, properties)))  # noqa: SLF001
        return name, _attributes(name)

    def _update(self, name: str, _: Properties, properties: Properties, __: str) -> Made:
        done(_events()._update_connection(_given(name, properties)))  # noqa: SLF001
        return name, _attributes(name)

    def _delete(self, name: str, _: Properties) -> None:
        _events()._delete_connection({"Name": name})  # noqa: SLF001


def _given(name: str, properties: Properties) -> dict[str, Any]:
    handed = {key: properties[key] for key in _HANDED_ON if key in properties}
    return {"Name": name, **handed}


def _attributes(name: str) -> dict[str, Any]:
    arn = _events()._connections[name]["ConnectionArn"]  # noqa: SLF001
    secret = arn.replace(":events:", ":secretsmanager:").replace(
        ":connection/", ":secret:events!connection/"
    )
    return {"Arn": arn, "ArnForPolicy": arn, "SecretArn": secret}


def _events() -> Any:
    from ministack.services import eventbridge  # noqa: PLC0415 - when first needed

    return eventbridge
