"""Zips that are the same for the same content, and digests that change with it."""

import os
import shutil
import zipfile
from pathlib import Path

import pytest

from maestro_cdk.errors import ProjectError
from maestro_cdk.project import bundle, scanner
from maestro_cdk.project.settings import Flags
from tests.fakes.bundles import bundles as made
from tests.unit.project.conftest import NODE, PYTHON

FILES = {
    "lambdas/one.py": PYTHON,
    "lambdas/two/index.mjs": NODE,
    "lambdas/two/lib/deep.mjs": "export const a = 1;",
    "lambdas/two/data/ünï.txt": "ü",
    "lambdas/_shared/common.py": "A = 1",
    "lambdas/_both.py": "B = 1",
}


@pytest.fixture
def packed(home):
    """A folder's bundles by the function's name."""

    def bundles(root):
        project = scanner.load(root, Flags(), environ={}, home=home)
        return {item.function: item for item in made(project)}

    return bundles


def names(item):
    return [file.name for file in item.files]


def test_a_file_is_packed_with_what_is_shared(folder, packed):
    bundles = packed(folder(FILES))
    assert names(bundles["one"]) == ["_both.py", "_shared/common.py", "one.py"]


def test_a_folder_is_packed_without_its_own_name(folder, packed):
    bundles = packed(folder(FILES))
    assert names(bundles["two"]) == [
        "_both.py",
        "_shared/common.py",
        "data/ünï.txt",
        "index.mjs",
        "lib/deep.mjs",
    ]


def test_a_functions_own_file_counts_above_a_shared_one(folder, packed):
    root = folder({"lambdas/_x.py": "A = 1", "lambdas/f/index.py": PYTHON, "lambdas/f/_x.py": ""})
    (file,) = [file for file in packed(root)["f"].files if file.name == "_x.py"]
    assert file.source == root / "lambdas" / "f" / "_x.py"


def test_two_clones_give_the_same_bytes(folder, packed, tmp_path):
    zips = []
    for n, clone in enumerate(("here", "there")):
        root = folder(FILES, name=f"{clone}/approval")
        for path in root.rglob("*"):  # git keeps neither times nor more of the mode than one bit
            os.utime(path, (n * 10**9, n * 10**9))
            path.chmod(0o755 if path.is_dir() else (0o644, 0o600)[n])
        bundles = packed(root)
        for item in bundles.values():
            bundle.write_zip(item, tmp_path / "out.zip")
            zips.append((clone, item.function, item.digest, (tmp_path / "out.zip").read_bytes()))
    half = len(zips) // 2
    assert [item[1:] for item in zips[:half]] == [item[1:] for item in zips[half:]]


def test_a_zip_holds_fixed_times_modes_and_every_file(folder, packed, tmp_path):
    root = folder({"lambdas/f/index.py": PYTHON, "lambdas/f/bin/tool": "#!/bin/sh\n"})
    (root / "lambdas/f/bin/tool").chmod(0o700)
    bundle.write_zip(packed(root)["f"], tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        found = {
            entry.filename: (entry.date_time, oct(entry.external_attr >> 16))
            for entry in archive.infolist()
        }
        assert archive.testzip() is None
        assert archive.read("index.py") == PYTHON.encode()
    assert found == {
        "bin/tool": ((1980, 1, 1, 0, 0, 0), "0o755"),
        "index.py": ((1980, 1, 1, 0, 0, 0), "0o644"),
    }


@pytest.mark.parametrize(
    "junk",
    [
        "__pycache__/index.cpython-313.pyc",
        "stale.pyc",
        ".git/HEAD",
        ".DS_Store",
        ".venv/bin/python",
        ".pytest_cache/x",
        ".mypy_cache/x",
        ".ruff_cache/x",
        ".idea/x",
        ".vscode/settings.json",
        ".index.py.swp",
        "deep/er/__pycache__/x.pyc",
    ],
)
def test_junk_is_left_out_and_changes_no_digest(folder, packed, junk):
    clean = packed(folder({"lambdas/f/index.py": PYTHON}))["f"]
    dirty = packed(folder({f"lambdas/f/{junk}": "x", f"lambdas/_shared/{junk}": "x"}))["f"]
    assert names(dirty) == ["index.py"]
    assert dirty.digest == clean.digest


def test_hidden_files_that_are_no_junk_are_packed(folder, packed):
    root = folder({"lambdas/f/index.py": PYTHON, "lambdas/f/.env": "A=1"})
    assert names(packed(root)["f"]) == [".env", "index.py"]


# --- links -----------------------------------------------------------------------------------


def test_a_link_to_a_file_or_folder_is_packed_as_what_it_leads_to(folder, packed):
    root = folder({"lambdas/f/index.py": PYTHON, "common/a.py": "A = 1"})
    (root / "lambdas/f/linked").symlink_to(root / "common")
    (root / "lambdas/f/b.py").symlink_to("../../common/a.py")
    assert names(packed(root)["f"]) == ["b.py", "index.py", "linked/a.py"]


def test_a_link_to_nowhere_is_left_out(folder, packed):
    root = folder({"lambdas/f/index.py": PYTHON})
    (root / "lambdas/f/gone").symlink_to("nowhere")
    assert names(packed(root)["f"]) == ["index.py"]


@pytest.mark.parametrize("through_a_link", [False, True])
def test_links_that_go_in_circles_end(folder, packed, tmp_path, through_a_link):
    root = folder({"lambdas/f/index.py": PYTHON, "lambdas/f/deep/a.py": ""})
    (root / "lambdas/f/deep/up").symlink_to("..")
    (root / "lambdas/f/self").symlink_to(".")
    (root / "lambdas/f/me").symlink_to("me")
    if through_a_link:
        (tmp_path / "elsewhere").symlink_to(root.parent)
        root = tmp_path / "elsewhere" / root.name
    assert names(packed(root)["f"]) == ["deep/a.py", "index.py"]


def test_a_link_out_of_the_project_that_appeared_since_is_not_packed(folder, home, tmp_path):
    (tmp_path / "secret").write_text("key")
    root = folder({"lambdas/f/index.py": PYTHON})
    project = scanner.load(root, Flags(), environ={}, home=home)
    (root / "lambdas/f/leak").symlink_to(tmp_path / "secret")
    with pytest.raises(ProjectError) as caught:
        made(project)
    assert "leads out of the project" in caught.value.message
    assert caught.value.where.file == "lambdas/f/leak"


def test_whether_a_file_may_be_executed_does_not_depend_on_who_asks(folder, packed):
    root = folder({"lambdas/f/index.py": PYTHON, "lambdas/f/tool": "#!/bin/sh\n"})
    for mode in (0o100, 0o010, 0o001):
        (root / "lambdas/f/tool").chmod(0o644 | mode)
        assert packed(root)["f"].files[-1].executable


def test_a_file_that_cannot_be_read_is_a_problem_of_the_folder(folder, home, kept_out):
    root = folder({"lambdas/f/index.py": PYTHON, "lambdas/f/data": "x"})
    (root / "lambdas/f/data").chmod(0)
    with kept_out(), pytest.raises(ProjectError) as caught:
        made(scanner.load(root, Flags(), environ={}, home=home))
    assert caught.value.message == "data cannot be read: Permission denied"


# --- what changes while it is packed ---------------------------------------------------------


@pytest.mark.parametrize("change", ["write", "remove"])
def test_a_file_that_changed_since_its_digest_is_not_packed(folder, packed, tmp_path, change):
    root = folder(FILES)
    item = packed(root)["two"]
    deep = root / "lambdas/two/lib/deep.mjs"
    deep.write_text("export const a = 2;") if change == "write" else deep.unlink()
    with pytest.raises(ProjectError) as caught:
        bundle.write_zip(item, tmp_path / "out.zip")
    assert caught.value.message == "deep.mjs changed while it was packed"
    assert caught.value.hint == "deploy again"


def test_each_file_is_read_once_for_the_digests_and_once_for_each_zip(
    folder, packed, tmp_path, monkeypatch
):
    read, names_read = Path.read_bytes, []
    monkeypatch.setattr(Path, "read_bytes", lambda self: names_read.append(self.name) or read(self))
    bundles = packed(folder(FILES))
    assert names_read.count("common.py") == 1
    names_read.clear()
    for item in bundles.values():
        bundle.write_zip(item, tmp_path / "out.zip")
    assert sorted(names_read) == sorted(
        file.source.name for item in bundles.values() for file in item.files
    )


# --- digests ---------------------------------------------------------------------------------


def digest(packed, root):
    return packed(root)["f"].digest


@pytest.mark.parametrize(
    "change",
    [
        {"lambdas/f/index.py": PYTHON + "\n"},
        {"lambdas/f/new.py": ""},
        {"lambdas/_shared.py": ""},
        {"maestro.toml": '[functions]\nruntime = "python3.12"'},
        {"maestro.toml": '[functions]\narchitecture = "x86_64"'},
    ],
)
def test_a_digest_changes_with_what_the_zip_or_its_use_depends_on(folder, packed, change):
    before = digest(packed, folder({"lambdas/f/index.py": PYTHON}))
    assert digest(packed, folder(change)) != before


def test_a_digest_changes_with_names_and_modes(folder, packed):
    root = folder({"lambdas/f/index.py": PYTHON, "lambdas/f/a": "x"})
    seen = {digest(packed, root)}
    (root / "lambdas/f/a").chmod(0o755)
    seen.add(digest(packed, root))
    (root / "lambdas/f/a").rename(root / "lambdas/f/b")
    seen.add(digest(packed, root))
    assert len(seen) == 3


def test_a_digest_does_not_change_with_settings_that_the_code_does_not_see(folder, packed):
    before = digest(packed, folder({"lambdas/f/index.py": PYTHON}))
    assert digest(packed, folder({"maestro.toml": "[functions]\nmemory = 512"})) == before


def test_contents_do_not_run_into_each_other(folder, packed):
    one = digest(packed, folder({"lambdas/f/index.py": PYTHON, "lambdas/f/a": "bc"}))
    shutil.rmtree(folder())
    two = digest(packed, folder({"lambdas/f/index.py": PYTHON, "lambdas/f/ab": "c"}))
    assert one != two


def test_two_functions_of_the_same_code_have_digests_of_their_own(folder, packed):
    bundles = packed(folder({"lambdas/f.py": PYTHON, "lambdas/g.py": PYTHON}))
    assert bundles["f"].digest != bundles["g"].digest


# --- what is left out, and what is too much --------------------------------------------------


def test_what_the_user_says_is_left_out_changes_no_digest(folder, packed):
    clean = packed(
        folder({"lambdas/f/index.py": PYTHON, ".maestroignore": "*.md\n/lambdas/f/old/"})
    )
    before = clean["f"]
    after = packed(folder({"lambdas/f/notes.md": "x", "lambdas/f/old/deep/a.py": "x"}))["f"]
    assert names(after) == ["index.py"]
    assert after.digest == before.digest


def test_junk_that_the_user_wants_is_packed(folder, packed):
    files = {
        "lambdas/f/index.py": PYTHON,
        "lambdas/f/.npmrc": "",
        "lambdas/.maestroignore": "!.npmrc",
    }
    assert names(packed(folder(files))["f"]) == [".npmrc", "index.py"]


def test_a_function_that_is_left_out_is_none(folder, packed):
    files = {"lambdas/f.py": PYTHON, "lambdas/old/index.py": PYTHON, ".maestroignore": "old/"}
    assert packed(folder(files)).keys() == {"f"}


def test_a_handler_that_is_left_out_is_told(folder, packed):
    files = {"lambdas/f/index.py": PYTHON, "lambdas/f/.maestroignore": "*.py"}
    with pytest.raises(ProjectError, match="which is left out of its zip"):
        packed(folder(files))


def test_a_function_larger_than_lambda_takes_is_refused_with_its_largest_folders(folder, packed):
    root = folder({"lambdas/f/index.py": PYTHON, "lambdas/f/models/small.txt": "x"})
    for name, megabytes in (("models/a.bin", 180), ("data/b.bin", 80)):
        path = root / "lambdas/f" / name
        path.parent.mkdir(exist_ok=True)
        with path.open("wb") as file:
            file.truncate(megabytes * 1_048_576)
    with pytest.raises(ProjectError) as caught:
        packed(root)
    (finding,) = caught.value.findings
    assert finding.rule == "limits"
    assert finding.message == (
        "the function 'f' has 260 MB unzipped; Lambda takes at most 250 MB, layers included"
    )
    assert finding.hint.startswith("the largest: models 180 MB, data 80 MB, index.py 0 MB.")
    assert finding.where.file == "lambdas/f"


def test_what_is_too_large_to_be_read_is_told_as_well(folder, packed):
    root = folder({"lambdas/f/index.py": PYTHON})
    with (root / "lambdas/f/huge.bin").open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(ProjectError, match="has 1048576 MB unzipped"):
        packed(root)


def test_of_installed_packages_each_is_a_folder_of_its_own(folder, packed):
    root = folder({"lambdas/f/index.mjs": "export const handler = async () => 1;\n"})
    sizes = {"node_modules/a/x": 90, "node_modules/a/lib/y": 90, "node_modules/@s/b/x": 80}
    for name, megabytes in sizes.items():
        path = root / "lambdas/f" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.truncate(megabytes * 1_048_576)
    with pytest.raises(ProjectError) as caught:
        packed(root)
    (finding,) = caught.value.findings
    assert "the largest: node_modules/a 180 MB, node_modules/@s/b 80 MB, index" in finding.hint


def test_the_program_of_a_provided_runtime_may_be_executed_whatever_copied_it(folder, packed):
    text = '[functions.f]\nruntime = "provided.al2023"\nhandler = "bootstrap"\n'
    root = folder({"lambdas/f/bootstrap": "ELF", "lambdas/f/data": "", "maestro.toml": text})
    files = {file.name: file.executable for file in packed(root)["f"].files}
    assert files == {"bootstrap": True, "data": False}
