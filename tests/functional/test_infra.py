"""Code of the user's that adds to the stack: what is shown where it goes wrong."""

import json
import sys
from textwrap import dedent

import pytest

PUT = {
    "StartAt": "Put",
    "States": {
        "Put": {
            "Type": "Task",
            "Resource": "arn:aws:states:::dynamodb:putItem",
            "Parameters": {"TableName": "${OrdersTable}", "Item": {"id": {"S": "1"}}},
            "End": True,
        }
    },
}
TABLE = """
    from aws_cdk import RemovalPolicy, aws_dynamodb as dynamodb

    def orders(scope):
        key = dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
        return dynamodb.Table(
            scope, "Orders", partition_key=key, removal_policy=RemovalPolicy.DESTROY
        )
"""
INFRA = """
    from tables import orders

    def extend(workflow):
        table = orders(workflow)
        workflow.substitute("OrdersTable", table.table_name)
"""


@pytest.fixture
def infra(project, folder):
    """A project that puts an item into a table, with this infra.py and modules beside it."""

    def write(text, definition=PUT, **modules):
        project(definition)
        for name, content in {"infra": text, **modules}.items():
            (folder / f"{name}.py").write_text(dedent(content).lstrip())
        return folder

    return write


@pytest.fixture
def failure(maestro):
    """What `synth` says of a project that it cannot make: exit code 1, and no report of a bug."""

    def failed(*words):
        result = maestro("synth", *words)
        assert (result.code, result.out) == (1, "")
        assert "a bug" not in result.err
        assert "Traceback" not in result.err
        return result.err

    return failed


def test_what_infra_adds_is_in_the_template_and_its_name_in_the_definition(maestro, infra):
    infra(INFRA, tables=TABLE)
    result = maestro("synth", "--format", "json")
    assert (result.code, result.err) == (0, "")
    resources = result.json["Resources"]
    (table,) = [key for key, each in resources.items() if each["Type"] == "AWS::DynamoDB::Table"]
    assert table.startswith("Orders")
    machine = resources["StateMachine"]["Properties"]
    assert machine["DefinitionSubstitutions"] == {"OrdersTable": {"Ref": table}}
    assert "${OrdersTable}" in machine["DefinitionString"]


def test_nothing_is_left_of_it_in_this_process_nor_in_the_folder(
    maestro, infra, folder, monkeypatch
):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    infra(INFRA, tables=TABLE)
    path, modules = list(sys.path), set(sys.modules)
    assert maestro("synth", "-q").code == 0
    assert sys.path == path
    assert not {"infra", "tables"} & (set(sys.modules) - modules)
    assert not sys.dont_write_bytecode
    assert not list(folder.rglob("__pycache__"))


def test_what_it_prints_is_no_result(maestro, infra):
    infra(INFRA.replace("table =", 'print("hello")\n        table ='), tables=TABLE)
    result = maestro("synth", "--format", "json")
    assert result.json["Resources"]
    assert result.err == "hello\n"


def test_validate_knows_its_substitutions_and_does_not_run_it(maestro, infra):
    infra(f"raise SystemExit\n{dedent(INFRA)}", tables=TABLE)
    assert maestro("validate").out == "no problems\n"


def test_a_misspelt_substitution_is_found_before_it_runs(maestro, infra):
    infra(INFRA.replace("OrdersTable", "OrderTable"), tables=TABLE)
    result = maestro("validate", "--format", "json")
    found = [(each["rule"], each["severity"], each["file"]) for each in result.json["findings"]]
    assert found == [
        ("unknown-substitution", "warning", "definition.asl.json"),
        ("unused-substitution", "info", "infra.py"),
    ]
    assert "did you mean 'OrderTable'?" in result.json["findings"][0]["hint"]


def test_a_computed_name_is_known_only_when_it_runs(maestro, infra):
    infra(INFRA.replace('"OrdersTable"', '"Orders" + "Table"'), tables=TABLE)
    result = maestro("validate", "--format", "json")
    assert [each["severity"] for each in result.json["findings"]] == ["info"]
    assert maestro("synth", "--format", "json").json["Resources"]["StateMachine"]["Properties"][
        "DefinitionSubstitutions"
    ]


TASK = {"Type": "Task", "Resource": "${Worker}", "End": True}


def test_a_computed_name_that_is_not_given_is_an_error_then(failure, infra):
    infra(
        """
        def extend(workflow):
            workflow.substitute("".join(["Wor", "kers"]), "x")
        """,
        {"StartAt": "Do", "States": {"Do": TASK}},
    )
    assert failure() == dedent(
        """\
        error: ${Worker} names nothing: nobody gave it a value [unknown-substitution]
          --> definition.asl.json:6:19
          |
        6 |       "Resource": "${Worker}",
          |                   ^
          = did you mean 'Workers'? `workflow.substitute('Worker', ...)` gives it one
        """
    )


def test_a_name_that_is_given_on_one_way_only_is_an_error_on_the_other(failure, infra):
    infra(
        """
        def extend(workflow):
            if workflow.project.settings.stage == "prod":
                workflow.substitute("Worker", "x")
        """,
        {"StartAt": "Do", "States": {"Do": TASK}},
    )
    assert "${Worker} names nothing" in failure()


# --- what goes wrong -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "said", "place"),
    [
        ("{}['ORDERS']", "KeyError: 'ORDERS'", "infra.py:4:5"),
        ("raise ValueError", "ValueError()", "infra.py:4:5"),
        ("raise RuntimeError('no luck')", "RuntimeError: no luck", "infra.py:4:5"),
        ("raise BaseException('why')", "BaseException: why", "infra.py:4:5"),
        ("import sys; sys.exit(3)", "sys.exit(3)", "infra.py:4:17"),
        ("import nosuch", "No module named 'nosuch'", "infra.py:4:5"),
        ("extend(workflow)", "RecursionError", "infra.py:4:5"),
        ("exec('1 +')", "SyntaxError: invalid syntax", "infra.py:4:5"),
        ("workflow.substitute('a b', 'x')", "letters, digits and underscores", "infra.py:4:5"),
        ("workflow.substitute('f' + '', 'x')", "is the function f already", "infra.py:4:5"),
        ("workflow.substitute('X', 5)", "is to be a text, not 5", "infra.py:4:5"),
        ("for _ in 'ab': workflow.substitute('X', 'x')", "a second time", "infra.py:4:20"),
        ("aws_sqs.Queue(workflow, 'Q', fifo='yes')", "TypeError: type of", "infra.py:4:5"),
        ("[aws_sqs.Queue(workflow, 'Q') for _ in 'ab']", "CDK: There is already", "infra.py:4:6"),
        (
            "aws_dynamodb.Table(workflow, 'T')",
            "CDK: partitionKey is required for Table",
            "infra.py:4:5",
        ),
        (
            "aws_ec2.Vpc.from_lookup(workflow, 'V', is_default=True)",
            "nothing can be looked up in one",
            "infra.py:4:5",
        ),
        (
            "aws_sqs.CfnQueue(workflow, 'Q').add_dependency(aws_sqs.CfnQueue(Stack(App()), 'P'))",
            "CDK: ",
            "infra.py",
        ),
    ],
)
def test_an_error_is_shown_with_its_line(failure, infra, folder, body, said, place):
    infra(
        f"""
        from aws_cdk import App, Stack, aws_dynamodb, aws_ec2, aws_sqs

        def extend(workflow):
            {body}
        """,
        {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}},
    )
    (folder / "lambdas").mkdir()
    (folder / "lambdas" / "f.py").write_text("def handler(event, context): ...\n")
    told = failure()
    assert said in told
    assert f"--> {place}" in told


def test_the_way_to_an_error_is_told(failure, infra):
    infra(INFRA, tables=TABLE.replace("dynamodb.Attribute(", "dynamodb.Atribute("))
    assert failure() == dedent(
        """\
        error: AttributeError: module 'aws_cdk.aws_dynamodb' has no attribute 'Atribute' [infra]
          --> tables.py:4:11
          |
        4 |     key = dynamodb.Atribute(name="id", type=dynamodb.AttributeType.STRING)
          |           ^
          = on the way infra.py:4
        """
    )


def test_a_module_that_is_missing_is_one_to_install(failure, infra):
    infra("import nosuch\n\ndef extend(workflow): ...\n")
    told = failure()
    assert "ModuleNotFoundError: No module named 'nosuch'" in told
    assert "infra.py:1:1" in told
    assert f"{sys.executable} -m pip install" in told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def extend(workflow) ...\n", "infra.py:1:22"),
        ("x = 1\n", "infra.py has no function extend"),
        ("def extend(): ...\n", "extend does not take one argument"),
        ("def extend(a, b): ...\n", "extend does not take one argument"),
        ("def extend(a, *, b): ...\n", "extend does not take one argument"),
        ("async def extend(a): ...\n", "extend is async"),
        ("import broken\ndef extend(a): ...\n", "broken.py:1:7"),
        ("def extend(a): ...\n\0", "null bytes"),
    ],
)
def test_what_shows_without_running_it_validate_tells(maestro, infra, text, said):
    infra(text, {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}, broken="a = b c")
    result = maestro("validate")
    assert result.code == 1
    assert said in result.out


@pytest.mark.parametrize(
    "text", ["extend = 5", "extend = lambda: 1", "from typing import *", "def f(): extend = 1"]
)
def test_what_shows_only_when_it_is_called_synth_tells(maestro, failure, infra, text):
    infra(text, {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
    assert maestro("validate").code == 0
    assert "def extend(workflow): ... is what maestro calls" in failure()


def test_an_error_names_its_file_as_seen_from_here(maestro, infra, folder, monkeypatch):
    infra(INFRA.replace("table =", "1 / 0\n        table ="), tables=TABLE)
    (folder / "deep").mkdir()
    monkeypatch.chdir(folder / "deep")
    assert "--> ../infra.py:4:5" in maestro("synth", "--project", "..").err


def test_an_error_is_a_value_where_json_is_wanted(maestro, infra):
    infra(INFRA.replace("table =", "1 / 0\n        table ="), tables=TABLE)
    result = maestro("validate", "--strict", "--format", "json")
    assert (result.code, result.out) == (1, "")
    assert "ZeroDivisionError: division by zero" in result.err


# --- what is more than one stack -------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Bucket(Stack(workflow, 'Other'), 'B')", "one stack, and flowOther"),
        ("Bucket(Stack(workflow.node.root, 'other'), 'B')", "one stack, and other would be"),
        ("Bucket(Stack(Stage(workflow, 'S'), 'other'), 'B')", "would hold others"),
        ("Bucket(NestedStack(workflow, 'N'), 'B')", "would be one nested in it"),
        ("DockerImageAsset(workflow, 'I', directory=IMAGE)", "no Docker images"),
    ],
)
def test_more_than_one_stack_is_refused_with_what_to_do(failure, infra, folder, body, said):
    infra(
        f"""
        from pathlib import Path
        from aws_cdk import NestedStack, Stack, Stage
        from aws_cdk.aws_ecr_assets import DockerImageAsset
        from aws_cdk.aws_s3 import Bucket

        IMAGE = str(Path(__file__).parent / "image")

        def extend(workflow):
            {body}
        """,
        {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}},
    )
    (folder / "image").mkdir()
    (folder / "image" / "Dockerfile").write_text("FROM scratch\n")
    told = failure()
    assert said in told
    assert "--> infra.py" in told
    assert "CDK CLI" in told or "cdk deploy" in told


# --- what is made of it ----------------------------------------------------------------------


def test_it_is_run_each_time(maestro, infra, folder):
    infra(
        """
        import os
        from pathlib import Path
        from aws_cdk import Tags

        def extend(workflow):
            Tags.of(workflow).add("text", (Path(__file__).parent / "text.txt").read_text())
        """,
        {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}},
    )
    for text in ("one", "two"):
        (folder / "text.txt").write_text(text)
        tags = maestro("synth", "--format", "json").json["Resources"]["StateMachine"]
        assert {"Key": "text", "Value": text} in tags["Properties"]["Tags"]


def test_folders_among_its_assets_are_zipped_for_the_bucket(maestro, infra, folder):
    infra(
        """
        from aws_cdk import RemovalPolicy
        from aws_cdk.aws_s3 import Bucket

        def extend(workflow):
            Bucket(
                workflow, "Data", removal_policy=RemovalPolicy.DESTROY, auto_delete_objects=True
            )
        """,
        {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}},
    )
    for _ in range(2):  # the second time, all of it is there already
        template = maestro("synth", "--format", "json").json
        code = [
            each["Properties"]["Code"]["S3Key"]
            for each in template["Resources"].values()
            if each["Type"] == "AWS::Lambda::Function"
        ]
        (archive,) = (folder / "cdk.out" / ".cache").iterdir()
        assert code == [f"flow/{archive.name}"]


def test_a_function_that_cdk_adds_logs_to_a_group_of_the_stack(maestro, infra):
    infra(
        """
        from aws_cdk.aws_lambda import Code, Function, Runtime

        def extend(workflow):
            code = Code.from_inline("def handler(event, context): ...")
            Function(workflow, "Own", runtime=Runtime.PYTHON_3_13, handler="index.f", code=code)
        """,
        {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}},
    )
    resources = maestro("synth", "--format", "json").json["Resources"]
    (function,) = [each for each in resources.values() if each["Type"] == "AWS::Lambda::Function"]
    group = resources[function["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]]
    assert group["Type"] == "AWS::Logs::LogGroup"
    assert (group["DeletionPolicy"], group["Properties"]["RetentionInDays"]) == ("Delete", 14)


@pytest.mark.slow
def test_strict_points_to_infra_where_a_resource_is_its_own(maestro, infra):
    infra(
        """
        from aws_cdk.aws_sqs import CfnQueue

        def extend(workflow):
            CfnQueue(workflow, "Queue", delay_seconds=100000)
        """,
        {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}},
    )
    result = maestro("validate", "--strict", "--format", "json")
    found = {(each["file"], each["severity"]) for each in json.loads(result.out)["findings"]}
    assert ("infra.py", "error") in found


def test_a_function_that_infra_uses_is_not_left_over(maestro, infra, folder):
    infra(
        """
        def extend(workflow):
            workflow.functions["answer"].add_environment("A", "x")
        """,
        {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}},
    )
    (folder / "lambdas").mkdir()
    for name in ("answer", "other"):
        (folder / "lambdas" / f"{name}.py").write_text("def handler(event, context): ...\n")
    (finding,) = maestro("validate", "--format", "json").json["findings"]
    assert finding["rule"] == "unused-function"
    assert "'other'" in finding["message"]
