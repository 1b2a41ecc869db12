"""The Pythons of a machine, of which the nearest is taken."""

import sys

import pytest

from maestro_cdk.project import interpreters

MINE = interpreters.own().version
MINOR = sys.version_info.minor


@pytest.fixture
def machine(tmp_path):
    """Put programs into folders: `{"bin/python3.13": "cpython 3 13"}`, what each answers."""

    def of(programs, **environ):
        for name, answer in programs.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"#!/bin/sh\necho {answer}\n" if answer else "#!/bin/sh\nexit 127\n")
            path.chmod(0o755)
        return {"PATH": str(tmp_path / "bin"), **environ}

    return of


def nearest(version, environ, home):
    return interpreters.nearest(version, environ, home)


def test_the_python_that_runs_maestro_serves_its_own_version(machine, home):
    assert nearest(MINE, machine({}), home) == interpreters.own()


def test_a_version_that_is_there_is_taken(machine, home, tmp_path):
    environ = machine({"bin/python3.99": "cpython 3 99"})
    found = nearest("3.99", environ, home)
    assert (found.path, found.version) == (tmp_path / "bin" / "python3.99", "3.99")


def test_of_others_the_nearest_is_taken_and_of_two_as_near_the_newer(machine, home):
    environ = machine({f"bin/python3.{n}": f"cpython 3 {n}" for n in (90, 94, 96)})
    assert nearest("3.93", environ, home).version == "3.94"
    assert nearest("3.95", environ, home).version == "3.96"


def test_where_there_is_no_other_maestros_own_serves(machine, home):
    assert nearest("3.99", machine({}), home) == interpreters.own()


@pytest.mark.parametrize("answer", [None, "cpython 3 12", "pypy 3 99", "''"])
def test_a_program_that_is_not_what_its_name_says_is_passed_over(machine, home, answer):
    assert nearest("3.99", machine({"bin/python3.99": answer}), home) == interpreters.own()


def test_a_version_too_old_for_the_sdk_is_passed_over(machine, home):
    assert nearest("3.8", machine({"bin/python3.8": "cpython 3 8"}), home).version != "3.8"


def test_a_file_that_cannot_be_executed_is_passed_over(machine, home, tmp_path):
    environ = machine({"bin/python3.99": "cpython 3 99"})
    (tmp_path / "bin" / "python3.99").chmod(0o644)
    assert nearest("3.99", environ, home) == interpreters.own()


def test_what_pyenv_and_uv_installed_is_found(machine, home, tmp_path):
    environ = machine(
        {
            "pyenv/versions/3.98.1/bin/python3.98": "cpython 3 98",
            "uv/cpython-3.99.2-linux/bin/python3.99": "cpython 3 99",
        },
        PYENV_ROOT=str(tmp_path / "pyenv"),
        UV_PYTHON_INSTALL_DIR=str(tmp_path / "uv"),
    )
    assert nearest("3.98", environ, home).version == "3.98"
    assert nearest("3.99", environ, home).version == "3.99"


def test_pyenvs_shims_are_not_asked_for_what_is_behind_them(machine, home, tmp_path):
    environ = machine(
        {
            "pyenv/shims/python3.99": "cpython 3 99",
            "pyenv/versions/3.98.1/bin/python3.98": "cpython 3 98",
        }
    )
    environ |= {
        "PYENV_ROOT": str(tmp_path / "pyenv"),
        "PATH": str(tmp_path / "pyenv" / "shims"),
    }
    assert nearest("3.99", environ, home).version == "3.98"


def test_a_binary_is_believed_what_it_is_called(home, tmp_path):
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "python3.99"
    program.write_bytes(b"\x7fELF and no more, so that it cannot be run")
    program.chmod(0o755)
    found = nearest("3.99", {"PATH": str(tmp_path / "bin")}, home)
    assert (found.path, found.version) == (program, "3.99")


def test_a_link_to_a_binary_of_another_name_is_not(home, tmp_path):
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "pypy3.99"
    program.write_bytes(b"\x7fELF and no more")
    program.chmod(0o755)
    (tmp_path / "bin" / "python3.99").symlink_to(program)
    assert nearest("3.99", {"PATH": str(tmp_path / "bin")}, home) == interpreters.own()


def test_a_path_of_folders_that_are_not_there_does_no_harm(home):
    assert nearest("3.99", {"PATH": "/gone::/nowhere"}, home) == interpreters.own()
