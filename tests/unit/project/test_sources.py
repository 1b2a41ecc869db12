"""Where templates come from, and what is refused of what comes."""

import os
import subprocess

import pytest

from maestro_cdk.errors import TemplateError
from maestro_cdk.project import sources

DEFINITION = b'{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}'
IDENTITY = ("-c", "user.name=x", "-c", "user.email=x@example.com")


class Repository:
    """A git repository whose trees are made as no git would make them."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self.run("init", "--quiet", "--initial-branch=main")

    def run(self, *words, given=b""):
        done = subprocess.run(
            ["git", *IDENTITY, *words],
            cwd=self.folder,
            input=given,
            capture_output=True,
            check=True,
        )
        return done.stdout.decode().strip()

    def blob(self, content=DEFINITION):
        return self.run("hash-object", "-w", "--stdin", given=content)

    def tree(self, *entries):
        lines = [f"{mode} {kind} {name}\t{path}\0" for mode, kind, name, path in entries]
        return self.run("mktree", "-z", "--missing", given="".join(lines).encode())

    def commit(self, tree, branch="main"):
        commit = self.run("commit-tree", "-m", "x", tree)
        self.run("update-ref", f"refs/heads/{branch}", commit)
        return commit

    def plain(self, content=DEFINITION, branch="main"):
        """A commit of one file."""
        file = ("100644", "blob", self.blob(content), "definition.asl.json")
        return self.commit(self.tree(file), branch)


@pytest.fixture
def repository(tmp_path):
    return Repository(tmp_path / "repository")


def fetched(source, ref=None):
    with sources.opened(str(source), ref, os.environ) as found:
        return {str(file.path): file.read() for file in found.files}, found.commit


def test_a_folder_is_read_as_it_stands(tmp_path):
    (tmp_path / "t" / "__pycache__").mkdir(parents=True)
    (tmp_path / "t" / "run.sh").write_text("x")
    (tmp_path / "t" / "run.sh").chmod(0o755)
    (tmp_path / "t" / "__pycache__" / "x.pyc").write_text("x")
    with sources.opened(str(tmp_path / "t"), None, os.environ) as found:
        assert [(str(file.path), file.executable) for file in found.files] == [("run.sh", True)]
        assert found.commit is None


def test_a_repository_is_read_at_its_branch_its_tag_or_a_commit(repository):
    first = repository.plain(b"first")
    repository.run("tag", "v1", first)
    second = repository.plain(b"second")
    other = repository.plain(b"other", branch="topic/other")
    for ref, content, commit in (
        (None, b"second", second),
        ("main", b"second", second),
        ("topic/other", b"other", other),
        ("v1", b"first", first),
        (first, b"first", first),
        (second[:10], b"second", second),
    ):
        assert fetched(repository.folder, ref) == ({"definition.asl.json": content}, commit)


def test_a_url_of_a_file_is_one_too(repository):
    repository.plain()
    assert fetched(f"file://{repository.folder}")[0] == {"definition.asl.json": DEFINITION}


def test_what_is_not_committed_is_no_part_of_a_repository(repository):
    repository.plain()
    (repository.folder / "draft").write_text("x")
    assert list(fetched(repository.folder)[0]) == ["definition.asl.json"]


def test_a_hook_is_told_of_another_repository_than_the_one_meant(repository, tmp_path):
    repository.plain()
    with sources.opened(
        str(repository.folder), None, {**os.environ, "GIT_DIR": "nowhere"}
    ) as found:
        assert len(found.files) == 1


@pytest.mark.parametrize("ref", ["nope", "0" * 40, "abcdef1", "-x", "a b", "main:x", "a..b", "*"])
def test_what_a_repository_has_not_is_told(repository, ref):
    repository.plain()
    with pytest.raises(TemplateError):
        fetched(repository.folder, ref)


def test_a_folder_that_is_no_repository_has_no_branches(tmp_path):
    (tmp_path / "t").mkdir()
    with pytest.raises(TemplateError, match="no git repository"):
        fetched(tmp_path / "t", "main")


@pytest.mark.parametrize(
    "source",
    ["nowhere", "ext::sh -c touch% ran", "--upload-pack=touch ran", "https://127.0.0.1:1/x"],
)
def test_what_is_not_there_is_told_and_nothing_is_run(tmp_path, monkeypatch, source):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TemplateError, match="git cannot have it"):
        fetched(source)
    assert list(tmp_path.iterdir()) == []


def test_without_git_it_is_said(tmp_path):
    with (
        pytest.raises(TemplateError, match="git is needed"),
        sources.opened("https://example.com/x", None, {"PATH": str(tmp_path)}),
    ):
        pass


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("..", "leads out"),
        (".git", "is no name"),
        (".GIT", "is no name"),
        ("a\\b", "is no name"),
        ("a\nb", "is no name"),
        ("a\x1b[31m", "is no name"),
        ("con?", "is no name"),
        ("dot.", "is no name"),
        ("x" * 300, "is no name"),
    ],
)
@pytest.mark.parametrize("inside", [True, False], ids=["folder", "file"])
def test_odd_names_are_refused(repository, path, said, inside):
    file = ("100644", "blob", repository.blob(), "file" if inside else path)
    tree = repository.tree(file)
    repository.commit(repository.tree(("040000", "tree", tree, path)) if inside else tree)
    with pytest.raises(TemplateError, match=said):
        fetched(repository.folder)


@pytest.mark.parametrize(("mode", "kind"), [("120000", "blob"), ("160000", "commit")])
def test_links_and_repositories_within_are_refused(repository, mode, kind):
    name = repository.blob(b"/etc/passwd") if kind == "blob" else "1" * 40
    repository.commit(repository.tree((mode, kind, name, "definition.asl.json")))
    with pytest.raises(TemplateError, match="is a link, or no file at all"):
        fetched(repository.folder)


def test_a_name_that_is_no_utf_8_is_refused(tmp_path, repository):
    line = f"100644 blob {repository.blob()}\t".encode() + b"\xff\0"
    repository.commit(repository.run("mktree", "-z", given=line))
    with pytest.raises(TemplateError):
        fetched(repository.folder)


def test_two_names_that_are_one_elsewhere_are_refused(repository):
    blob = repository.blob()
    tree = repository.tree(("100644", "blob", blob, "A.py"), ("100644", "blob", blob, "a.py"))
    repository.commit(tree)
    with pytest.raises(TemplateError, match="one file on some machines"):
        fetched(repository.folder)


def test_a_huge_file_is_refused_and_too_much_of_all(repository):
    repository.plain(b"x" * (sources.FILE_LIMIT + 1))
    with pytest.raises(TemplateError, match="more than 5 MB"):
        fetched(repository.folder)
    blob = repository.blob(b"x" * sources.FILE_LIMIT)
    tree = repository.tree(*(("100644", "blob", blob, f"f{n}") for n in range(11)))
    repository.commit(tree)
    with pytest.raises(TemplateError, match="50 MB"):
        fetched(repository.folder)


def test_folders_in_folders_without_end_are_refused(repository):
    tree = repository.tree(("100644", "blob", repository.blob(), "f"))
    for _ in range(sources.DEPTH_LIMIT):
        tree = repository.tree(("040000", "tree", tree, "d"))
    repository.commit(tree)
    with pytest.raises(TemplateError, match="nested too deeply"):
        fetched(repository.folder)


def test_no_filter_or_attribute_of_a_repository_is_followed(repository, tmp_path):
    attributes = repository.blob(b"* filter=evil export-subst export-ignore\n")
    content = repository.blob(b"$Format:%H$")
    tree = repository.tree(
        ("100644", "blob", attributes, ".gitattributes"), ("100644", "blob", content, "f")
    )
    repository.commit(tree)
    repository.run("config", "filter.evil.smudge", f"touch {tmp_path / 'ran'}")
    assert fetched(repository.folder)[0]["f"] == b"$Format:%H$"
    assert not (tmp_path / "ran").exists()


def test_links_and_pipes_of_a_folder_are_refused(tmp_path):
    for name, make in (
        ("file", lambda path: path.symlink_to("/etc/passwd")),
        ("folder", lambda path: path.symlink_to("/etc")),
        ("pipe", os.mkfifo),
    ):
        folder = tmp_path / f"with-{name}"
        folder.mkdir()
        make(folder / name)
        with pytest.raises(TemplateError, match="is a link, or no file at all"):
            fetched(folder)
