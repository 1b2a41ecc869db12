"""`redeploy` past CloudFormation, and the deployment that makes the stack whole again."""

import json

import pytest

pytestmark = pytest.mark.xdist_group("commands")

TASK = {"Type": "Task", "Resource": "${greet}", "End": True}


def greeting(word):
    return f"def handler(event, context):\n    return {word!r}\n"


@pytest.fixture
def folder(write, tmp_path):
    return write(tmp_path / "hello-again", {"Greet": TASK}, greet_py=greeting("A"))


@pytest.fixture
def run(maestro, folder, local_aws):
    yield lambda *words: maestro(*words, "--local", cwd=folder)
    maestro("teardown", "-f", "--local", cwd=folder)


def says(run):
    return run("run").json


def test_code_reaches_its_function_and_the_next_deployment_decides(run, folder):
    assert run("deploy").code == 0
    assert says(run) == "A"
    (folder / "lambdas" / "greet.py").write_text(greeting("B"))
    redeployed = run("redeploy")
    assert redeployed.code == 0, redeployed.err
    assert "redeployed the code of greet" in redeployed.err
    assert says(run) == "B"
    assert run("status", "--output", "json").json["difference"]["ahead"] == ["the code of greet"]
    (folder / "lambdas" / "greet.py").write_text(greeting("A"))
    assert run("status", "--output", "json").json["difference"]["ahead"] == ["the code of greet"]
    back = run("deploy")
    assert "changed past CloudFormation: the code of greet" in back.err
    assert says(run) == "A"
    assert "nothing to do" in run("deploy").err


@pytest.mark.slow
def test_a_definition_and_settings_are_redeployed_together(run, folder, aws):
    run("deploy")
    definition = json.loads((folder / "definition.asl.json").read_text())
    definition["States"]["Greet"]["Comment"] = "new"
    (folder / "definition.asl.json").write_text(json.dumps(definition))
    (folder / "maestro.toml").write_text('[functions]\nmemory = 512\nenvironment = { A = "1" }\n')
    done = run("redeploy", "--output", "json")
    assert done.json["updated"] == ["the configuration of greet", "the definition"]
    functions = aws.client("lambda")
    live = functions.get_function_configuration(FunctionName="hello-again_greet")
    assert (live["MemorySize"], live["Environment"]["Variables"]) == (512, {"A": "1"})
    assert run("redeploy", "--output", "json").json["changed"] is False


@pytest.mark.slow
def test_what_redeploy_cannot_do_is_deployed_and_it_says_why(run, folder):
    first = run("redeploy")
    assert first.code == 0, first.err
    assert "by CloudFormation: it is not deployed yet" in first.err
    (folder / "lambdas" / "other.py").write_text(greeting("O"))
    second = run("redeploy")
    assert "by CloudFormation: OtherFunction (AWS::Lambda::Function) is new" in second.err


def test_what_is_protected_is_refused(run, folder):
    (folder / "maestro.toml").write_text("[workflow]\nprotected = true\n")
    refused = run("redeploy")
    assert (refused.code, "protected" in refused.err) == (2, True)


@pytest.mark.slow
def test_each_save_is_redeployed_and_a_mistake_is_told(run, folder, at_terminal):
    run("deploy")
    terminal = at_terminal("redeploy", "--watch", "--local", cwd=folder)
    terminal.expect("watching")
    talking = "def handler(event, context):\n    print('B is said')\n    return 'B'\n"
    (folder / "lambdas" / "greet.py").write_text(talking)
    terminal.expect("redeployed the code of greet")
    terminal.expect("watching")
    assert says(run) == "B"
    terminal.expect("greet: B is said")
    whole = (folder / "definition.asl.json").read_text()
    (folder / "definition.asl.json").write_text("{")
    terminal.expect("definition.asl.json:1")
    (folder / "definition.asl.json").write_text(whole)
    terminal.expect("nothing to do")
    terminal.interrupt()
    assert terminal.end() == 130
    assert says(run) == "B"
