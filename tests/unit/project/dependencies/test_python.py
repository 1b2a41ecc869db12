"""Packages for Python functions: installed by uv, from wheels made on the spot."""

import os
import sys

import pytest

from maestro_cdk.project import interpreters
from maestro_cdk.project.dependencies import python, targets
from maestro_cdk.project.dependencies.failures import Failure

ARM = targets.python_of_lambda("python3.13", "arm64")
INTEL = targets.python_of_lambda("python3.13", "x86_64")
OLDER = targets.python_of_lambda("python3.11", "arm64")
HERE = targets.python_here(interpreters.own())


@pytest.fixture
def packages(tmp_path):
    """What a folder with these files asks for."""

    def of(files, target=ARM, shared=()):
        for name, text in files.items():
            path = tmp_path / "p" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        home = tmp_path / "p" / "lambdas" / "f"
        home.mkdir(parents=True, exist_ok=True)
        return python.find(home, [tmp_path / "p" / item for item in shared], tmp_path / "p", target)

    return of


@pytest.fixture
def install(packages, index, workbench):
    def into(files, target=ARM, **settings):
        return workbench(index.environ).folder(packages(files, target, **settings))

    return into


def names(folder):
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


def native(index, name="native", *, wheels, python_tag="cp313", **settings):
    for system in wheels:
        tag = f"{python_tag}-{python_tag}-{system}"
        index(
            name, tag=tag, files={f"{name}/core.so": system, f"{name}/__init__.py": ""}, **settings
        )


# --- what is installed -----------------------------------------------------------------------


def test_a_package_comes_with_what_it_needs_itself(index, install):
    index("inner")
    index("outer", requires=["inner"])
    found = install({"lambdas/f/requirements.txt": "outer"})
    assert {"outer/__init__.py", "inner/__init__.py"} <= set(names(found))


@pytest.mark.parametrize(
    ("target", "loaded"),
    [(ARM, "manylinux_2_28_aarch64"), (INTEL, "manylinux_2_28_x86_64")],
    ids=["arm64", "x86_64"],
)
def test_wheels_are_those_of_the_target_whatever_runs_here(index, install, target, loaded):
    native(index, wheels=["manylinux_2_28_aarch64", "manylinux_2_28_x86_64", "macosx_11_0_arm64"])
    found = install({"lambdas/f/requirements.txt": "native"}, target)
    assert (found / "native" / "core.so").read_text() == loaded


def test_an_older_system_gets_older_wheels(index, install):
    native(index, python_tag="cp311", wheels=["manylinux_2_28_aarch64", "manylinux2014_aarch64"])
    found = install({"lambdas/f/requirements.txt": "native"}, OLDER)
    assert (found / "native" / "core.so").read_text() == "manylinux2014_aarch64"


def test_markers_are_those_of_the_target(index, install):
    index("newer")
    index("older")
    text = 'newer; python_version >= "3.13"\nolder; platform_machine == "x86_64"'
    found = names(install({"lambdas/f/requirements.txt": text}))
    assert "newer/__init__.py" in found
    assert "older/__init__.py" not in found


def test_nothing_tells_of_this_machine(index, install):
    index("tool", scripts=["tool"])
    found = install({"lambdas/f/requirements.txt": "tool"})
    assert names(found) == [
        "tool-1.0.dist-info/METADATA",
        "tool-1.0.dist-info/WHEEL",
        "tool-1.0.dist-info/entry_points.txt",
        "tool/__init__.py",
    ]


def test_what_is_shared_may_ask_for_packages_too(index, install):
    index("own")
    index("common")
    found = install(
        {
            "lambdas/f/requirements.txt": "own",
            "lambdas/_shared/requirements.txt": "common",
        },
        shared=["lambdas/_shared"],
    )
    assert {"own/__init__.py", "common/__init__.py"} <= set(names(found))


def test_a_lock_of_uvs_is_installed_as_it_is(index, install, tmp_path):
    index("six", "1.0")
    index("six", "2.0")
    folder = tmp_path / "p" / "lambdas" / "f"
    folder.mkdir(parents=True)
    project = (
        '[project]\nname = "f"\nversion = "1"\nrequires-python = ">=3.13"\n'
        'dependencies = ["six"]\n[dependency-groups]\ndev = ["gone"]\n'
    )
    lock = (
        'version = 1\nrevision = 3\nrequires-python = ">=3.13"\n'
        '[[package]]\nname = "f"\nversion = "1"\nsource = { virtual = "." }\n'
        'dependencies = [{ name = "six" }]\n'
        f'[[package]]\nname = "six"\nversion = "1.0"\nsource = {{ registry = "{index.folder}" }}\n'
        'wheels = [{ path = "six-1.0-py3-none-any.whl" }]\n'
    )
    found = install({"lambdas/f/pyproject.toml": project, "lambdas/f/uv.lock": lock})
    assert "1.0" in (found / "six" / "__init__.py").read_text()
    assert sorted(path.name for path in folder.iterdir()) == ["pyproject.toml", "uv.lock"]


def test_a_lock_of_the_standard_is_installed_whatever_python_runs_here(index, install):
    path = index("six")
    text = (
        'lock-version = "1.0"\ncreated-by = "tests"\nrequires-python = ">=3.13"\n'
        f'[[packages]]\nname = "six"\nversion = "1.0"\n'
        f'wheels = [{{ name = "{path.name}", path = "{path}", hashes = {{}} }}]\n'
    )
    assert "six/__init__.py" in names(install({"lambdas/f/pylock.toml": text}))


def test_packages_for_this_machine_are_loaded_by_its_python(index, install, children):
    index("here")
    found = install({"lambdas/f/requirements.txt": "here"}, HERE)
    code = "import here; print(here.VERSION)"
    ended = children.run(
        [sys.executable, "-c", code], cwd=found, environ={**os.environ, "PYTHONPATH": str(found)}
    )
    assert ended.out == "1.0\n"


# --- what it is called -----------------------------------------------------------------------


def name(packages, text, target=ARM, environ=None):
    return packages({"lambdas/f/requirements.txt": text}, target).name(environ or {})


def test_the_same_packages_are_kept_once_wherever_they_are_asked_for(packages, tmp_path):
    here = name(packages, "six==1.0")
    (tmp_path / "q").mkdir()
    (tmp_path / "q" / "requirements.txt").write_text("# pinned\nsix==1.0\n")
    there = python.find(tmp_path / "q", (), tmp_path / "q", ARM)
    assert there.name({}) == here


@pytest.mark.parametrize(
    "change",
    [
        {"text": "six==1.1"},
        {"target": INTEL},
        {"target": targets.python_of_lambda("python3.12", "arm64")},
        {"target": HERE},
        {"environ": {"UV_DEFAULT_INDEX": "https://h/simple"}},
    ],
)
def test_a_name_changes_with_what_comes_of_it(packages, change):
    assert name(packages, **{"text": "six==1.0", **change}) != name(packages, "six==1.0")


# --- what goes wrong -------------------------------------------------------------------------


def failure(install, text, target=ARM):
    with pytest.raises(Failure) as caught:
        install({"lambdas/f/requirements.txt": text}, target)
    assert caught.value.path.name == "requirements.txt"
    return caught.value


def test_a_package_without_a_wheel_for_the_target_is_named_with_the_way_out(index, install):
    native(index, wheels=["manylinux_2_28_x86_64"])
    found = failure(install, "native==1.0")
    assert found.message == "native has no wheel for python3.13 on arm64"
    assert "another architecture" in found.hint
    assert "--no-binary" in found.hint


def test_a_package_with_wheels_for_other_pythons_is_named(index, install):
    native(index, python_tag="cp310", wheels=["manylinux_2_28_aarch64"])
    found = failure(install, "native==1.0")
    assert found.message == "native has no wheel for python3.13 on arm64"
    assert "cp310" in found.hint


def test_a_package_that_is_not_there_is_named(install):
    assert failure(install, "gone").message == "no package gone is to be found"


def test_a_version_that_is_not_there_is_named(index, install):
    index("six")
    assert failure(install, "six==9").message == "there is no version six==9"


def test_a_line_that_is_no_requirement_is_told(install):
    assert failure(install, "six =9 =").message.startswith("uv: no such comparison operator")


def test_an_index_that_does_not_answer_is_told(index, install):
    del index.environ["PIP_NO_INDEX"]
    index.environ |= {"UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple", "UV_HTTP_RETRIES": "0"}
    found = failure(install, "six")
    assert found.message.startswith("its packages could not be fetched")
    assert "needs no network" in found.hint


def test_what_is_built_for_this_machine_alone_is_refused(index, install, packages, tmp_path):
    target = tmp_path / "out"
    (target / "built-1.0.dist-info").mkdir(parents=True)
    wheel = target / "built-1.0.dist-info" / "WHEEL"
    wheel.write_text("Tag: cp313-cp313-linux_x86_64\n")
    need = packages({"lambdas/f/requirements.txt": "built"})
    with pytest.raises(Failure) as caught:
        need._check_built(target, "aarch64")
    assert caught.value.message == (
        "built 1.0 was built for cp313-cp313-linux_x86_64, which python3.13 on arm64 does not load"
    )
