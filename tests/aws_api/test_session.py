import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from maestro_cdk import __version__
from maestro_cdk.aws.session import connect
from maestro_cdk.errors import CloudError, CredentialsError, Unreachable

NOBODY = "http://127.0.0.1:9"  # the discard port, at which nobody listens


def write_config(home, text):
    folder = home / ".aws"
    folder.mkdir()
    (folder / "config").write_text(text)


def test_the_module_can_be_imported_without_boto3():
    code = "import sys, maestro_cdk.aws.session; sys.exit('boto3' in sys.modules or 'botocore' in sys.modules)"
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": root}, check=False
    )
    assert done.returncode == 0


def test_without_a_region_it_says_every_way_to_set_one(clock):
    with pytest.raises(CloudError) as caught:
        connect(clock=clock, environ={})
    for way in ("--region", "AWS_REGION", "[stages.X]"):
        assert way in caught.value.hint


@pytest.mark.parametrize(
    ("given", "environ", "expected"),
    [
        ("eu-north-1", {"AWS_REGION": "eu-west-3"}, "eu-north-1"),
        (None, {"AWS_REGION": "eu-west-3", "AWS_DEFAULT_REGION": "us-west-1"}, "eu-west-3"),
        (None, {"AWS_DEFAULT_REGION": "us-west-1"}, "us-west-1"),
        (None, {}, "sa-east-1"),
    ],
)
def test_the_region_is_the_flags_then_the_environments_then_the_profiles(
    clock, isolated, given, environ, expected
):
    write_config(isolated, "[profile ours]\nregion = sa-east-1\n")
    assert connect(clock=clock, environ=environ, region=given, profile="ours").region == expected


def test_a_profile_that_is_not_there_is_named(clock):
    with pytest.raises(CredentialsError, match="'nope'"):
        connect(clock=clock, environ={}, region="eu-west-1", profile="nope")


def test_a_profile_of_the_environment_that_is_not_there_is_named(clock, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "nope")
    with pytest.raises(CredentialsError, match="'nope'"):
        connect(clock=clock, environ={}, region="eu-west-1")


def test_without_credentials_it_says_what_to_do(clock):
    cloud = connect(clock=clock, environ={}, region="eu-west-1")
    with pytest.raises(CredentialsError) as caught:
        _ = cloud.identity
    for way in ("aws configure", "aws sso login", "--profile", "--local"):
        assert way in caught.value.hint


def test_the_identity_is_asked_for_once_by_however_many_threads(cloud):
    asked = []
    cloud._sts.client.meta.events.register("before-send.sts", lambda **_: asked.append(1))
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: cloud.identity, range(8)))
    assert len(set(map(id, found))) == 1
    assert found[0].account == "123456789012"
    assert found[0].partition == "aws"
    assert found[0].region == "eu-west-1"
    assert len(asked) == 1


def test_keys_that_are_handed_over_keep_everything_of_the_users_out(clock, isolated, monkeypatch):
    write_config(isolated, "[default]\nregion = sa-east-1\nendpoint_url = http://config:1\n")
    for name, value in {
        "AWS_PROFILE": "nope",
        "AWS_ACCESS_KEY_ID": "theirs",
        "AWS_SECRET_ACCESS_KEY": "theirs",
        "AWS_SESSION_TOKEN": "theirs",
        "AWS_ENDPOINT_URL_S3": "http://theirs:1",
        "AWS_CA_BUNDLE": "/theirs.pem",
        "AWS_USE_FIPS_ENDPOINT": "true",
        "AWS_CONFIG_FILE": str(isolated / ".aws" / "config"),
        "HTTP_PROXY": "http://theirs:2",
    }.items():
        monkeypatch.setenv(name, value)
    cloud = connect(
        clock=clock,
        environ={},
        region="eu-west-1",
        endpoint=NOBODY,
        access_key="test",
        secret_key="secret",
    )
    client = cloud.assets._s3.client
    credentials = client._request_signer._credentials
    assert client.meta.endpoint_url == NOBODY
    assert (credentials.access_key, credentials.token) == ("test", None)
    assert client.meta.config.proxies == {}
    assert cloud.assets._s3.client.meta.region_name == "eu-west-1"


def test_keys_that_are_handed_over_bring_no_region_from_the_users_files(clock, isolated):
    write_config(isolated, "[default]\nregion = sa-east-1\n")
    with pytest.raises(CloudError, match=r"^no region is set$"):
        connect(clock=clock, environ={}, access_key="test", secret_key="secret")


def test_where_nobody_listens_the_address_is_named(clock):
    cloud = connect(
        clock=clock, environ={}, region="eu-west-1", endpoint=NOBODY, access_key="a", secret_key="b"
    )
    with pytest.raises(Unreachable, match=NOBODY):
        _ = cloud.identity


def test_an_endpoint_of_the_environment_gets_paths_and_no_host_prefixes(clock, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://emulator.test:4566")
    cloud = connect(clock=clock, environ={}, region="eu-west-1")
    s3 = cloud.assets._s3.client.meta.config
    states = cloud.machines._patient.client.meta.config
    assert s3.s3["addressing_style"] == "path"
    assert states.inject_host_prefix is False
    assert states.retries["total_max_attempts"] == 1


def test_aws_itself_gets_neither(clock):
    cloud = connect(clock=clock, environ={}, region="cn-north-1")
    assert cloud.assets._s3.client.meta.config.s3 is None
    assert cloud.machines._states.client.meta.config.inject_host_prefix is not False


def test_a_request_says_that_maestro_makes_it(cloud):
    seen = []
    cloud._sts.client.meta.events.register(
        "before-send.sts", lambda request, **_: seen.append(request.headers["User-Agent"])
    )
    _ = cloud.identity
    agent = seen[0].decode() if isinstance(seen[0], bytes) else seen[0]
    assert f"maestro/{__version__}" in agent


def test_a_client_is_made_once_by_however_many_threads(cloud):
    with ThreadPoolExecutor(8) as threads:
        clients = set(threads.map(lambda _: id(cloud.stacks._cfn.client), range(16)))
    assert len(clients) == 1
