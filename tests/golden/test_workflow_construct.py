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
    def make(name, settings="", state=None):
        root = tmp_path / name
        (root / "lambdas").mkdir(parents=True)
        (root / "lambdas" / "manager.py").write_text(PYTHON)
        task = state or {"Type": "Task", "Resource": "${manager}", "End": True}
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
    (root / "lambdas" / "manager.py").rename(root / "lambdas" / "a manager.py")
    with pytest.raises(ProjectError):
        Workflow(app.stack, "One", root)


def test_an_app_can_give_substitutions(folder, app):
    from aws_cdk import aws_sqs as sqs  # noqa: PLC0415

    from maestro_cdk import Workflow  # noqa: PLC0415

    root = folder("orders", state={"Type": "Task", "Resource": "${Worker}", "End": True})
    workflow = Workflow(app.stack, "One", root)
    queue = sqs.Queue(app.stack, "Queue")
    workflow.substitute("Worker", queue.queue_arn)
    resources = app.resources()
    (machine,) = of_type(resources, "AWS::StepFunctions::StateMachine").values()
    arn = {"Fn::GetAtt": [next(iter(of_type(resources, "AWS::SQS::Queue"))), "Arn"]}
    assert machine["Properties"]["DefinitionSubstitutions"] == {"Worker": arn}
    (policy,) = of_type(resources, "AWS::IAM::Policy").values()
    (statement,) = [
        each
        for each in policy["Properties"]["PolicyDocument"]["Statement"]
        if each["Action"] == "lambda:InvokeFunction"
    ]
    assert statement["Resource"][0] == arn


def test_what_an_app_does_not_give_is_an_error_when_it_is_synthesized(folder, app):
    from maestro_cdk import Workflow  # noqa: PLC0415

    root = folder("orders", state={"Type": "Task", "Resource": "${Worker}", "End": True})
    Workflow(app.stack, "One", root)
    with pytest.raises(
        RuntimeError, match=r"definition\.asl\.json:1:\d+: \$\{Worker\} names nothing"
    ):
        app.resources()


INFRA = """
from aws_cdk.aws_sqs import Queue
from names import QUEUE

def extend(workflow):
    queue = Queue(workflow, QUEUE)
    queue.grant_send_messages(workflow.functions["manager"])
    workflow.substitute(QUEUE, queue.queue_url)
"""


def test_the_infra_of_each_of_two_folders_is_its_own(folder, app):
    from maestro_cdk import Workflow  # noqa: PLC0415

    for name in ("orders", "returns"):
        state = {"Type": "Pass", "Result": f"${{{name.title()}Queue}}", "End": True}
        root = folder(name, state=state)
        (root / "infra.py").write_text(INFRA)
        (root / "names.py").write_text(f"QUEUE = '{name.title()}Queue'\n")
        Workflow(app.stack, name.title(), root)
    resources = app.resources()
    queues = sorted(of_type(resources, "AWS::SQS::Queue"))
    assert [key[:-8] for key in queues] == ["OrdersOrdersQueue", "ReturnsReturnsQueue"]
    for machine in of_type(resources, "AWS::StepFunctions::StateMachine").values():
        (value,) = machine["Properties"]["DefinitionSubstitutions"].values()
        assert value["Ref"] in queues


def test_an_error_in_infra_is_one_of_the_project_in_an_app_too(folder, app):
    from maestro_cdk import Workflow  # noqa: PLC0415

    root = folder("orders")
    (root / "infra.py").write_text("def extend(workflow):\n    1 / 0\n")
    with pytest.raises(ProjectError) as caught:
        Workflow(app.stack, "One", root)
    assert caught.value.message == "ZeroDivisionError: division by zero"
    assert str(caught.value.where) == "infra.py:2:5"
