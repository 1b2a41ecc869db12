"""The way in: an account in a region, reached by boto3 once somebody asks."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from maestro_cdk.errors import CloudError
from maestro_cdk.ports import Clock

if TYPE_CHECKING:
    from maestro_cdk.aws.cloud import AwsCloud


def connect(
    *,
    clock: Clock,
    environ: Mapping[str, str],
    region: str | None = None,
    profile: str | None = None,
    endpoint: str | None = None,
    access_key: str | None = None,
    secret_key: str | None = None,
) -> "AwsCloud":
    """Make ready to ask AWS; nothing is asked yet.

    With `access_key` and `secret_key` these are all that there is: no profile, no file and no
    variable of the user's is read, which is how the AWS on this machine is reached. Without them
    credentials come from where every AWS tool finds them.

    Args:
        clock: what waiting goes by.
        environ: the environment, read for AWS_REGION and AWS_DEFAULT_REGION. What boto3 itself
            reads it takes from the process's.
        region: the region; without it the environment's, then the profile's.
        profile: a profile that was asked for. It wins over keys in the environment, so one that
            only AWS_PROFILE names should not be given here: boto3 reads that by itself.
        endpoint: the address of every service, in place of AWS's own.
        access_key: the key to use in place of the user's credentials.
        secret_key: its secret.

    Raises:
        CloudError: there is no region.
        CredentialsError: there is no such profile, or the configuration cannot be read.
    """
    # Half the commands never get here, and boto3 takes a fifth of a second to import.
    from maestro_cdk.aws import boto, cloud, failures  # noqa: PLC0415

    if access_key is not None and secret_key is not None:
        session = boto.isolated(access_key, secret_key)
    else:
        session = boto.of_user(profile)
    region = region or environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
    region = region or (session.get_config_variable("region") if access_key is None else None)
    if not region:
        raise CloudError("no region is set", hint=failures.NO_REGION)
    clients = boto.Clients(session, region=region, endpoint=endpoint, alone=access_key is not None)
    return cloud.AwsCloud(clients, clock=clock, profile=profile)
