"""States are found at every depth, in whatever else a definition may hold."""

import json

from hypothesis import given

from maestro_cdk.asl import machines
from tests.unit.asl.test_document import at, parse, values

NESTED = {
    "States": {
        "M": {"Type": "Map", "ItemProcessor": {"States": {"I": {"Type": "Pass"}}}},
        "Old": {"Type": "Map", "Iterator": {"States": {"J": {"Type": "Pass"}}}},
        "P": {
            "Type": "Parallel",
            "Branches": [
                {"States": {"B": {"Type": "Map", "ItemProcessor": {"States": {"Deep": {}}}}}},
                {"States": {"C": {"Type": "Pass"}}},
            ],
        },
    }
}


def test_states_are_found_at_every_depth():
    found = parse(json.dumps(NESTED))
    assert sorted(state.name for state in machines.states(found)) == sorted(
        ["M", "Old", "P", "I", "J", "B", "C", "Deep"]
    )
    assert [machine.pointer for machine in machines.machines(found)][:2] == [
        (),
        ("States", "M", "ItemProcessor"),
    ]


def test_every_state_is_at_its_pointer():
    found = parse(json.dumps(NESTED))
    for state in machines.states(found):
        assert at(found.value, state.pointer) == state.value
        assert at(found.value, state.machine.pointer) == state.machine.value


@given(values)
def test_looking_for_states_in_anything_is_no_crash(value):
    found = parse(json.dumps({"States": value, "Branches": value}))
    assert all(isinstance(state.value, dict) for state in machines.states(found))
