"""A project's folder as it is kept with a version."""

import io
import os
import shutil
import subprocess
import zipfile

import pytest

from maestro_cdk.project import snapshot


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "p"
    for name, text in {
        "definition.asl.json": "{}",
        "maestro.toml": "",
        ".gitignore": "*.log\n/secret/\n",
        "lambdas/work/index.py": "x = 1",
        "lambdas/work/data.log": "noise",
        "secret/key": "s",
        ".env": "TOKEN=1",
        "lambdas/.env.local": "TOKEN=1",
        "lambdas/work/node_modules/a/index.js": "",
        "lambdas/__pycache__/a.pyc": "",
        ".git/config": "",
    }.items():
        path = made / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return made


def names(content):
    return zipfile.ZipFile(io.BytesIO(content)).namelist()


def test_what_a_person_wrote_is_kept(folder):
    assert names(snapshot.folder_zip(folder)) == [
        ".gitignore",
        "definition.asl.json",
        "maestro.toml",
        "lambdas/work/index.py",
    ]


def test_the_same_content_is_the_same_zip(folder):
    first = snapshot.folder_zip(folder)
    os.utime(folder / "maestro.toml", (1, 1))
    assert snapshot.folder_zip(folder) == first
    (folder / "maestro.toml").write_text("#")
    assert snapshot.folder_zip(folder) != first


def test_what_can_be_executed_is_so_again(folder):
    (folder / "run.sh").write_text("#!/bin/sh")
    (folder / "run.sh").chmod(0o755)
    made = zipfile.ZipFile(io.BytesIO(snapshot.folder_zip(folder)))
    assert made.getinfo("run.sh").external_attr >> 16 == 0o755


def test_links_are_left_out(folder, tmp_path):
    (tmp_path / "outside").write_text("secret")
    (folder / "link").symlink_to(tmp_path / "outside")
    assert "link" not in names(snapshot.folder_zip(folder))


def test_a_folder_of_data_is_not_kept(folder, monkeypatch):
    monkeypatch.setattr(snapshot, "LIMIT", 10)
    assert snapshot.folder_zip(folder) == b""


def test_the_commit(tmp_path):
    assert snapshot.commit(tmp_path) is None
    git = shutil.which("git")

    def run(*words):
        who = ("-c", "user.name=a", "-c", "user.email=a@b")
        subprocess.run([git, *who, *words], cwd=tmp_path, check=True, capture_output=True)

    run("init")
    assert snapshot.commit(tmp_path) is None
    (tmp_path / "a").write_text("1")
    run("add", ".")
    run("commit", "-m", "one")
    clean = snapshot.commit(tmp_path)
    assert len(clean) == 40
    (tmp_path / "a").write_text("2")
    assert snapshot.commit(tmp_path) == f"{clean}+"
