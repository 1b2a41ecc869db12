"""What the machine around a command can do to it: closed streams, a full disk, an odd path."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import maestro_cdk

CHECKOUT = Path(maestro_cdk.__file__).parents[1]
COMMAND = [sys.executable, "-m", "maestro_cdk"]


@pytest.fixture
def shell(project):
    """Run a command by a shell, which can do to its streams what it likes."""
    project()

    def run(words):
        environ = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
        line = f"exec {' '.join(COMMAND)} {words}"
        return subprocess.run(
            ["sh", "-c", line], env=environ, capture_output=True, text=True, check=False
        )

    return run


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_command_works_whatever_stream_is_closed(shell, closed):
    assert shell(f"validate {closed}").returncode == 0


def test_with_closed_input_nobody_is_asked(shell):
    result = shell("new other <&-")
    assert result.returncode == 2
    assert "-t NAME" in result.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_no_bug_of_ours(shell):
    result = shell("compile > /dev/full")
    assert (result.returncode, result.stderr) == (1, "error: no space left on device\n")


def test_a_folder_may_be_named_by_the_way_up(maestro, project, monkeypatch):
    folder = project(a_py="def handler(event, context): ...\n")
    monkeypatch.chdir(folder / "lambdas")
    assert maestro("validate", "--project", "..").code == 0


def test_what_was_asked_wrongly_is_json_where_the_result_would_be(maestro, project):
    project()
    result = maestro("run", "--output", "json", "--bogus")
    assert result.code == 2
    assert "--bogus" in result.json["error"]["message"]


@pytest.mark.parametrize("given", ["[NaN]", "[" * 100_000, "", "x" * 5000])
def test_an_input_that_is_no_json_is_refused_in_a_few_words(maestro, project, given):
    project()
    result = maestro("run", "-i", given)
    assert result.code == 2
    assert len(result.err) < 300


def test_a_signal_to_end_leaves_nothing_behind(tmp_path, project):
    folder = project()
    environ = {**os.environ, "PYTHONPATH": str(CHECKOUT), "TMPDIR": str(tmp_path / "tmp")}
    (tmp_path / "tmp").mkdir()
    # It waits for its input, which does not come.
    process = subprocess.Popen(
        [*COMMAND, "run", "-i", "-"],
        cwd=folder,
        env=environ,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while signal.SIGTERM not in _caught(process.pid):
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=10)
    assert (process.returncode, said.strip()) == (130, "interrupted")
    assert list((tmp_path / "tmp").iterdir()) == []


def _caught(pid):
    """The signals that a process has handlers for, as far as this system tells."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return {signal.SIGTERM}
    (mask,) = [
        int(line.split()[1], 16)
        for line in status.read_text().splitlines()
        if line.startswith("SigCgt")
    ]
    return {number for number in signal.Signals if mask >> (number - 1) & 1}
