"""A Map's Label is one that an ARN can hold, and no other Map's."""

import pytest

from maestro_cdk.asl.rules import map_labels
from tests.unit.asl.rules.asking import DISTRIBUTED, PASS, alone, alone_says, machine, mapping, said

RULE = map_labels.RULE


@pytest.mark.parametrize(
    "value",
    [
        mapping(DISTRIBUTED, Label="x" * 40),
        mapping(DISTRIBUTED, Label="Größe_1-2.3"),
        mapping(DISTRIBUTED, Label="${label} and more"),
        mapping(DISTRIBUTED, Label=1),
        alone(Type="Pass", Label="a b", End=True),
    ],
)
def test_quiet(value):
    assert said(RULE, value) == []


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("x" * 41, "a label of 41 characters; AWS takes 40"),
        ("", "a label without characters"),
        ("a b", "a label with ' '"),
        ("a*b", "a label with '*'"),
        ("a/b", "a label with '/'"),
        ("a\\b", "a label with '\\\\'"),
        ("a\u0085b", "a label with '\\x85'"),
    ],
)
def test_finds(label, message):
    assert alone_says(RULE, mapping(DISTRIBUTED, Label=label)) == [message]


def test_a_label_is_unique():
    def one(name, **more):
        inner = machine({name: PASS}, **DISTRIBUTED)
        return {"Type": "Map", "ItemProcessor": inner, "Label": "same", **more}

    value = machine({"M": one("I", Next="N"), "N": one("J", End=True)})
    assert alone_says(RULE, value) == ["the label 'same' is another Map's"]
