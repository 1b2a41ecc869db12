"""`new`, `validate`, `compile`, `synth` and `help`: all that they print, and how they end."""

import json

import pytest
import yaml

from maestro_cdk import __version__

PYTHON = "def handler(event, context):\n    return event\n"
BROKEN = '{\n  "StartAt": "A",\n  "States": {\n    "A": { "Type": "Pass" }\n  }\n}\n'
RETRY = [{"ErrorEquals": ["States.ALL"]}]
TASK = {
    "StartAt": "A",
    "States": {"A": {"Type": "Task", "Resource": "${greet}", "Retry": RETRY, "End": True}},
}


# --- validate --------------------------------------------------------------------------------


def test_a_good_project_has_no_problems(maestro, project):
    project()
    result = maestro("validate")
    assert (result.code, result.out, result.err) == (0, "no problems\n", "")


def test_a_problem_is_shown_with_its_line(maestro, project):
    project(BROKEN)
    result = maestro("validate")
    assert (result.code, result.err) == (1, "")
    assert result.out == (
        "error: state 'A' has no Next [endings]\n"
        "  --> definition.asl.json:4:10\n"
        "  |\n"
        '4 |     "A": { "Type": "Pass" }\n'
        "  |          ^\n"
        '  = add "Next", or "End": true\n'
        "\n"
        "1 error\n"
    )


def test_findings_are_one_json_document(maestro, project):
    project(BROKEN)
    result = maestro("validate", "--format", "json")
    assert (result.code, result.err) == (1, "")
    assert result.json == {
        "findings": [
            {
                "rule": "endings",
                "severity": "error",
                "message": "state 'A' has no Next",
                "hint": 'add "Next", or "End": true',
                "file": "definition.asl.json",
                "line": 4,
                "column": 10,
                "state": "A",
            }
        ]
    }


@pytest.mark.parametrize(("format_", "start"), [("sarif", "{"), ("github", "::error file=")])
def test_findings_are_printed_as_code_hosts_read_them(maestro, project, format_, start):
    project(BROKEN)
    result = maestro("validate", "--format", format_)
    assert result.code == 1
    assert result.out.startswith(start)


@pytest.mark.parametrize("format_", ["json", "sarif", "github"])
def test_without_findings_machines_read_nothing_else(maestro, project, format_):
    project()
    result = maestro("validate", "--format", format_)
    assert result.code == 0
    if format_ == "github":
        assert result.out == ""
    else:
        assert "no problems" not in result.out
        json.loads(result.out)


def test_a_warning_is_no_failure(maestro, project):
    state = {"Type": "Pass", "Comment": "${x}", "End": True}
    project({"StartAt": "A", "States": {"A": state}})
    result = maestro("validate")
    assert result.code == 0
    assert result.out.endswith("1 warning\n")


def test_files_are_looked_at_by_themselves(maestro, folder):
    (folder / "one.json").write_text('{"StartAt": "A", "States": {"A": ${anything}}}')
    (folder / "two.json").write_text(BROKEN)
    result = maestro("validate", "one.json", "two.json", "--format", "json")
    assert [(f["file"], f["rule"]) for f in result.json["findings"]][-1] == ("two.json", "endings")


def test_a_project_elsewhere_is_named_from_here(maestro, project, folder, monkeypatch):
    project(BROKEN)
    (folder / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(folder / "deep" / "er")
    assert "../../definition.asl.json:4:10" in maestro("validate").out
    monkeypatch.chdir(folder / "deep")
    assert "../definition.asl.json:4:10" in maestro("validate", "--project", "..").out


def test_rules_are_listed(maestro):
    result = maestro("validate", "--rules")
    assert result.code == 0
    assert {line.split()[0] for line in result.out.splitlines()} >= {"endings", "transitions"}


@pytest.mark.slow
def test_strict_adds_what_cdk_and_cfn_lint_say_of_the_template(maestro, project, folder):
    project(TASK, greet_py=PYTHON)
    assert maestro("validate", "--strict").out == "no problems\n"
    with (folder / "maestro.toml").open("a") as settings:
        settings.write("[functions]\n")
        settings.write('policies = [{ actions = ["nosuch:Do"], resources = ["*"] }]\n')
        settings.write('dead_letter = "arn:aws:sqs:eu-west-1:123:x"\n')
    assert maestro("validate").out == "no problems\n"
    result = maestro("validate", "--strict", "--format", "json")
    found = {(each["rule"], each["file"]) for each in result.json["findings"]}
    assert (result.code, result.err) == (1, "")
    assert found == {("cdk-validation", "lambdas/greet.py"), ("cfn-lint", "lambdas/greet.py")}


def test_strict_waits_until_the_project_itself_is_sound(maestro, project):
    project(BROKEN)
    result = maestro("validate", "--strict")
    assert (result.code, result.err) == (
        1,
        "the template was not looked at: the project's own errors come first\n",
    )
    assert "has no Next" in result.out


@pytest.mark.parametrize("flag", ["--strict", "--online"])
def test_what_looks_at_a_project_takes_no_files(maestro, project, flag):
    project(TASK, greet_py=PYTHON)
    result = maestro("validate", flag, "definition.asl.json")
    assert (result.code, result.out) == (2, "")
    assert "leave the files out" in result.err


# --- compile and synth -----------------------------------------------------------------------


def test_compile_prints_the_definition_as_it_is_deployed(maestro, project):
    project(TASK, greet_py=PYTHON)
    result = maestro("compile")
    assert (result.code, result.err) == (0, "")
    assert result.json["States"]["A"]["Resource"] == "${GreetArn}"


def test_compile_of_a_broken_project_prints_nothing(maestro, project):
    project(BROKEN)
    result = maestro("compile")
    assert (result.code, result.out) == (1, "")
    assert "has no Next" in result.err


def test_synth_prints_one_template_in_two_ways_and_writes_the_assembly(maestro, project, folder):
    project(TASK, greet_py=PYTHON)
    as_json, as_yaml = maestro("synth", "--format", "json"), maestro("synth")
    assert (as_json.code, as_json.err) == (0, "")
    assert yaml.safe_load(as_yaml.out) == as_json.json
    assert (folder / "cdk.out" / "flow.template.json").read_text().strip() == as_json.out.strip()
    quiet = maestro("synth", "-q", "-o", "elsewhere")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")
    assert (folder / "elsewhere" / "manifest.json").is_file()


@pytest.mark.parametrize("out", [".", "lambdas/..", "not-yet/.."])
def test_synth_leaves_a_folder_of_other_things_alone(maestro, project, folder, out):
    project(TASK, greet_py=PYTHON)
    before = sorted(folder.rglob("*"))
    result = maestro("synth", "-o", out)
    assert (result.code, result.out) == (2, "")
    assert "other things than a cloud assembly" in result.err
    assert sorted(folder.rglob("*")) == before


# --- new -------------------------------------------------------------------------------------


def test_new_makes_a_project_that_is_valid(maestro, folder):
    result = maestro("new", "orders", "-t", "approval", "--no-git")
    assert (result.code, result.out) == (0, "")
    assert "made orders/ from the template approval" in result.err
    assert maestro("validate", "--project", "orders").out == "no problems\n"


def test_the_templates_of_one_language_are_listed(maestro, folder):
    assert "\nfan-out " in maestro("new", "--list", "--language", "python").out
    listed = maestro("new", "--list", "--language", "node").out
    assert "\nhello " in listed
    assert "\nfan-out " not in listed


def test_new_without_a_template_is_valid_too(maestro, folder):
    assert maestro("new", "orders", "-n", "--no-git").code == 0
    assert "```mermaid\nflowchart TD\n" in (folder / "orders" / "README.md").read_text()
    assert maestro("validate", "--project", "orders").out == "no problems\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["new"], 2, "the project needs a name"),
        (["new", "x"], 2, "add -t NAME"),
        (["new", "x", "-t", "aproval"], 1, "did you mean 'approval'?"),
        (["new", "a\nb", "-n"], 1, "cannot be the name of a folder"),
    ],
)
def test_new_says_what_is_missing_and_makes_nothing(maestro, folder, words, code, said):
    result = maestro(*words)
    assert (result.code, result.out) == (code, "")
    assert said in result.err
    assert list(folder.iterdir()) == []


# --- asked wrongly ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["deplo"], "deploy"),
        (["validate", "--fromat", "json"], "--format"),
        (["validate", "--format", "xml"], "xml"),
        (["help", "nothing"], "'nothing'"),
        (["compile", "--project", "nowhere"], "is not a folder"),
        (["run", "-i", "no.json"], "there is no file no.json"),
        (["run", "-i", "{"], "is not JSON"),
    ],
)
def test_what_is_asked_wrongly_ends_with_2_and_a_hint(maestro, words, said):
    result = maestro(*words)
    assert (result.code, result.out) == (2, "")
    assert said in result.err
    assert "Traceback" not in result.err


def test_the_version_is_the_packages(maestro):
    assert maestro("--version").out == f"maestro {__version__}\n"


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["help"], []])
def test_help_is_a_result(maestro, words):
    result = maestro(*words)
    assert (result.code, result.err) == (0, "")
    assert "maestro deploy" in result.out


@pytest.mark.parametrize("words", [["help", "deploy"], ["help", "local", "start"]])
def test_help_of_a_command_is_what_the_command_says(maestro, words):
    assert maestro(*words).out == maestro(*words[1:], "--help").out


def test_a_folder_without_a_definition_is_told_so(maestro):
    result = maestro("compile")
    assert result.code == 1
    assert "there is no definition.asl.json in" in result.err


def test_problems_of_settings_and_of_the_folder_are_told_together(maestro, project):
    folder = project({"StartAt": "B", "States": {"A": {"Type": "Pass", "End": True}}})
    (folder / "maestro.toml").write_text('[workflow]\nname = "flow"\ntimeout = "long"\n')
    result = maestro("validate", "--format", "json")
    assert {finding["rule"] for finding in result.json["findings"]} == {"settings", "transitions"}
