"""The user's own settings of where packages come from."""

import pytest

from maestro_cdk.project.dependencies import indexes


@pytest.mark.parametrize(
    ("given", "name", "value"),
    [
        ({"PIP_INDEX_URL": "https://h/simple"}, "UV_DEFAULT_INDEX", "https://h/simple"),
        ({"PIP_EXTRA_INDEX_URL": "https://a/ https://b/"}, "UV_INDEX", "https://a/ https://b/"),
        ({"PIP_TRUSTED_HOST": "h"}, "UV_INSECURE_HOST", "h"),
        ({"PIP_FIND_LINKS": "/gone https://h/links"}, "UV_FIND_LINKS", "https://h/links"),
        ({"UV_INDEX_URL": "https://own/"}, "UV_INDEX_URL", "https://own/"),
    ],
)
def test_what_pip_is_told_uv_is_told(given, name, value):
    assert indexes.environment(given)[name] == value


@pytest.mark.parametrize("own", ["UV_DEFAULT_INDEX", "UV_INDEX_URL"])
def test_what_uv_is_told_counts_above_what_pip_is(own):
    found = indexes.environment({"PIP_INDEX_URL": "https://pip/", own: "https://uv/"})
    assert found[own] == "https://uv/"
    assert "https://pip/" not in [found.get(name) for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL")]


@pytest.mark.parametrize(("said", "flags"), [("1", ["--no-index"]), ("0", []), ("", [])])
def test_no_index_is_a_flag_to_uv(said, flags):
    assert indexes.flags({"PIP_NO_INDEX": said}) == flags


def test_bytecode_is_never_compiled():
    assert "UV_COMPILE_BYTECODE" not in indexes.environment({"UV_COMPILE_BYTECODE": "1"})


def test_another_index_is_another_choice(tmp_path):
    one = indexes.choice({"UV_DEFAULT_INDEX": "https://one/simple"}, tmp_path)
    two = indexes.choice({"PIP_INDEX_URL": "https://two/simple"}, tmp_path)
    assert one != two


def test_a_renewed_password_is_the_same_choice(tmp_path):
    urls = ("https://aws:first@h/simple", "https://aws:second@h/simple")
    one, two = (indexes.choice({"UV_DEFAULT_INDEX": url}, tmp_path) for url in urls)
    assert one == two
    assert "first" not in str(one)


def test_what_a_file_above_tells_uv_is_part_of_the_choice(tmp_path):
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    before = indexes.choice({}, inner)
    (tmp_path / "pyproject.toml").write_text('[[tool.uv.index]]\nurl = "https://h/simple"\n')
    assert indexes.choice({}, inner) != before
    (tmp_path / "a" / "uv.toml").write_text("no-index = true\n")
    assert indexes.choice({}, inner) == ["no-index = true\n"]
