"""Workflows written in YAML and in Python, deployed and run as those in JSON are."""

import json

import pytest

pytestmark = pytest.mark.xdist_group("commands")

FUNCTIONS = {
    "price.py": "def handler(event, context):\n    return {'price': 7 * event['quantity']}\n",
    "approve.py": "def handler(event, context):\n    return event['price'] < 100\n",
    "mail.py": "def handler(event, context):\n    return f\"mail to {event['to']}\"\n",
    "stock.py": "def handler(event, context):\n    return event['sku'].upper()\n",
}

YAML = """\
# Prices an order; a person looks at what is dear.
Comment: Takes an order
QueryLanguage: JSONata
StartAt: Price
States:
  Price: &task
    Type: Task
    Resource: arn:aws:states:::lambda:invoke
    Arguments:
      FunctionName: price
      Payload: '{% $states.input %}'
    Retry: &retry
      - ErrorEquals: [States.TaskFailed]
        MaxAttempts: ${attempts}
    Assign:
      order: '{% $states.input %}'
      price: '{% $states.result.Payload.price %}'
    Next: Approve
  Approve:
    <<: *task
    Arguments:
      FunctionName: ${approve}
      Payload: {price: '{% $price %}'}
    Assign:
      approved: '{% $states.result.Payload %}'
    Next: Approved
  Approved:
    Type: Choice
    Choices:
      - Condition: '{% $approved %}'
        Next: Done
    Default: Refused
  Done:
    Type: Pass
    Output: >-
      {% {
        "price": $price,
        "answer": "yes"
      } %}
    End: true
  Refused:
    Type: Fail
    Error: Refused
    Cause: too dear
"""

PYTHON = '''\
from typing import TypedDict

from sfnx import TaskFailed, aws, inline_map, parallel, state_machine

RETRY = [{"ErrorEquals": [TaskFailed], "MaxAttempts": 2}]


class Item(TypedDict):
    sku: str


class Order(TypedDict):
    quantity: int
    to: str
    items: list[Item]


class Refused(Exception):
    pass


@state_machine(timeout=300)
def orders(order: Order):
    """Takes an order."""
    priced = aws.optimized.lambda_.invoke(FunctionName="price", Payload=order, retry=RETRY)
    price: float = priced["Payload"]["price"]
    approved = aws.optimized.lambda_.invoke(
        FunctionName="${approve}", Payload={"price": price}, retry=RETRY
    )
    if approved["Payload"] is not True:
        raise Refused("too dear")

    def log():
        return "priced"

    def take(item: Item):
        aws.optimized.lambda_.invoke(FunctionName="stock", Payload=item, retry=RETRY)

    def stock():
        inline_map(take, order["items"])

    parallel(log, stock)
    mailed = aws.optimized.lambda_.invoke(
        FunctionName="mail", Payload={"to": order["to"]}, retry=RETRY
    )
    return {"price": price, "mailed": mailed["Payload"]}
'''

ORDER = {"quantity": 2, "to": "Ada", "items": [{"sku": "a"}, {"sku": "b"}]}


@pytest.fixture
def deployed(maestro, tmp_path, aws):
    """Deploy a project of one definition and these functions; it is torn down after the test."""
    folders = []

    def deploy(name, file, text, *functions):
        folder = tmp_path / name
        (folder / "lambdas").mkdir(parents=True)
        (folder / file).write_text(text)
        (folder / "maestro.toml").write_text("[workflow.substitutions]\nattempts = 2\n")
        for function in functions:
            (folder / "lambdas" / function).write_text(FUNCTIONS[function])
        folders.append(folder)
        result = maestro("deploy", "--local", cwd=folder)
        assert result.code == 0, result.err
        return folder

    yield deploy
    for folder in folders:
        assert maestro("teardown", "--local", "-y", cwd=folder).code == 0
        assert aws.left_of(folder.name) == []


def definition_of(aws, name):
    """The definition that is deployed."""
    client = aws.client("stepfunctions")
    machines = client.list_state_machines()["stateMachines"]
    (arn,) = [item["stateMachineArn"] for item in machines if item["name"] == name]
    return json.loads(client.describe_state_machine(stateMachineArn=arn)["definition"])


@pytest.mark.slow
def test_a_workflow_in_yaml_runs(maestro, deployed, aws):
    folder = deployed("yaml", "definition.asl.yaml", YAML, "price.py", "approve.py")

    done = maestro("run", "--local", "-i", json.dumps(ORDER), cwd=folder)
    refused = maestro("run", "--local", "-i", '{"quantity": 20}', cwd=folder)

    assert (done.code, done.json) == (0, {"price": 14, "answer": "yes"})
    assert done.path == ["Price", "Approve", "Approved", "Done"]
    assert (refused.code, refused.out) == (1, "")
    assert "Refused: too dear" in refused.err
    price = definition_of(aws, "yaml")["States"]["Price"]
    assert price["Retry"] == [{"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 2}]


def test_a_workflow_in_python_runs(maestro, deployed, aws):
    folder = deployed("python", "workflow.py", PYTHON, *FUNCTIONS)

    done = maestro("run", "--local", "-i", json.dumps(ORDER), cwd=folder)
    refused = maestro("run", "--local", "-i", json.dumps({**ORDER, "quantity": 20}), cwd=folder)
    again = maestro("deploy", "--local", cwd=folder)

    assert (done.code, done.json) == (0, {"price": 14, "mailed": "mail to Ada"})
    inside = [name for name in done.path if "." in name]
    assert [name for name in done.path if name not in inside] == [
        *("priced", "approved", "if", "parallel", "mailed")
    ]
    assert {name.partition(".")[0] for name in inside} == {"log", "stock", "take"}
    assert (refused.code, refused.out) == (1, "")
    assert "Refused: too dear" in refused.err
    assert (again.code, "nothing" in again.err) == (0, True)
    assert "sfnx-source" not in json.dumps(definition_of(aws, "python"))


@pytest.mark.slow
def test_a_changed_workflow_in_python_is_all_that_is_updated(maestro, deployed, aws):
    folder = deployed("python", "workflow.py", PYTHON, *FUNCTIONS)
    before = aws.revisions("python", "price", "stock")

    (folder / "workflow.py").write_text(PYTHON.replace("too dear", "too much"))
    assert maestro("deploy", "--local", cwd=folder).code == 0

    after = aws.revisions("python", "price", "stock")
    assert {name for name in before if after[name] != before[name]} == {"python"}
    assert definition_of(aws, "python")["States"]["raise"]["Cause"] == "too much"
