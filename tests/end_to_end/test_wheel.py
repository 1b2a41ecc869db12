"""The wheel: what is in it, and that it works by itself in an environment elsewhere."""

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest

from maestro_cdk import __version__

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]

ROOT = Path(__file__).parents[2]
USER = Path.home()  # whose settings pip reads: the tests have another home by the time they run
PATIENCE = 300.0
MAN = f"maestro_cdk-{__version__}.data/data/share/man/man1/"
JUNK = ("__pycache__", ".pyc", ".git", ".DS_Store", "cdk.out", "_cache", "node_modules", ".venv")


def run(*words, cwd, **environ):
    """Run a command with this environment and no other; it must succeed."""
    done = subprocess.run(
        list(map(str, words)),
        cwd=cwd,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, f"{' '.join(map(str, words))}:\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def pip_environ():
    """The environment of this process and the user's home, without a way to this checkout."""
    return {**os.environ, "HOME": str(USER), "PYTHONPATH": ""}


@pytest.fixture(scope="module")
def checkout():
    """The files of this checkout, relative to it, but for those that git ignores."""
    words = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    names = run(*words, cwd=ROOT, PATH=os.environ["PATH"]).stdout.split("\0")
    return [name for name in names if name and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def wheel(checkout, tmp_path_factory, pip_environ):
    """The wheel, built from a checkout in which somebody has worked."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in checkout:
        (folder / "checkout" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / "checkout" / name)
    template = folder / "checkout" / "templates" / "approval"
    junk = "events/__pycache__/x.pyc", "lambdas/__pycache__/m.cpython-311.pyc", "cdk.out/x.json"
    for name in junk:
        (template / name).parent.mkdir(parents=True)
        (template / name).write_text(str(folder))
    words = ("-m", "build", "--wheel", "--outdir", folder / "dist")
    run(sys.executable, *words, folder / "checkout", cwd=folder, **pip_environ)
    (built,) = (folder / "dist").iterdir()
    return built


@pytest.fixture(scope="module")
def contents(wheel):
    """The wheel's files: names, and what is in them."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def venv(wheel, tmp_path_factory, pip_environ):
    """An environment elsewhere with the wheel and what it needs, in the versions tested with."""
    folder = tmp_path_factory.mktemp("elsewhere") / "venv"
    run(sys.executable, "-m", "venv", folder, cwd=folder.parent, **pip_environ)
    words = ("-m", "pip", "install", "--quiet", "-c", ROOT / "constraints.txt", wheel)
    run(folder / "bin" / "python", *words, cwd=folder.parent, **pip_environ)
    return folder


def test_the_wheel_is_named_by_the_version_and_for_every_machine(wheel):
    assert wheel.name == f"maestro_cdk-{__version__}-py3-none-any.whl"


def test_the_wheel_holds_the_package_its_templates_and_nothing_else(contents, checkout):
    package = {name for name in checkout if name.startswith("maestro_cdk/")}
    templates = {f"maestro_cdk/_{name}" for name in checkout if name.startswith("templates/")}
    about = {name for name in contents if name.startswith(f"maestro_cdk-{__version__}.dist-info/")}

    assert "maestro_cdk/py.typed" in package
    assert "maestro_cdk/_templates/approval/definition.asl.json" in templates
    pages = {name for name in contents if name.startswith(MAN)}
    assert {f"{MAN}maestro.1", f"{MAN}maestro-deploy.1", f"{MAN}maestro-local-start.1"} <= pages
    assert contents.keys() - about == package | templates | pages


def test_the_wheel_holds_no_test_and_no_cache(contents):
    assert [name for name in contents if any(junk in name for junk in JUNK)] == []
    assert [name for name in contents if Path(name).name.startswith(("test_", "conftest"))] == []
    assert [name for name in contents if name.startswith(("tests/", "benchmarks/"))] == []


def test_the_wheel_names_no_place_of_this_machine(contents, wheel):
    places = {ROOT, USER, Path(tempfile.gettempdir()), Path(sys.prefix), wheel.parents[1]}
    for name, content in contents.items():
        for place in places:
            assert f"{place}/".encode() not in content, name


def test_the_installed_wheel_does_the_main_job_in_an_empty_home(venv, tmp_path, capsys):
    home, work = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    work.mkdir()
    environ = {"HOME": str(home), "PATH": f"{venv / 'bin'}{os.pathsep}{os.defpath}"}

    def maestro(*words, cwd=work / "approval"):
        return run(venv / "bin" / "maestro", *words, cwd=cwd, **environ)

    assert maestro("--version", cwd=work).stdout.split()[-1] == __version__
    maestro("new", "approval", "-t", "approval", "--no-git", cwd=work)
    assert [path for path in work.rglob("*") if "__pycache__" in path.parts] == []
    assert maestro("validate").stdout == "no problems\n"
    assert "AWS::StepFunctions::StateMachine" in maestro("synth").stdout
    try:
        maestro("deploy", "--local")
        ran = maestro("run", "--local", "-i", "events/accepted.json")
        maestro("teardown", "--local", "-f")
    finally:
        maestro("local", "stop")

    assert '"decision": "accept"' in ran.stdout
    assert _processes_with(venv, tmp_path) == []
    with capsys.disabled():
        print(f"\n{_megabytes(venv):.0f} MB installed, {_megabytes(home):.0f} MB in the home after")


def test_man_finds_the_pages_of_the_installed_wheel(venv, tmp_path):
    if not (shutil.which("man") and shutil.which("groff")):
        pytest.skip("there is no man here")
    environ = {"HOME": str(tmp_path), "PATH": f"{venv / 'bin'}{os.pathsep}{os.environ['PATH']}"}

    found = run("man", "-w", "maestro-deploy", cwd=tmp_path, **environ)

    page = venv / "share" / "man" / "man1" / "maestro-deploy.1"
    assert Path(found.stdout.strip()).resolve() == page.resolve()
    assert "--no-rollback" in page.read_text().replace("\\-", "-")


def _megabytes(folder):
    done = subprocess.run(["du", "-sk", folder], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[0]) * 1024 / 1_000_000


def _processes_with(*places):
    """The processes whose command names one of these places."""
    listing = run("ps", "-A", "-ww", "-o", "pid=,command=", cwd=ROOT, PATH=os.environ["PATH"])
    return [
        line for line in listing.stdout.splitlines() if any(str(place) in line for place in places)
    ]
