"""`graph`: the state machine as a picture, and an execution's colours on it."""

import pytest

pytestmark = pytest.mark.xdist_group("commands")

STATES = {
    "Greet": {"Type": "Pass"},
    "Often?": {
        "Type": "Choice",
        "Choices": [{"Variable": "$.often", "IsPresent": True, "Next": "Again"}],
        "Default": "Once",
    },
    "Again": {"Type": "Pass"},
    "Once": {"Type": "Succeed"},
}


@pytest.fixture
def folder(write, tmp_path):
    """A project that is not deployed."""
    folder = write(tmp_path / "drawn", STATES)
    text = (folder / "definition.asl.json").read_text()
    for wrong in (
        '"Default": "Once",\n      "Next": "Again"',
        '"Type": "Succeed",\n      "End": true',
    ):
        text = text.replace(wrong, wrong.split(",\n")[0])
    (folder / "definition.asl.json").write_text(text)
    return folder


def test_a_definition_is_drawn_without_aws(maestro, folder):
    assert maestro("validate", cwd=folder).code == 0
    shown = maestro("graph", cwd=folder)
    assert shown.code == 0, shown.err
    assert "Greet  (Pass)" in shown.out
    assert "? $.often is there → Again" in shown.out
    assert "flowchart TD" in maestro("graph", "--format", "mermaid", cwd=folder).out


@pytest.mark.parametrize("name", ["a.svg", "a.png", "a.dot", "a.mmd"])
def test_the_ending_says_what_is_written(maestro, folder, name):
    written = maestro("graph", "-o", name, cwd=folder)
    assert (written.code, written.out) == (0, "")
    assert f"wrote {name}" in written.err
    begins = {"a.svg": b"<svg", "a.png": b"\x89PNG", "a.dot": b"digraph", "a.mmd": b"flowchart"}
    assert (folder / name).read_bytes().startswith(begins[name])


def test_what_cannot_be_written_is_told(maestro, folder):
    unknown = maestro("graph", "-o", "a.bmp", cwd=folder)
    assert (unknown.code, "--format" in unknown.err) == (2, True)
    nowhere = maestro("graph", "-o", "no/such/folder.svg", cwd=folder)
    assert (nowhere.code, "cannot be written" in nowhere.err) == (2, True)


def test_an_execution_is_drawn_by_what_it_did(maestro, folder):
    early = maestro("graph", "--local", "--execution", "last", cwd=folder)
    assert (early.code, "not deployed" in early.err) == (1, True)
    assert maestro("deploy", "--local", cwd=folder).code == 0
    never = maestro("graph", "--local", "--execution", "last", cwd=folder)
    assert (never.code, "has not been run" in never.err) == (1, True)
    ran = maestro("run", "--local", "--name", "first", cwd=folder)
    assert ran.code == 0, ran.err
    for wanted in ("last", "first"):
        shown = maestro("graph", "--local", "--execution", wanted, cwd=folder)
        assert shown.code == 0, shown.err
        lines = {line.split("  ")[0]: line for line in shown.out.splitlines()}
        assert "[" in lines["Greet"], shown.out
        assert "[" in lines["Once"], shown.out
        assert "[" not in lines["Again"], shown.out
    missing = maestro("graph", "--local", "--execution", "nobody", cwd=folder)
    assert (missing.code, "nobody" in missing.err) == (1, True)
    assert maestro("teardown", "--local", "-f", cwd=folder).code == 0
