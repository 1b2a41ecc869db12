"""Pictures as trees that the page draws."""

import json

from maestro_cdk.asl import document
from maestro_cdk.picture import chart as charts
from maestro_cdk.view.scene import scene, shape

NASTY = '<img src=x onerror="a()">\'&\x00 ü'


def chart(states, start=None):
    value = {"StartAt": start or next(iter(states)), "States": states}
    return charts.chart(document.parse(json.dumps(value), file="d"))


def elements(tree):
    name, attributes, children = tree
    yield name, attributes, [child for child in children if isinstance(child, str)]
    for child in children:
        if not isinstance(child, str):
            yield from elements(child)


def test_states_keep_their_names_whatever_these_are():
    states = {NASTY: {"Type": "Pass", "Next": "B"}, "B": {"Type": "Succeed"}}
    found = list(elements(scene(chart(states)).tree))
    named = {attributes["data-state"] for _, attributes, _ in found if "data-state" in attributes}
    assert named == {NASTY, "B"}
    assert {name for name, _, _ in found} <= {
        "svg",
        "g",
        "rect",
        "path",
        "text",
        "ellipse",
        "polygon",
    }


def test_colours_are_the_pages_and_what_a_state_did_is_yet_to_be_said():
    found = list(elements(scene(chart({"A": {"Type": "Pass", "End": True}})).tree))
    assert not any({"fill", "stroke", "style", "onclick"} & set(given) for _, given, _ in found)
    said = [texts for _, attributes, texts in found if attributes.get("class") == "said"]
    assert said == [[]]


def test_a_shape_is_the_states_and_the_ways_between_them():
    def calls(resource, following="B"):
        task = {"Type": "Task", "Resource": resource, "Next": following}
        return chart({"A": task, "B": {"Type": "Succeed"}, "C": {"Type": "Succeed"}})

    assert shape(calls("${one}")) == shape(calls("arn:aws:lambda:eu-west-1:1:function:f_one"))
    assert shape(calls("${one}")) != shape(calls("${one}", "C"))
