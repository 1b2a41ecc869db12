"""What maestro.toml may hold: one table of keys, from which settings are read and checked."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from maestro_cdk.asl import arns
from maestro_cdk.asl.rules import registry
from maestro_cdk.model import JSON, Policy, PolicyStatement, Vpc

RETENTION_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)  # fmt: skip
"""What CloudWatch Logs takes, from the API reference of PutRetentionPolicy."""


RESERVED = (
    "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
    "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
)  # fmt: skip
"""The variables that Lambda sets itself, and lets nobody set:
https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html"""


class Refused(ValueError):
    """A value that a key does not take; the message says what it does take."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A setting: what it is about, and how its value is read."""

    doc: str
    read: Callable[[Any], Any]


def _text(value: JSON) -> str:
    if not isinstance(value, str):
        raise Refused('a text in "..."')
    return value


def _switch(value: JSON) -> bool:
    if not isinstance(value, bool):
        raise Refused("true or false")
    return value


def _number(low: int, high: int, unit: str = "") -> Callable[[Any], int]:
    def read(value: JSON) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise Refused(f"a whole number{unit} from {low} to {high}")
        return value

    return read


def _one_of(*choices: str) -> Callable[[Any], str]:
    def read(value: JSON) -> str:
        if value not in choices:
            raise Refused(f"one of {', '.join(choices)}")
        return str(value)

    return read


def _matching(pattern: str, what: str) -> Callable[[Any], str]:
    def read(value: JSON) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise Refused(what)
        return value

    return read


def _texts(value: JSON) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Refused('a list of texts: ["...", "..."]')
    return tuple(value)


def _some_texts(value: JSON) -> tuple[str, ...]:
    texts = _texts(value)
    if not texts:
        raise Refused("a list that is not empty")
    return texts


def _at_most(count: int) -> Callable[[Any], tuple[str, ...]]:
    def read(value: JSON) -> tuple[str, ...]:
        texts = _texts(value)
        if len(texts) > count:
            raise Refused(f"a list of at most {count} texts")
        return texts

    return read


def _table(value: JSON) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise Refused('a table of texts: { KEY = "..." }')
    return value


def _variables(value: JSON) -> dict[str, str]:
    table = _table(value)
    for name in table:
        if name in RESERVED:
            raise Refused(f"other names: {name} is Lambda's own")
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
            raise Refused(
                f"names of letters, digits and underscores, a letter first: {name!r} is none"
            )
    return table


def _rules(value: JSON) -> tuple[str, ...]:
    ids = _texts(value)
    known = [rule.id for rule in registry.EVERY]
    for name in ids:
        if name not in known:
            near = get_close_matches(name, registry.OPTIONAL, n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise Refused(
                f"ids of rules, and {name!r} is none",
                f"{hint}`maestro validate --rules` lists them",
            )
        if name not in registry.OPTIONAL:
            raise Refused(
                f"rules that can be switched off, and {name!r} is none: "
                "what it finds cannot be deployed",
                f"those that can: {', '.join(registry.OPTIONAL)}",
            )
    return ids


def _is_scalar(value: JSON) -> bool:
    if isinstance(value, float):  # TOML has nan and inf, which JSON has not
        return math.isfinite(value)
    return isinstance(value, str | int)


def _scalars(value: JSON) -> dict[str, str | int | float | bool]:
    if not isinstance(value, dict) or not all(map(_is_scalar, value.values())):
        raise Refused("a table of texts, numbers, true and false")
    for name in value:
        if not re.fullmatch("[A-Za-z0-9_]+", name):
            raise Refused(f"names of letters, digits and underscores: {name!r} is none")
    return value


def _retention(value: JSON) -> int:
    if value not in RETENTION_DAYS or isinstance(value, bool):
        raise Refused(f"days that CloudWatch Logs knows: {', '.join(map(str, RETENTION_DAYS))}")
    return int(value)


def _vpc(value: JSON) -> Vpc:
    wanted = {"subnets", "security_groups"}
    if not isinstance(value, dict) or set(value) != wanted:
        raise Refused('{ subnets = ["subnet-..."], security_groups = ["sg-..."] }')
    return Vpc(subnets=_texts(value["subnets"]), security_groups=_texts(value["security_groups"]))


def _policies(value: JSON) -> tuple[Policy, ...]:
    form = 'a list of managed policies\' names or ARNs, and of { actions = ["..."], resources = ["..."] }'
    if not isinstance(value, list):
        raise Refused(form)
    policies: list[Policy] = []
    for item in value:
        if isinstance(item, str):
            policies.append(item)
        elif isinstance(item, dict) and set(item) == {"actions", "resources"}:
            policies.append(
                PolicyStatement(
                    actions=_some_texts(item["actions"]), resources=_some_texts(item["resources"])
                )
            )
        else:
            raise Refused(form)
    return tuple(policies)


_ARN = _matching(r"arn:.+", 'an ARN: "arn:..."')
_SECONDS = " of seconds"

WORKFLOW: Mapping[str, Key] = {
    "name": Key(doc="The workflow's name; by default the folder's.", read=_text),
    "type": Key(doc="STANDARD, or EXPRESS.", read=_one_of("STANDARD", "EXPRESS")),
    "logging": Key(
        doc="What the state machine logs.", read=_one_of("OFF", "ERROR", "FATAL", "ALL")
    ),
    "execution_data": Key(doc="Whether the log holds inputs and outputs.", read=_switch),
    "tracing": Key(doc="X-Ray.", read=_switch),
    "timeout": Key(
        doc="Seconds after which an execution is ended.", read=_number(1, 99_999_999, _SECONDS)
    ),
    "tags": Key(doc="Tags of the stack and all that is in it.", read=_table),
    "protected": Key(doc="Termination protection; no short cuts.", read=_switch),
    "express": Key(doc="CloudFormation's express mode.", read=_switch),
    "policies": Key(doc="What else the state machine may do.", read=_policies),
    "permissions_boundary": Key(doc="A managed policy's ARN that bounds every role.", read=_ARN),
    "cloudformation_role": Key(doc="The role that CloudFormation assumes.", read=_ARN),
    "disable_rules": Key(doc="Validation rules switched off, by id.", read=_rules),
    "substitutions": Key(doc="Values for ${name} in the definition.", read=_scalars),
}

FUNCTION: Mapping[str, Key] = {
    "runtime": Key(
        doc="Lambda's name of the runtime.",
        read=_matching(
            r"(python|nodejs|java|dotnet|ruby|provided)[a-z0-9.]*",
            'Lambda\'s name of a runtime, like "python3.13" or "nodejs24.x"',
        ),
    ),
    "handler": Key(doc="file.function", read=_matching(r"\S+", "file.function")),
    "memory": Key(doc="MB.", read=_number(128, 10_240, " of MB")),
    "timeout": Key(doc="Seconds.", read=_number(1, 900, _SECONDS)),
    "architecture": Key(doc="arm64 or x86_64.", read=_one_of("arm64", "x86_64")),
    "environment": Key(doc="Environment variables.", read=_variables),
    "log_retention": Key(doc="Days that log lines are kept.", read=_retention),
    "ephemeral_storage": Key(doc="MB of /tmp.", read=_number(512, 10_240, " of MB")),
    "tracing": Key(doc="X-Ray.", read=_switch),
    "reserved_concurrency": Key(doc="How many run at once at most.", read=_number(0, 1_000_000)),
    "vpc": Key(doc="The subnets and security groups it stands in.", read=_vpc),
    "dead_letter": Key(doc="ARN of the queue or topic for failed events.", read=_ARN),
    "policies": Key(doc="What the function may do.", read=_policies),
    "layers": Key(doc="ARNs of at most five layers.", read=_at_most(5)),
}

TARGET: Mapping[str, Key] = {
    "account": Key(
        doc="The account that it belongs to.", read=_matching(r"\d{12}", 'twelve digits in "..."')
    ),
    "region": Key(
        doc="The region.", read=_matching(arns.REGION.pattern, 'a region like "eu-west-1"')
    ),
    "profile": Key(doc="The profile of the AWS configuration.", read=_text),
}
