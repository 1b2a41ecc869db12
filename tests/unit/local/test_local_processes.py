import os
import signal
import subprocess
import time

import pytest

from maestro_cdk.local import processes


@pytest.fixture
def marked(tmp_path):
    environment = {**os.environ, "TMPDIR": f"{tmp_path}/abc"}
    with subprocess.Popen(["sleep", "60"], env=environment, start_new_session=True) as process:
        yield process
        process.kill()


def test_processes_are_told_by_their_tmpdir(marked, tmp_path):
    assert processes.of(tmp_path) == (marked.pid,)
    assert processes.of(tmp_path / "abc") == ()
    assert processes.leaders((marked.pid,)) == (marked.pid,)


def test_a_process_that_is_just_becoming_another_program_is_not_overlooked(tmp_path, monkeypatch):
    """As Linux shows one: with no environment until it has become what it was started as."""
    folder = tmp_path / "77"
    for each in (folder, tmp_path / "self"):
        each.mkdir()
    (tmp_path / "self" / "environ").touch()
    (folder / "exe").symlink_to("/bin/sleep")
    (folder / "environ").touch()

    def become(_):
        (folder / "environ").write_bytes(f"A=b\0TMPDIR={tmp_path}/abc\0".encode())

    monkeypatch.setattr(processes, "PROC", tmp_path)
    monkeypatch.setattr(time, "sleep", become)

    assert processes.of(tmp_path) == (77,)


def test_a_process_without_an_environment_is_nobodys(tmp_path, monkeypatch):
    for each in ("77", "self"):
        (tmp_path / each).mkdir()
        (tmp_path / each / "environ").touch()
    (tmp_path / "77" / "exe").symlink_to("/bin/sleep")
    monkeypatch.setattr(processes, "PROC", tmp_path)

    assert processes.of(tmp_path) == ()


def test_ps_tells_the_same(marked, tmp_path, monkeypatch):
    """As where there is no /proc, with a ps that answers as macOS's does."""
    fake = tmp_path / "ps"
    fake.write_text(
        f"#!/bin/sh\necho '  1 init HOME=/'\necho ' 77 sleep 60 TMPDIR={tmp_path}/abc'\n"
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(processes, "PROC", tmp_path / "none")

    assert processes.of(tmp_path) == (77,)


def test_what_has_ended_is_passed_over():
    with subprocess.Popen(["true"]) as process:
        process.wait()
    processes.send((process.pid,), signal.SIGTERM)
    assert processes.leaders((process.pid,)) == ()


def test_all_are_ended(marked, tmp_path):
    assert processes.end(tmp_path)
    assert marked.wait(5) == -signal.SIGKILL
