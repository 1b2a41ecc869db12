"""Charts as pictures: nothing lies upon anything else, and all that is to be said is."""

import json
import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

import pytest

from maestro_cdk.asl import document
from maestro_cdk.model import ExecutionEvent
from maestro_cdk.picture import chart as charts
from maestro_cdk.picture import dot, graphviz, looks, mermaid, outline, png, svg
from maestro_cdk.picture.looks import Look
from maestro_cdk.timeline import visits

SVG = "{http://www.w3.org/2000/svg}"
THEN = datetime(2026, 1, 1, tzinfo=UTC)


def chart(states):
    value = {"StartAt": next(iter(states)), "States": states}
    return charts.chart(document.parse(json.dumps(value), file="d"))


def end(kind="Pass", **more):
    return {"Type": kind, "End": True, **more}


APPROVAL = {
    "Ask": {"Type": "Task", "Resource": "${ask}", "Next": "Well?"},
    "Well?": {
        "Type": "Choice",
        "Choices": [{"Variable": "$.answer", "StringEquals": "yes", "Next": "All of it"}],
        "Default": "No",
    },
    "All of it": {
        "Type": "Parallel",
        "Branches": [
            {"StartAt": "Left", "States": {"Left": end()}},
            {"StartAt": "Right", "States": {"Right": end("Wait", Seconds=3)}},
        ],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "No"}],
        "Next": "Yes",
    },
    "Yes": {"Type": "Succeed"},
    "No": {"Type": "Fail", "Error": "Refused"},
}


def boxes(picture):
    """Each state's name and the box around it: left, top, right, bottom."""
    found = {}
    for group in ET.fromstring(picture).iter(f"{SVG}g"):
        rect = group.find(f"{SVG}rect")
        x, y, wide, tall = (float(rect.get(key)) for key in ("x", "y", "width", "height"))
        found[group.get("data-state")] = (x, y, x + wide, y + tall)
    return found


def apart(one, two):
    return one[2] <= two[0] or two[2] <= one[0] or one[3] <= two[1] or two[3] <= one[1]


def within(inner, outer):
    return all(
        (inner[0] >= outer[0], inner[1] >= outer[1], inner[2] <= outer[2], inner[3] <= outer[3])
    )


def test_states_stand_apart_and_what_is_inside_stands_inside():
    found = boxes(svg.text(chart(APPROVAL)))
    assert set(found) == {*APPROVAL, "Left", "Right"}
    outer = [found[name] for name in APPROVAL]
    assert all(apart(a, b) for n, a in enumerate(outer) for b in outer[:n])
    assert within(found["Left"], found["All of it"])
    assert within(found["Right"], found["All of it"])
    assert apart(found["Left"], found["Right"])


def test_what_comes_first_stands_above():
    found = boxes(svg.text(chart(APPROVAL)))
    tops = [found[name][1] for name in ("Ask", "Well?", "All of it", "Yes")]
    assert tops == sorted(tops)


def test_reasons_stand_at_the_edges():
    picture = svg.text(chart(APPROVAL))
    texts = {element.text for element in ET.fromstring(picture).iter(f"{SVG}text")}
    assert {'$.answer = "yes"', "otherwise", "any error", "Start", "End"} <= texts
    assert {"Task · ask", "Wait · 3 s", "Fail · Refused"} <= texts


def test_a_picture_has_a_name_for_those_who_do_not_see_it():
    picture = ET.fromstring(svg.text(chart(APPROVAL), title="approval & more"))
    assert picture.get("role") == "img"
    assert picture.find(f"{SVG}title").text == "approval & more"


@pytest.mark.parametrize(
    "name", ["<b>&amp;", 'a "quoted" \\ name', "審査する", "a" * 80, "line\nbreak", "\x00", "{}|<>"]
)
def test_any_name_is_drawn(name):
    drawn = chart({name: end()})
    assert len(boxes(svg.text(drawn))) == 1
    assert dot.text(drawn)
    assert name[:1] in "".join(line for line, _ in outline.lines(drawn))
    label = mermaid.text(drawn)
    assert '"' not in re.sub(r'\["|"\]', "", label.split("m0s0", 1)[1].split("\n")[0])


@pytest.mark.parametrize("count", [1, 300])
def test_long_chains_are_drawn(count):
    states = {
        f"State {n}": {
            "Type": "Task",
            "Resource": "f",
            "Next": f"State {n + 1}",
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Mend"}],
        }
        for n in range(count)
    }
    drawn = chart({**states, f"State {count}": end(), "Mend": end()})
    assert len(boxes(svg.text(drawn))) == count + 2


def test_a_picture_that_cannot_be_laid_out_is_told():
    with pytest.raises(graphviz.DrawingFailed, match="could not be drawn"):
        graphviz.laid_out("digraph {")


def test_a_png_is_sharp():
    picture = svg.text(chart(APPROVAL))
    content = png.drawn(picture)
    assert content.startswith(b"\x89PNG")
    wide = int.from_bytes(content[16:20])
    assert wide == pytest.approx(png.ZOOM * float(ET.fromstring(picture).get("width")), abs=2)


# --- an execution's colours --------------------------------------------------------------------


def timeline(*given):
    return visits.of(
        ExecutionEvent(
            id=n,
            previous_id=n - 1,
            type=kind,
            time=THEN + timedelta(seconds=n),
            details=details,
        )
        for n, (kind, details) in enumerate(given, 1)
    )


def test_states_have_the_colour_of_the_worst_that_they_met():
    boom = ("TaskFailed", {"error": "Boom"})
    found = looks.of(
        timeline(
            ("ExecutionStarted", {}),
            ("TaskStateEntered", {"name": "A"}),
            ("TaskScheduled", {}),
            boom,
            ("TaskScheduled", {}),
            ("TaskSucceeded", {}),
            ("TaskStateExited", {"name": "A"}),
            ("TaskStateEntered", {"name": "A"}),
            ("TaskScheduled", {}),
            boom,
            ("TaskStateExited", {"name": "A"}),
            ("PassStateEntered", {"name": "B"}),
            ("PassStateExited", {"name": "B"}),
        ),
        ["A", "B", "C"],
        THEN,
    )
    assert found["A"].fill == looks.FATES["caught"][0]
    assert found["A"].said == "2 times · 8.0 s · 1 retry · caught"
    assert found["B"].fill == looks.FATES["succeeded"][0]
    assert found["C"] == looks.UNSEEN


def test_the_colours_are_in_each_form():
    seen = {"Ask": Look(fill="#123456", border="#654321", said="2 times")}
    drawn = chart(APPROVAL)
    for text in (svg.text(drawn, seen), mermaid.text(drawn, seen), dot.text(drawn, seen)):
        assert "#123456" in text
        assert "2 times" in text
    assert any("[2 times]" in line for line, _ in outline.lines(drawn, seen))


def test_ways_that_it_did_not_go_are_pale():
    went = visits.steps(
        timeline(
            ("ExecutionStarted", {}),
            ("TaskStateEntered", {"name": "Ask"}),
            ("TaskStateExited", {"name": "Ask"}),
            ("ChoiceStateEntered", {"name": "Is it?"}),
            ("ChoiceStateExited", {"name": "Is it?"}),
            ("PassStateEntered", {"name": "No"}),
            ("PassStateExited", {"name": "No"}),
            ("ExecutionSucceeded", {}),
        )
    )
    assert went == {(None, "Ask"), ("Ask", "Is it?"), ("Is it?", "No"), ("No", None)}
    drawn = chart(
        {
            "Ask": {
                "Type": "Task",
                "Resource": "${ask}",
                "Next": "Is it?",
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "No"}],
            },
            "Is it?": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.a", "IsNull": True, "Next": "Yes"}],
                "Default": "No",
            },
            "Yes": end(),
            "No": end(),
        }
    )
    walked = charts.walked(drawn, went)
    pale = [(edge.way, edge.label) for edge in walked.edges if edge.faded]
    assert [way for way, _ in pale] == ["catch", "rule", "end"]
    assert svg.text(walked, {}).count(looks.FADED) >= 3
    assert looks.FADED not in svg.text(drawn, {})
    numbers = [n for n, edge in enumerate(walked.edges) if edge.faded]
    assert f"linkStyle {','.join(map(str, numbers))} stroke:" in mermaid.text(walked, {})
    assert [look.faded for _, look in outline.lines(walked) if look] == [True] * 3


def test_ways_inside_of_a_map_are_walked_too():
    went = visits.steps(
        timeline(
            ("ExecutionStarted", {}),
            ("MapStateEntered", {"name": "Each"}),
            ("MapStateStarted", {"length": 1}),
            ("MapIterationStarted", {"name": "Each", "index": 0}),
            ("PassStateEntered", {"name": "In"}),
            ("PassStateExited", {"name": "In"}),
            ("MapIterationSucceeded", {"name": "Each", "index": 0}),
            ("MapStateSucceeded", {}),
            ("MapStateExited", {"name": "Each"}),
            ("ExecutionSucceeded", {}),
        )
    )
    assert went == {(None, "Each"), (None, "In"), ("In", None), ("Each", None)}
