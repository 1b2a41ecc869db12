"""Templates of this user: all of a source or none, and nobody's work lost."""

import json
import os

import pytest

from maestro_cdk.errors import TemplateError
from maestro_cdk.project import beginnings, installing, sources, templates


@pytest.fixture
def shelf(tmp_path):
    """The user's templates."""
    return tmp_path / "home" / "templates"


@pytest.fixture
def get(tmp_path, shelf):
    """Install from a source: files by their paths."""

    def install(files, *, source="team", force=False):
        folder = tmp_path / "sources" / source
        for path in folder.rglob("*"):
            if path.is_file():
                path.unlink()
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        with sources.opened(str(folder), None, os.environ) as fetched:
            return installing.install(fetched, shelf, source=source, ref="v1", force=force)

    return install


DEFINITION = json.dumps(beginnings.DEFINITION)


def definitions(*names, text=DEFINITION):
    return {f"{name}/definition.asl.json": text for name in names}


def names(shelf):
    return sorted(path.name for path in shelf.iterdir() if path.name != installing.RECORDS)


@pytest.mark.parametrize("above", ["templates/", ""])
def test_each_folder_with_a_definition_is_a_template(get, shelf, above):
    files = definitions(f"{above}one", f"{above}two") | {f"{above}three/README.md": "no template"}
    done = get(files)
    assert done.added == ("one", "two")
    assert names(shelf) == ["one", "two"]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("https://example.com/team/order-flow.git", "order-flow"),
        ("git@example.com:order-flow.git", "order-flow"),
        ("/somewhere/order-flow/", "order-flow"),
    ],
)
def test_a_project_is_one_template_called_as_its_repository(tmp_path, shelf, source, name):
    for path in ("definition.asl.json", "lambdas/workflow.py", "templates/x/definition.asl.json"):
        (tmp_path / "s" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "s" / path).write_text(DEFINITION)
    with sources.opened(str(tmp_path / "s"), None, os.environ) as fetched:
        done = installing.install(fetched, shelf, source=source, ref=None, force=False)
    assert done.added == (name,)
    assert (shelf / name / "lambdas" / "workflow.py").is_file()


def test_a_source_without_templates_installs_nothing(get, shelf):
    with pytest.raises(TemplateError, match="holds no template"):
        get({"README.md": "x", "a/b/definition.asl.json": DEFINITION})
    assert not shelf.exists()


@pytest.mark.parametrize("name", ["-x", ".x", "two words", "é", "x" * 65, "a;b"])
def test_a_template_of_an_odd_name_is_refused(get, shelf, name):
    with pytest.raises(TemplateError, match="is no name for a template"):
        get(definitions("good", name))
    assert not shelf.exists()


def test_once_more_renews_what_came_and_takes_away_what_went(get, shelf):
    get(definitions("same", "changed", "gone"))
    done = get(definitions("same") | definitions("changed", text="{}") | definitions("new"))
    assert (done.added, done.renewed, done.same, done.removed) == (
        ("new",),
        ("changed",),
        ("same",),
        ("gone",),
    )
    assert names(shelf) == ["changed", "new", "same"]
    assert (shelf / "changed" / "definition.asl.json").read_text() == "{}"


def test_what_another_source_or_the_user_made_is_not_replaced(get, shelf):
    get(definitions("theirs"), source="other")
    (shelf / "mine").mkdir()
    for name, whence in (("theirs", "from other"), ("mine", "your own")):
        with pytest.raises(TemplateError, match=whence) as caught:
            get(definitions("fresh", name))
        assert "--force" in caught.value.hint
        assert names(shelf) == ["mine", "theirs"]
    assert get(definitions("theirs", "mine"), force=True).added == ()
    assert {item.record.source for item in installing.installed(shelf)} == {"team"}


@pytest.mark.parametrize("after", ["renewed", "gone"])
def test_what_was_changed_since_is_not_replaced(get, shelf, after):
    get(definitions("one", "two"))
    (shelf / "one" / "README.md").write_text("my own")
    assert [item.changed for item in installing.installed(shelf)] == [True, False]
    files = definitions("two") if after == "gone" else definitions("one", "two", text="{}")
    with pytest.raises(TemplateError, match="was changed in"):
        get(files)
    assert (shelf / "one" / "README.md").read_text() == "my own"
    assert (shelf / "two" / "definition.asl.json").read_text() == DEFINITION
    get(files, force=True)
    assert not (shelf / "one" / "README.md").exists()


def test_a_failure_half_way_leaves_all_as_it_was(get, shelf):
    get(definitions("one", "two"))
    before = installing.records(shelf)
    (shelf / installing.RECORDS).unlink()
    (shelf / installing.RECORDS).mkdir()  # so that the very last step fails
    with pytest.raises(OSError, match="irectory"):
        get(definitions("one", "two", "three", text="{}"), force=True)
    assert names(shelf) == ["one", "two"]
    assert (shelf / "one" / "definition.asl.json").read_text() == DEFINITION
    assert set(before) == {"one", "two"}


def test_the_set_that_ships_can_be_installed_and_begun_from(tmp_path, shelf):
    with sources.opened(str(templates.shipped()), None, os.environ) as fetched:
        installing.install(fetched, shelf, source=templates.SHIPPED, ref="1", force=False)
    found = templates.available([shelf])
    assert [item.name for item in found] == [
        item.name for item in templates.available([templates.shipped()])
    ]
    assert {item.folder.parent for item in found} == {shelf}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"one": 1}', '{"one": {"source": 1}}', "[" * 9000]
)
def test_records_that_are_broken_are_none(get, shelf, text):
    shelf.mkdir(parents=True)
    (shelf / installing.RECORDS).write_text(text)
    assert installing.records(shelf) == {}
    assert get(definitions("one")).added == ("one",)
