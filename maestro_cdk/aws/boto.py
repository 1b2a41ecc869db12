"""botocore's sessions and clients, set up as maestro wants them.

boto3 would be the same, and 0.1 s of imports that most commands have no use for.
"""

import os
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore.config import Config
from botocore.loaders import Loader

from maestro_cdk import __version__
from maestro_cdk.aws.failures import translated

ANSWER_SECONDS = 60.0
"""How long an answer is waited for."""

EXPRESS_SECONDS = 300
"""The longest that an EXPRESS execution may take, and so StartSyncExecution."""


def of_user(profile: str | None) -> Any:
    """A session with the credentials that the user's environment and files give.

    Raises:
        CredentialsError: there is no such profile, or a file cannot be read.
    """
    try:
        session = _swift(botocore.session.Session(profile=profile))
        session.get_scoped_config()  # where a profile that is not there is noticed
    except Exception as error:
        ours = translated(
            error, service="AWS", endpoint="", profile=profile, principal=lambda: None
        )
        if ours is None:
            raise
        raise ours from error
    return session


def isolated(access_key: str, secret_key: str) -> Any:
    """A session that knows these keys, and nothing of the user's.

    Every variable of botocore's keeps its default alone: what it would read from the environment
    or from a file is taken out. Otherwise a profile named in AWS_PROFILE would be looked for, and
    a CA bundle, an endpoint or a retry mode of the user's would count, even with explicit keys.
    """
    variables = {
        name: (None, None, default, conversion)
        for name, (_, _, default, conversion) in botocore.session.Session.SESSION_VARIABLES.items()
    }
    variables["config_file"] = variables["credentials_file"] = (None, None, None, None)
    session = _swift(botocore.session.Session(session_vars=variables))
    session.set_credentials(access_key, secret_key)
    return session


class _Loader(Loader):  # type: ignore[misc]  # botocore has no types
    """Finds a service by the name of its folder.

    botocore looks into each of 400 folders before it opens the one that was asked for, once for
    each kind of file: a tenth of a second for nothing.
    """

    def list_available_services(self, type_name: str) -> list[str]:
        """The services; whether one has a file of this type shows when it is opened."""
        del type_name
        folders = [path for path in map(Path, self.search_paths) if path.is_dir()]
        return [path.name for folder in folders for path in folder.iterdir()]


def _swift(session: Any) -> Any:
    """The session, with a loader that looks where it has to."""
    paths = session.get_component("data_loader").search_paths
    loader = _Loader(extra_search_paths=paths, include_default_search_paths=False)
    session.register_component("data_loader", loader)
    return session


class Clients:
    """Makes the clients of one account in one region.

    Args:
        session: a session of botocore's.
        region: the region.
        endpoint: the address of every service, in place of AWS's own.
        alone: whether nothing of the user's counts, his proxy included.
    """

    def __init__(self, session: Any, *, region: str, endpoint: str | None, alone: bool) -> None:
        self.region = region
        self._session = session
        self._endpoint = endpoint
        self._alone = alone
        # To make a client takes 40 ms or more: one that is made in vain is worth a guess.
        self._elsewhere = bool(endpoint or (os.environ.get("AWS_ENDPOINT_URL") and not alone))
        self._making = Lock()  # a session is not thread-safe; the clients that it makes are

    def make(self, service: str, *, patient: bool = False) -> Any:
        """Make a client.

        Args:
            service: the service as boto3 calls it.
            patient: waits for an answer as long as an EXPRESS execution may take, and never asks
                twice, since each asking would be an execution.
        """
        with self._making:
            guess = self._elsewhere
            client = self._client(service, self._config(patient=patient, elsewhere=guess))
            # Whether an address is custom only botocore can tell: it may stand in variables, in
            # a profile, or in a services section of the configuration.
            found = self.custom(client)
            if found != guess:
                self._elsewhere = found
                client = self._client(service, self._config(patient=patient, elsewhere=found))
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
        loader = self._session.get_component("data_loader")
        wanted = self._session.get_partition_for_region(self.region)
        partitions = loader.load_data("partitions")["partitions"]
        return next(dict(each["outputs"]) for each in partitions if each["id"] == wanted)

    def _client(self, service: str, config: Config) -> Any:
        return self._session.create_client(
            service, region_name=self.region, endpoint_url=self._endpoint, config=config
        )

    def _config(self, *, patient: bool, elsewhere: bool) -> Config:
        attempts = 3 if elsewhere else 5
        more: dict[str, Any] = {}
        if elsewhere:
            # An emulator has no address for a bucket's own name, nor for Step Functions' `sync-`.
            more = {"s3": {"addressing_style": "path"}, "inject_host_prefix": False}
        alone = {"proxies": {}, "use_fips_endpoint": False} if self._alone else {}
        return Config(
            connect_timeout=10,
            read_timeout=EXPRESS_SECONDS + 30 if patient else ANSWER_SECONDS,
            max_pool_connections=32,
            retries={"mode": "adaptive", "total_max_attempts": 1 if patient else attempts},
            user_agent_extra=f"maestro/{__version__}",
            tcp_keepalive=True,
            **alone,
            **more,
        )
