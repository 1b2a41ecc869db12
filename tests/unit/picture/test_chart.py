"""What is drawn of a definition, and in what words."""

import json

import pytest

from maestro_cdk.asl import document
from maestro_cdk.errors import ProjectError
from maestro_cdk.picture import chart as charts
from maestro_cdk.picture import conditions, mermaid, outline
from tests.unit.asl.corpus import PRESENT, WHY, definitions


def chart(states, start=None, **more):
    value = {"StartAt": start or next(iter(states)), "States": states, **more}
    return charts.chart(document.parse(json.dumps(value), file="d"))


def end(kind="Pass", **more):
    return {"Type": kind, "End": True, **more}


def test_what_leads_where_has_its_reason():
    found = chart(
        {
            "A": {"Type": "Task", "Resource": "${check}", "Next": "B", "Catch": [
                {"ErrorEquals": ["Boom", "States.Timeout"], "Next": "C"},
                {"ErrorEquals": ["States.ALL"], "Next": "C"},
            ]},
            "B": {"Type": "Choice", "Default": "C", "Choices": [
                {"Variable": "$.n", "NumericGreaterThan": 5, "Next": "C"},
            ]},
            "C": {"Type": "Succeed"},
        }
    )  # fmt: skip
    ids = {node.id: node.name for node in found.nodes}
    assert [(e.source and ids[e.source], e.target and ids[e.target], e.way, e.label)
            for e in found.edges] == [
        (None, "A", "start", ""),
        ("A", "B", "next", ""),
        ("A", "C", "catch", "Boom, States.Timeout"),
        ("A", "C", "catch", "any error"),
        ("B", "C", "rule", "$.n > 5"),
        ("B", "C", "default", "otherwise"),
        ("C", None, "end", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "detail"),
    [
        ({"Type": "Task", "Resource": "${check}"}, "check"),
        ({"Type": "Task", "Resource": "check"}, "check"),
        ({"Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:1:function:check"}, "check"),
        ({"Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:1:function:check:3"}, "check"),
        ({"Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem"}, "dynamodb:putItem"),
        ({"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:getObject"}, "aws-sdk:s3:getObject"),
        (
            {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": "${check}"},
            },
            "check",
        ),
        (
            {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
                "Arguments": {"FunctionName": "arn:aws:lambda:eu-west-1:1:function:ask"},
            },
            "ask, waits for its token",
        ),
        ({"Type": "Wait", "Seconds": 10}, "10 s"),
        ({"Type": "Wait", "Seconds": "{% $delay %}"}, "$delay s"),
        ({"Type": "Wait", "TimestampPath": "$.at"}, "until $.at"),
        ({"Type": "Fail", "Error": "Boom"}, "Boom"),
    ],
)  # fmt: skip
def test_what_a_state_does_stands_in_it(state, detail):
    (node,) = chart({"A": state}).nodes
    assert node.detail == detail


def test_maps_and_branches_have_their_inside():
    inner = {"StartAt": "X", "States": {"X": end()}}
    found = chart(
        {
            "P": end("Parallel", Branches=[inner, {"StartAt": "Y", "States": {"Y": end()}}]),
            "M": end(
                "Map",
                MaxConcurrency=5,
                ItemProcessor={
                    "ProcessorConfig": {"Mode": "DISTRIBUTED"},
                    "StartAt": "Z",
                    "States": {"Z": end()},
                },
            ),
        }
    )
    parallel, repeated = found.nodes
    assert [each.title for each in parallel.inside] == ["branch 1", "branch 2"]
    assert [each.title for each in repeated.inside] == [
        "each item, 5 at once, in executions of its own"
    ]
    assert [node.name for node in charts.nodes(found)] == ["P", "X", "Y", "M", "Z"]
    assert len({node.id for node in charts.nodes(found)}) == 5


def test_a_crowd_of_errors_into_one_state_is_told_where_they_come_from():
    states = {
        f"S{n}": {
            "Type": "Task",
            "Resource": "f",
            "Next": f"S{n + 1}",
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Mend"}],
        }
        for n in range(charts.CROWD + 1)
    }
    found = chart({**states, f"S{charts.CROWD + 1}": end(), "Mend": end()})
    assert all(edge.way != "catch" for edge in found.edges)
    assert found.nodes[0].catches == ("any error → Mend",)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"Variable": "$.a", "StringEquals": "x"}, '$.a = "x"'),
        ({"Variable": "$.a", "NumericLessThanEqualsPath": "$.b"}, "$.a ≤ $.b"),
        ({"Variable": "$.a", "BooleanEquals": True}, "$.a = true"),
        ({"Variable": "$.a", "IsPresent": True}, "$.a is there"),
        ({"Variable": "$.a", "IsNull": False}, "not: $.a is null"),
        ({"Variable": "$.a", "StringMatches": "a*"}, '$.a like "a*"'),
        ({"Condition": "{% $x > 1 %}"}, "$x > 1"),
        (
            {
                "And": [
                    {"Variable": "$.a", "IsNumeric": True},
                    {
                        "Or": [
                            {"Variable": "$.a", "NumericEquals": 1},
                            {"Not": {"Variable": "$.a", "NumericLessThan": 9}},
                        ]
                    },
                ]
            },
            "$.a is a number and ($.a = 1 or not $.a < 9)",
        ),
        ({"Next": "x"}, "?"),
        ({"And": [7]}, "?"),
    ],
)
def test_a_rule_is_said_as_a_person_would(rule, said):
    assert conditions.said(rule) == said


def test_a_long_rule_is_cut():
    found = conditions.said({"Condition": "{% " + "a" * 500 + " %}"})
    assert len(found) == conditions.LONGEST
    assert found.endswith("…")


@pytest.mark.skipif(not PRESENT, reason=WHY)
def test_whatever_others_wrote_is_drawn():
    drawn = 0
    for path in definitions():
        try:
            read = document.parse(path.read_text("utf-8"), file=path.name)
        except ProjectError:
            continue
        found = charts.chart(read)
        ids = [node.id for node in charts.nodes(found)]
        assert len(ids) == len(set(ids)), path.name
        assert all(each.source or each.way == "start" for each in found.edges), path.name
        assert list(outline.lines(found)) or not ids, path.name
        ends = mermaid.text(found).splitlines()
        opened = sum(line.lstrip().startswith("subgraph ") for line in ends)
        assert sum(line.strip() == "end" for line in ends) == opened, path.name
        drawn += bool(ids)
    assert drawn > 300
