"""IAM's roles."""

import json

from maestro_cdk.aws.failures import Refusal
from maestro_cdk.aws.service import Service
from maestro_cdk.model import JSON

_MISSING = "NoSuchEntity"


class Iam:
    """IAM as the port `Roles` wants it.

    Args:
        service: IAM.
    """

    def __init__(self, service: Service) -> None:
        self._iam = service

    def policy(self, role: str, name: str, /) -> JSON:
        """A policy that stands in a role; None where there is none of this name.

        Raises:
            CloudError: IAM refused.
        """
        try:
            answer = self._iam.call("get_role_policy", RoleName=role, PolicyName=name)
        except Refusal as refusal:
            if refusal.code == _MISSING:
                return None
            raise
        return answer["PolicyDocument"]

    def put_policy(self, role: str, name: str, document: JSON, /) -> None:
        """Put a policy into a role, in place of one of the same name.

        Raises:
            CloudError: IAM refused.
        """
        text = json.dumps(document, separators=(",", ":"))
        self._iam.call("put_role_policy", RoleName=role, PolicyName=name, PolicyDocument=text)

    def exists(self, role: str, /) -> bool:
        """Whether there is a role of that name.

        Raises:
            CloudError: IAM refused.
        """
        try:
            self._iam.call("get_role", RoleName=role)
        except Refusal as refusal:
            if refusal.code == _MISSING:
                return False
            raise
        return True

    def delete(self, role: str, /) -> bool:
        """Delete a role, what it holds first: IAM deletes none that holds anything.

        https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html

        Returns:
            Whether there was one.

        Raises:
            CloudError: IAM refused.
        """
        try:
            for page in self._iam.pages("list_attached_role_policies", RoleName=role):
                for each in page["AttachedPolicies"]:
                    arn = each["PolicyArn"]
                    self._iam.call("detach_role_policy", RoleName=role, PolicyArn=arn)
            for page in self._iam.pages("list_role_policies", RoleName=role):
                for name in page["PolicyNames"]:
                    self._iam.call("delete_role_policy", RoleName=role, PolicyName=name)
            for page in self._iam.pages("list_instance_profiles_for_role", RoleName=role):
                for each in page["InstanceProfiles"]:
                    self._iam.call(
                        "remove_role_from_instance_profile",
                        InstanceProfileName=each["InstanceProfileName"],
                        RoleName=role,
                    )
            self._iam.call("delete_role", RoleName=role)
        except Refusal as refusal:
            if refusal.code == _MISSING:
                return False
            raise
        return True
