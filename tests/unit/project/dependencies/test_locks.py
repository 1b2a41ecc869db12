"""The file that names a Python function's packages."""

import pytest

from maestro_cdk.project.dependencies import locks
from maestro_cdk.project.dependencies.failures import Failure

PROJECT = '[project]\nname = "fn"\nversion = "1"\ndependencies = ["six>=1"]\n'
LOCK = (
    'version = 1\n[[package]]\nname = "fn"\nversion = "1"\nsource = { virtual = "." }\n'
    'dependencies = [{ name = "six" }]\n[[package]]\nname = "six"\nversion = "1.17.0"\n'
)


@pytest.fixture
def find(tmp_path):
    def of(at="lambdas/fn", **files):
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_lock", ".lock")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        (tmp_path / at).mkdir(parents=True, exist_ok=True)
        return locks.find(tmp_path / at, tmp_path)

    return lambda at="lambdas/fn", files=None: of(at, **(files or {}))


def test_a_folder_without_any_needs_nothing(find):
    assert find() is None


def test_requirements_count_before_a_project(find):
    found = find(files={"lambdas/fn/requirements.txt": "six", "lambdas/fn/pyproject.toml": PROJECT})
    assert found.path.name == "requirements.txt"


def test_a_project_is_installed_by_its_lock(find):
    found = find(files={"lambdas/fn/pyproject.toml": PROJECT, "lambdas/fn/uv.lock": LOCK})
    assert (found.path.name, found.lock.name) == ("pyproject.toml", "uv.lock")


def test_a_project_without_a_lock_is_resolved(find):
    found = find(files={"lambdas/fn/pyproject.toml": PROJECT})
    assert (found.path.name, found.lock) == ("pyproject.toml", None)


def test_a_lock_by_itself_serves(find):
    found = find(files={"lambdas/fn/pylock.toml": 'lock-version = "1.0"\n'})
    assert (found.path.name, found.lock) == ("pylock.toml", None)


@pytest.mark.parametrize(
    "text", ["", "[tool.ruff]\nline-length = 100\n", '[project]\nname = "x"\n']
)
def test_a_project_that_asks_for_nothing_needs_nothing(find, text):
    assert find(files={"lambdas/fn/pyproject.toml": text}) is None


def test_settings_of_other_tools_change_nothing(find):
    before = find(files={"lambdas/fn/pyproject.toml": PROJECT, "lambdas/fn/uv.lock": LOCK})
    after = find(files={"lambdas/fn/pyproject.toml": PROJECT + "[tool.ruff]\nline-length = 9\n"})
    assert before.said == after.said


def test_the_lock_of_a_workspace_serves_its_members(find):
    found = find(
        files={
            "pyproject.toml": '[tool.uv.workspace]\nmembers = ["lambdas/*"]\n',
            "uv.lock": LOCK,
            "lambdas/fn/pyproject.toml": PROJECT,
        }
    )
    assert found.lock.parent.name != "fn"


def test_a_lock_above_that_is_of_no_workspace_is_not_the_functions(find):
    found = find(
        files={"pyproject.toml": "", "uv.lock": LOCK, "lambdas/fn/pyproject.toml": PROJECT}
    )
    assert found.lock is None


def test_a_lock_that_is_behind_is_told(find):
    wanted = PROJECT.replace('"six>=1"', '"six>=1", "Left_Pad"')
    with pytest.raises(Failure) as caught:
        find(files={"lambdas/fn/pyproject.toml": wanted, "lambdas/fn/uv.lock": LOCK})
    assert caught.value.message == "uv.lock does not hold Left_Pad"
    assert caught.value.hint == "run `uv lock`"


def test_a_lock_of_another_project_is_told(find):
    other = PROJECT.replace('"fn"', '"other"')
    with pytest.raises(Failure, match="does not hold the project 'other'"):
        find(files={"lambdas/fn/pyproject.toml": other, "lambdas/fn/uv.lock": LOCK})


@pytest.mark.parametrize(
    ("lock", "hint"),
    [("poetry.lock", "poetry export"), ("pdm.lock", "pdm export"), ("Pipfile.lock", "pipenv")],
)
def test_a_lock_of_another_tool_is_told_with_the_way_out(find, lock, hint):
    with pytest.raises(Failure, match="of a tool that maestro does not run") as caught:
        find(files={f"lambdas/fn/{lock}": "", "lambdas/fn/pyproject.toml": PROJECT})
    assert hint in caught.value.hint


def test_a_lock_of_another_tool_does_not_matter_beside_requirements(find):
    assert find(files={"lambdas/fn/poetry.lock": "", "lambdas/fn/requirements.txt": "six"})


def test_dependencies_that_only_a_build_knows_are_refused(find):
    with pytest.raises(Failure, match="dynamic"):
        find(files={"lambdas/fn/pyproject.toml": '[project]\ndynamic = ["dependencies"]\n'})


def test_what_is_not_toml_is_told(find):
    with pytest.raises(Failure, match="it is not TOML"):
        find(files={"lambdas/fn/pyproject.toml": "[project\n"})


def test_the_times_in_a_lock_are_a_part_of_what_it_says(find):
    # uv and pip write when a file was uploaded, and TOML has times.
    text = 'lock-version = "1.0"\n[[packages]]\nname = "six"\nsdist = {{ upload-time = {} }}\n'
    first, second = (
        find(files={"lambdas/fn/pylock.toml": text.format(time)}).said
        for time in ("2024-12-05T15:28:03Z", "2025-12-05T15:28:03Z")
    )
    assert first != second


@pytest.mark.parametrize(
    "text",
    [
        '[project]\nname = "fn"\ndependencies = "six"\n',
        '[project]\nname = "fn"\ndependencies = [1]\n',
        '[project]\nname = "fn"\ndependencies = { six = "1" }\n',
    ],
)
def test_dependencies_that_are_no_list_of_texts_are_refused(find, text):
    with pytest.raises(Failure, match="no list of texts"):
        find(files={"lambdas/fn/pyproject.toml": text})


@pytest.mark.parametrize(
    "text", ["project = 1\n", "project = []\ntool = 1\n", "[project]\ndynamic = 1\n"]
)
def test_a_project_that_is_no_table_asks_for_nothing(find, text):
    assert find(files={"lambdas/fn/pyproject.toml": text}) is None


@pytest.mark.parametrize(
    "lock", ["", "package = 1\n", "package = [1]\n", '[[package]]\nname = "fn"\ndependencies = 1\n',
    '[[package]]\nname = "fn"\ndependencies = [1, { name = 2 }]\n'],
)  # fmt: skip
def test_a_lock_of_another_form_does_not_hold_what_is_asked_for(find, lock):
    with pytest.raises(Failure, match="does not hold"):
        find(files={"lambdas/fn/pyproject.toml": PROJECT, "lambdas/fn/uv.lock": lock})


def locked_for(*requires):
    """A lock that was made when the project asked for these, as uv writes them."""
    return LOCK.replace(
        'dependencies = [{ name = "six" }]\n',
        'dependencies = [{ name = "six" }]\n[package.metadata]\n'
        f"requires-dist = [{', '.join(requires)}]\n",
    )


def asking(*dependencies):
    return f'[project]\nname = "fn"\nversion = "1"\ndependencies = {list(dependencies)}\n'


@pytest.mark.parametrize(
    ("wanted", "locked"),
    [
        (["six==1.17.0"], ['{ name = "six", specifier = "==1.16.0" }']),
        (["six>=1,<2"], ['{ name = "six", specifier = ">=1" }']),
        (["six>=1"], ['{ name = "six" }']),
        (["six"], ['{ name = "six", specifier = ">=1" }']),
    ],
)
def test_a_lock_that_was_made_for_other_versions_is_refused(find, wanted, locked):
    files = {
        "lambdas/fn/pyproject.toml": asking(*wanted),
        "lambdas/fn/uv.lock": locked_for(*locked),
    }
    with pytest.raises(Failure, match=f"uv.lock was made for another {wanted[0]}"):
        find(files=files)


@pytest.mark.parametrize(
    ("wanted", "locked"),
    [
        (["six >= 1, < 2"], ['{ name = "six", specifier = "<2,>=1" }']),
        (["Six (>=1)"], ['{ name = "six", specifier = ">=1" }']),
        (["six[extra]~=1.4 ; python_version > '3'"], ['{ name = "six", specifier = "~=1.4" }']),
        (["six==1.0-beta"], ['{ name = "six", specifier = "==1.0b0" }']),
        (["six==1.17.0"], ['{ name = "six", git = "https://x/six" }']),
        (["six @ https://x/six.whl"], ['{ name = "six", url = "https://x/six.whl" }']),
        (
            ["six>=1; sys_platform == 'linux'", "six<1; sys_platform != 'linux'"],
            ['{ name = "six", specifier = "<1" }', '{ name = "six", specifier = ">=1" }'],
        ),
        (["six"], []),
    ],
)
def test_a_lock_that_was_made_for_the_same_serves_however_that_is_written(find, wanted, locked):
    files = {
        "lambdas/fn/pyproject.toml": asking(*wanted),
        "lambdas/fn/uv.lock": locked_for(*locked),
    }
    assert find(files=files).lock is not None
