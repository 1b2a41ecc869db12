"""What a bundle was made of, remembered."""

import pytest

from maestro_cdk.project.dependencies import inputs
from maestro_cdk.project.dependencies.store import Store


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "kept")


@pytest.fixture
def kept(store, project):
    """A key, and how it is found again."""
    folder = project({"lambdas/f/a.ts": "1", "lambdas/f/b.ts": "2", "lambdas/g/c.ts": "3"})
    used = [folder / "lambdas/f/a.ts", folder / "lambdas/f/b.ts", folder / "tsconfig.json"]
    key = inputs.keep(store, "n", folder, used)
    return key, lambda: inputs.find(store, "n", folder)


def test_what_is_as_it_was_is_found(kept):
    key, find = kept
    assert find() == key


def test_another_name_finds_nothing(kept, store, project):
    assert inputs.find(store, "m", project({})) is None


@pytest.mark.parametrize(
    "change",
    [
        {"lambdas/f/a.ts": "9"},
        {"lambdas/f/b.ts": None},
        {"tsconfig.json": "{}"},
        {"lambdas/f/b.js": "shadows, or is shadowed"},
    ],
)
def test_a_change_of_what_it_was_made_of_is_seen(kept, project, change):
    project(change)
    assert kept[1]() is None


@pytest.mark.parametrize(
    "change", [{"lambdas/g/c.ts": "9"}, {"lambdas/f/notes.md": "9"}, {"x.ts": ""}]
)
def test_a_change_of_anything_else_is_not(kept, project, change):
    project(change)
    assert kept[1]() == kept[0]


def test_going_back_finds_what_was_made_then(kept, store, project):
    key, find = kept
    folder = project({"lambdas/f/a.ts": "9"})
    other = inputs.keep(store, "n", folder, [folder / "lambdas/f/a.ts"])
    assert find() == other != key
    project({"lambdas/f/a.ts": "1"})
    assert find() == key


@pytest.mark.parametrize("text", ["", "{", "{}", "[1]"])
def test_what_is_remembered_badly_is_forgotten(kept, store, project, text):
    store.note("n", text)
    assert kept[1]() is None
