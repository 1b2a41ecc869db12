"""boto3's sessions and clients, set up as maestro wants them."""

from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.session
from botocore.config import Config

from maestro_cdk import __version__
from maestro_cdk.aws.failures import translated

EXPRESS_SECONDS = 300
"""The longest that an EXPRESS execution may take, and so StartSyncExecution."""


def of_user(profile: str | None) -> Any:
    """A boto3 session with the credentials that the user's environment and files give.

    Raises:
        CredentialsError: there is no such profile, or a file cannot be read.
    """
    try:
        return boto3.Session(profile_name=profile)
    except Exception as error:
        ours = translated(
            error, service="AWS", endpoint="", profile=profile, principal=lambda: None
        )
        if ours is None:
            raise
        raise ours from error


def isolated(access_key: str, secret_key: str) -> Any:
    """A boto3 session that knows these keys, and nothing of the user's.

    Every variable of botocore's keeps its default alone: what it would read from the environment
    or from a file is taken out. Otherwise a profile named in AWS_PROFILE would be looked for, and
    a CA bundle, an endpoint or a retry mode of the user's would count, even with explicit keys.
    """
    variables = {
        name: (None, None, default, conversion)
        for name, (_, _, default, conversion) in botocore.session.Session.SESSION_VARIABLES.items()
    }
    variables["config_file"] = variables["credentials_file"] = (None, None, None, None)
    core = botocore.session.Session(session_vars=variables)
    return boto3.Session(
        aws_access_key_id=access_key, aws_secret_access_key=secret_key, botocore_session=core
    )


class Clients:
    """Makes the clients of one account in one region.

    Args:
        session: a boto3 session.
        region: the region.
        endpoint: the address of every service, in place of AWS's own.
        alone: whether nothing of the user's counts, his proxy included.
    """

    def __init__(self, session: Any, *, region: str, endpoint: str | None, alone: bool) -> None:
        self.region = region
        self._session = session
        self._endpoint = endpoint
        self._alone = alone
        self._making = Lock()  # a session is not thread-safe; the clients that it makes are

    def make(self, service: str, *, patient: bool = False) -> Any:
        """Make a client.

        Args:
            service: the service as boto3 calls it.
            patient: waits for an answer as long as an EXPRESS execution may take, and never asks
                twice, since each asking would be an execution.
        """
        with self._making:
            client = self._client(service, self._config(patient=patient))
            if self.custom(client):
                # An emulator has no address for a bucket's own name, nor for Step Functions'
                # `sync-`. Whether an address is custom only botocore can tell: it may stand in
                # variables, in a profile, or in a services section of the configuration.
                elsewhere = Config(
                    s3={"addressing_style": "path"},
                    inject_host_prefix=False,
                    retries={"mode": "adaptive", "total_max_attempts": 1 if patient else 3},
                )
                config = self._config(patient=patient).merge(elsewhere)
                client = self._client(service, config)
        return client

    def custom(self, client: Any) -> bool:
        """Whether a client's address is other than AWS's own."""
        host = urlsplit(client.meta.endpoint_url).hostname or ""
        outputs = self._outputs()
        ours = (f".{outputs['dnsSuffix']}", f".{outputs['dualStackDnsSuffix']}")
        return not host.endswith(ours)

    def bucket_url(self, s3: Any, bucket: str) -> str:
        """The address of a bucket, as CloudFormation reads templates from it.

        On AWS this is the bucket's own host, in its region
        (https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html).
        """
        if self.custom(s3):
            return f"{s3.meta.endpoint_url.rstrip('/')}/{bucket}"
        return f"https://{bucket}.s3.{self.region}.{self._outputs()['dnsSuffix']}"

    def _outputs(self) -> dict[str, Any]:
        loader = self._session._session.get_component("data_loader")  # noqa: SLF001
        wanted = self._session.get_partition_for_region(self.region)
        partitions = loader.load_data("partitions")["partitions"]
        return next(dict(each["outputs"]) for each in partitions if each["id"] == wanted)

    def _client(self, service: str, config: Config) -> Any:
        return self._session.client(
            service, region_name=self.region, endpoint_url=self._endpoint, config=config
        )

    def _config(self, *, patient: bool) -> Config:
        alone = {"proxies": {}, "use_fips_endpoint": False} if self._alone else {}
        return Config(
            connect_timeout=10,
            read_timeout=EXPRESS_SECONDS + 30 if patient else 60,
            max_pool_connections=32,
            retries={"mode": "adaptive", "total_max_attempts": 1 if patient else 5},
            user_agent_extra=f"maestro/{__version__}",
            tcp_keepalive=True,
            **alone,
        )
