"""Each state keeps to one query language, and to the fields of it."""

import pytest

from maestro_cdk.asl.rules import query_language
from tests.unit.asl.rules.asking import (
    PASS,
    alone_says,
    choosing,
    findings,
    machine,
    mapping,
    said,
    working,
)

RULE = query_language.RULE
JSONATA = {"QueryLanguage": "JSONata"}


@pytest.mark.parametrize(
    "value",
    [
        working(InputPath="$", Parameters={}, ResultSelector={}, ResultPath=None, Assign={}),
        working(**JSONATA, Arguments={}, Output=1, Assign={}),
        {**working(Arguments={}, Output=1), **JSONATA},
        {**working(**JSONATA, Arguments={}), **JSONATA},
        working(QueryLanguage="JSONPath", Parameters={}),
        mapping(**JSONATA, Items=[1]),
        working(QueryLanguage="${language}", Arguments={}, Parameters={}),
        {**working(Arguments={}, Parameters={}), "QueryLanguage": "${language}"},
    ],
)
def test_quiet(value):
    assert said(RULE, value) == []


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (working(Output=1), "Output is of JSONata, and the query language here is JSONPath"),
        (
            working(**JSONATA, InputPath="$", Arguments={}, ResultPath=None, OutputPath="$"),
            "InputPath, ResultPath and OutputPath are of JSONPath, and the query language here is JSONata",
        ),
        # The language of a Map is not that of the states in it: AWS's own answer.
        (
            machine(
                {
                    "M": {
                        "Type": "Map",
                        "QueryLanguage": "JSONata",
                        "Items": "{% [1] %}",
                        "ItemProcessor": machine({"I": {**PASS, "Output": 1}}),
                        "End": True,
                    }
                }
            ),
            "Output is of JSONata, and the query language here is JSONPath",
        ),
        (
            {**working(QueryLanguage="JSONPath", Arguments={}, Parameters={}), **JSONATA},
            "a state of JSONPath in a definition of JSONata",
        ),
        (working(QueryLanguage="jsonata", Arguments={}), "'jsonata' is no query language"),
        (working(QueryLanguage=5, Arguments={}), "5 is no query language"),
        ({**working(Arguments={}), "QueryLanguage": "Yaml"}, "'Yaml' is no query language"),
        (
            {**choosing({"And": [{"Variable": "${a}", "IsNull": True}]}), **JSONATA},
            "And is of JSONPath, and the query language here is JSONata",
        ),
        (
            choosing({"Condition": "{% true %}"}),
            "Condition is of JSONata, and the query language here is JSONPath",
        ),
        (
            {**working(Catch=[{"ErrorEquals": ["E"], "Next": "B", "ResultPath": "$"}]), **JSONATA},
            "ResultPath is of JSONPath, and the query language here is JSONata",
        ),
    ],
)
def test_one_mistake_is_one_finding(value, message):
    assert alone_says(RULE, value) == [message]


def test_a_hint_says_what_the_language_has():
    assert findings(RULE, working(Output=1))[0][2].startswith("JSONata needs")
    assert findings(RULE, working(**JSONATA, ResultPath="$"))[0][2].startswith("JSONata has")
