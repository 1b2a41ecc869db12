"""Which definitions AWS took and which it refused, and why: asked again here.

What is found has maestro's own words, so messages are not compared; codes, severities and places are.
"""

import asyncio
import json
import os
from collections import defaultdict

import pytest

from maestro_cdk.local.states.refusals import Refusal
from maestro_cdk.local.states.validation import Validation
from maestro_cdk.services.models import BotocoreModels
from tests.unit.asl.corpus import REPOSITORY, WHY
from tests.unit.engine.recorded import PRESENT, validations

pytestmark = pytest.mark.skipif(not PRESENT, reason=WHY)

README = REPOSITORY / "README.md"
OTHERS = os.environ.get("MAESTRO_TRUTH")
"""Where other recordings are than those that the README tells of."""

BEGIN, END = "<!-- answers: written by `make truth` -->\n", "<!-- /answers -->"

LEAST = 0.97
"""The share of answers that must be as AWS gave them; it may only rise."""

ACTIONS = {
    "create": "CreateStateMachine",
    "update": "UpdateStateMachine",
    "validate": "ValidateStateMachineDefinition",
}


@pytest.fixture(scope="module")
def verdicts():
    validation = Validation(BotocoreModels())
    found = [(answer, is_alike(validation, answer)) for answer in validations()]
    print(table(found))
    return found


def is_alike(validation, answer):
    text = answer.get("definition_text", json.dumps(answer.get("definition")))
    expected = answer["expected"]
    if answer["kind"] == "validate":
        given = {"definition": text, "type": answer["type"]}
        return shown(asyncio.run(validation.validate(given))) == shown(expected)
    refused = refusal(validation, answer, text)
    if refused is not None or not expected["accepted"]:
        return not expected["accepted"] and refused == code(expected)
    references = expected["describe"].get("variableReferences", {})
    return validation.references(text) == {name: sorted(of) for name, of in references.items()}


def shown(found):
    names = ("severity", "code", "location")
    diagnostics = [tuple(map(one.get, names)) for one in found["diagnostics"]]
    return found["result"], diagnostics, found["truncated"]


def refusal(validation, answer, text):
    # A recording does not say which log groups there were; one of them tells it by its name.
    def is_group(_):
        return "deleted_log_group" not in answer["id"]

    try:
        if answer["kind"] == "update":
            validation.check_update(answer["params"], answer["type"], is_group)
        else:
            given = {**answer["params"], "definition": text, "type": answer["type"]}
            validation.check_creation(given, is_group)
    except Refusal as error:
        return error.code
    return None


def code(expected):
    error = expected["error"]
    return error.get("Error", {}).get("Code") or error.get("exception_typename")


def table(verdicts):
    """How many answers there are by action, and how many are alike; Markdown."""
    rows = defaultdict(lambda: [0, 0])
    for answer, alike in verdicts:
        for key in (ACTIONS[answer["kind"]], "**all**"):
            rows[key] = [rows[key][0] + 1, rows[key][1] + alike]
    lines = ["| | answers | alike |", "| --- | --- | --- |"]
    lines += [f"| {key} | {n} | {alike} |" for key, (n, alike) in sorted(rows.items(), key=last)]
    return "\n".join(lines) + "\n"


def last(row):
    return row[0] == "**all**", row[0]


def test_answers_about_definitions_are_as_aws_gave_them(verdicts):
    wrong = [answer["id"] for answer, alike in verdicts if not alike]
    assert 1 - len(wrong) / len(verdicts) >= LEAST, wrong


@pytest.mark.skipif(bool(OTHERS), reason="MAESTRO_TRUTH names other recordings")
def test_the_readme_tells_how_alike_they_are(verdicts, request):
    before, _, rest = README.read_text("utf-8").partition(BEGIN)
    kept, _, after = rest.partition(END)
    made = table(verdicts)
    if request.config.getoption("--update-readme", default=False):
        README.write_text(f"{before}{BEGIN}{made}{END}{after}", "utf-8")
        return
    assert kept == made, "`make truth` writes it anew"
