"""Every object of the language is found, with the shape that it should have."""

import json
from collections import Counter

import pytest

from maestro_cdk.asl import machines
from maestro_cdk.asl.fields import SHAPES, STATES
from maestro_cdk.asl.places import places
from tests.unit.asl.test_document import at, parse

RULE = {"And": [{"Variable": "$.a", "IsNull": True}, {"Not": {"Or": [{"Variable": "$.b"}]}}]}
INNER = {"StartAt": "I", "States": {"I": {"Type": "Pass"}}}
DEFINITION = {
    "StartAt": "T",
    "States": {
        "T": {
            "Type": "Task",
            "Retry": [{"ErrorEquals": []}, 1],
            "Catch": [{"Next": "C"}],
            "Credentials": {"RoleArn": "r"},
        },
        "C": {"Type": "Choice", "Choices": [RULE, {"Fn::If": []}]},
        "P": {"Type": "Parallel", "Branches": [INNER]},
        "M": {
            "Type": "Map",
            "ItemProcessor": {**INNER, "ProcessorConfig": {"Mode": "INLINE"}},
            "ItemReader": {"ReaderConfig": {}},
            "ItemBatcher": {},
            "ResultWriter": {"WriterConfig": {}},
        },
        "X": {"Type": "Unheard", "Retry": [{}]},
        "J": {"Type": "Choice", "QueryLanguage": "JSONata", "Choices": [RULE]},
    },
}


def found(value):
    document = parse(json.dumps(value))
    return list(places(list(machines.machines(document)), list(machines.states(document))))


def test_every_object_is_at_its_place():
    for place in found(DEFINITION):
        assert at(DEFINITION, place.pointer) is not None
        assert at(DEFINITION, place.pointer) == place.value


def test_each_has_its_shape_and_machines_come_first():
    names = {id(shape): name for name, shape in SHAPES.items()}
    shapes = [names[id(place.shape)] for place in found(DEFINITION)]
    assert shapes[:4] == ["machine", "branch", "processor", "processor config"]
    assert Counter(shapes[4:]) == {
        "Task": 1,
        "retrier": 1,
        "catcher": 1,
        "credentials": 1,
        "Choice": 2,
        "rule": 2,
        "nested rule": 4,  # none of the Choice of JSONata: And is of the other language
        "Parallel": 1,
        "Pass": 2,
        "Map": 1,
        "reader": 1,
        "reader config": 1,
        "batcher": 1,
        "writer": 1,
        "writer config": 1,
    }


def test_a_place_knows_its_language_and_its_state():
    languages = {place.state: place.language for place in found(DEFINITION)}
    assert languages == {
        None: "JSONPath",
        "T": "JSONPath",
        "C": "JSONPath",
        "P": "JSONPath",
        "M": "JSONPath",
        "I": "JSONPath",
        "J": "JSONata",
    }


@pytest.mark.parametrize(
    ("state", "misspelt"),
    [
        ({"Type": "Task", "Resource": "r"}, {}),
        ({"Type": "Task", "resource": "r"}, {"resource": "Resource"}),
        ({"Type": "Task", "Time-Out_Seconds": 1}, {"Time-Out_Seconds": "TimeoutSeconds"}),
        ({"Type": "Task", "Reource": "r"}, {"Reource": "Resource"}),
        # The nearest is one that is not there yet.
        ({"Type": "Task", "Resource": "r", "Resourc": "r"}, {"Resourc": None}),
        ({"Type": "Task", "Xyz": 1}, {"Xyz": None}),
    ],
)
def test_misspelt_fields(state, misspelt):
    place = found({"States": {"A": state}})[1]
    assert place.misspelt == misspelt


def test_fields_of_the_other_language():
    _, place = found({"States": {"A": {"Type": "Task", "Output": 1, "Parameters": {}, "X": 1}}})
    assert place.foreign() == ["Output"]
    states = {"A": {"Type": "Task", "QueryLanguage": "${q}", "Output": 1, "Parameters": {}}}
    _, place = found({"States": states})
    assert place.foreign() == []


def test_the_table_is_sound():
    for name, shape in SHAPES.items():
        for group in (*shape.exclusive, *shape.needed):
            assert set(group) <= shape.fields.keys(), name
        for field in shape.fields.values():
            assert field.holds is None or field.holds in SHAPES, name
        assert shape.title[:2] in ("a ", "an", "wh", "Cr"), name
    assert list(STATES) == ["Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map"]
