"""`config`, as its users meet it: at a terminal and without one."""

import json
import tomllib

import pytest

pytestmark = pytest.mark.xdist_group("commands")

OTHER = "123456789012"
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


@pytest.fixture
def around(aws, home):
    """Credentials of the local AWS, whose account is 000000000000, and an empty home."""
    return {**KEYS, "AWS_ENDPOINT_URL": aws.endpoint, "HOME": str(home)}


def said(home):
    return tomllib.loads((home / ".maestro" / "config.toml").read_text())


def test_at_a_terminal_what_aws_answers_is_offered(at_terminal, tmp_path, home, around):
    terminal = at_terminal("config", cwd=tmp_path, AWS_REGION="eu-west-1", **around)
    terminal.expect("AWS account [000000000000]: ")
    terminal.type("\n")
    terminal.expect("Region [eu-west-1]: ")
    terminal.type("\n")

    assert terminal.end() == 0
    assert said(home) == {"account": "000000000000", "region": "eu-west-1"}


def test_at_a_terminal_return_keeps_and_nonsense_is_asked_again(
    at_terminal, tmp_path, home, maestro
):
    maestro("config", "--account", OTHER, "--region", "eu-west-1", cwd=tmp_path, HOME=str(home))

    terminal = at_terminal("config", cwd=tmp_path, HOME=str(home))
    terminal.expect(f"AWS account [{OTHER}]: ")
    terminal.type("12345\n")
    terminal.expect("it takes twelve digits")
    terminal.type("\n")
    terminal.expect("Region [eu-west-1]: ")
    terminal.type("nowhere\n")
    terminal.expect('a region like "eu-west-1"')
    terminal.type("us-east-1\n")

    assert terminal.end() == 0
    assert said(home) == {"account": OTHER, "region": "us-east-1"}


@pytest.mark.slow
def test_ctrl_c_at_a_question_writes_nothing(at_terminal, tmp_path, home):
    terminal = at_terminal("config", cwd=tmp_path, HOME=str(home))
    terminal.expect("AWS account: ")
    terminal.interrupt()

    assert terminal.end() == 130
    assert not (home / ".maestro").exists()


def test_without_a_terminal_flags_say_it_and_nothing_is_asked(maestro, tmp_path, home, around):
    asked = maestro("config", cwd=tmp_path, given=f"{OTHER}\neu-west-1\n", **around)
    assert (asked.code, asked.out) == (2, "")
    assert "maestro config --account 123456789012 --region eu-west-1" in asked.err
    assert not (home / ".maestro").exists()

    result = maestro("config", "--account", OTHER, "--region", "eu-wst-1", cwd=tmp_path, **around)

    assert (result.code, result.out) == (0, "")
    assert said(home) == {"account": OTHER, "region": "eu-wst-1"}
    assert f"credentials here are of the account 000000000000, not of {OTHER}" in result.err
    assert "did you mean 'eu-west-1'?" in result.err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["--account", "123456789012345"], "twelve digits"),
        (["--account", "12345678901x"], "twelve digits"),
        (["--region", "Frankfurt"], 'a region like "eu-west-1"'),
        (["--profile", "pord"], "did you mean 'prod'?"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_written(maestro, tmp_path, home, words, hint):
    (home / ".aws").mkdir()
    (home / ".aws" / "config").write_text("[profile prod]\nregion = eu-west-1\n")

    result = maestro("config", *words, cwd=tmp_path, HOME=str(home))

    assert (result.code, result.out) == (2, "")
    assert hint in result.err
    assert not (home / ".maestro").exists()


@pytest.mark.slow
def test_a_file_that_is_broken_is_repaired(maestro, tmp_path, home):
    (home / ".maestro").mkdir()
    (home / ".maestro" / "config.toml").write_text("region = ")

    result = maestro("config", "--region", "eu-west-1", cwd=tmp_path, HOME=str(home))

    assert result.code == 0
    assert "config.toml.bak" in result.err
    assert said(home) == {"region": "eu-west-1"}


@pytest.mark.slow
def test_the_originals_file_is_offered(at_terminal, tmp_path, home):
    (home / ".maestro").mkdir()
    known = {"accountNumber": OTHER, "region": "us-west-2"}
    (home / ".maestro" / "aws_account_info.json").write_text(json.dumps(known))

    terminal = at_terminal("config", cwd=tmp_path, HOME=str(home))
    terminal.expect(f"[{OTHER}]: ")
    terminal.type("\n")
    terminal.expect("[us-west-2]: ")
    terminal.type("\n")

    assert terminal.end() == 0
    assert said(home) == {"account": OTHER, "region": "us-west-2"}


def test_show_says_where_each_value_comes_from(maestro, write, tmp_path, home):
    settings = '[functions]\nmemory = 512\n[stages.prod]\nregion = "eu-west-3"\ntimeout = 60\n'
    folder = write(tmp_path / "orders", {"A": {"Type": "Pass"}}, settings=settings)
    maestro("config", "--region", "eu-west-1", "--account", OTHER, cwd=tmp_path, HOME=str(home))

    outside = maestro("config", "--show", cwd=tmp_path, HOME=str(home))
    inside = maestro(
        *("config", "--show", "--stage", "prod", "--output", "json"), cwd=folder, HOME=str(home)
    ).json["settings"]

    assert [line.split()[:2] for line in outside.out.splitlines()][:2] == [
        ["account", f'"{OTHER}"'],
        ["region", '"eu-west-1"'],
    ]
    assert inside["region"] == {"value": "eu-west-3", "origin": "maestro.toml [stages.prod]"}
    assert inside["functions.memory"] == {"value": 512, "origin": "maestro.toml [functions]"}
    assert inside["workflow.timeout"] == {"value": 60, "origin": "maestro.toml [stages.prod]"}
    assert inside["workflow.type"] == {"value": "STANDARD", "origin": "default"}


@pytest.mark.slow
def test_show_knows_the_region_of_the_aws_configuration(maestro, tmp_path, home):
    (home / ".aws").mkdir()
    (home / ".aws" / "config").write_text("[default]\nregion = ap-south-1\n")

    shown = maestro("config", "--show", "--output", "json", cwd=tmp_path, HOME=str(home)).json

    assert shown["settings"]["region"] == {
        "value": "ap-south-1",
        "origin": "the AWS configuration",
    }


def test_the_schema_is_what_a_new_project_has(maestro, tmp_path):
    maestro("new", "orders", "-n", "--no-git", cwd=tmp_path)

    schema = maestro("config", "--schema", cwd=tmp_path).json

    project = tmp_path / "orders"
    assert json.loads((project / ".maestro.schema.json").read_text()) == schema
    first = (project / "maestro.toml").read_text().splitlines()[0]
    assert first == "#:schema ./.maestro.schema.json"
