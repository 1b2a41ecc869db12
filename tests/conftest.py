"""Keeps the tests from the machine they run on, and runs one AWS for those that need it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import jsonata  # noqa: F401 - it sets Python's recursion limit, which hypothesis wants to stay
import pytest
from hypothesis import HealthCheck, settings

import maestro_cdk
from maestro_cdk.local import processes
from maestro_cdk.local.files import Files, Server

# A machine that has other work to do fails no test: what must not hang is bounded where it is tried.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

FOREIGN = ("AWS_", "MAESTRO_", "CDK_", "XDG_", "GIT_", "FORCE_COLOR", "CLICOLOR")
"""How variables begin that would make a test do something else on another machine."""


@pytest.fixture(scope="session", autouse=True)
def _machine(request, tmp_path_factory):
    """No variable of this machine's that counts, and no home of anybody's."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(FOREIGN):
                patch.delenv(name)
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("NO_COLOR", "1")
        patch.setenv("COLUMNS", "100")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        # CDK unpacks 200 MB at its first start in a home: 6 s, which one place for all spares.
        patch.setenv("JSII_RUNTIME_PACKAGE_CACHE_ROOT", str(request.config.cache.mkdir("jsii")))
        # Whoever is started in the background ignores Ctrl-C, and so would all that tests start.
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        yield


@pytest.fixture(autouse=True)
def home(tmp_path_factory, monkeypatch):
    """A home in which nothing is yet, for each test."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def commands_home(tmp_path_factory):
    """The home of the commands that tests start: its AWS and its caches are shared by all."""
    return tmp_path_factory.mktemp("commands-home")


@pytest.fixture(scope="session")
def local_aws(commands_home):
    """The AWS on this machine that `--local` finds from `commands_home`; waits pass at once."""
    started = _local(commands_home, "start", "--time-scale", "0", "--output", "json")
    server = Server(**json.loads(started.stdout))
    yield server
    _local(commands_home, "stop", "--reset")
    assert processes.of(Files(Path(server.state).parent).scratch) == ()
    assert not Path(server.state).exists()


def _local(home, *words):
    return subprocess.run(
        [sys.executable, "-m", "maestro_cdk", "local", *words],
        env={**os.environ, "HOME": str(home)},
        cwd=Path(maestro_cdk.__file__).parents[1],  # so that it need not be installed
        stdout=subprocess.PIPE,
        check=True,
        timeout=60,
    )
