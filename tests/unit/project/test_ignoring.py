"""What is left out of zips: junk, and what .maestroignore says, in gitignore's language."""

import pytest

from maestro_cdk.project.ignoring import Ignoring


@pytest.fixture
def left_out(tmp_path):
    """Whether a path is left out, given these files (folder -> patterns)."""

    def of(path, **patterns):
        for folder, lines in patterns.items():
            place = tmp_path / "p" / folder.replace("_", "/").strip("/")
            place.mkdir(parents=True, exist_ok=True)
            (place / ".maestroignore").write_text(lines)
        found = Ignoring(tmp_path / "p")
        return found.leaves_out(tmp_path / "p" / path.rstrip("/"), folder=path.endswith("/"))

    return of


@pytest.mark.parametrize(
    "path",
    [
        "lambdas/f/__pycache__/",
        "lambdas/f/a.pyc",
        "lambdas/f/.git/",
        "lambdas/f/.npmrc",
        "lambdas/f/node_modules/.package-lock.json",
        "lambdas/f/node_modules/.bin/",
        "lambdas/f/six-1.0.dist-info/RECORD",
        "lambdas/f/six-1.0.dist-info/INSTALLER",
        "lambdas/f/.maestroignore",
    ],
)
def test_junk_is_left_out_without_a_word(left_out, path):
    assert left_out(path)


@pytest.mark.parametrize(
    "path", ["lambdas/f/.env", "lambdas/f/RECORD", "lambdas/f/six-1.0.dist-info/METADATA", "bin/"]
)
def test_what_may_be_needed_is_kept(left_out, path):
    assert not left_out(path)


@pytest.mark.parametrize(
    ("patterns", "path", "expected"),
    [
        ("*.txt", "lambdas/f/a.txt", True),
        ("*.txt\n!keep.txt", "lambdas/f/keep.txt", False),
        ("data/", "lambdas/f/data/", True),
        ("data/", "lambdas/f/data", False),
        ("/lambdas/f/data/", "lambdas/f/data/", True),
        ("/data/", "lambdas/f/data/", False),
        ("**/fixtures/*.json", "lambdas/f/fixtures/a.json", True),
        ("# *.txt", "lambdas/f/a.txt", False),
        (r"\#a", "lambdas/f/#a", True),
        ("!__pycache__/", "lambdas/f/__pycache__/", False),
        ("!\n*.txt", "a.txt", True),
        ("\ufeff*.txt", "a.txt", True),
    ],
)
def test_patterns_mean_what_they_mean_to_git(left_out, patterns, path, expected):
    assert left_out(path, _=patterns) == expected


def test_the_nearest_file_counts_most(left_out):
    patterns = {"_": "*.txt", "lambdas": "!*.txt", "lambdas_f": "/secret.txt"}
    assert left_out("a.txt", **patterns)
    assert not left_out("lambdas/f/a.txt")
    assert left_out("lambdas/f/secret.txt")
    assert not left_out("lambdas/f/deep/secret.txt")


def test_what_is_above_the_project_says_nothing(left_out, tmp_path):
    (tmp_path / ".maestroignore").write_text("*")
    assert not left_out("lambdas/f/a.txt")


def test_a_file_that_is_no_text_says_nothing(left_out, tmp_path):
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / ".maestroignore").write_bytes(b"\xff\xfe*")
    assert not left_out("a.txt")
