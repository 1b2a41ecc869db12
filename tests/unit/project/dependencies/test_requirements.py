"""What a requirements file asks for, and what no zip can hold."""

import pytest

from maestro_cdk.project.dependencies import requirements
from maestro_cdk.project.dependencies.failures import Failure


@pytest.fixture
def read(tmp_path):
    def of(text, **others):
        for name, content in others.items():
            (tmp_path / f"{name}.txt").write_text(content)
        path = tmp_path / "requirements.txt"
        path.write_text(text)
        return requirements.read(path)

    return of


def test_comments_blank_lines_and_line_breaks_say_nothing(read):
    plain = read("numpy==2.3.5 --hash=sha256:00\n")
    dressed = read("# why\n\nnumpy==2.3.5 \\\n--hash=sha256:00  # here\n")
    assert [text.split() for text in dressed.texts] == [text.split() for text in plain.texts]


@pytest.mark.parametrize("text", ["", "# nothing\n", "--index-url http://127.0.0.1/\n", "-c c.txt"])
def test_a_file_that_asks_for_nothing_is_empty(read, text):
    assert read(text, c="numpy<3").empty


def test_files_that_are_taken_in_count(read):
    found = read("-r more.txt\n--constraint=c.txt\n", more="-r again.txt", again="a", c="b<2")
    assert not found.empty
    assert {"a", "b<2"} <= set(found.texts)


def test_files_that_take_each_other_in_end(read):
    assert not read("-r more.txt\na", more="-r requirements.txt").empty


def test_a_file_that_is_not_there_is_told_by_who_asks_for_it(read, tmp_path):
    with pytest.raises(Failure) as caught:
        read("-r gone.txt")
    assert caught.value.path == tmp_path / "requirements.txt"
    assert caught.value.message == "gone.txt cannot be read: No such file or directory"


@pytest.mark.parametrize(
    "line",
    ["-e .", "-e ../lib", "--editable=../lib", "./lib", "../lib", "/lib", "lib @ file:../lib", "."],
)
def test_a_folder_is_refused(read, line):
    with pytest.raises(Failure, match="it is not installed") as caught:
        read(line)
    assert "lambdas/_shared" in caught.value.hint


@pytest.mark.parametrize(
    "line", ["git+https://h/x.git", "x @ https://h/x-1-py3-none-any.whl", "x[extra]>=1,<2"]
)
def test_what_is_elsewhere_is_left_to_uv(read, line):
    assert read(line).texts == (line,)


def test_a_wheel_counts_by_its_content(read, tmp_path):
    seen = set()
    for content in (b"1", b"2"):
        (tmp_path / "x-1-py3-none-any.whl").write_bytes(content)
        seen.add(read("./x-1-py3-none-any.whl").texts)
    assert len(seen) == 2


def test_what_is_not_utf8_is_told(tmp_path):
    (tmp_path / "requirements.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(Failure, match="it is not UTF-8"):
        requirements.read(tmp_path / "requirements.txt")
