"""What the values of a template become in an account, as far as that can be told from outside."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from maestro_cdk.cloud import StackResource
from maestro_cdk.model import JSON, Identity

_NAMES = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::Events::EventBus": "Name",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
}
"""Where a template says what a resource's `Ref` is."""

_ARNS = {
    "AWS::DynamoDB::Table": "arn:{partition}:dynamodb:{region}:{account}:table/{name}",
    "AWS::Events::EventBus": "arn:{partition}:events:{region}:{account}:event-bus/{name}",
    "AWS::IAM::Role": "arn:{partition}:iam::{account}:role/{name}",
    "AWS::Lambda::Function": "arn:{partition}:lambda:{region}:{account}:function:{name}",
    "AWS::Logs::LogGroup": "arn:{partition}:logs:{region}:{account}:log-group:{name}:*",
    "AWS::S3::Bucket": "arn:{partition}:s3:::{name}",
    "AWS::SNS::Topic": "{name}",
    "AWS::StepFunctions::StateMachine": "{name}",
}
"""The ARNs that a resource's `Ref` makes; `AWS::SQS::Queue`, whose is a URL, stands apart."""

_TOKEN = re.compile(r"\$\{(?P<escaped>!)?(?P<name>[^}]+)\}")


class Unresolved(Exception):
    """Only CloudFormation knows what a value becomes."""


@dataclass(frozen=True, kw_only=True)
class World:
    """What values are resolved by.

    `listed` gives the stack's resources, and is called only where the template does not name one.
    """

    identity: Identity
    stack_id: str
    template: Mapping[str, JSON]
    listed: Callable[[], tuple[StackResource, ...]]

    @cached_property
    def _physical(self) -> Mapping[str, str]:
        return {item.logical_id: item.physical_id for item in self.listed()}

    def value(self, value: JSON, /) -> JSON:
        """What a value becomes.

        Raises:
            Unresolved: only CloudFormation knows.
        """
        if isinstance(value, list):
            return [self.value(inner) for inner in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((key, inner),) = value.items()
            if key == "Ref":
                return self._ref(inner)
            if key.startswith("Fn::"):
                return self._function(key, inner)
        return {key: self.value(inner) for key, inner in value.items()}

    def _function(self, key: str, inner: JSON) -> JSON:
        if key == "Fn::GetAtt":
            logical, attribute = inner.split(".", 1) if isinstance(inner, str) else inner
            return self._attribute(logical, attribute)
        if key == "Fn::Join":
            return str(inner[0]).join(str(self.value(part)) for part in self.value(inner[1]))
        if key == "Fn::Sub":
            return self._sub(*(inner if isinstance(inner, list) else (inner, {})))
        if key == "Fn::Select":
            return self.value(inner[1])[int(inner[0])]
        if key == "Fn::Split":
            return str(self.value(inner[1])).split(inner[0])
        raise Unresolved(key)

    def _sub(self, text: str, values: Mapping[str, JSON]) -> str:
        def filled(match: re.Match[str]) -> str:
            name = match["name"]
            if match["escaped"]:
                return f"${{{name}}}"
            if name in values:
                return str(self.value(values[name]))
            logical, dot, attribute = name.partition(".")
            return str(self._attribute(logical, attribute) if dot else self._ref(name))

        return _TOKEN.sub(filled, text)

    def _ref(self, name: str) -> str:
        who = self.identity
        pseudo = {
            "AWS::AccountId": who.account,
            "AWS::Partition": who.partition,
            "AWS::Region": who.region,
            "AWS::StackId": self.stack_id,
            "AWS::StackName": self.stack_id.split("/")[1] if "/" in self.stack_id else "",
            "AWS::URLSuffix": "amazonaws.com.cn" if who.partition == "aws-cn" else "amazonaws.com",
        }
        if name in pseudo:
            return pseudo[name]
        resource = self.template.get("Resources", {}).get(name)
        if resource is None:
            raise Unresolved(name)
        named = resource.get("Properties", {}).get(_NAMES.get(resource["Type"], ""))
        if isinstance(named, str):
            return named
        if name in self._physical:
            return self._physical[name]
        raise Unresolved(name)

    def _attribute(self, logical: str, attribute: str) -> str:
        resource = self.template.get("Resources", {}).get(logical, {})
        kind, who = resource.get("Type"), self.identity
        if kind == "AWS::IAM::Role" and "Path" in resource.get("Properties", {}):
            raise Unresolved(f"{logical}.{attribute}")
        if attribute == "Arn" and kind in _ARNS:
            return _ARNS[kind].format(
                partition=who.partition,
                region=who.region,
                account=who.account,
                name=self._ref(logical),
            )
        if attribute == "Arn" and kind == "AWS::SQS::Queue":
            queue = self._ref(logical).rpartition("/")[2]
            return f"arn:{who.partition}:sqs:{who.region}:{who.account}:{queue}"
        raise Unresolved(f"{logical}.{attribute}")
