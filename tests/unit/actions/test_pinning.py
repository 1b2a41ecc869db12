"""Versions behind functions in a definition."""

import json

import pytest

from maestro_cdk.actions.pinning import loosened, pin, pinned

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:orders_charge"
LONGER = f"{ARN}_twice"


def definition(*texts):
    return json.dumps({"States": {f"S{n}": {"Resource": text} for n, text in enumerate(texts)}})


def test_a_function_gets_its_version():
    assert pin(definition(ARN), {ARN: 7}) == definition(f"{ARN}:7")


def test_the_latest_is_what_is_published():
    assert pin(definition(f"{ARN}:$LATEST"), {ARN: 7}) == definition(f"{ARN}:7")


@pytest.mark.parametrize("text", [f"{ARN}:live", f"{ARN}:3", LONGER, f"{ARN}-old", "charge"])
def test_what_somebody_chose_stays(text):
    assert pin(definition(text), {ARN: 7}) == definition(text)


def call(**arguments):
    states = {
        "A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": arguments},
        "B": {"Type": "Task", "Resource": ARN},
    }
    return json.dumps({"States": states})


@pytest.mark.parametrize("qualifier", ["stable", "3", "{% $wanted %}"])
def test_beside_a_qualifier_a_function_gets_no_version(qualifier):
    """Lambda refuses two that are not the same."""
    states = json.loads(pin(call(FunctionName=ARN, Qualifier=qualifier), {ARN: 7}))["States"]
    assert states["A"]["Arguments"] == {"FunctionName": ARN, "Qualifier": qualifier}
    assert states["B"]["Resource"] == f"{ARN}:7"


def test_beside_a_qualifier_that_is_looked_up_neither():
    states = json.loads(pin(call(**{"FunctionName": ARN, "Qualifier.$": "$.v"}), {ARN: 7}))
    assert states["States"]["A"]["Arguments"]["FunctionName"] == ARN


def test_the_latest_by_a_qualifier_is_what_is_published():
    states = json.loads(pin(call(FunctionName=ARN, Qualifier="$LATEST", Payload={}), {ARN: 7}))
    assert states["States"]["A"]["Arguments"] == {"FunctionName": f"{ARN}:7", "Payload": {}}


def test_of_two_names_each_gets_its_own():
    text = definition(ARN, LONGER)
    assert pin(text, {ARN: 7, LONGER: 8}) == definition(f"{ARN}:7", f"{LONGER}:8")


def test_an_expression_is_looked_into():
    text = definition("{% $big ? '" + ARN + "' : $other %}")
    assert f"{ARN}:7'" in pin(text, {ARN: 7})


def test_without_functions_nothing_changes():
    text = '{ "StartAt":\n"A" }'
    assert pin(text, {}) == text
    assert pin(text, {ARN: 1}) == text


def test_what_is_pinned_can_be_told_and_loosened():
    text = definition(f"{ARN}:7", f"{ARN}:3", f"{LONGER}:8", f"{ARN}:live")
    assert pinned(text) == {ARN: 3, LONGER: 8}
    assert pinned(text, {LONGER}) == {LONGER: 8}
    assert loosened(text) == definition(ARN, ARN, LONGER, f"{ARN}:live")
