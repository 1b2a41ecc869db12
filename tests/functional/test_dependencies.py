"""Functions that need packages: what commands say of them, and what is in their zips."""

import json
import shutil
import zipfile

import pytest

from tests.fakes.wheels import wheel

HANDLER = "import greetings\n\n\ndef handler(event, context):\n    return greetings.VERSION\n"
# It may invoke any function: none is unused.
TASK = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke",
    "Parameters": {"FunctionName.$": "$.name"},
    "Retry": [{"ErrorEquals": ["States.ALL"]}],
    "End": True,
}
MACHINE = {"StartAt": "A", "States": {"A": TASK}}


@pytest.fixture
def index(tmp_path_factory, monkeypatch):
    """A folder with wheels, from which alone packages are installed."""
    folder = tmp_path_factory.mktemp("index")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    for version in ("1.0", "2.0"):
        wheel(folder, "greetings", version)
    return folder


@pytest.fixture
def write(project):
    """Write a project with a function in a folder: what it asks for, and other files."""

    def of(requirements="greetings==1.0\n", **others):
        folder = project(MACHINE)
        home = folder / "lambdas" / "greet"
        home.mkdir(parents=True, exist_ok=True)
        (home / "index.py").write_text(HANDLER)
        (home / "requirements.txt").write_text(requirements)
        for name, text in others.items():
            (folder / "lambdas" / name.replace("__", "/")).write_text(text)
        return folder

    return of


def zips(folder):
    found = {}
    for path in sorted((folder / "cdk.out").glob("asset.*.zip")):
        with zipfile.ZipFile(path) as archive:
            found |= {name: archive.read(name).decode() for name in archive.namelist()}
    return found


def test_packages_are_packed_beside_the_functions_code(maestro, write, index):
    folder = write()
    result = maestro("synth", "-q")
    assert (result.code, result.out) == (0, "")
    assert result.err == "› preparing what greet needs\n  ✓ greet\n"
    assert "'1.0'" in zips(folder)["greetings/__init__.py"]


def test_what_is_installed_once_needs_nobody_any_more(maestro, write, index):
    folder = write()
    maestro("synth", "-q")
    shutil.rmtree(index)
    shutil.rmtree(folder / "cdk.out")
    result = maestro("synth", "-q")
    assert (result.code, result.err) == (0, "")
    assert "greetings/__init__.py" in zips(folder)


def test_another_version_is_another_zip(maestro, write, index):
    folder = write()
    maestro("synth", "-q")
    before = {path.name for path in (folder / "cdk.out").glob("*.zip")}
    write("greetings==2.0\n")
    maestro("synth", "-q")
    assert {path.name for path in (folder / "cdk.out").glob("*.zip")}.isdisjoint(before)
    assert "'2.0'" in zips(folder)["greetings/__init__.py"]


def test_a_functions_own_file_counts_above_a_packages(maestro, write, index):
    folder = write()
    (folder / "lambdas" / "greet" / "greetings").mkdir()
    (folder / "lambdas" / "greet" / "greetings" / "__init__.py").write_text("VERSION = 'own'\n")
    maestro("synth", "-q")
    assert zips(folder)["greetings/__init__.py"] == "VERSION = 'own'\n"


def test_single_files_share_what_stands_beside_them(maestro, project, index):
    folder = project(MACHINE, a_py=HANDLER, b_py=HANDLER)
    (folder / "lambdas" / "requirements.txt").write_text("greetings\n")
    result = maestro("synth", "-q")
    assert (result.code, result.err) == (0, "› preparing what a, b need\n  ✓ a, b\n")


def test_a_package_that_cannot_be_had_is_told_where_it_is_asked_for(maestro, write, index):
    write("gone\n")
    result = maestro("synth", "-q")
    assert (result.code, result.out) == (1, "")
    assert "error: no package gone is to be found [dependencies]" in result.err
    assert "--> lambdas/greet/requirements.txt" in result.err


def test_validate_installs_nothing(maestro, write, index, home):
    write("gone\n")
    assert maestro("validate").code == 0
    assert not (home / ".cache" / "maestro" / "dependencies").exists()


def test_validate_finds_what_shows_without_installing(maestro, write):
    write("-e ../lib\n")
    result = maestro("validate", "--format", "json")
    assert result.code == 1
    findings = json.loads(result.out)["findings"]
    (finding,) = [each for each in findings if each["severity"] == "error"]
    assert (finding["rule"], finding["file"]) == ("dependencies", "lambdas/greet/requirements.txt")
