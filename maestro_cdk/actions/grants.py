"""What the roles of a template may do, and which of it another template does not allow."""

import fnmatch
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from maestro_cdk.model import JSON


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Grant:
    """An action that a role may do on a resource; `condition` is JSON text, empty where there is none.

    `denied` is one that it may not do, whatever allows it.
    """

    role: str
    action: str
    resource: str
    condition: str = ""
    denied: bool = False


def grants(resources: Mapping[str, JSON]) -> frozenset[Grant]:
    """What the roles of a template's resources may do, and who may take them on."""
    return frozenset(_grants(resources))


def gained(before: frozenset[Grant], after: frozenset[Grant]) -> tuple[Grant, ...]:
    """What is allowed after and was not before; a denial that is gone is gained, too."""
    allowed = [grant for grant in before if not grant.denied]
    new = [
        grant
        for grant in after - before
        if not grant.denied and not any(_covers(known, grant) for known in allowed)
    ]
    freed = [grant for grant in before - after if grant.denied]
    return tuple(sorted([*new, *freed]))


def _covers(known: Grant, grant: Grant) -> bool:
    return (
        known.role == grant.role
        and known.condition in ("", grant.condition)
        and fnmatch.fnmatchcase(grant.action.lower(), known.action.lower())
        and fnmatch.fnmatchcase(grant.resource, known.resource.replace("[", "[[]"))
    )


def shown(value: JSON) -> str:
    """A value of a template as a person reads it: `${Manager.Arn}` for what CloudFormation knows."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and len(value) == 1:
        (key, inner), *_ = value.items()
        if key == "Ref":
            return f"${{{inner}}}"
        if key == "Fn::GetAtt":
            return f"${{{inner if isinstance(inner, str) else '.'.join(map(str, inner))}}}"
        if key == "Fn::Join":
            return str(inner[0]).join(shown(part) for part in inner[1])
        if key == "Fn::Sub":
            return shown(inner if isinstance(inner, str) else inner[0])
    return json.dumps(value, sort_keys=True)


def _grants(resources: Mapping[str, JSON]) -> Iterator[Grant]:
    for key, item in resources.items():
        properties = item.get("Properties", {})
        if item["Type"] == "AWS::IAM::Role":
            yield from _of_role(key, properties)
        elif item["Type"] in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
            for role in _listed(properties.get("Roles", [])):
                yield from _of_document(_role(role), properties.get("PolicyDocument", {}))
        elif item["Type"] == "AWS::Lambda::Permission":
            yield Grant(
                role=shown(properties.get("Principal", "*")),
                action=shown(properties.get("Action", "*")),
                resource=shown(properties.get("FunctionName", "*")),
            )


def _of_role(key: str, properties: Mapping[str, JSON]) -> Iterator[Grant]:
    for policy in _listed(properties.get("Policies", [])):
        yield from _of_document(key, policy.get("PolicyDocument", {}))
    for arn in _listed(properties.get("ManagedPolicyArns", [])):
        yield Grant(role=key, action="*", resource=f"what {shown(arn)} allows")
    trust = properties.get("AssumeRolePolicyDocument", {})
    for statement in _listed(trust.get("Statement", []) if isinstance(trust, dict) else []):
        for principal in _principals(statement.get("Principal", "*")):
            condition = _condition(statement)
            yield Grant(role=principal, action="sts:AssumeRole", resource=key, condition=condition)


def _of_document(role: str, policy: JSON) -> Iterator[Grant]:
    for statement in _listed(policy.get("Statement", []) if isinstance(policy, dict) else []):
        one = Grant(
            role=role,
            action="",
            resource="",
            condition=_condition(statement),
            denied=statement.get("Effect") == "Deny",
        )
        # What is allowed but for some is written as one thing: only the same covers it.
        actions = _listed(statement.get("Action")) or [f"all but {statement.get('NotAction')}"]
        places = _listed(statement.get("Resource")) or [f"all but {statement.get('NotResource')}"]
        for action in actions:
            for place in places:
                yield replace(one, action=shown(action), resource=shown(place))


def _condition(statement: Mapping[str, JSON]) -> str:
    found = statement.get("Condition")
    return json.dumps(found, sort_keys=True) if found else ""


def _principals(value: JSON) -> Iterator[str]:
    if not isinstance(value, dict):
        yield shown(value)
        return
    for inner in value.values():
        for one in _listed(inner):
            yield shown(one)


def _role(value: JSON) -> str:
    return shown(value).removeprefix("${").removesuffix("}")


def _listed(value: JSON) -> list[JSON]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
