"""How MiniStack's workers are brought close to Lambda."""

import json
import sys
from types import SimpleNamespace

import pytest

from maestro_cdk.local import functions
from maestro_cdk.local.files import Files

CONFIG = {"Handler": "index.handler", "Runtime": "python3.13", "FunctionName": "f"}


@pytest.fixture
def files(tmp_path):
    return Files(tmp_path / "local")


@pytest.fixture
def workers():
    """What MiniStack's module of workers looks like from here."""

    class Worker:
        def __init__(self, config):
            self.config, self.started = config, None

        def _spawn(self):
            self.started = self.config

    return SimpleNamespace(
        Worker=Worker,
        _detect_runtime_binary=lambda runtime: (
            ("/server/python", "SCRIPT") if runtime.startswith("python") else ("", "")
        ),
    )


# --- which program runs a function -----------------------------------------------------------


def test_the_program_is_what_packages_were_installed_for(files, workers, tmp_path):
    choose = functions._chooser(workers, files, tmp_path)
    functions.note_interpreters(files, {"python3.13": sys.executable})
    assert choose("python3.13")[0] == sys.executable
    assert choose("python3.12")[0] == "/server/python"


def test_what_was_noted_of_another_runtime_stays(files):
    functions.note_interpreters(files, {"python3.13": "/a"})
    functions.note_interpreters(files, {"python3.12": "/b"})
    assert json.loads(files.interpreters.read_text()) == {"python3.13": "/a", "python3.12": "/b"}


@pytest.mark.parametrize("noted", ['{"python3.13": "/gone"}', "[]", "{"])
def test_a_program_that_is_gone_is_not_started(files, workers, tmp_path, noted):
    files.root.mkdir()
    files.interpreters.write_text(noted)
    assert functions._chooser(workers, files, tmp_path)("python3.13")[0] == "/server/python"


def test_other_runtimes_are_left_alone(files, workers, tmp_path):
    assert functions._chooser(workers, files, tmp_path)("provided.al2023") == ("", "")


# --- what a function sees --------------------------------------------------------------------


def started(workers, config):
    worker = workers.Worker(config)
    functions._starter(workers)(worker)
    assert worker.config == config
    return worker.started["Environment"]["Variables"]


def test_lambdas_own_variables_are_set(workers):
    assert started(workers, CONFIG) == {
        "_HANDLER": "index.handler",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/f",
    }


def test_the_functions_variables_stay_and_its_log_group_is_its_own(workers):
    config = {
        **CONFIG,
        "Environment": {"Variables": {"TABLE": "orders"}},
        "LoggingConfig": {"LogGroup": "/maestro/w/f"},
    }
    found = started(workers, config)
    assert found["TABLE"] == "orders"
    assert found["AWS_LAMBDA_LOG_GROUP_NAME"] == "/maestro/w/f"


def test_what_lambdas_python_brings_is_there_and_nothing_else_of_ours(tmp_path):
    functions._link(tmp_path / "brought")
    functions._link(tmp_path / "brought")  # a second time does no harm
    names = {path.name for path in (tmp_path / "brought").iterdir()}
    assert names == {*(set(functions.BROUGHT) - {"six"}), "six.py"}


def test_the_worker_for_node_is_the_one_that_was_tried():
    from ministack.core import lambda_runtime  # noqa: PLC0415 - it starts nothing by itself

    assert functions._ENDINGS in lambda_runtime._NODEJS_WORKER_SCRIPT
