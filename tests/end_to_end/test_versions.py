"""Versions: published, rolled back, released step by step; executions end as they began."""

import json
import time

import pytest

pytestmark = pytest.mark.xdist_group("commands")

NAME = "kept-versions"
MACHINE = f"arn:aws:states:us-east-1:000000000000:stateMachine:{NAME}"


def code(word):
    return f"def handler(event, context):\n    return {word!r}\n"


def set_code(folder, word):
    for name in ("before", "after"):
        (folder / "lambdas" / f"{name}.py").write_text(code(word))


@pytest.fixture
def hold(local):
    """An activity that an execution waits at: (its ARN, what lets one execution go on)."""
    arn = local.stepfunctions.create_activity(name="hold")["activityArn"]

    def let_go():
        task = local.stepfunctions.get_activity_task(activityArn=arn)
        local.stepfunctions.send_task_success(taskToken=task["taskToken"], output="{}")

    yield arn, let_go
    local.stepfunctions.delete_activity(activityArn=arn)


@pytest.fixture
def folder(write, tmp_path, hold):
    states = {
        "Before": {"Type": "Task", "Resource": "${before}", "ResultPath": "$.before"},
        "Hold": {"Type": "Task", "Resource": hold[0], "ResultPath": None},
        "After": {"Type": "Task", "Resource": "${after}", "ResultPath": "$.after"},
    }
    return write(tmp_path / NAME, states, before_py=code("1"), after_py=code("1"))


@pytest.fixture
def run(maestro, folder, local_aws):
    yield lambda *words: maestro(*words, "--local", cwd=folder)
    torn = maestro("teardown", "-f", "--local", cwd=folder)
    assert torn.code == 0, torn.err


def deployed(run, folder, word, *words):
    set_code(folder, word)
    done = run("deploy", "--output", "json", *words)
    assert done.code == 0, done.err
    return done.json["live"]["version"]


def ended(local, execution):
    for _ in range(200):
        found = local.stepfunctions.describe_execution(executionArn=execution)
        if found["status"] != "RUNNING":
            return found
        time.sleep(0.05)
    raise AssertionError("it does not end")


def test_an_execution_ends_with_the_code_it_began_with(run, folder, hold, local, aws):
    assert deployed(run, folder, "1", "-m", "the first") == 1
    begun = run("run", "--no-wait", "-i", "{}")
    assert "(live, version 1)" in begun.err
    for number, word in ((2, "2"), (3, "3"), (4, "4")):
        assert deployed(run, folder, word) == number
    hold[1]()
    output = json.loads(ended(local, begun.out.strip())["output"])
    assert output == {"before": "1", "after": "1"}

    listed = run("versions", "--output", "json").json
    assert [each["version"] for each in listed["versions"]] == [4, 3, 2, 1]
    assert listed["live"] == 4
    assert listed["versions"][-1]["message"] == "the first"

    changed = run("versions", "--diff", "1", "live", "--output", "json").json
    assert [each["path"] for each in changed["files"]] == ["lambdas/after.py", "lambdas/before.py"]
    back = folder.parent / "back"
    assert run("versions", "--checkout", "2", back).code == 0
    assert (back / "lambdas" / "after.py").read_text() == code("2")
    assert run("versions", "--checkout", "2", back).code == 2

    rolled = run("rollback")
    assert "live is version 3 (before: 4)" in rolled.err
    assert "there is no version 9; there are 1 to 4" in run("rollback", "9").err
    again = run("run", "--no-wait", "-i", "{}")
    assert "(live, version 3)" in again.err
    hold[1]()
    assert json.loads(ended(local, again.out.strip())["output"]) == {"before": "3", "after": "3"}

    assert deployed(run, folder, "4") == 4  # what is in the folder, and published already
    assert "nothing to do" in run("deploy").err

    set_code(folder, "5")
    assert run("redeploy").code == 0
    redeployed = run("run", "--no-wait", "-i", "{}")
    assert "(what was redeployed, unpublished)" in redeployed.err
    hold[1]()
    assert json.loads(ended(local, redeployed.out.strip())["output"])["after"] == "5"
    assert "live: version 4, and redeployed since" in run("status").out

    assert run("teardown", "-f").code == 0
    assert aws.left_of(NAME) == []


def test_a_release_goes_step_by_step_and_back_on_an_alarm(run, folder, local, aws):
    (folder / "maestro.toml").write_text('[workflow.release]\nstrategy = "linear"\nkeep = 2\n')
    assert deployed(run, folder, "1") == 1
    set_code(folder, "2")
    begun = run("deploy")
    assert "live goes over from version 1 to 2, 10 % first" in begun.err
    releases = f"{MACHINE}-release"
    (first,) = local.stepfunctions.list_executions(stateMachineArn=releases)["executions"]
    assert ended(local, first["executionArn"])["status"] == "SUCCEEDED"
    assert run("versions", "--output", "json").json["live"] == 2
    assert "nothing to do" in run("deploy").err

    alarm = {"AlarmName": f"{NAME}-failed", "StateValue": "ALARM", "StateReason": "a test"}
    local.cloudwatch.set_alarm_state(**alarm)
    set_code(folder, "3")
    assert run("deploy").code == 0
    second = local.stepfunctions.list_executions(stateMachineArn=releases)["executions"][0]
    failed = ended(local, second["executionArn"])
    assert (failed["status"], failed["error"]) == ("FAILED", "RolledBack")
    assert run("versions", "--output", "json").json["live"] == 2
    told = run("status").out
    assert f"an alarm fired: {NAME}-failed" in told
    assert f"{NAME}-failed ALARM" in told
    versions = [each["version"] for each in run("versions", "--output", "json").json["versions"]]
    assert versions == [3, 2]
