"""Findings as people, programs and code hosts read them."""

import json
from dataclasses import replace

import click
import pytest

from maestro_cdk import __version__
from maestro_cdk.asl.rules import registry
from maestro_cdk.cli import findings
from maestro_cdk.model import Finding, SourceRef

ERROR = Finding(
    rule="transitions",
    severity="error",
    message="Next names a state that is not there: 'B'",
    hint="did you mean 'A'?",
    where=SourceRef(file="definition.asl.json", line=2, column=11),
    state="A",
)
WARNING = Finding(
    rule="unknown-substitution",
    severity="warning",
    message="${x} names nothing",
    where=SourceRef(file="definition.asl.json", line=3),
)
INFO = Finding(
    rule="ignored", severity="info", message="x is ignored", where=SourceRef(file="lambdas/x")
)


def plain(text, **styles):
    return text


# --- text ------------------------------------------------------------------------------------


def test_a_line_begins_with_the_place():
    assert findings.one_line(ERROR, plain) == (
        "definition.asl.json:2:11: error: Next names a state that is not there: 'B' "
        "- did you mean 'A'? [transitions]"
    )
    assert findings.one_line(INFO, plain) == "lambdas/x: info: x is ignored [ignored]"


@pytest.fixture
def as_text(tmp_path):
    """Findings as text without colours, with this text as the definition."""

    def shown(text, *found):
        (tmp_path / "definition.asl.json").write_bytes(text.encode())
        return click.unstyle(findings.as_text(found, tmp_path))

    return shown


def test_the_line_of_the_source_is_shown_with_a_mark_under_the_place(as_text):
    assert as_text('{\n  "Next": "B"\n}', ERROR) == (
        "error: Next names a state that is not there: 'B' [transitions]\n"
        "  --> definition.asl.json:2:11\n"
        "  |\n"
        '2 |   "Next": "B"\n'
        "  |           ^\n"
        "  = did you mean 'A'?"
    )


def test_marks_line_ends_and_tabs_do_not_move_the_mark(as_text):
    lines = as_text('\ufeff{\r\n\t\t"Next": "B"\r\n}', ERROR).split("\n")
    assert lines[3] == '2 |   "Next": "B"'
    assert lines[4].index("^") == lines[3].index('"B"')


def test_a_long_line_is_shown_around_the_place(as_text):
    finding = Finding(
        rule="r",
        severity="error",
        message="m",
        where=SourceRef(file="definition.asl.json", line=1, column=1001),
    )
    lines = as_text("a" * 1000 + "B" + "c" * 1000, finding).split("\n")
    assert len(lines[3]) <= 104 + 4
    assert lines[3][lines[4].index("^")] == "B"


def test_a_file_or_line_that_is_not_there_is_no_crash(as_text):
    assert "-->" in as_text("{}", WARNING)
    assert "lambdas/x" in as_text("{}", INFO)


# --- JSON ------------------------------------------------------------------------------------


def test_json_has_the_promised_members():
    assert findings.as_values([ERROR, WARNING, INFO]) == [
        {
            "rule": "transitions",
            "severity": "error",
            "message": "Next names a state that is not there: 'B'",
            "hint": "did you mean 'A'?",
            "file": "definition.asl.json",
            "line": 2,
            "column": 11,
            "state": "A",
        },
        {
            "rule": "unknown-substitution",
            "severity": "warning",
            "message": "${x} names nothing",
            "hint": None,
            "file": "definition.asl.json",
            "line": 3,
            "column": None,
            "state": None,
        },
        {
            "rule": "ignored",
            "severity": "info",
            "message": "x is ignored",
            "hint": None,
            "file": "lambdas/x",
            "line": None,
            "column": None,
            "state": None,
        },
    ]


# --- SARIF -----------------------------------------------------------------------------------


def test_sarif_has_the_shape_of_its_standard():
    log = json.loads(findings.as_sarif([ERROR, WARNING, INFO], registry.EVERY))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("maestro", __version__)
    rules = {rule["id"]: rule for rule in driver["rules"]}
    assert rules.keys() == {rule.id for rule in registry.EVERY}
    assert rules["ignored"]["defaultConfiguration"] == {"level": "note"}
    assert rules["transitions"]["shortDescription"]["text"].startswith("StartAt")
    assert [result["level"] for result in run["results"]] == ["error", "warning", "note"]
    for result in run["results"]:
        assert result["ruleId"] in rules
        assert result["message"]["text"]
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert places == [
        {
            "artifactLocation": {"uri": "definition.asl.json"},
            "region": {"startLine": 2, "startColumn": 11},
        },
        {"artifactLocation": {"uri": "definition.asl.json"}, "region": {"startLine": 3}},
        {"artifactLocation": {"uri": "lambdas/x"}},
    ]


def test_sarif_without_findings_is_a_run_without_results():
    (run,) = json.loads(findings.as_sarif([], registry.EVERY))["runs"]
    assert run["results"] == []


def test_sarifs_places_are_uris():
    finding = Finding(
        rule="r", severity="error", message="m", where=SourceRef(file="my lambdas/ü#1.py")
    )
    (run,) = json.loads(findings.as_sarif([finding], registry.EVERY))["runs"]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "my%20lambdas/%C3%BC%231.py"


# --- GitHub ----------------------------------------------------------------------------------


def test_github_gets_a_command_for_each_finding():
    assert findings.as_github([ERROR, WARNING, INFO]).split("\n") == [
        (
            "::error file=definition.asl.json,line=2,col=11,title=transitions::"
            "Next names a state that is not there: 'B' - did you mean 'A'?"
        ),
        "::warning file=definition.asl.json,line=3,title=unknown-substitution::${x} names nothing",
        "::notice file=lambdas/x,title=ignored::x is ignored",
    ]


def test_githubs_own_characters_are_escaped():
    finding = Finding(
        rule="r",
        severity="error",
        message="100%\r\n::set-output",
        hint="a\nb",
        where=SourceRef(file="a,b:c%d\n.json", line=1, column=1),
    )
    assert findings.as_github([finding]) == (
        "::error file=a%2Cb%3Ac%25d%0A.json,line=1,col=1,title=r::100%25%0D%0A::set-output - a%0Ab"
    )


# --- places ----------------------------------------------------------------------------------


def test_a_file_at_home_is_named_so_wherever_the_project_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ours = replace(ERROR, where=SourceRef(file="~/.maestro/config.toml", line=1))
    found = findings.rebased((ours, ERROR), tmp_path / "orders")
    assert [each.where.file for each in found] == [
        "~/.maestro/config.toml",
        "orders/definition.asl.json",
    ]
