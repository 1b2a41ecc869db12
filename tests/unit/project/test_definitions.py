"""The file that a workflow is written in, read as its ending says."""

import json

import pytest

from maestro_cdk.errors import ProjectError
from maestro_cdk.project import definitions
from maestro_cdk.project.report import Report

YAML = "StartAt: A\nStates:\n  A: {Type: Wait, Seconds: 3, End: true}\n"
MACHINE = {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 3, "End": True}}}


@pytest.fixture
def read(folder):
    """The definition of a folder, and what is said about it."""

    def of(files, **literals):
        report = Report(folder=folder(files, definition=None), stage=None)
        found = definitions.of_folder(report, literals)
        return found, [(str(f.where), f.rule, f.message) for f in report.findings]

    return of


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("definition.asl.json", json.dumps(MACHINE)),
        ("definition.asl.yaml", YAML),
        ("definition.asl.yml", YAML),
        ("definition.asl.yaml", json.dumps(MACHINE)),
        ("definition.asl.yaml", f"\ufeff{YAML}".replace("\n", "\r\n")),
    ],
)
def test_each_file_means_the_same(read, name, text):
    found, findings = read({name: text})
    assert (found.value, found.file, findings) == (MACHINE, name, [])


def test_a_substitution_may_stand_without_quotes_in_yaml(read):
    found, _ = read({"definition.asl.yaml": "Seconds: ${pause}\nx: '${pause}'\n"}, pause=7)
    assert found.value == {"Seconds": 7, "x": "${pause}"}


@pytest.mark.parametrize(
    ("name", "content", "finding"),
    [
        (
            "definition.asl.yaml",
            b"a: 1\nb: \xff\n",
            ("definition.asl.yaml:2", "yaml-syntax", "byte 0xff is not UTF-8"),
        ),
        (
            "definition.asl.yml",
            b"a: [\n",
            ("definition.asl.yml:1:5", "yaml-syntax", "did not find expected node content"),
        ),
    ],
)
def test_what_cannot_be_read_is_a_finding(read, name, content, finding):
    (place, rule, message), (found, ((at, by, said),)) = finding, read({name: content})
    assert (found, at, by) == (None, place, rule)
    assert said.startswith(message)


def test_two_are_one_too_many(read):
    assert read({"definition.asl.yaml": YAML, "definition.asl.yml": YAML}) == (
        None,
        [
            (
                "definition.asl.yml",
                "definition",
                "there are 2 definitions: definition.asl.yaml, definition.asl.yml",
            )
        ],
    )


def test_a_folder_is_no_definition(read):
    assert read({"definition.asl.yaml": None}) == (
        None,
        [("definition.asl.json", "definition", "there is no definition.asl.json")],
    )


@pytest.mark.parametrize("ending", ["yaml", "yml", "YAML"])
def test_a_file_by_itself_is_read_by_its_ending(tmp_path, ending):
    path = tmp_path / f"any.{ending}"
    path.write_text("a: ${anything}\n")
    assert definitions.read(path, file="shown", literals=None).value == {"a": "${anything}"}
    with pytest.raises(ProjectError):
        definitions.read(path.rename(tmp_path / "any.json"), file="shown", literals=None)
