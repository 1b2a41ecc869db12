"""What AWS's own configuration says of this user, asked without waiting long for an answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from maestro_cdk.aws import boto

_HASTY = Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 1})
_ANY_REGION = "us-east-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What is found around this user, each None where nothing is."""

    region: str | None
    """Of the environment, or of the profile."""
    account: str | None
    """That the credentials answer for."""
    problem: str | None
    """Why no credentials answer."""


def look(profile: str | None, environ: Mapping[str, str], *, ask: bool = True) -> Surroundings:
    """Look around.

    Args:
        profile: a profile of the AWS configuration; None for the usual one.
        environ: the environment, read for AWS_REGION, which botocore does not know.
        ask: whether to ask whose the credentials are, over the network.

    Raises:
        CredentialsError: there is no such profile, or the configuration cannot be read.
    """
    session = boto.of_user(profile)
    region = environ.get("AWS_REGION") or session.get_config_variable("region")
    account, problem = _identity(session, region) if ask else (None, None)
    return Surroundings(region=region, account=account, problem=problem)


def regions() -> frozenset[str]:
    """Every region that the installed botocore knows; AWS may have newer ones."""
    session = boto.isolated("none", "none")
    return frozenset(
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions(
            "stepfunctions", partition_name=partition, allow_non_regional=False
        )
    )


def profiles() -> tuple[str, ...]:
    """The profiles of the AWS configuration."""
    return tuple(sorted(boto.of_user(None).available_profiles))


def _identity(session: Any, region: str | None) -> tuple[str | None, str | None]:
    try:
        client = session.create_client("sts", region_name=region or _ANY_REGION, config=_HASTY)
        return str(client.get_caller_identity()["Account"]), None
    except ClientError as error:
        return None, str(error.response.get("Error", {}).get("Message") or error)
    except BotoCoreError as error:
        return None, str(error)
