"""Workflow by itself, in a CDK app of the user's."""

import json

import pytest

from maestro_cdk.errors import ProjectError
from maestro_cdk.stack import kernel

PYTHON = "def handler(event, context):\n    return event\n"


@pytest.fixture(scope="session", autouse=True)
def node():
    kernel.choose_node()


@pytest.fixture
def folder(tmp_path):
    def make(name, settings=""):
        root = tmp_path / name
        (root / "lambdas").mkdir(parents=True)
        (root / "lambdas" / "manager.py").write_text(PYTHON)
        task = {"Type": "Task", "Resource": "${manager}", "End": True}
        definition = {"StartAt": "Do", "States": {"Do": task}}
        (root / "definition.asl.json").write_text(json.dumps(definition))
        (root / "maestro.toml").write_text(settings)
        return root

    return make


@pytest.fixture
def app(tmp_path):
    """An app with a stack, and the template that it comes to."""
    import aws_cdk  # noqa: PLC0415 - once Node is chosen

    class Made:
        app = aws_cdk.App(
            outdir=str(tmp_path / "cdk.out"),
            analytics_reporting=False,
            builtin_cloud_formation_validation=False,
        )
        stack = aws_cdk.Stack(app, "Mine")

        def resources(self):
            self.app.synth()
            text = (tmp_path / "cdk.out" / "Mine.template.json").read_text("utf-8")
            return json.loads(text)["Resources"]

    return Made()


def of_type(resources, kind):
    return {key: value for key, value in resources.items() if value["Type"] == kind}


def test_two_workflows_stand_in_one_stack(folder, app):
    from maestro_cdk import Workflow  # noqa: PLC0415

    one = Workflow(app.stack, "One", folder("orders"))
    two = Workflow(app.stack, "Two", str(folder("returns")), stage="prod")
    assert one.project.name == "orders"
    assert two.project.name == "returns-prod"
    resources = app.resources()
    machines = of_type(resources, "AWS::StepFunctions::StateMachine").values()
    assert {machine["Properties"]["StateMachineName"] for machine in machines} == {
        "orders",
        "returns-prod",
    }
    functions = of_type(resources, "AWS::Lambda::Function").values()
    assert {function["Properties"]["FunctionName"] for function in functions} == {
        "orders_manager",
        "returns-prod_manager",
    }
    for machine in machines:
        (value,) = machine["Properties"]["DefinitionSubstitutions"].values()
        assert resources[value["Fn::GetAtt"][0]]["Type"] == "AWS::Lambda::Function"


def test_functions_can_be_given_permissions(folder, app):
    from aws_cdk import aws_sqs as sqs  # noqa: PLC0415

    from maestro_cdk import Workflow  # noqa: PLC0415

    workflow = Workflow(app.stack, "One", folder("orders"))
    queue = sqs.Queue(app.stack, "Queue")
    queue.grant_send_messages(workflow.functions["manager"])
    workflow.functions["manager"].add_environment("QUEUE", queue.queue_url)
    resources = app.resources()
    (function,) = of_type(resources, "AWS::Lambda::Function").values()
    assert "QUEUE" in function["Properties"]["Environment"]["Variables"]
    policies = of_type(resources, "AWS::IAM::Policy")
    granted = [key for key, value in policies.items() if "sqs:SendMessage" in json.dumps(value)]
    assert len(granted) == 1
    assert granted[0] in function["DependsOn"]


def test_a_workflow_that_logs_nothing_has_no_group(folder, app):
    from maestro_cdk import Workflow  # noqa: PLC0415

    workflow = Workflow(app.stack, "One", folder("orders", '[workflow]\nlogging = "OFF"'))
    assert workflow.log_group is None
    groups = of_type(app.resources(), "AWS::Logs::LogGroup").values()
    assert [group["Properties"]["LogGroupName"] for group in groups] == ["/maestro/orders/manager"]


def test_a_folder_with_problems_is_refused(folder, app):
    from maestro_cdk import Workflow  # noqa: PLC0415

    root = folder("orders")
    (root / "lambdas" / "manager.py").unlink()
    with pytest.raises(ProjectError):
        Workflow(app.stack, "One", root)
