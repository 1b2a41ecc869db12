"""A command in this process: its exit code, and what it wrote where."""

import json
from dataclasses import dataclass

import pytest

from maestro_cdk.cli.main import main


@dataclass(frozen=True, slots=True)
class Result:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder, in which commands run."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def maestro(folder, capsys):
    """Run a command."""

    def run(*words):
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(list(words))
        written = capsys.readouterr()
        return Result(ended.value.code, written.out, written.err)

    return run


@pytest.fixture
def project(folder):
    """Write files into the folder."""

    def write(definition=None, **files):
        states = {"A": {"Type": "Pass", "End": True}}
        value = definition or {"StartAt": "A", "States": states}
        text = value if isinstance(value, str) else json.dumps(value, indent=2)
        (folder / "definition.asl.json").write_text(text)
        (folder / "maestro.toml").write_text('[workflow]\nname = "flow"\n')
        for name, content in files.items():
            path = folder / "lambdas" / name.replace("_", ".")
            path.parent.mkdir(exist_ok=True)
            path.write_text(content)
        return folder

    return write
