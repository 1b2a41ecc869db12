"""Projects read from folders, for tests that synthesize."""

import json
from itertools import pairwise

import pytest

from maestro_cdk.project import scanner
from maestro_cdk.project.settings import Flags

PYTHON = "def handler(event, context):\n    return event\n"


@pytest.fixture
def load(tmp_path, home):
    """Read a project of these functions (name -> code), states and settings."""

    def loaded(functions=None, *, settings="", states=None, stage=None, name="approval"):
        root = tmp_path / name
        (root / "lambdas").mkdir(parents=True, exist_ok=True)
        functions = {"manager": PYTHON} if functions is None else functions
        for path in (root / "lambdas").iterdir():
            path.unlink()
        for function, code in functions.items():
            (root / "lambdas" / f"{function}.py").write_text(code)
        if states is None:
            states = {
                function: {"Type": "Task", "Resource": f"${{{function}}}", "Next": after}
                for function, after in pairwise([*functions, "Done"])
            } | {"Done": {"Type": "Succeed"}}
        definition = {"StartAt": next(iter(states)), "States": states}
        (root / "definition.asl.json").write_text(json.dumps(definition))
        (root / "maestro.toml").write_text(settings)
        return scanner.load(root, Flags(stage=stage), environ={}, home=home)

    return loaded
