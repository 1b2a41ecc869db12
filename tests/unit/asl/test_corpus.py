"""What others wrote: every form that names a function, and every definition."""

import json
import re

import pytest

from maestro_cdk.asl import document, references
from maestro_cdk.asl.rules import Subject, registry
from maestro_cdk.services.models import BotocoreModels
from tests.unit.asl import corpus

pytestmark = pytest.mark.skipif(not corpus.PRESENT, reason=corpus.WHY)

INVOKE = "arn:aws:states:::lambda:invoke"

# What a form must come to, in a folder that has the function it speaks of:
OURS = "a function of the folder"
THEIRS = "the ARN of a function elsewhere"
NOTHING = "no function is named, or its name is computed when it runs"
NO_PLACE = "an error: its region or account cannot be one"
NO_NAME = "an error: it is no function's name"

BY_KIND = {
    "arn_literal": THEIRS,
    "arn_placeholder": NO_PLACE,
    "arn_with_substitution": OURS,
    "arn_with_substitution(cfn_intrinsic)": OURS,
    "cfn_intrinsic_resource": OURS,
    "invoke:arn": NO_PLACE,
    "invoke:arn_with_substitution": OURS,
    "invoke:cfn_intrinsic": OURS,
    "invoke:cfn_intrinsic(cfn_intrinsic)": OURS,
    "invoke:dynamic_arguments": NOTHING,
    "invoke:dynamic_jsonata": NOTHING,
    "invoke:dynamic_jsonpath": NOTHING,
    "invoke:missing_function_name": NOTHING,
    "invoke:name": OURS,
    "invoke:substitution": OURS,
    "substitution_resource": OURS,
}
BY_KIND_AND_FORM = {
    ("arn_placeholder", "arn:aws:lambda:REGION:ACCOUNT_ID:function:<name>"): OURS,
    ("cfn_intrinsic_resource", "[]"): NO_NAME,
    ("invoke:arn", "arn:aws:lambda:<region>:<acct>:function:<name>"): THEIRS,
    ("invoke:arn", "arn:aws:lambda:<region>:<acct>:function:<name>:$LATEST"): THEIRS,
}


def expected(entry):
    kind, form = entry["kind"], entry["form"]
    if kind == "invoke:name" and not re.fullmatch(r"[\w-]+", form):  # <NAME>, %NAME%
        return NO_NAME
    return BY_KIND_AND_FORM.get((kind, form), BY_KIND[kind])


def name_in(value):
    """The function that a form speaks of."""
    name = value.split(":function:")[-1].removesuffix(":$LATEST").removesuffix(":some-alias")
    return name.removeprefix("${").removesuffix("}").removesuffix(".Arn")


def task(entry):
    kind, value = entry["kind"], entry["example_value"]
    if not kind.startswith("invoke:"):
        return {"Type": "Task", "Resource": value}
    if kind == "invoke:missing_function_name":
        return {"Type": "Task", "Resource": INVOKE, "Parameters": {}}
    if kind == "invoke:dynamic_arguments":
        return {"Type": "Task", "Resource": INVOKE, "Arguments": value}
    if kind == "invoke:dynamic_jsonpath":
        return {"Type": "Task", "Resource": INVOKE, "Parameters": {"FunctionName.$": value}}
    key = "Arguments" if kind == "invoke:dynamic_jsonata" else "Parameters"
    return {"Type": "Task", "Resource": INVOKE, key: {"FunctionName": value}}


def resolve(entry, functions):
    text = json.dumps({"StartAt": "Do", "States": {"Do": task(entry)}})
    parsed = document.parse(text, file="d", literals={})
    return references.resolve(parsed, functions=functions, workflow="approval", substitutions={})


def outcome(entry, functions):
    definition, findings = resolve(entry, functions)
    if findings:
        (finding,) = findings
        assert finding.rule == "unknown-function"
        assert finding.severity == "error"
        return NO_PLACE if re.search(r"is no (region|account)", finding.message) else NO_NAME
    if definition.called:
        return OURS
    return THEIRS if ":lambda:" in definition.text.replace(INVOKE, "") else NOTHING


@pytest.mark.parametrize(
    "entry", corpus.forms(), ids=lambda entry: f"{entry['kind']} {entry['form']}"
)
def test_each_form_comes_to_what_its_author_meant(entry):
    name = name_in(entry["example_value"] or "")
    functions = {"another": "Another"}
    if re.fullmatch(r"[\w-]+", name):
        functions[name] = "Named"
    assert outcome(entry, functions) == expected(entry)


@pytest.mark.parametrize(
    "entry",
    [entry for entry in corpus.forms() if expected(entry) == OURS],
    ids=lambda entry: f"{entry['kind']} {entry['form']}",
)
def test_a_form_that_names_a_function_is_an_error_where_there_is_none(entry):
    # An ARN with CloudFormation's own parameters may well be of a function in the same account.
    elsewhere = entry["kind"] == "arn_with_substitution(cfn_intrinsic)"
    found = outcome(entry, {"unlike-any-other": "UnlikeAnyOther"})
    assert found == (THEIRS if elsewhere else NO_NAME)


def test_the_table_speaks_of_every_form():
    assert len(corpus.forms()) == 93
    assert {entry["kind"] for entry in corpus.forms()} == BY_KIND.keys()


def test_every_definition_is_read_and_only_its_references_are_rewritten():
    files = corpus.definitions()
    assert len(files) == 768
    for file in files:
        text = file.read_text("utf-8")
        parsed = document.parse(text, file=file.name, literals={})
        definition, _ = references.resolve(
            parsed, functions={"start": "Start", "my": "My"}, workflow="w", substitutions={}
        )
        before, after = json.loads(text), json.loads(definition.text)
        assert parsed.value == before, file.name
        assert without_references(after) == without_references(before), file.name
        if not definition.substitutions:
            assert definition.text == text, file.name
        registry.check(Subject(document=parsed, services=BotocoreModels()))


def without_references(value):
    """A value without the texts that may be rewritten: those with an ARN or a token in them."""
    if isinstance(value, dict):
        return {
            key: None if key == "FunctionName" else without_references(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [without_references(inner) for inner in value]
    if isinstance(value, str) and ("arn:" in value or "${" in value):
        return None
    return value
