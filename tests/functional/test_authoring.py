"""Workflows written in YAML: what the commands print of them."""

import pytest

YAML = """\
StartAt: Greet
States:
  Greet:
    Type: Task
    Resource: ${greet}
    End: true
"""
PYTHON = "def handler(event, context):\n    return event\n"


@pytest.fixture
def write(folder):
    """Write a project, its definition in one of the files that serve."""

    def written(name, text):
        (folder / name).write_text(text)
        (folder / "maestro.toml").write_text('[workflow]\nname = "flow"\n')
        (folder / "lambdas").mkdir()
        (folder / "lambdas" / "greet.py").write_text(PYTHON)

    return written


def test_yaml_is_compiled_to_json(maestro, write):
    write("definition.asl.yaml", YAML)
    result = maestro("compile")
    assert (result.code, result.err) == (0, "")
    assert result.out == (
        "{\n"
        '  "StartAt": "Greet",\n'
        '  "States": {\n'
        '    "Greet": {\n'
        '      "Type": "Task",\n'
        '      "Resource": "${GreetArn}",\n'
        '      "End": true\n'
        "    }\n"
        "  }\n"
        "}\n"
    )


def test_a_problem_is_shown_with_its_line_of_the_yaml(maestro, write):
    write("definition.asl.yml", YAML.replace("${greet}", "${great}"))
    result = maestro("validate")
    assert result.code == 1
    assert result.out == (
        "error: ${great} names no function of this folder [unknown-function]\n"
        "  --> definition.asl.yml:5:15\n"
        "  |\n"
        "5 |     Resource: ${great}\n"
        "  |               ^\n"
        "  = did you mean 'greet'\n"
        "\n"
        "1 error\n"
    )


@pytest.mark.parametrize(
    ("format_", "place"),
    [
        ("github", "file=definition.asl.yaml,line=5,col=15"),
        ("sarif", '"startLine": 5'),
        ("json", '"file": "definition.asl.yaml"'),
    ],
)
def test_every_format_names_the_file_that_was_written(maestro, write, format_, place):
    write("definition.asl.yaml", YAML.replace("${greet}", "${great}"))
    assert place in maestro("validate", "--format", format_).out


def test_files_of_every_kind_are_looked_at_by_themselves(maestro, folder):
    (folder / "one.json").write_text('{"StartAt": "A", "States": {"A": {"Type": "Pass"}}}')
    (folder / "two.yaml").write_text("StartAt: A\nStates:\n  A: {Type: Pass}\n")
    (folder / "three.yml").write_text("StartAt: [\n")
    result = maestro("validate", "one.json", "two.yaml", "three.yml", "--format", "json")
    found = [(f["file"], f["line"], f["rule"]) for f in result.json["findings"]]
    assert found == [
        ("one.json", 1, "endings"),
        ("two.yaml", 3, "endings"),
        ("three.yml", 1, "yaml-syntax"),
    ]
