"""Roles: the policies of those that are on this machine count.

One that is not here (another account's, or one that was made by hand in the real account) has no
policy here that it could be held to, so whoever has it may do all.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from ministack.core import responses

from maestro_cdk.local.importing import when_loaded

EVALUATOR = "ministack.core.iam_evaluator"
REQUESTS = "ministack.core.iam_actions"

ALL = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_SESSION_TOKEN": ""}
"""Keys that may do all, as variables of a function."""


def is_here(arn: str) -> bool:
    """Whether a role is one of the account that asks."""
    from ministack.services import iam  # noqa: PLC0415 - when first needed

    parts = arn.split(":")
    own = len(parts) > 4 and parts[4] == responses.get_account_id()  # noqa: PLR2004 - the account
    return own and iam._roles.get(arn.rpartition("/")[2]) is not None  # noqa: SLF001


def session(arn: str, name: str) -> Mapping[str, str] | None:
    """Keys to act as a role, named as botocore's clients take them; None: it is not here."""
    from ministack.services import sts  # noqa: PLC0415 - when first needed

    if not is_here(arn):
        return None
    account, role = arn.split(":")[4], arn.rpartition("/")[2]
    digest = hashlib.sha256(f"{arn} {name}".encode()).hexdigest()
    key, secret, token = f"ASIA{digest[:16].upper()}", digest[16:56], digest
    kept = {
        "Arn": f"arn:aws:sts::{account}:assumed-role/{role}/{name}",
        "UserId": f"{role}:{name}",
        "SecretAccessKey": secret,
        "SessionToken": token,
    }
    sts.register_session(key, kept)
    return {
        "aws_access_key_id": key,
        "aws_secret_access_key": secret,
        "aws_session_token": token,
    }


def adapt() -> None:
    """Have MiniStack take roles that are not here, as soon as it loads what looks at them."""
    when_loaded(EVALUATOR, _take_any)
    when_loaded(REQUESTS, _know_aliases)


def _know_aliases(requests: ModuleType) -> None:
    """Have what is asked of an alias or a version be about the state machine.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html
    """
    looks: Any = requests
    about: Callable[..., str] = looks.extract_resource_arn

    def about_machine(
        service: str, method: str, path: str, headers: Any, body: bytes, *rest: Any
    ) -> str:
        found = _QUALIFIED.search(body) if service == "states" else None
        if found is not None:
            return found["machine"].decode()
        return about(service, method, path, headers, body, *rest)

    looks.extract_resource_arn = about_machine


_QUALIFIED = re.compile(
    rb'"stateMachine(?:Alias|Version)Arn"\s*:\s*"(?P<machine>arn:[^":]*(?::[^":]*){5}):[^":]+"'
)
"""Where a request names an alias or a version of a state machine."""


def _take_any(evaluator: ModuleType) -> None:
    evaluate: Any = evaluator
    validate: Callable[[str], str | None] = evaluate.validate_role_arn

    def refuse_malformed(arn: str) -> str | None:
        problem = validate(arn)
        return problem if problem and problem.startswith("Invalid") else None

    evaluate.validate_role_arn = refuse_malformed


def of_functions(credentials: Callable[[Any], dict[str, str]]) -> Callable[[Any], dict[str, str]]:
    """What gives functions their keys, made to give those that may do all where it must."""

    def give(config: Any) -> dict[str, str]:
        return credentials(config) if is_here(config.get("Role", "")) else dict(ALL)

    return give
