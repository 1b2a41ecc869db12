"""The lines of each state, in whatever the definition is written."""

import json

from maestro_cdk.asl import document, yaml_document
from maestro_cdk.asl.extents import extents

INNER = {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": True}}}
VALUE = {
    "StartAt": "A",
    "States": {
        "A": {"Type": "Map", "ItemProcessor": INNER, "Next": "C"},
        "C": {"Type": "Succeed"},
    },
}


def test_in_json_a_state_goes_from_its_name_to_its_closing_brace():
    text = json.dumps(VALUE, indent=1)
    lines = text.splitlines()
    found = extents(document.parse(text, file="d"))
    assert set(found) == {"A", "B", "C"}
    for name, (first, last) in found.items():
        assert lines[first - 1].strip() == f'"{name}": {{'
        assert lines[last - 1].strip() in ("}", "},")
    assert found["A"][0] < found["B"][0] <= found["B"][1] < found["A"][1] < found["C"][0]


def test_on_one_line_all_are_on_it():
    assert set(extents(document.parse(json.dumps(VALUE), file="d")).values()) == {(1, 1)}


def test_in_yaml_a_state_goes_to_where_the_last_thing_in_it_begins():
    text = "StartAt: A\nStates:\n  A:\n    Type: Pass\n    Next: C\n\n  C:\n    Type: Succeed\n"
    found = extents(yaml_document.parse(text, file="d.yaml", literals=None))
    assert found == {"A": (3, 5), "C": (7, 8)}
