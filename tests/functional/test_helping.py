"""`help` and `completion`: what one is told, and where a word leads that is none of ours."""

import subprocess

import pytest

from maestro_cdk.cli import completing


@pytest.mark.parametrize("words", [[], ["help"], ["--help"], ["-h"]])
def test_maestro_by_itself_lists_its_commands_by_what_one_does(maestro, words):
    shown = maestro(*words)
    assert (shown.code, shown.err) == (0, "")
    heads = [line for line in shown.out.splitlines() if line.endswith(":") and line[0] != " "]
    assert heads[:4] == ["Options:", "Begin:", "Build:", "Deploy:"]
    assert "teardown" in shown.out


@pytest.mark.parametrize("words", [["help", "deploy"], ["deploy", "--help"], ["deploy", "-h"]])
def test_a_command_is_explained_in_each_way_and_shows_examples(maestro, words):
    shown = maestro(*words)
    assert (shown.code, shown.err) == (0, "")
    assert shown.out == maestro("deploy", "--help").out
    assert "Examples:\n    maestro deploy " in shown.out


def test_a_command_within_another_is_explained_too(maestro):
    assert maestro("help", "local", "start").out == maestro("local", "start", "-h").out


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("destroy", "teardown"),
        ("plan", "diff"),
        ("init", "new"),
        ("ls", "status"),
        ("invoke", "run"),
        ("depoly", "deploy"),
        ("get-template", "get-templates"),
        ("configg", "config"),
    ],
)
@pytest.mark.parametrize("before", [[], ["help"]])
def test_a_word_that_is_no_command_leads_to_the_one_meant(maestro, before, word, meant):
    result = maestro(*before, word)
    assert (result.code, result.out) == (2, "")
    assert f"'{meant}'" in result.err


# --- completion ------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", completing.SHELLS)
def test_each_shell_is_given_its_script(maestro, shell):
    shown = maestro("completion", shell)
    assert (shown.code, shown.err) == (0, "")
    assert completing.VARIABLE in shown.out


def test_bash_takes_its_script(maestro, tmp_path):
    (tmp_path / "script").write_text(maestro("completion", "bash").out)
    subprocess.run(["bash", "-n", tmp_path / "script"], check=True)


def test_the_shell_is_that_which_one_uses(maestro, monkeypatch):
    monkeypatch.setenv("SHELL", "/usr/bin/zsh")
    assert maestro("completion").out == maestro("completion", "zsh").out
    monkeypatch.setenv("SHELL", "/bin/sh")
    assert maestro("completion").code == 2


def test_it_is_installed_once_and_what_was_there_stays(maestro, home):
    (home / ".bashrc").write_text("alias ll='ls -l'")
    for _ in range(2):
        assert maestro("completion", "bash", "--install").code == 0
    lines = (home / ".bashrc").read_text().splitlines()
    assert lines[0] == "alias ll='ls -l'"
    assert len([line for line in lines if "maestro completion bash" in line]) == 1
    assert maestro("completion", "fish", "--install").code == 0
    assert (home / ".config" / "fish" / "completions" / "maestro.fish").is_file()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("maestro tear", "plain,teardown"),
        ("maestro new x -t human", "plain,human-approval"),
        ("maestro deploy --no-r", "plain,--no-rollback"),
        ("maestro new x --language n", "plain,node"),
        ("maestro help tear", "plain,teardown"),
        ("maestro help local sto", "plain,stop"),
        ("maestro deploy --stage p", "plain,prod"),
        ("maestro run -i events/o", "file,events/o"),
    ],
)
def test_a_word_is_completed(maestro, monkeypatch, tmp_path, words, expected):
    (tmp_path / "definition.asl.json").touch()
    (tmp_path / "maestro.toml").write_text("[stages.prod]\n[stages.test]\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(completing.VARIABLE, "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))
    assert maestro().out.splitlines() == [expected]


@pytest.mark.parametrize(
    ("words", "settings"),
    [
        ("maestro help deploy t", ""),
        ("maestro help nothing t", ""),
        ("maestro deploy --stage p", "[stages"),
        ("maestro deploy --stage p", "stages = 3"),
    ],
)
def test_where_nothing_fits_nothing_is_said(maestro, monkeypatch, tmp_path, words, settings):
    (tmp_path / "definition.asl.json").touch()
    (tmp_path / "maestro.toml").write_text(settings)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(completing.VARIABLE, "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))
    shown = maestro()
    assert (shown.out.strip(), shown.err) == ("", "")


def test_zsh_is_given_its_completion_before_ours(maestro, home):
    assert maestro("completion", "zsh", "--install").code == 0
    _, before, ours = (home / ".zshrc").read_text().splitlines()
    assert "autoload -Uz compinit && compinit" in before
    assert "maestro completion zsh" in ours
