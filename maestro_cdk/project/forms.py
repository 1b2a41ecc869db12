"""The forms that settings take: how a value of TOML is read, and what a JSON schema says of it."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

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

VARIABLE = r"[A-Za-z][A-Za-z0-9_]*"
SUBSTITUTION = "[A-Za-z0-9_]+"


class Refused(ValueError):
    """A value that a key does not take; the message says what it does take.

    `key` is the one within the value, where that is a table, and `value` what it has.
    """

    def __init__(
        self, message: str, hint: str | None = None, *, key: str | None = None, value: JSON = None
    ) -> None:
        super().__init__(message)
        self.hint = hint
        self.key = key
        self.value = value


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a setting takes."""

    read: Callable[[Any], Any]
    """A value, read; raises Refused."""
    schema: Mapping[str, JSON]
    """The same as JSON schema, as far as that can say it."""
    items: Callable[[], Sequence[str]] | None = None
    """What may stand in a list, where finding that out takes time."""

    def described(self) -> Mapping[str, JSON]:
        """The whole of the JSON schema."""
        return {**self.schema, "items": {"enum": [*self.items()]}} if self.items else self.schema


# --- one value ---------------------------------------------------------------------------------


def _text(value: JSON) -> str:
    if not isinstance(value, str):
        raise Refused('a text in "..."')
    return value


def _switch(value: JSON) -> bool:
    if not isinstance(value, bool):
        raise Refused("true or false")
    return value


TEXT = Form(read=_text, schema={"type": "string"})
SWITCH = Form(read=_switch, schema={"type": "boolean"})


def number(low: int, high: int, unit: str = "") -> Form:
    """A whole number between two others."""

    def read(value: JSON) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise Refused(f"a whole number{unit} from {low} to {high}")
        return value

    return Form(read=read, schema={"type": "integer", "minimum": low, "maximum": high})


def one_of(*choices: str) -> Form:
    """One of a few texts."""

    def read(value: JSON) -> str:
        if value not in choices:
            raise Refused(f"one of {', '.join(choices)}")
        return str(value)

    return Form(read=read, schema={"enum": [*choices]})


def matching(pattern: str, what: str) -> Form:
    """A text that a pattern, one that JavaScript reads alike, fits as a whole."""

    def read(value: JSON) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise Refused(what)
        return value

    return Form(read=read, schema={"type": "string", "pattern": f"^(?:{pattern})$"})


def _retention(value: JSON) -> int:
    if value not in RETENTION_DAYS or isinstance(value, bool):
        raise Refused(f"days that CloudWatch Logs knows: {', '.join(map(str, RETENTION_DAYS))}")
    return int(value)


RETENTION = Form(read=_retention, schema={"enum": [*RETENTION_DAYS]})
ARN = matching(r"arn:.+", 'an ARN: "arn:..."')


# --- lists -------------------------------------------------------------------------------------


def _texts(value: JSON) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Refused('a list of texts: ["...", "..."]')
    return tuple(value)


def _some_texts(value: JSON) -> tuple[str, ...]:
    texts = _texts(value)
    if not texts:
        raise Refused("a list that is not empty")
    return texts


def at_most(count: int) -> Form:
    """A list of so many texts, or fewer."""

    def read(value: JSON) -> tuple[str, ...]:
        texts = _texts(value)
        if len(texts) > count:
            raise Refused(f"a list of at most {count} texts")
        return texts

    return Form(read=read, schema={"type": "array", "items": {"type": "string"}, "maxItems": count})


def _rules(value: JSON) -> tuple[str, ...]:
    from maestro_cdk.asl.rules import registry  # noqa: PLC0415 - few projects name any

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


def _optional() -> Sequence[str]:
    from maestro_cdk.asl.rules import registry  # noqa: PLC0415 - few ask for the schema

    return tuple(registry.OPTIONAL)


RULES = Form(read=_rules, schema={"type": "array"}, items=_optional)


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


def _object(properties: Mapping[str, JSON], *, whole: bool = True) -> dict[str, JSON]:
    """An object of these properties; where it has to be `whole`, of all of them."""
    return {
        "type": "object",
        "properties": dict(properties),
        **({"required": [*properties]} if whole else {}),
        "additionalProperties": False,
    }


_SOME_TEXTS = {"type": "array", "items": {"type": "string"}, "minItems": 1}
POLICIES = Form(
    read=_policies,
    schema={
        "type": "array",
        "items": {
            "anyOf": [
                {"type": "string"},
                _object({"actions": _SOME_TEXTS, "resources": _SOME_TEXTS}),
            ]
        },
    },
)


# --- tables ------------------------------------------------------------------------------------


def _table(value: JSON) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise Refused('a table of texts: { KEY = "..." }')
    return value


TABLE = Form(read=_table, schema={"type": "object", "additionalProperties": {"type": "string"}})


def _variables(value: JSON) -> dict[str, str]:
    table = _table(value)
    for name in table:
        if name in RESERVED:
            raise Refused(f"other names: {name} is Lambda's own")
        if not re.fullmatch(VARIABLE, name):
            raise Refused(
                f"names of letters, digits and underscores, a letter first: {name!r} is none"
            )
    return table


VARIABLES = Form(
    read=_variables,
    schema={
        "type": "object",
        "propertyNames": {"pattern": f"^{VARIABLE}$", "not": {"enum": [*RESERVED]}},
        "additionalProperties": {"type": "string"},
    },
)


def _is_scalar(value: JSON) -> bool:
    if isinstance(value, float):  # TOML has nan and inf, which JSON has not
        return math.isfinite(value)
    return isinstance(value, str | int)


def _scalars(value: JSON) -> dict[str, str | int | float | bool]:
    if not isinstance(value, dict) or not all(map(_is_scalar, value.values())):
        raise Refused("a table of texts, numbers, true and false")
    for name in value:
        if not re.fullmatch(SUBSTITUTION, name):
            raise Refused(f"names of letters, digits and underscores: {name!r} is none")
    return value


SCALARS = Form(
    read=_scalars,
    schema={
        "type": "object",
        "propertyNames": {"pattern": f"^{SUBSTITUTION}$"},
        "additionalProperties": {"type": ["string", "number", "boolean"]},
    },
)


def _vpc(value: JSON) -> Vpc:
    wanted = {"subnets", "security_groups"}
    if not isinstance(value, dict) or set(value) != wanted:
        raise Refused('{ subnets = ["subnet-..."], security_groups = ["sg-..."] }')
    return Vpc(subnets=_texts(value["subnets"]), security_groups=_texts(value["security_groups"]))


_TEXTS = {"type": "array", "items": {"type": "string"}}
VPC = Form(read=_vpc, schema=_object({"subnets": _TEXTS, "security_groups": _TEXTS}))


_RELEASE: Mapping[str, Form] = {
    "strategy": one_of("all", "canary", "linear"),
    "percentage": number(1, 99),
    "interval": number(1, 2100, " of minutes"),
    "alarms": Form(read=_texts, schema=_TEXTS),
    "keep": number(0, 900),
}
"""Bounds as those of CloudFormation's DeploymentPreference, and below the 1,000 versions that a state
machine may have:
https://docs.aws.amazon.com/step-functions/latest/apireference/API_PublishStateMachineVersion.html"""


def _release(value: JSON) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Refused('{ strategy = "canary", percentage = 10, interval = 5 }')
    for name in value:
        if name not in _RELEASE:
            near = get_close_matches(name, _RELEASE, n=1)
            hint = f"did you mean {near[0]!r}?" if near else None
            known = f"none of this name, but {', '.join(_RELEASE)}"
            raise Refused(known, hint, key=name, value=value[name])
    read = {}
    for name, each in value.items():
        try:
            read[name] = _RELEASE[name].read(each)
        except Refused as refused:
            raise Refused(str(refused), refused.hint, key=name, value=each) from refused
    return read


RELEASE = Form(
    read=_release,
    schema=_object({name: dict(form.schema) for name, form in _RELEASE.items()}, whole=False),
)
