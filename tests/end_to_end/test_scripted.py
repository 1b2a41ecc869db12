"""Commands against a CloudFormation that fails where it is told to."""

import signal

import pytest

from tests.scripted.server import ScriptedCloudFormation
from tests.scripted.stacks import handler_said

pytestmark = pytest.mark.xdist_group("commands")

GREET = "def handler(event, context):\n    return 'hello'\n"
TASK = {"Type": "Task", "Resource": "${greet}", "End": True}

UNPUBLISHED = "[workflow.release]\nkeep = 0\n"
"""What is made by script lives nowhere, so it cannot be published."""


@pytest.fixture
def scripted(local_aws):
    with ScriptedCloudFormation(local_aws.endpoint) as server:
        yield server


@pytest.fixture
def folder(write, tmp_path):
    """A project of one function."""
    return write(tmp_path / "greeting", {"Greet": TASK}, settings=UNPUBLISHED, greet_py=GREET)


@pytest.fixture
def environ(scripted):
    """What sends a command to the scripted address."""
    return {
        "AWS_ENDPOINT_URL": scripted.endpoint,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }


@pytest.fixture
def run(maestro, folder, environ):
    """Run a command in the project."""
    return lambda *words: maestro(*words, cwd=folder, **environ)


def test_a_stack_is_deployed_found_unchanged_and_torn_down(run, scripted):
    first = run("deploy")
    assert first.code == 0, first.err
    assert {"GreetFunction", "StateMachine", "StateMachineRole"} <= first.resources
    assert "nothing to do" in run("deploy").err
    assert run("teardown", "-f").code == 0
    assert all(stack.status == "DELETE_COMPLETE" for stack in scripted.stacks.by_id.values())


def test_a_region_of_the_environment_that_is_not_the_stages_is_told(run, folder):
    (folder / "maestro.toml").write_text('[stages.prod]\nregion = "eu-west-3"\n')
    said = run("status", "--stage", "prod").err
    assert "the stage prod names the region eu-west-3, but AWS_REGION says us-east-1" in said
    assert "names the region" not in run("status", "--stage", "prod", "--region", "us-east-1").err


def test_letters_that_cloudformation_tells_as_questions_are_no_change(run, folder):
    """https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1220"""
    words = '[functions.greet]\nenvironment = { WORD = "zwölf 十" }\n'
    (folder / "maestro.toml").write_text(UNPUBLISHED + words, "utf-8")
    assert run("deploy").code == 0
    unchanged = run("diff")
    assert (unchanged.code, "WORD" in unchanged.out) == (0, False)


def test_a_creation_that_fails_is_told_by_its_first_cause_and_made_anew(run, scripted):
    scripted.script.fail("CREATE", "GreetFunction", handler_said("Code storage limit exceeded."))
    failed = run("deploy")
    assert failed.code == 1
    assert "lambdas/greet.py: GreetFunction (AWS::Lambda::Function): Code storage" in failed.err
    assert "storage for functions' code is full" in failed.err
    later = run("status")
    assert "greeting: ROLLBACK_COMPLETE" in later.out
    assert "lambdas/greet.py: GreetFunction (AWS::Lambda::Function): Code storage" in later.out
    assert "storage for functions' code is full" in later.out
    again = run("deploy")
    assert again.code == 0, again.err
    assert run("teardown", "-f").code == 0


@pytest.mark.slow
def test_a_role_that_lambda_does_not_know_yet_is_tried_once_more(run, scripted):
    said = handler_said("The role defined for the function cannot be assumed by Lambda.")
    scripted.script.fail("CREATE", "GreetFunction", said)
    done = run("deploy")
    assert done.code == 0, done.err
    assert "once more" in done.err
    assert run("teardown", "-f").code == 0


def test_what_somebody_deleted_is_told_and_made_again(run, scripted):
    run("deploy")
    stack = scripted.stacks.find("greeting")
    stack.lost |= {"GreetFunction", "StateMachine"}
    lost = ["the function greeting_greet", "the state machine greeting"]
    assert f"deleted past the stack: {', '.join(lost)}" in run("status").out
    told = run("diff", "--exit-code", "--output", "json")
    assert (told.code, told.json["lost"]) == (1, lost)
    assert stack.change_sets == {}
    again = run("redeploy", "--output", "json")
    assert (again.code, again.json["plan"]["lost"]) == (0, lost)
    assert stack.lost == set()
    assert run("diff", "--exit-code").code == 0
    assert run("teardown", "-f").code == 0


@pytest.mark.slow
def test_a_difference_is_shown_and_changes_nothing(run, folder, scripted):
    assert run("diff", "--exit-code").code == 1
    assert scripted.stacks.by_id == {}
    run("deploy")
    assert run("diff", "--exit-code").code == 0
    (folder / "lambdas" / "greet.py").write_text("def handler(event, context): return 2\n")
    changed = run("diff", "--output", "json")
    assert changed.code == 0
    (function,) = changed.json["functions"]
    assert (function["name"], function["verb"], function["code"]) == ("greet", "changed", True)
    assert scripted.stacks.find("greeting").change_sets == {}
    assert run("teardown", "-f").code == 0


@pytest.mark.slow
def test_consent_that_nobody_can_give_is_asked_for_by_its_flag(run, scripted):
    asked = run("deploy", "--confirm")
    assert asked.code == 2
    assert "add -y" in asked.err
    assert scripted.called("ExecuteChangeSet") == []
    assert all(stack.status == "DELETE_COMPLETE" for stack in scripted.stacks.by_id.values())
    assert run("deploy", "--confirm", "-y").code == 0
    assert run("teardown", "-f").code == 0


@pytest.mark.slow
def test_nobody_need_wait(run, scripted):
    scripted.script.pace = 0.5
    begun = run("deploy", "--no-wait")
    assert (begun.code, "begun" in begun.err) == (0, True)
    busy = run("deploy", "--no-wait")
    assert busy.code == 1
    assert "CREATE_IN_PROGRESS" in busy.err
    scripted.script.pace = 0.02
    assert run("deploy").code == 0
    assert run("teardown", "-f").code == 0


@pytest.mark.slow
def test_express_mode_is_asked_for_with_a_rollback(run, folder, scripted):
    assert run("deploy", "--express").code == 0
    assert scripted.called("CreateChangeSet")[-1][1]["DeploymentConfig"] == {
        "Mode": "EXPRESS",
        "DisableRollback": False,
    }
    (folder / "maestro.toml").write_text(
        f"{UNPUBLISHED}[workflow]\nexpress = true\n[functions]\nmemory = 512\n"
    )
    assert run("deploy", "--output", "json").json["mode"] == "express"
    assert run("teardown", "-f").code == 0


@pytest.mark.slow
def test_what_express_mode_left_failed_is_finished_in_express_mode(run, folder, scripted):
    run("deploy")
    (folder / "maestro.toml").write_text(f"{UNPUBLISHED}[functions]\nmemory = 512\n")
    scripted.script.fail("UPDATE", "GreetFunction", "no")
    failed = run("deploy", "--express", "--no-rollback")
    assert failed.code == 1
    assert scripted.stacks.find("greeting").status == "UPDATE_FAILED"
    again = run("deploy")
    assert again.code == 0, again.err
    assert scripted.stacks.find("greeting").status == "UPDATE_COMPLETE"
    assert run("teardown", "-f").code == 0


@pytest.mark.slow
def test_what_is_protected_takes_no_express_mode(run, folder, scripted):
    (folder / "maestro.toml").write_text("[workflow]\nprotected = true\nexpress = true\n")
    refused = run("deploy", "--express")
    assert (refused.code, "protected" in refused.err) == (2, True)
    assert scripted.operations.calls == []


@pytest.mark.slow
def test_ctrl_c_asks_whether_to_cancel_the_update(folder, run, scripted, at_terminal, environ):
    run("deploy")
    (folder / "maestro.toml").write_text(f"{UNPUBLISHED}[functions]\nmemory = 512\n")
    scripted.script.pace = 10
    terminal = at_terminal("deploy", cwd=folder, **environ, NO_COLOR="", TERM="xterm")
    terminal.expect("of 1 left")
    terminal.process.send_signal(signal.SIGINT)
    terminal.expect("Cancel the update")
    scripted.script.pace = 0.02
    terminal.type("y\n")
    assert terminal.end() == 130
    assert "UPDATE_ROLLBACK_COMPLETE" in terminal.shown
    assert run("teardown", "-f").code == 0


@pytest.mark.slow
def test_another_type_under_the_same_name_is_found_in_the_plan(run, folder, scripted):
    assert run("deploy").code == 0
    executed = len(scripted.called("ExecuteChangeSet"))
    (folder / "maestro.toml").write_text('[workflow]\ntype = "EXPRESS"\n')
    refused = run("deploy")
    assert refused.code == 1
    said = "the type of the state machine greeting cannot change from STANDARD to EXPRESS"
    assert f"maestro.toml: {said}" in refused.err
    assert said in run("diff").out
    assert len(scripted.called("ExecuteChangeSet")) == executed
    assert scripted.stacks.find("greeting").change_sets == {}
    assert run("teardown", "-f").code == 0


@pytest.mark.slow
def test_credentials_of_another_account_than_the_stages_stop_everything(run, folder, scripted):
    (folder / "maestro.toml").write_text('[stages.prod]\naccount = "999999999999"\n')
    for words in (("deploy",), ("diff",), ("redeploy",), ("status",), ("teardown", "-f")):
        refused = run(*words, "--stage", "prod")
        assert refused.code == 1, words
        assert "belongs to account 999999999999" in refused.err
    asked = {operation for operation, _ in scripted.operations.calls}
    assert asked <= {"DescribeStacks", "GetTemplate", "ListStackResources"}  # looks, no more
