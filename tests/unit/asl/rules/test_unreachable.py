"""Every state can be reached."""

import pytest

from maestro_cdk.asl.rules import unreachable
from tests.unit.asl.rules.asking import PASS, alone_says, choosing, findings, machine, mapping, said

RULE = unreachable.RULE


def to(name):
    return {"Type": "Pass", "Next": name}


@pytest.mark.parametrize(
    "value",
    [
        machine({"A": to("B"), "B": PASS}),
        choosing({"Variable": "$.a", "IsNull": True}),
        machine({"A": to("A")}),
        # Where a name is of no state, or not known, the lost one may be meant.
        machine({"A": to("Bee"), "B": PASS}),
        machine({"A": to("${next}"), "B": PASS}),
        machine({"A": PASS, "B": PASS}, start="C"),
        machine({"A": {"Type": "Pass"}, "B": PASS}),
    ],
)
def test_quiet(value):
    assert said(RULE, value) == []


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (machine({"A": PASS, "B": PASS}), ["B"]),
        (machine({"A": PASS, "B": PASS, "C": PASS}), ["B", "C"]),
        # One stands for all behind it.
        (machine({"A": PASS, "C": PASS, "B": to("C"), "D": to("C")}), ["B", "D"]),
        (machine({"A": PASS, "B": to("C"), "C": to("B")}), ["B"]),
        # A wrong name in a lost state explains nothing.
        (mapping({"States": {"I": PASS, "J": PASS}}), ["J"]),
    ],
)
def test_finds(value, names):
    assert alone_says(RULE, value) == [f"state {name!r} cannot be reached" for name in names]


@pytest.mark.parametrize(
    ("states", "hint"),
    [
        ({"B": PASS}, "nothing leads to it; name it in a Next, or remove it"),
        (
            {"B": to("C"), "C": to("D"), "D": PASS},
            "nothing leads to it, so neither to the 2 behind it; name it in a Next, or remove it",
        ),
    ],
)
def test_the_hint_counts_those_behind(states, hint):
    assert findings(RULE, machine({"A": PASS, **states}))[0][2] == hint
