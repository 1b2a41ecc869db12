"""A state's name is short enough, and no other state's."""

import pytest

from maestro_cdk.asl.rules import state_names
from tests.unit.asl.rules.asking import PASS, alone_says, findings, machine, mapping, said

RULE = state_names.RULE


@pytest.mark.parametrize(
    "value",
    [
        machine({"x" * 80: PASS}),
        machine({'Was it "yes"? (a/b, {c}) $5 & <d>': PASS}),
        machine({"Größe 大小 🎉": PASS}),
        machine({"${a}" + "x" * 80: PASS}),
        mapping(),
    ],
)
def test_quiet(value):
    assert said(RULE, value) == []


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("x" * 81, "a name of 81 characters"),
        ("", "a state without a name"),
        ("a\tb", "the name 'a\\tb' holds U+0009"),
        ("\ud83c", "the name '\\ud83c' holds U+D83C"),
    ],
)
def test_finds(name, message):
    assert alone_says(RULE, machine({name: PASS})) == [message]


def test_a_name_is_unique_in_branches_and_maps_too():
    value = machine(
        {
            "P": {
                "Type": "Parallel",
                "Branches": [machine({"Same": PASS}), machine({"Same": PASS})],
                "End": True,
            }
        }
    )
    assert said(RULE, value) == [("the name 'Same' is another state's", '"Same": ', "Same")]
    (found,) = findings(RULE, value)
    assert found[2] == "that of line 10: a name is unique, branches and Maps included"
