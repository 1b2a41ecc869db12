"""What others published, from their registries: TypeScript by esbuild, wheels for another machine."""

import shutil
import struct
import zipfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("commands")]

HERE = Path(__file__).parent
TEMPLATE = HERE.parents[1] / "templates" / "approval"

AARCH64 = 183
"""The processor's number in an ELF file: https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html"""


@pytest.fixture(scope="module")
def approval(maestro, aws, tmp_path_factory):
    """The workflow of the template `approval`, its functions in TypeScript, deployed."""
    folder = tmp_path_factory.mktemp("typescript") / "approval-ts"
    shutil.copytree(HERE / "approval-in-typescript", folder)
    shutil.copy(TEMPLATE / "definition.asl.json", folder)
    result = maestro("deploy", "--local", cwd=folder)
    assert result.code == 0, result.err
    yield folder
    assert maestro("teardown", "--local", "-f", cwd=folder).code == 0
    assert aws.left_of("approval-ts") == []


@pytest.fixture(scope="module")
def in_python(maestro, tmp_path_factory):
    """The same in Python, as the template has it."""
    folder = shutil.copytree(TEMPLATE, tmp_path_factory.mktemp("python") / "approval-py")
    assert maestro("deploy", "--local", cwd=folder).code == 0
    yield folder
    assert maestro("teardown", "--local", "-f", cwd=folder).code == 0


@pytest.mark.parametrize("event", sorted(path.name for path in (TEMPLATE / "events").iterdir()))
def test_approval_in_typescript_does_what_it_does_in_python(maestro, approval, in_python, event):
    given = TEMPLATE / "events" / event
    typescript = maestro("run", "--local", "-i", given, cwd=approval)
    python = maestro("run", "--local", "-i", given, cwd=in_python)
    assert typescript.code == 0, typescript.err
    assert (typescript.json, typescript.path) == (python.json, python.path)


def test_typescript_is_one_file_with_what_is_no_code_beside_it(maestro, approval, tmp_path):
    assert maestro("synth", "-q", "-o", tmp_path / "out", cwd=approval).code == 0
    names = set()
    for path in (tmp_path / "out").glob("asset.*.zip"):
        with zipfile.ZipFile(path) as archive:
            names.add(tuple(archive.namelist()))
            assert not any(b"/home/" in archive.read(name) for name in archive.namelist())
    assert names == {
        ("access_granter.mjs",),
        ("index.mjs", "letter.txt"),
        ("manager.mjs",),
        ("provisioner.mjs",),
        ("requester.mjs",),
    }


def test_two_clones_with_caches_of_their_own_are_one_assembly(
    maestro, approval, tmp_path, tmp_path_factory
):
    texts = []
    for n in range(2):
        clone = shutil.copytree(
            approval, tmp_path / f"{n}" / "approval-ts", ignore=shutil.ignore_patterns("cdk.out")
        )
        home = tmp_path_factory.mktemp(f"home-{n}")
        assert maestro("synth", "-q", cwd=clone, HOME=str(home)).code == 0
        texts.append({path.name: path.read_bytes() for path in (clone / "cdk.out").iterdir()})
    assert texts[0] == texts[1]


def test_numpy_for_arm64_is_built_here_without_docker(maestro, write, tmp_path):
    code = "import numpy\ndef handler(event, context):\n    return int(numpy.sum([1, 2]))\n"
    folder = write(tmp_path / "sums", {"Sum": {"Type": "Task", "Resource": "${sum}"}})
    (folder / "lambdas" / "sum").mkdir()
    (folder / "lambdas" / "sum" / "index.py").write_text(code)
    (folder / "lambdas" / "sum" / "requirements.txt").write_text("numpy==2.3.5\n")

    assert maestro("synth", "-q", cwd=folder).code == 0

    (path,) = (folder / "cdk.out").glob("asset.*.zip")
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        libraries = [name for name in names if ".so" in name]
        processors = {struct.unpack("<H", archive.read(name)[18:20])[0] for name in libraries}
        (wheel,) = [name for name in names if name.endswith(".dist-info/WHEEL")]
        tags = archive.read(wheel).decode()
    assert len(libraries) > 10
    assert processors == {AARCH64}
    assert "Tag: cp313-cp313-manylinux" in tags
    assert "aarch64" in tags
    assert not any(name.startswith("bin/") or name.endswith("RECORD") for name in names)


def test_a_package_without_a_wheel_for_the_function_is_named(maestro, write, tmp_path):
    folder = write(tmp_path / "old", {"Sum": {"Type": "Task", "Resource": "${sum}"}})
    (folder / "lambdas" / "sum.py").write_text("def handler(event, context): ...\n")
    (folder / "lambdas" / "requirements.txt").write_text("numpy==1.21.0\n")

    result = maestro("synth", "-q", cwd=folder)

    assert result.code == 1
    assert "numpy has no wheel for python3.13 on arm64" in result.err
    assert "lambdas/requirements.txt" in result.err
