"""An execution can come to an end from every state."""

import pytest

from maestro_cdk.asl.rules import no_end
from tests.unit.asl.rules.asking import PASS, findings, machine, said

RULE = no_end.RULE


def to(name):
    return {"Type": "Pass", "Next": name}


@pytest.mark.parametrize(
    "value",
    [
        machine({"A": PASS}),
        machine({"A": to("B"), "B": {"Type": "Succeed"}}),
        machine({"A": to("B"), "B": {"Type": "Fail"}}),
        machine({"A": {**to("B"), "Catch": [{"Next": "C"}]}, "B": to("A"), "C": PASS}),
        # Something else is wrong with these, and may be the way out.
        machine({"A": to("B"), "B": {"Type": "Unheard", "Next": "A"}}),
        machine({"A": to("B"), "B": to("Gone")}),
        machine({"A": to("B"), "B": {"Type": "Pass"}}),
        machine({"A": to("A")}, start="Gone"),
        machine({"A": to("B"), "B": to("${next}")}),
    ],
)
def test_quiet(value):
    assert said(RULE, value) == []


def test_a_definition_that_never_ends():
    value = machine({"A": to("B"), "B": to("A")})
    assert said(RULE, value) == [("no state ends the execution", '"States": ', None)]
    assert findings(RULE, value)[0][0] == "error"


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (
            machine(
                {
                    "A": {"Type": "Choice", "Choices": [{"Next": "B"}], "Default": "E"},
                    "B": to("C"),
                    "C": to("D"),
                    "D": to("C"),
                    "E": PASS,
                }
            ),
            "C",
        ),
        (
            machine(
                {
                    "M": {
                        "Type": "Map",
                        "ItemProcessor": machine({"I": to("J"), "J": to("I")}),
                        "End": True,
                    }
                }
            ),
            "I",
        ),
    ],
)
def test_a_part_that_never_ends(value, name):
    message = f"from state {name!r} no end can be reached"
    assert said(RULE, value) == [(message, f'"{name}": ', name)]
    assert findings(RULE, value)[0][0] == "warning"
