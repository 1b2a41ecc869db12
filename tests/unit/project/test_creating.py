"""New projects: whole or not at all, and valid from the first moment."""

import json
import subprocess
import tomllib

import pytest

from maestro_cdk.errors import TemplateError
from maestro_cdk.project import creating, scanner, schema, settings, templates
from maestro_cdk.project.settings import Flags
from tests.unit.project.test_templates import SHIPPED, template

EVERY = [(item, language) for item in SHIPPED for language in (None, *item.languages)]


@pytest.mark.parametrize(
    ("item", "language"),
    [*EVERY, (None, None), (None, "node")],
    ids=lambda value: value.name if isinstance(value, templates.Template) else value,
)
def test_a_new_project_is_valid_and_without_a_remark(tmp_path, home, item, language):
    creating.create(tmp_path / "orders", item, git=False, language=language)
    project = scanner.load(tmp_path / "orders", Flags(), environ={}, home=home)
    assert project.name == "orders"
    assert project.notes == ()
    for name in ("maestro.toml", "cdk.json", ".gitignore", "README.md", "definition.asl.json"):
        assert (tmp_path / "orders" / name).is_file()
    assert json.loads((tmp_path / "orders" / "cdk.json").read_text())["app"] == "maestro synth"
    for event in (tmp_path / "orders" / "events").iterdir():
        json.loads(event.read_text())


def test_without_a_template_there_is_one_state_and_no_function(tmp_path):
    creating.create(tmp_path / "p", None, git=False)
    definition = json.loads((tmp_path / "p" / "definition.asl.json").read_text())
    assert [state["Type"] for state in definition["States"].values()] == ["Pass"]
    assert list((tmp_path / "p" / "lambdas").iterdir()) == []


def test_what_a_template_brings_is_not_overwritten_and_its_leftovers_stay_behind(tmp_path):
    template(tmp_path / "t", "own")
    (tmp_path / "t" / "own" / "maestro.toml").write_text("# theirs\n")
    (tmp_path / "t" / "own" / "cdk.out").mkdir()
    (tmp_path / "t" / "own" / "__pycache__").mkdir()
    (item,) = templates.available([tmp_path / "t"])
    creating.create(tmp_path / "p", item, git=False)
    assert (tmp_path / "p" / "maestro.toml").read_text() == "# theirs\n"
    assert not (tmp_path / "p" / "cdk.out").exists()
    assert not (tmp_path / "p" / "__pycache__").exists()


def test_a_readme_shows_the_workflow_where_the_template_has_none(tmp_path):
    root = template(tmp_path / "t", "own", a_mjs="export const handler = () => 1;\n")
    (root / "README.md").unlink()
    (root / "events").mkdir()
    (root / "events" / "tea.json").write_text("{}")
    (item,) = templates.available([tmp_path / "t"])
    creating.create(tmp_path / "p", item, git=False, draw=lambda found: str(found.value["StartAt"]))
    readme = (tmp_path / "p" / "README.md").read_text()
    assert readme.startswith("# p\n")
    assert "```mermaid\nStart\n```" in readme
    assert "maestro run --local -i events/tea.json" in readme
    assert "lambdas/greet.mjs" in readme


@pytest.mark.parametrize(
    ("file", "text"), [("workflow.py", "raise SystemExit"), ("definition.asl.json", "{")]
)
def test_a_template_that_is_a_program_or_broken_is_not_read_for_a_picture(tmp_path, file, text):
    (tmp_path / "t" / "own").mkdir(parents=True)
    (tmp_path / "t" / "own" / file).write_text(text)
    (item,) = templates.available([tmp_path / "t"])
    creating.create(tmp_path / "p", item, git=False, draw=lambda _: "drawn")
    assert "mermaid" not in (tmp_path / "p" / "README.md").read_text()


def test_an_empty_folder_may_become_a_project(tmp_path):
    (tmp_path / "p").mkdir()
    creating.create(tmp_path / "p", None, git=False)
    assert (tmp_path / "p" / "definition.asl.json").is_file()


def test_missing_folders_above_are_made(tmp_path):
    creating.create(tmp_path / "a" / "b" / "p", None, git=False)
    assert (tmp_path / "a" / "b" / "p").is_dir()


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "mine").write_text("x")
    with pytest.raises(TemplateError, match="is not empty"):
        creating.create(tmp_path / "p", None, git=False)
    assert [path.name for path in (tmp_path / "p").iterdir()] == ["mine"]
    assert [path.name for path in tmp_path.iterdir()] == ["p"]


def test_a_file_in_the_way_is_left_alone(tmp_path):
    (tmp_path / "p").write_text("x")
    with pytest.raises(TemplateError, match="is a file"):
        creating.create(tmp_path / "p", None, git=False)
    (tmp_path / "link").symlink_to("p")
    with pytest.raises(TemplateError, match="is a file"):
        creating.create(tmp_path / "link", None, git=False)


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("7up", "workflow-7up"),
        ("-x", "x"),
        ("_x", "x"),
        ("…", "workflow"),
        ("Übung 1", "Ubung-1"),
        ("日本", "workflow"),
        ("x" * 200, "x" * 40),
        ("two words", None),
        ("it's", None),
        ('say "hi"', None),
        ("orders", None),
    ],
)
def test_a_folder_whose_name_no_stack_can_have_names_its_workflow(tmp_path, home, folder, name):
    for item in (None, *(found for found in SHIPPED if found.name in ("approval", "hello"))):
        target = tmp_path / (item.name if item else "none") / folder
        made = creating.create(target, item, git=False)
        project = scanner.load(target, Flags(), environ={}, home=home)
        assert made.named == name
        assert project.notes == ()
        if name:
            assert project.name == name


@pytest.mark.parametrize("name", ["a\nb", "a\tb", "a\x1b[31mb"])
def test_a_name_that_would_garble_a_terminal_is_refused(tmp_path, name):
    with pytest.raises(TemplateError, match="cannot be the name of a folder"):
        creating.create(tmp_path / name, None, git=False)
    assert list(tmp_path.iterdir()) == []


def test_a_repository_that_was_just_made_is_filled_and_keeps_what_it_has(tmp_path):
    target = tmp_path / "p"
    subprocess.run(["git", "init", "--quiet", target], check=True)
    (target / "README.md").write_text("ours")
    (target / "LICENSE").write_text("free")
    assert not creating.create(target, None, git=True).repository
    assert (target / "README.md").read_text() == "ours"
    assert (target / "definition.asl.json").is_file()


def test_settings_of_a_project_explain_every_setting(tmp_path):
    for item in (None, *SHIPPED):
        target = tmp_path / (item.name if item else "none")
        creating.create(target, item, git=False)
        lines = (target / "maestro.toml").read_text().splitlines()
        written = [line.removeprefix("#").partition(" = ")[0] for line in lines if " = " in line]
        wanted = [*schema.WORKFLOW, *schema.FUNCTION, *schema.TARGET]
        assert sorted(written) == sorted(wanted) or item
        assert set(wanted) <= set(written), target.name


def test_every_setting_that_is_explained_is_one_that_can_be_made(tmp_path, home):
    creating.create(tmp_path / "p", None, git=False)
    file = tmp_path / "p" / "maestro.toml"
    text = file.read_text()
    known = [*schema.WORKFLOW, *schema.FUNCTION, *schema.TARGET, "[functions.", "[stages."]
    for name in known:
        text = text.replace(f"\n#{name}", f"\n{name}")
    file.write_text(text)
    assert len(tomllib.loads(text)["functions"]) == len(schema.FUNCTION)
    read = settings.load(tmp_path / "p", Flags(stage="prod"), environ={}, home=home)
    assert read.target.account == "123456789012"
    assert read.functions["NAME"].handler == "index.handler"


def test_a_language_is_laid_over_a_template_and_left_out_otherwise(tmp_path):
    root = template(tmp_path / "t", "own", a_py="def handler(event, context): ...\n")
    (root / "maestro.toml").write_text('[functions]\nruntime = "python3.13"\n')
    (root / "languages" / "node" / "lambdas").mkdir(parents=True)
    (root / "languages" / "node" / "lambdas" / "a.mjs").write_text("")
    (root / "languages" / "node" / "README.md").write_text("theirs")
    (item,) = templates.available([tmp_path / "t"])
    for language, function, readme, runtime in (
        (None, "a.py", "# Title", "python3.13"),
        ("python", "a.py", "# Title", "python3.13"),
        ("node", "a.mjs", "theirs", "nodejs24.x"),
    ):
        target = tmp_path / f"in-{language}"
        creating.create(target, item, git=False, language=language)
        assert [path.name for path in (target / "lambdas").iterdir()] == [function]
        assert (target / "README.md").read_text().startswith(readme)
        assert runtime in (target / "maestro.toml").read_text()
        assert not (target / "languages").exists()


def test_a_place_that_cannot_be_is_told(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(TemplateError, match="cannot be made"):
        creating.create(tmp_path / "file" / "p", None, git=False)


def test_a_template_that_cannot_be_copied_leaves_nothing_behind(tmp_path):
    template(tmp_path / "t", "broken")
    (item,) = templates.available([tmp_path / "t"])
    (tmp_path / "t" / "broken" / "gone").symlink_to("nowhere")
    (tmp_path / "out").mkdir()
    with pytest.raises(TemplateError):
        creating.create(tmp_path / "out" / "p", item, git=False)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_repository_is_made_where_there_is_none_and_only_there(tmp_path):
    assert creating.create(tmp_path / "p", None, git=True).repository
    assert (tmp_path / "p" / ".git").is_dir()
    assert not creating.create(tmp_path / "p" / "inner", None, git=True).repository
    assert not (tmp_path / "p" / "inner" / ".git").exists()
    assert not creating.create(tmp_path / "q", None, git=False).repository
    assert not (tmp_path / "q" / ".git").exists()


def test_what_cdk_writes_is_not_committed(tmp_path):
    creating.create(tmp_path / "p", None, git=True)
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
