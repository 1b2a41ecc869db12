"""What the server sees of this machine, and what a client needs to find the server."""

import os
import site
from collections.abc import Mapping
from pathlib import Path

import maestro_cdk
from maestro_cdk.local.files import Files, Server
from maestro_cdk.project import node

REGION = "us-east-1"

KEPT = frozenset(
    {
        *("PATH", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE"),
        *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT"),
        # How this machine reaches the world, for functions that do.
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"),
    }
)
"""What the server is handed of the user's environment, besides LC_*.

The functions that it runs inherit its environment. A list of what may pass keeps credentials of
every kind from them, and settings of MiniStack that were meant for another one from it. Where the user is
at home is not on it, so that what looks for credentials there (~/.aws) finds none.
"""

SETTINGS = (
    *(
        "AUTH",
        "LOG_LEVEL",
        "BIND_HOST",
        "GATEWAY_PORT",
        "IOT_MTLS_ENABLED",
        "SFTP_ENABLED",
        "DOCKER_HOST",
    ),
    *("PERSIST_STATE", "STATE_DIR", "S3_PERSIST", "S3_DATA_DIR", "SFN_WAIT_SCALE"),
    "PYTHONUSERBASE",
)
"""What the server is told, and functions are not."""

NOT_PROXIED = ("127.0.0.1", "localhost")

PROFILE = f"""\
[default]
aws_access_key_id = test
aws_secret_access_key = test
region = {REGION}
disable_host_prefix_injection = true
"""
"""An AWS configuration in place of the user's, for clients and functions that look for one.

StartSyncExecution would go to a host named sync-127.0.0.1."""


def of_server(
    given: Mapping[str, str], files: Files, *, scratch: Path, time_scale: float | None
) -> dict[str, str]:
    """The environment to start the server in.

    Args:
        given: the user's environment.
        files: where the server keeps what it has.
        scratch: the folder for its temporary files, which is its mark and its home too.
        time_scale: what waits of state machines are multiplied by; None is 1.
    """
    kept = {name: given[name] for name in given if name in KEPT or name.startswith("LC_")}
    return {
        **kept,
        "PATH": os.pathsep.join([*_node(), kept.get("PATH", os.defpath)]),
        **_no_proxy(given),
        **_import_path(),
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "TZ": ":UTC",  # as in Lambda
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": str(files.profile),
        "AWS_SHARED_CREDENTIALS_FILE": str(files.profile),
        "AWS_EC2_METADATA_DISABLED": "true",
        # Policies count, of the machines' roles and of the functions'.
        "AUTH": "true",
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


def environment(server: Server, given: Mapping[str, str] | None = None) -> dict[str, str]:
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


def _no_proxy(given: Mapping[str, str]) -> dict[str, str]:
    """Where there is a proxy, what keeps it from being asked for an address of this machine."""
    if not any(name.lower().endswith("_proxy") for name in given):
        return {}
    names = [*filter(None, [given.get("NO_PROXY") or given.get("no_proxy")])]
    names += [name for name in NOT_PROXIED if name not in ",".join(names).split(",")]
    return dict.fromkeys(["NO_PROXY", "no_proxy"], ",".join(names))


def _node() -> list[str]:
    """The folder of Node.js, before any other that PATH may name."""
    binary = node.binary()
    return [str(binary.parent)] if binary else []


def _import_path() -> dict[str, str]:
    """What lets the server import this package and what it needs.

    In a checkout that is where it is; a folder of installed packages must not be named so, for it
    would go before the standard library. What `pip install --user` installs is found from HOME,
    which the server has another of.
    """
    root = Path(maestro_cdk.__file__).resolve().parent.parent
    installed = root.name in {"site-packages", "dist-packages"}
    checkout = {} if installed else {"PYTHONPATH": str(root)}
    users = {"PYTHONUSERBASE": site.getuserbase()} if site.ENABLE_USER_SITE else {}
    return checkout | users
