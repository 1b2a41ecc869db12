"""Whole commands, as processes: what they print, how they exit, and what is there afterwards."""

import json
import os
import re
import signal
import socket
import subprocess

import pytest
import yaml

from maestro_cdk.project import templates

pytestmark = pytest.mark.xdist_group("commands")

SHIPPED = sorted(folder.name for folder in templates.shipped().iterdir() if folder.is_dir())
TRANSIENT = ("ServiceException", "AWSLambdaException", "SdkClientException")
GREET = "def handler(event, context):\n    return 'hello'\n"
# What Lambda itself raises is tried again: a warning says so otherwise.
RETRY = [{"ErrorEquals": [f"Lambda.{name}" for name in TRANSIENT]}]
TASK = {"Type": "Task", "Resource": "${greet}", "Retry": RETRY}
PASS = {"Type": "Pass"}
# A task that waits for an answer that nobody gives.
CALLBACK = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
    "Parameters": {"FunctionName": "${greet}", "Payload": {"token.$": "$$.Task.Token"}},
}


@pytest.fixture
def project(write, tmp_path):
    """A project of one function, `greet`; its name is its own in each test's folder."""

    def make(name, states=None, **files):
        return write(tmp_path / name, states or {"Greet": TASK}, **({"greet_py": GREET} | files))

    return make


@pytest.fixture
def deployed(maestro, project, aws):
    """Deploy a project; it is torn down after the test, whatever became of it."""
    folders = []

    def deploy(name, states=None, **files):
        folder = project(name, states, **files)
        folders.append(folder)
        result = maestro("deploy", "--local", cwd=folder)
        assert result.code == 0, result.err
        return folder

    yield deploy
    for folder in folders:
        assert maestro("teardown", "--local", "-y", cwd=folder).code == 0
        assert aws.left_of(folder.name) == []


def contents(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def changed(before, after):
    """The names whose value is another one now."""
    return {name for name in before if after[name] != before[name]}


# --- new ---------------------------------------------------------------------------------------


def test_a_project_without_a_template_is_a_workflow_at_once(maestro, tmp_path):
    made = maestro("new", "orders", "-n", "--no-git", cwd=tmp_path)

    assert made.code == 0
    assert contents(tmp_path / "orders") == {
        *("definition.asl.json", "lambdas", "events", "events/sample.json"),
        *("maestro.toml", ".maestro.schema.json", "cdk.json", "README.md", ".gitignore"),
    }
    checked = maestro("validate", cwd=tmp_path / "orders")
    assert (checked.code, checked.out) == (0, "no problems\n")


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("my orders", "my orders"),
        ("it's", "it's"),
        ('say "hi"', 'say "hi"'),
        ("$(touch ran)", "$(touch ran)"),
        ("a/b;c", "a/b;c"),
        ("x/../y", "y"),
        ("-x", "-x"),
        ("日本", "日本"),
        ("7up", "7up"),
    ],
)
def test_what_new_says_to_do_next_can_be_done_as_it_stands(maestro, tmp_path, name, folder):
    said = maestro("new", "-n", "--no-git", "--", name, cwd=tmp_path).err
    (entering,) = re.findall(r"^ +(cd .+)$", said, re.MULTILINE)

    there = subprocess.run(
        ["sh", "-c", f"{entering} && pwd"], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert there.stdout.strip() == str((tmp_path / folder).resolve())
    assert (tmp_path / folder / "definition.asl.json").is_file()
    assert [path.name for path in tmp_path.iterdir()] == [folder.split("/")[0]]


def test_a_name_with_spaces_becomes_a_workflow_with_hyphens(maestro, tmp_path):
    maestro("new", "my orders", "-n", "--no-git", cwd=tmp_path)

    result = maestro("synth", "--format", "json", cwd=tmp_path / "my orders")

    machine = result.json["Resources"]["StateMachine"]["Properties"]
    assert machine["StateMachineName"] == "my-orders"


def test_new_makes_a_git_repository_unless_told_not_to(maestro, tmp_path):
    maestro("new", "one", "-n", cwd=tmp_path)
    maestro("new", "other", "-n", "--no-git", cwd=tmp_path)

    assert (tmp_path / "one" / ".git").is_dir()
    assert not (tmp_path / "other" / ".git").exists()


def test_new_makes_no_repository_within_another(maestro, tmp_path):
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)

    maestro("new", "orders", "-n", cwd=tmp_path)

    assert not (tmp_path / "orders" / ".git").exists()


def test_a_folder_that_holds_something_is_left_as_it_is(maestro, tmp_path):
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders" / "precious.txt").write_text("mine")

    result = maestro("new", "orders", "-t", "hello", cwd=tmp_path)

    assert result.code == 1
    assert "orders is there already" in result.err
    assert contents(tmp_path) == {"orders", "orders/precious.txt"}
    assert (tmp_path / "orders" / "precious.txt").read_text() == "mine"


def test_an_empty_folder_is_filled(maestro, tmp_path):
    (tmp_path / "orders").mkdir()

    assert maestro("new", "orders", "-t", "hello", cwd=tmp_path).code == 0
    assert (tmp_path / "orders" / "definition.asl.json").is_file()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["orders", "-t", "helo"], 1, "did you mean 'hello'?"),
        (["a\nb", "-n"], 1, "cannot be the name of a folder"),
        (["orders", "-t", "fan-out", "--language", "node"], 1, "it is in python"),
        (["file/orders", "-n"], 1, "cannot be made"),
        (["-n"], 2, "maestro new NAME"),
        (["orders"], 2, f"-t NAME ({', '.join(SHIPPED)}), or -n"),
    ],
)
def test_what_cannot_be_made_leaves_nothing_behind(maestro, tmp_path, words, code, said):
    (tmp_path / "file").write_text("")

    result = maestro("new", *words, cwd=tmp_path)

    assert result.code == code
    assert said in result.err
    assert contents(tmp_path) == {"file"}


def test_a_template_that_cannot_be_copied_leaves_nothing_behind(maestro, tmp_path, home):
    template = home / ".maestro" / "templates" / "broken"
    template.mkdir(parents=True)
    (template / "definition.asl.json").write_text("{}")
    (template / "link").symlink_to("nowhere")

    result = maestro("new", "orders", "-t", "broken", cwd=tmp_path, HOME=str(home))

    assert result.code == 1
    assert "is a link, which no template may hold" in result.err
    assert contents(tmp_path) == set()


def test_a_users_own_template_goes_before_the_one_that_ships(maestro, tmp_path, home):
    template = home / ".maestro" / "templates" / "hello"
    template.mkdir(parents=True)
    (template / "definition.asl.json").write_text("{}")
    (template / "README.md").write_text("# Hello\n\nOurs.\n")

    listed = maestro("new", "--list", cwd=tmp_path, HOME=str(home)).out

    assert ["hello", "Ours."] in [line.split() for line in listed.splitlines()]


@pytest.mark.parametrize(
    ("answer", "states"),
    [
        ("", ["Start"]),
        (str(SHIPPED.index("hello") + 1), ["Greet", "Finish"]),
        ("helloWorld", ["Greet", "Finish"]),
        ("none of them", ["Start"]),
    ],
)
def test_at_a_terminal_new_lists_the_templates_and_asks(at_terminal, tmp_path, answer, states):
    terminal = at_terminal("new", "orders", "--no-git", cwd=tmp_path)
    terminal.expect(f"Template 1-{len(SHIPPED)}")
    terminal.type(f"{answer}\n")

    assert terminal.end() == 0
    for number, name in enumerate(SHIPPED, 1):
        assert f"[{number}] {name}" in terminal.shown
    definition = json.loads((tmp_path / "orders" / "definition.asl.json").read_text())
    assert list(definition["States"]) == states


def test_ctrl_c_at_the_question_makes_nothing(at_terminal, tmp_path):
    terminal = at_terminal("new", "orders", cwd=tmp_path)
    terminal.expect(f"Template 1-{len(SHIPPED)}")
    terminal.interrupt()

    assert terminal.end() == 130
    assert contents(tmp_path) == set()


# --- validate, compile, synth ------------------------------------------------------------------


def test_a_beginning_that_is_no_state_is_found_with_its_line(maestro, write, tmp_path):
    folder = write(
        tmp_path / "hello-world",
        {"Hello": {"Type": "Pass"}, "World": {"Type": "Pass"}},
        start="HelloFn",
    )

    result = maestro("validate", cwd=folder)

    assert result.code == 1
    assert "HelloFn" in result.out
    assert "--> definition.asl.json:2:" in result.out
    assert "1 error" in result.out.splitlines()[-1]


def test_what_is_wrong_is_not_deployed(maestro, aws, write, tmp_path):
    folder = write(tmp_path / "wrong", {"Hello": PASS}, start="Helo")

    result = maestro("deploy", "--local", cwd=folder)

    assert (result.code, result.out) == (1, "")
    assert "definition.asl.json:2" in result.err
    assert aws.left_of("wrong") == []


def test_validate_online_asks_step_functions(maestro, project):
    # What it says of a definition with mistakes is told in the tests of the adapter.
    folder = project("asked")
    result = maestro("validate", "--online", "--local", cwd=folder)
    assert (result.code, result.out) == (0, "no problems\n")


def test_validate_tells_everything_at_once(maestro, write, tmp_path):
    folder = write(
        tmp_path / "wrong",
        {"A": {"Type": "Task", "Resource": "${gret}"}, "B": PASS},
        start="C",
        settings="[workflow]\nlogging = 'ALL'\n",
        greet_py="def handle(event, context): ...\n",
    )

    result = maestro("validate", "--format", "json", cwd=folder)

    assert result.code == 1
    found = {(item["file"], item["line"]) for item in result.json["findings"]}
    assert found >= {
        ("definition.asl.json", 2),  # StartAt
        ("definition.asl.json", 6),  # ${gret}
        ("lambdas/greet.py", None),  # no handler
    }


def test_findings_name_files_as_seen_from_where_one_stands(maestro, write, tmp_path):
    folder = write(tmp_path / "wrong", {"Hello": PASS}, start="Helo")

    inside = maestro("validate", "--format", "github", cwd=folder / "lambdas")
    outside = maestro("validate", "--format", "github", "--project", "wrong", cwd=tmp_path)

    assert inside.out.startswith("::error file=../definition.asl.json,line=2,")
    assert outside.out.startswith("::error file=wrong/definition.asl.json,line=2,")


def test_a_definition_can_be_looked_at_by_itself(maestro, tmp_path):
    (tmp_path / "machine.json").write_text('{"StartAt": "A", "States": {"A": {"Type": "Pass"}}}')

    result = maestro("validate", "machine.json", cwd=tmp_path)

    assert result.code == 1
    assert "machine.json:1" in result.out


def test_where_there_is_no_project_it_says_so(maestro, tmp_path):
    result = maestro("validate", cwd=tmp_path)

    assert result.code == 1
    assert "there is no definition.asl.json" in result.out


def test_compile_prints_the_definition_as_it_will_be_deployed(maestro, project):
    result = maestro("compile", cwd=project("orders"))

    resource = result.json["States"]["Greet"]["Resource"]
    assert result.code == 0
    assert re.fullmatch(r"\$\{\w+\}", resource)


def test_synth_prints_the_template_and_writes_the_assembly(maestro, project):
    folder = project("orders")

    result = maestro("synth", cwd=folder)

    assert result.code == 0
    written = json.loads((folder / "cdk.out" / "orders.template.json").read_text())
    assert yaml.safe_load(result.out) == written
    assert written["Resources"]["GreetFunction"]["Properties"]["FunctionName"] == "orders_greet"
    assert (folder / "cdk.out" / "manifest.json").is_file()


def test_synth_gives_the_same_each_time(maestro, project, tmp_path):
    folder = project("orders")

    first = maestro("synth", "--format", "json", "-o", tmp_path / "first", cwd=folder)
    again = maestro("synth", "--format", "json", "-o", tmp_path / "again", cwd=folder)

    assert first.out == again.out
    files = contents(tmp_path / "first")
    assert files == contents(tmp_path / "again")
    for name in files:
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_synth_can_be_quiet(maestro, project):
    folder = project("orders")

    result = maestro("synth", "-q", cwd=folder)

    assert (result.code, result.out, result.err) == (0, "", "")
    assert (folder / "cdk.out" / "manifest.json").is_file()


def test_synth_does_not_write_among_other_things(maestro, project):
    folder = project("orders")

    result = maestro("synth", "-o", "lambdas", cwd=folder)

    assert (result.code, result.out) == (2, "")
    assert contents(folder / "lambdas") == {"greet.py"}


def test_a_reader_that_has_enough_is_no_error(maestro, project):
    read, write = os.pipe()
    os.close(read)  # as `head` does when it has its lines
    process = maestro.start(
        "synth", "-o", "out", cwd=project("orders"), stdout=write, stderr=subprocess.PIPE
    )
    os.close(write)

    assert (process.communicate(timeout=60)[1], process.returncode) == ("", 0)


# --- deploy ------------------------------------------------------------------------------------


def test_a_second_deployment_has_nothing_to_do(maestro, deployed):
    folder = deployed("orders")

    result = maestro("deploy", "--local", cwd=folder)

    assert result.code == 0
    assert "nothing to do" in result.err
    assert result.resources == set()
    assert maestro("deploy", "--local", "--output", "json", cwd=folder).json["changed"] is False


def test_the_first_deployment_creates_what_the_folder_says(maestro, project, aws):
    folder = project("orders")

    result = maestro("deploy", "--local", "--output", "json", cwd=folder)

    assert result.code == 0
    assert result.json["stack"] == "orders"
    assert result.json["changed"] is True
    assert result.json["outputs"]["StateMachineArn"].endswith(":stateMachine:orders")
    assert result.resources == {
        *("GreetFunction", "GreetFunctionRole", "GreetFunctionLogs"),
        *("StateMachine", "StateMachineRole", "StateMachinePolicy", "StateMachineLogs"),
    }
    names = aws.left_of("orders")
    assert {"orders", "orders_greet", "/maestro/orders/greet"} <= set(names)
    for part in ("GreetFunctionRole", ":stateMachine:", "/aws/vendedlogs/states/", ".zip"):
        assert any(part in name for name in names), part
    assert maestro("teardown", "--local", "-f", cwd=folder).code == 0


def test_a_changed_function_is_all_that_is_updated(maestro, deployed, aws):
    folder = deployed("orders", other_py=GREET)
    before = aws.revisions("orders", "greet", "other")
    (folder / "lambdas" / "greet.py").write_text(GREET.replace("hello", "good day"))

    result = maestro("deploy", "--local", cwd=folder)

    assert result.code == 0
    assert changed(before, aws.revisions("orders", "greet", "other")) == {"greet"}
    assert maestro("run", "--local", cwd=folder).json == "good day"


@pytest.mark.slow
def test_a_changed_definition_is_all_that_is_updated(maestro, deployed, aws):
    folder = deployed("orders", {"Answer": {**PASS, "Result": 41}, "Greet": TASK})
    assert maestro("run", "--local", cwd=folder).path == ["Answer", "Greet"]
    definition = folder / "definition.asl.json"
    value = json.loads(definition.read_text())
    value["States"]["Greet"] = {**TASK, "Next": "Last"}
    value["States"]["Last"] = {"Type": "Pass", "Result": 42, "End": True}
    definition.write_text(json.dumps(value))

    before = aws.revisions("orders", "greet")

    result = maestro("deploy", "--local", cwd=folder)

    assert result.code == 0
    assert changed(before, aws.revisions("orders", "greet")) == {"orders"}
    run = maestro("run", "--local", cwd=folder)
    assert (run.path, run.json) == (["Answer", "Greet", "Last"], 42)


@pytest.mark.slow
def test_a_deployment_goes_on_when_nobody_reads_along(maestro, project, aws):
    folder = project("orders")
    read, write = os.pipe()
    os.close(read)
    process = maestro.start("deploy", "--local", cwd=folder, stdout=write, stderr=write)
    os.close(write)

    assert process.wait(60) == 0
    assert "orders_greet" in aws.left_of("orders")
    assert maestro("teardown", "--local", "-f", cwd=folder).code == 0


@pytest.mark.slow
def test_a_terminal_is_left_as_it_was(deployed, at_terminal):
    folder = deployed("orders")
    terminal = at_terminal("deploy", "--local", cwd=folder, NO_COLOR="", TERM="xterm")

    assert terminal.end() == 0
    assert "nothing to do" in terminal.shown
    assert terminal.shown.rfind("\x1b[?25h") > terminal.shown.rfind("\x1b[?25l") >= 0  # the cursor


@pytest.mark.slow
def test_a_function_that_goes_is_deleted(maestro, deployed, aws):
    folder = deployed("orders", extra_py=GREET)
    (folder / "lambdas" / "extra.py").unlink()

    assert maestro("deploy", "--local", cwd=folder).code == 0

    left = aws.left_of("orders")
    assert "orders_greet" in left
    assert "orders_extra" not in left


@pytest.mark.slow
def test_stages_stand_beside_each_other(maestro, deployed, aws):
    folder = deployed(
        "orders",
        settings="[stages.dev.functions.greet]\nenvironment = { WORD = 'dev' }\n",
        greet_py="import os\ndef handler(event, context):\n    return os.environ.get('WORD')\n",
    )

    result = maestro("deploy", "--local", "--stage", "dev", "--output", "json", cwd=folder)

    assert result.json["stack"] == "orders-dev"
    assert maestro("run", "--local", "--stage", "dev", cwd=folder).json == "dev"
    assert maestro("run", "--local", cwd=folder).out == "null\n"
    torn = maestro("teardown", "--local", "--stage", "dev", "-f", cwd=folder)
    assert torn.code == 0
    assert aws.left_of("orders-dev") == []
    assert "orders_greet" in aws.left_of("orders")


def test_a_stack_of_another_tool_is_left_alone(maestro, project, aws):
    cloudformation = aws.client("cloudformation")
    topic = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    cloudformation.create_stack(StackName="orders", TemplateBody=json.dumps(topic))
    folder = project("orders")

    deploy = maestro("deploy", "--local", cwd=folder)
    teardown = maestro("teardown", "--local", "-f", cwd=folder)

    template = cloudformation.get_template(StackName="orders")["TemplateBody"]
    cloudformation.delete_stack(StackName="orders")
    for result in (deploy, teardown):
        assert (result.code, result.out) == (1, "")
        assert "there is a stack orders that maestro did not make" in result.err
    assert json.loads(template) == topic if isinstance(template, str) else template == topic


@pytest.mark.slow
def test_a_stack_of_another_project_is_left_alone(maestro, deployed, project, aws):
    deployed("orders", settings="[workflow]\nname = 'orders-dev'\n")
    other = project("other", settings="[workflow]\nname = 'orders'\n")

    for command in (["deploy"], ["teardown", "-f"]):
        result = maestro(*command, "--local", "--stage", "dev", cwd=other)
        assert result.code == 1
        assert "belongs to the project orders-dev, not to the project orders" in result.err

    assert "orders-dev_greet" in aws.left_of("orders-dev")


# --- what can be wrong with AWS ----------------------------------------------------------------


@pytest.mark.parametrize("command", [["deploy"], ["run"], ["teardown", "-f"]])
def test_without_credentials_it_says_so_and_asks_nobody(maestro, project, tmp_path, command):
    """Any request would fail at a proxy that is not there, and be told in other words."""
    proxy = "http://127.0.0.1:9"
    result = maestro(
        *(*command, "--region", "eu-west-1"),
        cwd=project("orders"),
        HOME=str(tmp_path),
        HTTPS_PROXY=proxy,
        HTTP_PROXY=proxy,
    )

    assert (result.code, result.out) == (1, "")
    assert "credentials" in result.err
    assert "--local" in result.err or "aws " in result.err


def test_without_a_region_it_says_how_to_name_one(maestro, project, tmp_path):
    result = maestro(
        "deploy",
        cwd=project("orders"),
        HOME=str(tmp_path),
        AWS_ACCESS_KEY_ID="key",
        AWS_SECRET_ACCESS_KEY="secret",
    )

    assert (result.code, result.out) == (1, "")
    assert "region" in result.err
    assert "--region" in result.err


def test_an_endpoint_where_nobody_answers_is_named(maestro, project):
    with socket.socket() as held:  # bound, so that nobody else listens there meanwhile
        held.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{held.getsockname()[1]}"

        result = maestro(
            *("deploy", "--region", "us-east-1", "--output", "json"),
            cwd=project("orders"),
            AWS_ENDPOINT_URL=endpoint,
            AWS_ACCESS_KEY_ID="test",
            AWS_SECRET_ACCESS_KEY="test",
        )

    assert result.code == 1
    assert endpoint in result.json["error"]["message"]
    assert endpoint in result.err


@pytest.mark.slow
def test_an_endpoint_of_ones_own_is_used(maestro, deployed, local_aws):
    folder = deployed("orders")

    result = maestro(
        *("run", "--region", "us-east-1"),
        cwd=folder,
        AWS_ENDPOINT_URL=local_aws.endpoint,
        AWS_ACCESS_KEY_ID="test",
        AWS_SECRET_ACCESS_KEY="test",
    )

    assert (result.code, result.json) == (0, "hello")


# --- run ---------------------------------------------------------------------------------------


def test_what_is_not_deployed_cannot_be_run(maestro, project, local_aws):
    result = maestro("run", "--local", cwd=project("orders"))

    assert (result.code, result.out) == (1, "")
    assert "orders is not deployed here" in result.err
    assert "`maestro deploy --local`" in result.err


def test_ctrl_c_leaves_the_execution_running_and_says_so(maestro, deployed, aws):
    folder = deployed("orders", {"Ask": CALLBACK})
    process = maestro.start(
        "run", "--local", cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    said = ""
    while "→ Ask" not in said:
        line = process.stderr.readline()
        assert line, said
        said += line
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)

    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err
    (arn,) = re.findall(r"the execution goes on: (\S+)", err)
    found = aws.client("stepfunctions").describe_execution(executionArn=arn)
    assert found["status"] == "RUNNING"
    torn = maestro("teardown", "--local", "-f", cwd=folder)
    assert "stopped 1 running execution" in torn.err


def test_one_need_not_wait_for_ever(maestro, deployed):
    folder = deployed("orders", {"Ask": CALLBACK})

    result = maestro("run", "--local", "--timeout", "0", cwd=folder)

    assert (result.code, result.out) == (1, "")
    assert "has not ended within 0 s; it goes on" in result.err


# --- teardown ----------------------------------------------------------------------------------


def test_teardown_leaves_nothing_and_a_second_has_nothing_to_do(maestro, deployed, aws):
    folder = deployed("orders")
    assert maestro("run", "--local", cwd=folder).code == 0

    first = maestro("teardown", "--local", "-f", "--output", "json", cwd=folder)
    left = aws.left_of("orders")
    second = maestro("teardown", "--local", "-f", cwd=folder)

    assert (first.code, first.json["left"], left) == (0, [], [])
    assert (second.code, second.out) == (0, "")
    assert "nothing to do" in second.err


@pytest.mark.slow
def test_what_is_deployed_runs_and_goes_though_the_folder_is_broken_by_now(maestro, deployed, aws):
    folder = deployed("wreck")
    (folder / "definition.asl.json").write_text("{ not any more")
    assert maestro("deploy", "--local", cwd=folder).code == 1
    assert maestro("run", "--local", cwd=folder).code == 0
    assert maestro("teardown", "--local", "-f", cwd=folder).code == 0
    assert aws.left_of("wreck") == []


@pytest.mark.slow
def test_teardown_touches_no_other_project(maestro, deployed, aws):
    deployed("orders-extra")
    folder = deployed("orders")

    assert maestro("teardown", "--local", "-f", cwd=folder).code == 0

    assert "orders-extra_greet" in aws.left_of("orders-extra")
    assert any(item.startswith("maestro-assets-") for item in aws.left_of("orders-extra"))


def test_teardown_without_a_terminal_wants_a_yes_and_deletes_nothing(maestro, deployed, aws):
    folder = deployed("orders")
    before = aws.left_of("orders")

    result = maestro("teardown", "--local", cwd=folder)

    assert (result.code, result.out) == (2, "")
    assert "add -f" in result.err
    assert aws.left_of("orders") == before


@pytest.mark.parametrize(("answer", "code", "deleted"), [("n", 1, False), ("y", 0, True)])
def test_at_a_terminal_teardown_shows_what_it_deletes_and_asks(
    deployed, at_terminal, aws, answer, code, deleted
):
    folder = deployed("orders")
    terminal = at_terminal("teardown", "--local", cwd=folder)
    terminal.expect("Delete orders?")
    terminal.type(f"{answer}\n")

    assert terminal.end() == code
    assert "orders_greet" in terminal.shown.partition("Delete orders?")[0]
    assert (aws.left_of("orders") == []) is deleted


# --- JSON --------------------------------------------------------------------------------------


def test_an_error_is_one_json_document_too(maestro, write, tmp_path):
    folder = write(tmp_path / "wrong", {"Hello": PASS}, start="Helo")

    result = maestro("deploy", "--local", "--output", "json", cwd=folder)

    assert result.code == 1
    assert "Helo" in result.json["error"]["message"]
    assert result.json["error"]["findings"][0]["line"] == 2


@pytest.mark.parametrize("command", ["deploy", "run", "teardown"])
def test_settings_that_cannot_be_read_are_one_json_document(maestro, write, tmp_path, command):
    folder = write(tmp_path / "wrong", {"Hello": PASS})
    (folder / "maestro.toml").write_text("[workflow]\nname = \n")

    result = maestro(command, "--local", "--output", "json", cwd=folder)

    assert result.code == 1
    assert result.json["error"]["findings"][0]["line"] == 2
