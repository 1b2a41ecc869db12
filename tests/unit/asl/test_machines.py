"""States are found at every depth, in whatever else a definition may hold."""

import json

import pytest
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


def holding(**state):
    """A Map with a state in it."""
    return {"Type": "Map", "ItemProcessor": {"States": {"Inner": {"Type": "Pass"}}}, **state}


@pytest.mark.parametrize(
    ("machine", "states", "expected"),
    [
        ({}, {}, {"A": "JSONPath"}),
        ({"QueryLanguage": "JSONata"}, {}, {"A": "JSONata"}),
        ({}, {"B": {"QueryLanguage": "JSONata"}}, {"A": "JSONPath", "B": "JSONata"}),
        # A Map's own language is not that of the states in it.
        (
            {},
            {"M": holding(QueryLanguage="JSONata")},
            {"A": "JSONPath", "M": "JSONata", "Inner": "JSONPath"},
        ),
        (
            {"QueryLanguage": "JSONata"},
            {"M": holding()},
            {"A": "JSONata", "M": "JSONata", "Inner": "JSONata"},
        ),
        # What AWS refuses is not judged further.
        (
            {"QueryLanguage": "JSONata"},
            {"B": {"QueryLanguage": "JSONPath"}},
            {"A": "JSONata", "B": None},
        ),
        ({}, {"B": {"QueryLanguage": "jsonpath"}}, {"A": "JSONPath", "B": "JSONata"}),
        ({"QueryLanguage": "${language}"}, {}, {"A": None}),
    ],
)
def test_the_query_language_of_each_state(machine, states, expected):
    found = parse(json.dumps({**machine, "States": {"A": {"Type": "Pass"}, **states}}))
    assert {state.name: state.language for state in machines.states(found)} == expected
