"""Functions with packages and shared code: installed, deployed and run."""

import json
import os
import platform
import signal
import socket
import subprocess
import sys
import zipfile

import pytest

from tests.fakes.registry import serving
from tests.fakes.wheels import wheel

pytestmark = pytest.mark.xdist_group("commands")

PYTHON = """
import json, os, sys
import greetings, native
from _shared.words import WORD

def handler(event, context):
    return {
        **event,
        "python": greetings.VERSION,
        "built": native.BUILT,
        "shared": WORD,
        "version": "%d.%d" % sys.version_info[:2],
        "handler": os.environ["_HANDLER"],
        "level": os.environ["LOG_LEVEL"],
        "memory": context.memory_limit_in_mb,
        "runtime": os.environ["AWS_EXECUTION_ENV"],
    }
"""
NODE = """
import { greet } from "greetings";
import { word } from "./_shared/words.mjs";
export const handler = async (event) => ({
  ...event, node: greet(), word, memory_of_node: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
});
"""
HERE = f"cp{sys.version_info.major}{sys.version_info.minor}"


def invoking(function):
    return {"Type": "Task", "Resource": f"${{{function}}}"}


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """Packages for Python and Node on this machine, and the variables that lead there."""
    folder = tmp_path_factory.mktemp("index")
    wheel(folder, "greetings", "1.0")
    for python in {"cp313", HERE}:
        for system in ("manylinux_2_28_aarch64", "manylinux_2_28_x86_64", "macosx_11_0_arm64"):
            built = {"native/__init__.py": f"BUILT = '{python} {system}'\n"}
            wheel(folder, "native", "1.0", tag=f"{python}-{python}-{system}", files=built)
    with serving() as registry:
        code = "exports.greet = () => 'installed';\n"
        registry.add("greetings", files={"index.js": code}, main="index.js")
        environ = {
            "PIP_FIND_LINKS": str(folder),
            "PIP_NO_INDEX": "1",
            "npm_config_registry": registry.url,
        }
        yield registry, environ


@pytest.fixture(scope="module")
def packed(maestro, aws, write, packages, tmp_path_factory):
    """A workflow of a Python and a Node function, each with a package and what they share."""
    registry, environ = packages
    folder = write(
        tmp_path_factory.mktemp("packed") / "packed",
        {"python": invoking("py"), "node": invoking("js")},
        settings='[functions.py]\nmemory = 512\nenvironment = { LOG_LEVEL = "LOUD" }\n',
    )
    files = {
        "py/index.py": PYTHON,
        "py/requirements.txt": "greetings==1.0\nnative==1.0\n",
        "js/index.mjs": NODE,
        "js/package.json": registry.package("greetings"),
        "js/package-lock.json": registry.lock("greetings"),
        "_shared/words.py": "WORD = 'for all'\n",
        "_shared/words.mjs": "export const word = 'for all';\n",
    }
    for name, text in files.items():
        path = folder / "lambdas" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    result = maestro("deploy", "--local", cwd=folder, **environ)
    assert result.code == 0, result.err
    yield folder, environ, result
    assert maestro("teardown", "--local", "-f", cwd=folder).code == 0
    assert aws.left_of("packed") == []


def test_functions_run_with_their_packages_and_what_they_share(maestro, packed):
    folder, _, _ = packed
    result = maestro("run", "--local", "-i", '{"given": 1}', cwd=folder)
    assert result.code == 0, result.err
    found = result.json
    version = found.pop("version")
    system = "macosx_11_0_arm64"
    if sys.platform == "linux":
        system = f"manylinux_2_28_{platform.machine()}"
    assert found == {
        "given": 1,
        "python": "1.0",
        "built": f"cp{version.replace('.', '')} {system}",
        "shared": "for all",
        "handler": "index.handler",
        "level": "LOUD",
        "memory": 512,
        "runtime": "AWS_Lambda_python3.13",
        "node": "installed",
        "word": "for all",
        "memory_of_node": "256",
    }


def test_a_python_that_is_not_the_runtimes_is_told(maestro, packed):
    folder, _, deployed = packed
    version = maestro("run", "--local", cwd=folder).json["version"]
    told = f"python3.13 runs here on Python {version}" in deployed.err
    assert told == (version != "3.13")


def test_what_is_deployed_to_aws_is_for_lambda_whatever_ran_here(maestro, packed, tmp_path):
    folder, environ, _ = packed
    assert maestro("synth", "-q", "-o", tmp_path / "out", cwd=folder, **environ).code == 0
    names = {}
    for path in (tmp_path / "out").glob("asset.*.zip"):
        with zipfile.ZipFile(path) as archive:
            names |= {name: archive.read(name).decode() for name in archive.namelist()}
    assert names["native/__init__.py"] == "BUILT = 'cp313 manylinux_2_28_aarch64'\n"


def test_a_second_deployment_installs_nothing_and_changes_nothing(maestro, packed):
    folder, environ, _ = packed
    result = maestro("deploy", "--local", cwd=folder, **environ)
    assert "preparing" not in result.err
    assert "unchanged since the last deploy" in result.err


@pytest.mark.slow
def test_a_package_that_is_not_asked_for_is_missed_here_as_it_is_in_lambda(
    maestro, aws, write, tmp_path
):
    """Though maestro itself has it: a function sees what is in its zip, and the AWS SDK."""
    code = "import boto3\nimport click\ndef handler(event, context):\n    return 1\n"
    folder = write(tmp_path / "lacking", {"Call": invoking("f")}, f_py=code)
    assert maestro("deploy", "--local", cwd=folder).code == 0
    result = maestro("run", "--local", cwd=folder)
    assert result.code == 1
    assert "No module named 'click'" in result.err
    assert maestro("teardown", "--local", "-f", cwd=folder).code == 0
    assert aws.left_of("lacking") == []


@pytest.mark.slow
def test_two_clones_in_different_folders_give_the_same_assembly(
    maestro, packed, packages, tmp_path, tmp_path_factory
):
    folder, environ, _ = packed
    texts = []
    for n in range(2):
        clone = tmp_path / f"clone-{n}" / "packed"
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "cdk.out" not in path.parts:
                copy = clone / path.relative_to(folder)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(path.read_bytes())
                os.utime(copy, (n * 10**9, n * 10**9))
        home = tmp_path_factory.mktemp(f"home-{n}")  # with caches of its own
        result = maestro("synth", "-q", cwd=clone, HOME=str(home), **environ)
        assert result.code == 0, result.err
        texts.append({path.name: path.read_bytes() for path in (clone / "cdk.out").iterdir()})
    assert texts[0] == texts[1]
    assert sum(name.endswith(".zip") for name in texts[0]) == 2


def test_one_changed_line_makes_one_function_anew(maestro, packed, tmp_path):
    folder, environ, _ = packed
    out = tmp_path / "out"
    maestro("synth", "-q", "-o", out, cwd=folder, **environ)
    before = {path.name: path.stat().st_mtime_ns for path in out.glob("*.zip")}
    path = folder / "lambdas" / "py" / "index.py"
    path.write_text(PYTHON + "# changed\n")
    try:
        result = maestro("synth", "-q", "-o", out, cwd=folder, **environ)
    finally:
        path.write_text(PYTHON)
    assert result.code == 0
    assert "preparing" not in result.err
    after = {path.name: path.stat().st_mtime_ns for path in out.glob("*.zip")}
    assert len(after) == 2
    assert len(before.items() & after.items()) == 1


def test_json_of_a_failed_build_names_the_package(maestro, packed, tmp_path):
    folder, environ, _ = packed
    path = folder / "lambdas" / "py" / "requirements.txt"
    text = path.read_text()
    path.write_text("native==9\n")
    try:
        result = maestro("deploy", "--local", "--output", "json", cwd=folder, **environ)
    finally:
        path.write_text(text)
    assert result.code == 1
    (finding,) = json.loads(result.out)["error"]["findings"]
    assert finding["message"] == "there is no version native==9"
    assert finding["file"] == "lambdas/py/requirements.txt"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("requirements.txt", "greetings==1.0\n"),
        ("package.json", None),
    ],
    ids=["uv", "npm"],
)
def test_an_interruption_ends_the_installer_and_leaves_nothing(
    maestro, write, packages, tmp_path, tmp_path_factory, file, text
):
    registry, _ = packages
    python = file == "requirements.txt"
    folder = write(tmp_path / "slow", {"Call": invoking("f")})
    home = folder / "lambdas" / "f"
    home.mkdir()
    (home / ("index.py" if python else "index.mjs")).write_text(
        "def handler(event, context): ...\n" if python else "export const handler = async () => 1;"
    )
    (home / file).write_text(text or registry.package("greetings"))
    if not python:
        (home / "package-lock.json").write_text(registry.lock("greetings"))
    users = tmp_path_factory.mktemp("home")
    with socket.create_server(("127.0.0.1", 0)) as silent:  # nobody answers there
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        environ = {"UV_DEFAULT_INDEX": address, "npm_config_registry": address, "HOME": str(users)}
        pipes = {"stderr": subprocess.PIPE, "env": maestro.environ | environ}
        command = subprocess.Popen([*maestro.command, "synth", "-q"], cwd=folder, **pipes)
        silent.settimeout(30)
        connection, _ = silent.accept()  # the installer is at it
        command.send_signal(signal.SIGINT)
        assert command.wait(20) == 130
        command.stderr.close()
        connection.settimeout(10)
        while connection.recv(65536):  # until it is gone
            pass
        connection.close()
    assert list((users / ".cache" / "maestro" / "dependencies").iterdir()) == []


@pytest.mark.slow
def test_two_at_once_take_the_same(maestro, packed, tmp_path, tmp_path_factory):
    folder, environ, _ = packed
    users = tmp_path_factory.mktemp("home")
    given = maestro.environ | environ | {"HOME": str(users)}
    commands = [
        subprocess.Popen(
            [*maestro.command, "synth", "-q", "-o", str(tmp_path / f"{n}")], cwd=folder, env=given
        )
        for n in range(2)
    ]
    assert [command.wait(120) for command in commands] == [0, 0]
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / f"{n}").iterdir()} for n in range(2))
    assert one == two
    kept = [path.name for path in (users / ".cache" / "maestro" / "dependencies").iterdir()]
    assert len(kept) == 2
