"""A workflow in Python to its definition, as sfnx compiles it."""

import json

import pytest
from sfnx.compiler import compile_source

from maestro_cdk.asl import document
from maestro_cdk.asl.rules import Subject, registry
from maestro_cdk.errors import ProjectError
from maestro_cdk.project import python_document
from maestro_cdk.services.models import BotocoreModels

HEAD = "from sfnx import Timeout, aws, inline_map, parallel, state_machine, wait\n\n\n"
EVERYTHING = f'''\
{HEAD}
class Refused(Exception):
    pass


@state_machine(timeout=300)
def orders(input: dict):
    """Charges orders.

    sfnx-source: is what the compiler writes.
    """
    # What it costs.
    price: float = input["price"]
    # Somebody looks at it.
    if price > 100:
        answer = aws.optimized.lambda_.invoke(FunctionName="manager", Payload={{"price": price}})
        if answer["Payload"] != "yes":
            raise Refused("too much")

    def email():
        return aws.optimized.lambda_.invoke(FunctionName="mailer", Payload=input)["Payload"]

    def one(item):
        aws.optimized.lambda_.invoke(FunctionName="stock", Payload=item)
        return item

    def stock():
        return inline_map(one, input["items"])

    sent, taken = parallel(email, stock)
    try:
        aws.sdk.dynamodb.put_item(TableName="orders", Item={{"id": {{"S": input["id"]}}}})
    except Timeout:
        wait(10)
    return {{"sent": sent, "taken": taken}}
'''


def parse(text, file="workflow.py"):
    return python_document.parse(text.encode(), file=file)


def fault_of(content):
    with pytest.raises(ProjectError) as caught:
        python_document.parse(content, file="flows/any.py")
    (finding,) = caught.value.findings
    assert (finding.rule, finding.severity) == ("python-syntax", "error")
    assert finding.where.file == "flows/any.py"
    return finding


@pytest.fixture(scope="module")
def compiled():
    return parse(EVERYTHING)


# --- the definition --------------------------------------------------------------------------


def test_the_definition_is_what_sfnx_makes_of_the_module(compiled):
    (expected,) = compile_source(EVERYTHING).values()
    assert compiled.text == json.dumps(expected, indent=2, ensure_ascii=False) + "\n"
    assert compiled.value == expected


def test_it_is_the_same_each_time(compiled):
    assert parse(EVERYTHING).text == compiled.text


def test_the_rules_have_no_mistakes_to_find_in_it(compiled):
    findings = registry.check(Subject(document=compiled, services=BotocoreModels()))
    assert {(finding.rule, finding.severity) for finding in findings} == {
        ("lambda-retry", "warning")
    }


def test_comments_are_the_users(compiled):
    comments = {value for pointer, value in document.walk(compiled) if pointer[-1:] == ("Comment",)}
    assert comments == {
        "Charges orders.\n\nsfnx-source: is what the compiler writes.",
        "What it costs.",
        "What it costs.\nSomebody looks at it.",
    }


@pytest.mark.parametrize(
    "change",
    [
        lambda text: f"\ufeff{text}".encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: f"# -*- coding: latin-1 -*-\n{text}# é\n".encode("latin-1"),
    ],
    ids=["byte order mark", "CRLF", "another encoding"],
)
def test_how_the_module_is_written_does_not_matter(compiled, change):
    assert python_document.parse(change(EVERYTHING), file="").text == compiled.text


# --- places ----------------------------------------------------------------------------------


def test_every_value_is_found_in_what_made_it(compiled):
    lines = EVERYTHING.split("\n")

    def at(*pointer, key=False):
        where = compiled.where(pointer, key=key)
        assert where.file == "workflow.py"
        return lines[where.line - 1][where.column - 1 :]

    assert at().startswith("def orders(")
    assert at("StartAt").startswith("def orders(")
    for pointer, value in document.walk(compiled):
        if pointer[-1:] == ("FunctionName",):
            assert at(*pointer).startswith(f'"{value}"')
            assert at(*pointer, key=True).startswith("FunctionName=")
    states = compiled.value["States"]
    starts = {name: at("States", name) for name in states}
    assert starts["if"].startswith("if price")
    assert starts["answer"].startswith("answer = aws.")
    assert starts["raise"].startswith("raise Refused")
    assert starts["sent"].startswith("sent, taken = parallel(")
    assert starts["putItem orders"].startswith("aws.sdk.dynamodb.put_item(")
    assert starts["wait"].startswith("wait(10)")
    stock = ("States", "sent", "Branches", 1, "States", "stock.return")
    assert at(*stock).startswith("return inline_map(one")
    (inner,) = compiled.value["States"]["sent"]["Branches"][1]["States"].values()
    (name,) = inner["ItemProcessor"]["States"]
    assert at(*stock, "ItemProcessor", "States", name).startswith("aws.optimized.lambda_.invoke")


# --- what is refused -------------------------------------------------------------------------

BODY = f"{HEAD}@state_machine\ndef f(input):\n"


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        ("def f(:\n", (1, 7), "invalid syntax", None),
        ("", (1, 1), "no state machine here", "mark the function with @state_machine"),
        ("from sfnx import *\n", (1, 1), "import the names you use from sfnx instead of *", None),
        (f"{BODY}    return hex(1)\n", (6, 12), "calling hex() is not supported", "write it with"),
        (
            f'{BODY}    "é"; aws.sdk.sqs.send_message(QueueUr=1)\n',
            (6, 35),
            "sendMessage has no argument QueueUr",
            "did you mean QueueUrl?",
        ),
        (
            f"{HEAD}from helpers import price\n\n\n@state_machine\ndef f(input):\n    return price()\n",
            (9, 12),
            "calling price() is not supported",
            "write it with operators",
        ),
        (
            f"{BODY}    return 1\n\n\n@state_machine\ndef a(input):\n    return 2\n",
            (10, 1),
            "there are 2 workflows: f, a",
            "keep one @state_machine",
        ),
    ],
)
def test_what_is_no_workflow_is_refused_with_its_place(text, place, message, hint):
    finding = fault_of(text.encode())
    assert (finding.where.line, finding.where.column) == place
    assert finding.message == message
    if hint is None:
        assert finding.hint is None
    else:
        assert finding.hint.startswith(hint)


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"# \xe9\n", 1, "invalid or missing encoding declaration"),
        (b"x = 1\0\n", 1, "source code string cannot contain null bytes"),
        (f'{BODY}    return "\\ud800"\n'.encode(), 0, "sfnx failed: 'utf-8' codec can't encode"),
        (
            f"{BODY}    return {'-' * 5000}1\n".encode(),
            0,
            "sfnx failed: Internal error: maximum rec",
        ),
        (b"#" * 1_048_577, 0, "it has 1,048,577 bytes, and may have 1,048,576"),
    ],
    ids=["encoding", "null", "surrogate", "depth", "size"],
)
def test_what_cannot_be_compiled_is_refused(content, line, message):
    finding = fault_of(content)
    assert finding.where.line == line
    assert finding.message.startswith(message)
    assert finding.hint or line


def test_the_module_is_not_run(tmp_path):
    proof = tmp_path / "proof"
    parse(f"{HEAD}open({str(proof)!r}, 'w')\n\n\n@state_machine\ndef f(input):\n    return 1\n")
    assert not proof.exists()


def test_what_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(python_document, "PATIENCE", 0.01)
    finding = fault_of(EVERYTHING.encode())
    assert finding.message == "sfnx did not compile it in 0.01 seconds"
