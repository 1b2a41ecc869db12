from pathlib import Path

import pytest

from maestro_cdk.local.environment import environment, of_server
from maestro_cdk.local.files import Files, Server
from maestro_cdk.project.node import binary

FILES = Files(Path("/cache/local"))
SERVER = Server(
    id="abc",
    endpoint="http://127.0.0.1:5000",
    pid=1,
    port=5000,
    started="2026-01-01T00:00:00+00:00",
    log="/cache/local/server.log",
    state="/cache/local/state",
    version="1",
)


def server_sees(given, *, time_scale=None):
    return of_server(given, FILES, scratch=Path("/cache/local/tmp/abc"), time_scale=time_scale)


def test_the_server_gets_what_is_on_the_list():
    given = {"USER": "u", "LC_ALL": "C", "AWS_PROFILE": "p", "TOKEN": "t", "STATE_DIR": "/x"}
    seen = server_sees(given)

    assert (seen["USER"], seen["LC_ALL"]) == ("u", "C")
    assert "AWS_PROFILE" not in seen
    assert "TOKEN" not in seen
    assert seen["STATE_DIR"] == "/cache/local/state"
    assert seen["TMPDIR"] == "/cache/local/tmp/abc"


def test_the_server_is_not_at_home_where_the_user_is():
    assert server_sees({"HOME": "/home/u"})["HOME"] == "/cache/local/tmp/abc"


def test_our_node_comes_first():
    first, *rest = server_sees({"PATH": "/usr/bin:/bin"})["PATH"].split(":")

    assert Path(first) == binary().parent
    assert (Path(first) / "node").exists()
    assert rest == ["/usr/bin", "/bin"]


@pytest.mark.parametrize(("time_scale", "said"), [(None, "1"), (0, "0"), (0.5, "0.5")])
def test_the_server_is_told_how_fast_time_passes(time_scale, said):
    assert server_sees({}, time_scale=time_scale)["SFN_WAIT_SCALE"] == said


def test_clients_get_an_endpoint_keys_and_a_region():
    assert environment(SERVER, {}) == {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:5000",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_SESSION_TOKEN": "",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "AWS_CONFIG_FILE": "/cache/local/aws-config",
        "AWS_SHARED_CREDENTIALS_FILE": "/cache/local/aws-config",
    }


@pytest.mark.parametrize(
    ("given", "exported"),
    [
        ({"AWS_PROFILE": "p"}, {"AWS_PROFILE": "default"}),
        ({"AWS_DEFAULT_PROFILE": "p"}, {"AWS_DEFAULT_PROFILE": "default"}),
        ({"AWS_ENDPOINT_URL_S3": "x"}, {"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:5000"}),
        ({"AWS_USE_FIPS_ENDPOINT": "true"}, {"AWS_USE_FIPS_ENDPOINT": "false"}),
        (
            {"https_proxy": "http://proxy"},
            {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"},
        ),
        (
            {"HTTP_PROXY": "http://proxy", "NO_PROXY": "localhost,a.example"},
            {
                "NO_PROXY": "localhost,a.example,127.0.0.1",
                "no_proxy": "localhost,a.example,127.0.0.1",
            },
        ),
    ],
)
def test_what_would_lead_clients_elsewhere_is_overridden(given, exported):
    assert environment(SERVER, given) == environment(SERVER, {}) | exported
