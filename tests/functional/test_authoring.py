"""Workflows written in YAML and in Python: what the commands print of them."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs" / "how-to"

YAML = """\
StartAt: Greet
States:
  Greet:
    Type: Task
    Resource: ${greet}
    End: true
"""
WORKFLOW = """\
from sfnx import aws, state_machine


@state_machine
def flow(order):
    return aws.optimized.lambda_.invoke(
        FunctionName="greet",
        Payload=order,
        retry=[{"ErrorEquals": [aws.optimized.lambda_.errors.ServiceException]}],
    )["Payload"]
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


def test_python_is_compiled_to_json(maestro, write):
    write("workflow.py", WORKFLOW)
    result = maestro("compile")
    assert (result.code, result.err) == (0, "")
    (state,) = result.json["States"].values()
    assert state["Arguments"]["FunctionName"] == "${GreetArn}"
    assert "sfnx-source" not in result.out


def test_a_problem_is_shown_with_its_line_of_the_python(maestro, write):
    write("workflow.py", WORKFLOW.replace('"greet"', '"great"'))
    result = maestro("validate", "--format", "json")
    assert result.code == 1
    (finding,) = [f for f in result.json["findings"] if f["severity"] == "error"]
    assert finding == {
        "rule": "unknown-function",
        "severity": "error",
        "message": "there is no function 'great'",
        "hint": "did you mean 'greet'; a function outside this folder is named by its ARN",
        "file": "workflow.py",
        "line": 7,
        "column": 22,
        "state": "return",
    }


def test_what_sfnx_says_is_shown_with_its_line(maestro, write):
    write("workflow.py", WORKFLOW.replace("Payload=order", "Payloads=order"))
    result = maestro("validate")
    assert result.code == 1
    assert result.out == (
        "error: invoke has no argument Payloads [python-syntax]\n"
        "  --> workflow.py:8:9\n"
        "  |\n"
        "8 |         Payloads=order,\n"
        "  |         ^\n"
        "  = did you mean Payload?\n"
        "\n"
        "1 error\n"
    )


def test_a_changed_workflow_is_another_template(maestro, write, folder):
    write("workflow.py", WORKFLOW)
    first, again = (maestro("synth", "--format", "json") for _ in range(2))
    assert (first.code, again.out) == (0, first.out)
    (folder / "workflow.py").write_text(WORKFLOW + "\n\nUNUSED = 1\n")
    assert maestro("synth", "--format", "json").out == first.out
    (folder / "workflow.py").write_text(WORKFLOW.replace("ServiceException", "SdkClientException"))
    changed = maestro("synth", "--format", "json")
    assert changed.out == first.out.replace("Lambda.ServiceException", "Lambda.SdkClientException")
    assert changed.out != first.out


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
    (folder / "four.py").write_text("x = 1\n")
    names = ("one.json", "two.yaml", "three.yml", "four.py")
    result = maestro("validate", *names, "--format", "json")
    found = [(f["file"], f["line"], f["rule"]) for f in result.json["findings"]]
    assert found == [
        ("one.json", 1, "endings"),
        ("two.yaml", 3, "endings"),
        ("three.yml", 1, "yaml-syntax"),
        ("four.py", 1, "python-syntax"),
    ]


# --- docs ------------------------------------------------------------------------------------


def blocks(page, language):
    """The pieces of code of one language in a page of the docs."""
    text = (DOCS / page).read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture
def documented(folder):
    """Write a project with a definition from the docs, and the functions that it names."""

    def written(name, text, *functions):
        (folder / name).write_text(text)
        substitutions = "pause = 3\nOrdersTable = 'orders'\n"
        (folder / "maestro.toml").write_text(
            f"[workflow]\nname = 'flow'\ndisable_rules = ['lambda-retry', 'wide-permission']\n"
            f"[workflow.substitutions]\n{substitutions}"
        )
        (folder / "lambdas").mkdir()
        for function in functions:
            (folder / "lambdas" / f"{function}.py").write_text(PYTHON)

    return written


def test_the_workflow_in_yaml_of_the_docs_is_one(maestro, documented):
    whole, *_ = blocks("workflows-in-yaml.md", "yaml")
    documented("definition.asl.yaml", whole, "charge", "notify")
    assert maestro("validate").out == "no problems\n"


def test_the_workflow_in_python_of_the_docs_is_one(maestro, documented):
    (module,) = blocks("workflows-in-python.md", "python")
    documented("workflow.py", module, "manager", "mailer", "stock")
    assert maestro("validate").out == "no problems\n"


def test_the_problem_in_the_docs_is_what_is_shown(maestro, documented):
    (module,) = blocks("workflows-in-python.md", "python")
    documented("workflow.py", module.replace('"manager"', '"manger"'), "manager", "mailer", "stock")
    (shown,) = (block for block in blocks("workflows-in-python.md", "") if "error:" in block)
    assert shown in maestro("validate").out


def test_a_file_that_cannot_be_read_is_told_beside_the_others(maestro, folder):
    (folder / "good.json").write_text('{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}')
    (folder / "bad.json").write_text("{")
    result = maestro("validate", "good.json", "gone.json", "bad.json", "--format", "json")
    found = [(f["file"], f["rule"]) for f in result.json["findings"]]
    assert found == [("gone.json", "definition"), ("bad.json", "json-syntax")]
    assert result.code == 1
