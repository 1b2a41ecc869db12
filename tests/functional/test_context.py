"""What commands work with, by their flags."""

import pytest

from maestro_cdk.cli.context import Context, Options
from maestro_cdk.errors import UsageError
from maestro_cdk.model import Target


@pytest.fixture
def context(project, folder):
    """The context of a command with these flags, in a project with a stage."""

    def made(**flags):
        project()
        (folder / "maestro.toml").write_text(
            '[workflow]\nname = "flow"\n[stages.prod]\naccount = "123456789012"\n'
            'region = "eu-west-1"\nprofile = "prod"\n'
        )
        return Context(Options(**flags))

    return made


def test_a_stage_brings_its_account_region_and_profile(context):
    target = context(stage="prod").project().settings.target
    assert target == Target(account="123456789012", region="eu-west-1", profile="prod")


def test_the_aws_on_this_machine_is_of_no_account_and_no_profile(context):
    project = context(stage="prod", local=True).project()
    assert project.settings.target == Target()
    assert project.stack_name == "flow-prod"


def test_without_a_terminal_a_question_is_answered_by_its_flag_only(context):
    assert context(yes=True).confirm("Sure?")
    with pytest.raises(UsageError) as caught:
        context().confirm("Sure?")
    assert caught.value.hint == "add -y"
    with pytest.raises(UsageError):
        context(yes=True).confirm_by_name("flow")
