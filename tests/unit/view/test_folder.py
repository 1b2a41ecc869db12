"""The folder as the page shows it."""

import json
from pathlib import Path
from threading import Thread

import pytest

from maestro_cdk.errors import ProjectError, UsageError
from maestro_cdk.model import Finding, SourceRef
from maestro_cdk.view.board import Board
from maestro_cdk.view.folder import FOLDER, SAVED, Folder
from tests.fakes.projects import project

VALUE = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}


@pytest.fixture
def board():
    return Board()


@pytest.fixture
def path(tmp_path):
    (tmp_path / "definition.asl.json").write_text(json.dumps(VALUE))
    return tmp_path


@pytest.fixture
def read(path, board):
    def reading(load=project):
        Folder(path, load, board).read()
        return board.get(FOLDER)

    return reading


def test_it_is_drawn_with_its_text_and_its_samples(path, read):
    (path / "events").mkdir()
    for name in ("b.json", "a.json", "note.txt"):
        (path / "events" / name).write_text("{}")
    (path / "events" / "large.json").write_text("1" * 300_000)
    found = read()
    assert (found["file"], found["samples"]) == ("definition.asl.json", ["a.json", "b.json"])
    assert found["text"] == (path / "definition.asl.json").read_text()
    assert (found["tree"][0], found["findings"]) == ("svg", [])


def test_what_is_wrong_with_the_folder_is_told(read):
    def load():
        where = SourceRef(file="definition.asl.json", line=3, column=1)
        wrong = Finding(rule="r", severity="error", message="no", where=where, hint="do")
        raise ProjectError([wrong])

    (finding,) = read(load)["findings"]
    assert (finding["message"], finding["hint"], finding["line"]) == ("no", "do", 3)


def test_whatever_else_is_wrong_is_a_finding_too(read):
    def load():
        raise UsageError("no such stage", hint="name another")

    (finding,) = read(load)["findings"]
    assert (finding["message"], finding["hint"]) == ("no such stage", "name another")


def test_a_definition_that_breaks_keeps_its_picture_and_says_why(path, board):
    folder = Folder(path, project, board)
    folder.read()
    (path / "definition.asl.json").write_text('{"StartAt": ')
    folder.read()
    found = board.get(FOLDER)
    assert (found["tree"][0], found["text"]) == ("svg", '{"StartAt": ')
    assert found["findings"][0]["rule"] == "json-syntax"


@pytest.mark.parametrize(
    "text", ["[]", "{}", '{"States": 1}', '{"StartAt": "A", "States": {"A": 5}}', '"x"', "\xff"]
)
def test_no_definition_breaks_the_page(path, read, text):
    (path / "definition.asl.json").write_bytes(text.encode("latin-1"))
    json.dumps(read())


def test_without_a_definition_that_is_what_is_told(path, read):
    (path / "definition.asl.json").unlink()
    assert read()["findings"]


def wait_for(board, topic, seen):
    found = board.wait([topic], {topic: seen}, 20)
    assert found, f"nothing more of {topic}"
    return found[0][1:]


def test_what_is_saved_is_told_and_read_anew(path, board):
    lambdas = path / "lambdas"
    lambdas.mkdir()
    watching = Thread(target=Folder(path, project, board).watch)
    watching.start()
    version, _ = wait_for(board, FOLDER, 0)
    changed = {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": True}}}
    (path / "definition.asl.json").write_text(json.dumps(changed, indent=1))
    version, found = wait_for(board, FOLDER, version)
    assert set(found["extents"]) == {"B"}
    at, said = wait_for(board, SAVED, 0)
    assert said == {"number": 1, "files": ["definition.asl.json"], "more": 0}
    (lambdas / "work.py").write_text("def handler(event, context): ...\n")
    _, said = wait_for(board, SAVED, at)
    assert said["files"] == ["lambdas/work.py"]
    board.close()
    watching.join(10)
    assert not watching.is_alive()


def test_what_is_installed_is_not_looked_at(path, board):
    installed = path / "lambdas" / "work" / "node_modules" / "a"
    installed.mkdir(parents=True)
    (installed / "index.js").write_text("1")
    folder = Folder(path, project, board)
    assert {Path(name).name for name in folder._signature()} == {"definition.asl.json"}
