"""What one call of an API needs, by the names of its actions and the ARNs in its arguments."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from maestro_cdk.asl.permissions import actions, resources
from maestro_cdk.asl.permissions.arguments import Arguments
from maestro_cdk.asl.permissions.resources import Reach
from maestro_cdk.model import Severity
from maestro_cdk.ports import Authorization, Operation, ServiceModels

Conditions: TypeAlias = Mapping[str, Mapping[str, str]]
"""What must hold: operator, key, value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """An action that a state needs, and what on."""

    action: str
    reach: Reach
    conditions: Conditions = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Actions that a state needs and that cannot be told further; `*` in one is anything."""

    actions: tuple[str, ...]
    message: str
    severity: Severity = "error"


Needs: TypeAlias = Iterator[Need | Gap]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call of an API by a state; `service` and `action` as aws-sdk integrations name them."""

    service: str
    action: str
    pattern: str
    arguments: Arguments
    services: ServiceModels
    known: Authorization

    @property
    def operation(self) -> Operation | None:
        """What is called; None where it is not known."""
        service = self.services.service(self.service)
        return service.operation(self.action) if service else None

    def needs(self, *names: str) -> Needs:
        """Actions of IAM's with what the call's arguments say of their resources."""
        for name in names:
            action = self.known.action(name)
            if action is None:
                message = f"{self.service}:{self.action} needs a permission that is not known"
                yield Gap(actions=(name,), message=message)
                continue
            prefix = name.partition(":")[0]
            forms = self.known.arns(prefix)
            reach = resources.of(action, self.arguments, self.operation, forms)
            yield Need(action=action.name, reach=reach)


def plain(call: Call) -> Needs:
    """What a call needs whose actions and resources follow from their names alone."""
    service = call.services.service(call.service)
    operation = call.operation
    if service is None or operation is None:
        what = f"the service {call.service!r}" if service is None else f"{call.action!r}"
        guess = f"{actions.prefix(service) if service else call.service}:{call.action}"
        yield Gap(actions=(guess,), message=f"{what} is not known, nor what it needs")
        return
    if service.name in actions.BY_METHOD:
        yield from _by_path(call, operation, actions.of(service, operation, call.known))
        return
    yield from call.needs(*actions.of(service, operation, call.known))


def _by_path(call: Call, operation: Operation, names: tuple[str, ...]) -> Needs:
    """Actions of API Gateway's, whose resources are the paths of its own API.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html
    """
    tree = call.arguments.tree
    given = {key.lower(): key for key in tree} if isinstance(tree, dict) else {}
    unknown: list[str] = []

    def fill(match: re.Match[str]) -> str:
        name = given.get(re.sub(r"[^a-z0-9]", "", match.group(1).lower()))
        value = call.arguments.get(name) if name else None
        if value is None or value.computed:
            unknown.append(match.group(1) if value is None else value.name)
        return value.text if value else "*"

    path = re.sub(r"\{([^}]*)\}", fill, operation.path.partition("?")[0])
    arn = f"arn:PARTITION:apigateway:REGION::{path}"
    reach = Reach(arns=(arn,), why=resources.computed(*unknown), wide=bool(unknown))
    for name in names:
        if ":" in name and name.partition(":")[2].isupper():
            yield Need(action=name, reach=reach)
        else:
            yield from call.needs(name)


def limited(need: Need, conditions: Conditions) -> Need:
    """A need under conditions."""
    return replace(need, conditions=conditions)


def on(action: str, *arns: str, why: tuple[str, ...] = (), wide: bool = False) -> Need:
    """An action on resources that are known otherwise."""
    return Need(action=action, reach=Reach(arns=arns, why=why, wide=wide))
