"""What users of the original Maestro type, word for word: it did this in three steps.

Configured once, a project is made, deployed, and torn down. What is deployed goes to the account of the
credentials: here that of the AWS on this machine, which an endpoint in the environment names.
"""

import json

import pytest

pytestmark = pytest.mark.xdist_group("commands")

ACCOUNT = "000000000000"


@pytest.fixture
def user(aws, home):
    """A user with credentials, and nothing of maestro's."""
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    return {**keys, "AWS_ENDPOINT_URL": aws.endpoint, "HOME": str(home)}


def machines(aws):
    found = aws.client("stepfunctions").list_state_machines()["stateMachines"]
    return {item["name"]: item["stateMachineArn"] for item in found}


def output(aws, arn):
    """What an execution of a state machine of the template's returns."""
    states = aws.client("stepfunctions")
    started = states.start_execution(stateMachineArn=arn, input='{"name": "Ada"}')["executionArn"]
    for _ in range(600):
        found = states.describe_execution(executionArn=started)
        if found["status"] != "RUNNING":
            return json.loads(found["output"])
    raise AssertionError("it goes on")


@pytest.mark.slow
def test_at_a_terminal(at_terminal, aws, user, tmp_path):
    config = at_terminal("config", cwd=tmp_path, **user)
    config.expect("account")
    config.type(f"{ACCOUNT}\n")
    config.expect("Region")
    config.type("us-east-1\n")
    assert config.end() == 0

    assert at_terminal("get-templates", cwd=tmp_path, **user).end() == 0

    new = at_terminal("new", "first-workflow", cwd=tmp_path, **user)
    new.expect("Template 1-")
    (number,) = [
        line.split("]")[0].split("[")[1] for line in new.shown.splitlines() if "] hello " in line
    ]
    new.type(f"{number}\n")
    assert new.end() == 0

    project = tmp_path / "first-workflow"
    assert at_terminal("deploy", cwd=project, **user).end() == 0
    assert output(aws, machines(aws)["first-workflow"]) == {
        "message": "Hello, Ada! This is Step Functions."
    }

    teardown = at_terminal("teardown", cwd=project, **user)
    teardown.expect("[y/N]")
    teardown.type("y\n")
    assert teardown.end() == 0
    assert aws.left_of("first-workflow") == []


@pytest.mark.parametrize(
    "words", [["--template=helloWorld"], ["--template", "helloWorld"], ["-t", "helloWorld"]]
)
@pytest.mark.slow
def test_without_a_terminal(maestro, aws, user, tmp_path, words):
    def run(*command, cwd=tmp_path):
        result = maestro(*command, cwd=cwd, **user)
        assert result.code == 0, result.err
        return result

    run("config", "--account", ACCOUNT, "--region", "us-east-1")
    run("get-templates")
    run("new", *words, "second-workflow")
    project = tmp_path / "second-workflow"
    assert (project / ".git").is_dir()
    run("deploy", cwd=project)
    assert output(aws, machines(aws)["second-workflow"])["message"].startswith("Hello, Ada!")
    run("teardown", "--force", cwd=project)
    assert aws.left_of("second-workflow") == []


@pytest.mark.slow
def test_an_empty_project_and_the_roles_of_the_original(maestro, aws, user, tmp_path):
    iam = aws.client("iam")
    for role in ("maestro_lambda", "maestro_step_functions"):
        trust = {"Version": "2012-10-17", "Statement": []}
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(trust))
    project = tmp_path / "third-workflow"

    assert maestro("new", "-n", "third-workflow", cwd=tmp_path, **user).code == 0
    assert maestro("deploy", cwd=project, AWS_REGION="us-east-1", **user).code == 0
    words = ("teardown", "-f", "--roles=maestro_lambda,maestro_step_functions")
    result = maestro(*words, cwd=project, AWS_REGION="us-east-1", **user)

    assert result.code == 0, result.err
    assert aws.left_of("third-workflow") == []
    assert aws.left_of("maestro_lambda") + aws.left_of("maestro_step_functions") == []
