"""Doing something to a module as soon as it is loaded."""

import sys

from maestro_cdk.local.importing import when_loaded


def test_a_module_is_changed_as_soon_as_it_is_loaded_and_once(tmp_path, monkeypatch):
    (tmp_path / "late_module.py").write_text("VALUE = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    seen = []
    before = list(sys.meta_path)
    when_loaded("late_module", seen.append)
    assert seen == []
    import late_module  # noqa: PLC0415 - that is what is tested

    assert seen == [late_module]
    assert late_module.VALUE == 1
    assert sys.meta_path == before


def test_a_module_that_is_loaded_is_changed_at_once():
    seen = []
    when_loaded("sys", seen.append)
    assert seen == [sys]
