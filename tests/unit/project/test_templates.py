"""Projects from templates: whole or not at all, and valid from the first moment."""

import json
import subprocess

import pytest

from maestro_cdk.errors import TemplateError
from maestro_cdk.project import scanner, templates
from maestro_cdk.project.settings import Flags

SHIPPED = templates.available([templates.shipped()])


def template(folder, name, readme="# Title\n\nWhat it is\nabout.\n"):
    (folder / name).mkdir(parents=True)
    (folder / name / "definition.asl.json").write_text(json.dumps(templates.EMPTY_DEFINITION))
    (folder / name / "README.md").write_text(readme)


def test_what_ships_is_found_with_a_summary():
    assert {"approval", "hello"} <= {item.name for item in SHIPPED}
    assert all(item.summary.endswith(".") for item in SHIPPED)


def test_a_users_template_counts_above_one_of_the_same_name_that_ships(tmp_path):
    template(tmp_path / "mine", "hello", "# Mine\n\n![badge](x)\n\nMy own.\n")
    (tmp_path / "mine" / "no-template").mkdir()
    found = templates.available([tmp_path / "mine", tmp_path / "missing", templates.shipped()])
    (hello,) = [item for item in found if item.name == "hello"]
    assert hello.summary == "My own."
    assert [item.name for item in found] == sorted(item.name for item in found)
    assert "no-template" not in {item.name for item in found}


def test_a_misspelt_template_is_told_the_nearest():
    with pytest.raises(TemplateError) as caught:
        templates.choose(SHIPPED, "aproval")
    assert caught.value.hint == "did you mean 'approval'?"


@pytest.mark.parametrize("item", [*SHIPPED, None], ids=lambda item: item.name if item else "none")
def test_a_new_project_is_valid_and_without_a_remark(tmp_path, home, item):
    templates.create(tmp_path / "orders", item, git=False)
    project = scanner.load(tmp_path / "orders", Flags(), environ={}, home=home)
    assert project.name == "orders"
    assert project.notes == ()
    for name in ("maestro.toml", "cdk.json", ".gitignore", "README.md", "definition.asl.json"):
        assert (tmp_path / "orders" / name).is_file()
    assert json.loads((tmp_path / "orders" / "cdk.json").read_text())["app"] == "maestro synth"
    for event in (tmp_path / "orders" / "events").iterdir():
        json.loads(event.read_text())


def test_without_a_template_there_is_one_state_and_no_function(tmp_path):
    templates.create(tmp_path / "p", None, git=False)
    definition = json.loads((tmp_path / "p" / "definition.asl.json").read_text())
    assert [state["Type"] for state in definition["States"].values()] == ["Pass"]
    assert list((tmp_path / "p" / "lambdas").iterdir()) == []


def test_what_a_template_brings_is_not_overwritten_and_its_leftovers_stay_behind(tmp_path):
    template(tmp_path / "t", "own")
    (tmp_path / "t" / "own" / "maestro.toml").write_text("# theirs\n")
    (tmp_path / "t" / "own" / "cdk.out").mkdir()
    (tmp_path / "t" / "own" / "__pycache__").mkdir()
    (item,) = templates.available([tmp_path / "t"])
    templates.create(tmp_path / "p", item, git=False)
    assert (tmp_path / "p" / "maestro.toml").read_text() == "# theirs\n"
    assert not (tmp_path / "p" / "cdk.out").exists()
    assert not (tmp_path / "p" / "__pycache__").exists()


def test_an_empty_folder_may_become_a_project(tmp_path):
    (tmp_path / "p").mkdir()
    templates.create(tmp_path / "p", None, git=False)
    assert (tmp_path / "p" / "definition.asl.json").is_file()


def test_missing_folders_above_are_made(tmp_path):
    templates.create(tmp_path / "a" / "b" / "p", None, git=False)
    assert (tmp_path / "a" / "b" / "p").is_dir()


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "mine").write_text("x")
    with pytest.raises(TemplateError, match="is not empty"):
        templates.create(tmp_path / "p", None, git=False)
    assert [path.name for path in (tmp_path / "p").iterdir()] == ["mine"]
    assert [path.name for path in tmp_path.iterdir()] == ["p"]


def test_a_file_in_the_way_is_left_alone(tmp_path):
    (tmp_path / "p").write_text("x")
    with pytest.raises(TemplateError, match="is a file"):
        templates.create(tmp_path / "p", None, git=False)
    (tmp_path / "link").symlink_to("p")
    with pytest.raises(TemplateError, match="is a file"):
        templates.create(tmp_path / "link", None, git=False)


@pytest.mark.parametrize("name", ["7up", "-x", "_x", "…"])
def test_a_name_that_no_stack_can_have_is_refused_before_anything_is_made(tmp_path, name):
    with pytest.raises(TemplateError, match="begin with a letter"):
        templates.create(tmp_path / name, None, git=False)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_is_told(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(TemplateError, match="cannot be made"):
        templates.create(tmp_path / "file" / "p", None, git=False)


def test_a_template_that_cannot_be_copied_leaves_nothing_behind(tmp_path):
    template(tmp_path / "t", "broken")
    (item,) = templates.available([tmp_path / "t"])
    (tmp_path / "t" / "broken" / "gone").symlink_to("nowhere")
    (tmp_path / "out").mkdir()
    with pytest.raises(TemplateError):
        templates.create(tmp_path / "out" / "p", item, git=False)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_repository_is_made_where_there_is_none_and_only_there(tmp_path):
    assert templates.create(tmp_path / "p", None, git=True)
    assert (tmp_path / "p" / ".git").is_dir()
    assert not templates.create(tmp_path / "p" / "inner", None, git=True)
    assert not (tmp_path / "p" / "inner" / ".git").exists()
    assert not templates.create(tmp_path / "q", None, git=False)
    assert not (tmp_path / "q" / ".git").exists()


def test_what_cdk_writes_is_not_committed(tmp_path):
    templates.create(tmp_path / "p", None, git=True)
    (tmp_path / "p" / "cdk.out").mkdir()
    (tmp_path / "p" / "cdk.out" / "x").write_text("")
    status = subprocess.run(
        ["git", "status", "--porcelain", "-uall"],
        cwd=tmp_path / "p",
        capture_output=True,
        text=True,
        check=True,
    )
    assert "cdk.out" not in status.stdout
    assert "definition.asl.json" in status.stdout
