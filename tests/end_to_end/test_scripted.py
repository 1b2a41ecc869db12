"""Commands against a CloudFormation that fails where it is told to."""

import pytest

from tests.scripted.server import ScriptedCloudFormation
from tests.scripted.stacks import handler_said

pytestmark = pytest.mark.xdist_group("commands")

GREET = "def handler(event, context):\n    return 'hello'\n"
TASK = {"Type": "Task", "Resource": "${greet}", "End": True}


@pytest.fixture
def scripted(local_aws):
    with ScriptedCloudFormation(local_aws.endpoint) as server:
        yield server


@pytest.fixture
def run(maestro, write, scripted, tmp_path):
    """Run a command in a project of one function, with its AWS at the scripted address."""
    folder = write(tmp_path / "greeting", {"Greet": TASK}, greet_py=GREET)
    environ = {
        "AWS_ENDPOINT_URL": scripted.endpoint,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    return lambda *words: maestro(*words, cwd=folder, **environ)


def test_a_stack_is_deployed_found_unchanged_and_torn_down(run, scripted):
    first = run("deploy")
    assert first.code == 0, first.err
    assert {"GreetFunction", "StateMachine", "StateMachineRole"} <= first.resources
    assert "nothing to do" in run("deploy").err
    assert run("teardown", "-f").code == 0
    assert all(stack.status == "DELETE_COMPLETE" for stack in scripted.stacks.by_id.values())


def test_a_creation_that_fails_is_told_by_its_first_cause_and_made_anew(run, scripted):
    said = handler_said("The role defined for the function cannot be assumed by Lambda.")
    scripted.script.fail("CREATE", "GreetFunction", said)
    failed = run("deploy")
    assert failed.code == 1
    assert "GreetFunction" in failed.err
    assert "cannot be assumed by Lambda" in failed.err
    again = run("deploy")
    assert again.code == 0, again.err
    assert run("teardown", "-f").code == 0
