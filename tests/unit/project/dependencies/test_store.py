"""Folders that are kept: whole or not at all, whoever else is at it."""

import os
import time

import pytest

from maestro_cdk.project.dependencies.store import UNUSED_DAYS, Store


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


def fill(into):
    (into / "deep").mkdir()
    (into / "deep" / "b.py").write_text("B = 1")
    (into / "a.sh").write_text("#!/bin/sh")
    (into / "a.sh").chmod(0o755)


def test_nothing_is_found_before_it_is_made(store):
    assert store.find("k") is None


def test_what_was_made_is_found_with_all_that_a_zip_needs(store, tmp_path):
    made = store.make("k", fill)
    assert made == store.find("k")
    assert [(file.name, file.size, file.executable) for file in made] == [
        ("a.sh", 9, True),
        ("deep/b.py", 5, False),
    ]
    assert made[1].source.read_text() == "B = 1"
    assert made[1].digest == "89276f0afe83875f15036b4fa8ad29d3b5b7952de485bfd598955a194179692c"


def test_what_fails_leaves_nothing(store, tmp_path):
    def fail(into):
        fill(into)
        raise ValueError("half way")

    with pytest.raises(ValueError, match="half way"):
        store.make("k", fail)
    assert store.find("k") is None
    assert list((tmp_path / "store").iterdir()) == []


def test_whoever_comes_second_takes_what_is_there(store, tmp_path):
    def overtaken(into):
        fill(into)
        Store(tmp_path / "store").make("k", fill)
        (into / "a.sh").write_text("another")

    made = store.make("k", overtaken)
    assert made[0].source.read_text() == "#!/bin/sh"
    assert [path.name for path in (tmp_path / "store").iterdir()] == ["k"]


@pytest.mark.parametrize("damage", ["", "[", "[[1]]", "null"])
def test_what_is_damaged_is_made_again(store, tmp_path, damage):
    store.make("k", fill)
    (tmp_path / "store" / "k" / "files.json").write_text(damage)
    assert store.find("k") is None
    assert len(store.make("k", fill)) == 2


def test_what_nobody_used_for_long_is_dropped_and_what_is_used_is_not(store, tmp_path):
    long_ago = time.time() - (UNUSED_DAYS + 1) * 86_400
    for name in ("unused", "used", ".part-crashed"):
        store.make(name, fill)
    for name in ("unused", "used", ".part-crashed"):
        os.utime(tmp_path / "store" / name, (long_ago, long_ago))
    store.find("used")
    store.make("new", fill)
    assert sorted(path.name for path in (tmp_path / "store").iterdir()) == ["new", "used"]
