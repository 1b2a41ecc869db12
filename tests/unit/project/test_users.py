"""What the user said for all projects: read, written, and nobody's file lost."""

import json
import tomllib

import pytest

from maestro_cdk.errors import ProjectError
from maestro_cdk.project import users

ACCOUNT = "123456789012"


@pytest.fixture
def folder(home):
    (home / ".maestro").mkdir()
    return home / ".maestro"


def test_what_is_written_is_what_is_read(home):
    assert users.write(home, {"account": ACCOUNT, "region": "eu-west-1"}) is None
    assert users.read(home) == ({"account": ACCOUNT, "region": "eu-west-1"}, users.FILE)
    assert [path.name for path in (home / ".maestro").iterdir()] == ["config.toml"]


def test_what_is_not_said_now_stays(home, folder):
    text = f'# mine\naccount = "{ACCOUNT}"  # of the team\nregion = "eu-west-1"\n'
    (folder / "config.toml").write_text(text)
    users.write(home, {"region": "us-east-1", "profile": "dev"})
    assert (folder / "config.toml").read_text() == (
        f'# mine\naccount = "{ACCOUNT}"  # of the team\nregion = "us-east-1"\nprofile = "dev"\n'
    )
    users.write(home, {"region": None, "profile": None})
    assert users.read(home)[0] == {"account": ACCOUNT}


@pytest.mark.parametrize("value", ['a "b"', "a\\b", "é", "日本"])
def test_any_profile_can_be_written(home, value):
    users.write(home, {"profile": value})
    assert users.read(home)[0] == {"profile": value}


@pytest.mark.parametrize("text", ["region =", 'region = "here"', 'regio = "eu-west-1"', "\xff"])
def test_a_file_that_cannot_be_read_is_put_aside(home, folder, text):
    (folder / "config.toml").write_text(text, "latin-1")
    with pytest.raises(ProjectError):
        users.read(home)
    aside = users.write(home, {"region": "eu-west-1"})
    assert aside == folder / "config.toml.bak"
    assert aside.read_text("latin-1") == text
    assert users.read(home)[0] == {"region": "eu-west-1"}


def test_a_file_that_is_a_link_stays_one(home, folder, tmp_path):
    (tmp_path / "dotfiles.toml").write_text('region = "eu-west-1"\n')
    (folder / "config.toml").symlink_to(tmp_path / "dotfiles.toml")
    users.write(home, {"region": "us-east-1"})
    assert (folder / "config.toml").is_symlink()
    assert tomllib.loads((tmp_path / "dotfiles.toml").read_text()) == {"region": "us-east-1"}


def test_the_originals_file_is_read_where_there_is_no_other_and_left_alone(home, folder):
    text = json.dumps({"accountNumber": ACCOUNT, "region": "us-west-2"})
    (folder / "aws_account_info.json").write_text(text)
    assert users.read(home) == ({"account": ACCOUNT, "region": "us-west-2"}, users.ORIGINAL)
    users.write(home, {"region": "eu-west-1"})
    assert users.read(home) == ({"region": "eu-west-1"}, users.FILE)
    assert (folder / "aws_account_info.json").read_text() == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", {}),
        ("[]", {}),
        ('{"accountNumber": "123456789012345", "region": "us-west-2"}', {"region": "us-west-2"}),
        ('{"accountNumber": 123456789012, "region": null}', {}),
    ],
)
def test_of_the_originals_file_what_can_be_counts(home, folder, text, expected):
    (folder / "aws_account_info.json").write_text(text)
    assert users.read(home)[0] == expected
