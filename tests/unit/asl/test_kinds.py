"""Kinds of values: what is of each, and what they are called."""

import math

import pytest

from maestro_cdk.asl import kinds


@pytest.mark.parametrize(
    ("kind", "fitting", "others"),
    [
        (kinds.TEXT, ["", "a"], [None, 1, True, [], {}]),
        (kinds.TEXT_OR_NULL, ["", None], [1, True, []]),
        (kinds.FLAG, [True, False], [None, 0, 1, "true"]),
        (kinds.NUMBER, [0, -1.5], [True, "1", None]),
        (kinds.OBJECT, [{}], [[], None, "{}"]),
        (kinds.ITEMS, [[], {}], ["[]", 1]),
        (kinds.OBJECTS, [[], [{}]], [{}, [1], None]),
        (kinds.SOME_OBJECTS, [[{}]], [[], [1]]),
        (kinds.SOME_TEXTS, [["a"]], [[], [1], "a"]),
        (kinds.ANY, [None, 1, "a", []], []),
        (kinds.one_of("A", "B"), ["A", "B"], ["a", "", None, ["A"]]),
        (kinds.whole(1, 9), [1, 9, 2.0], [0, 10, 1.5, True, "1", math.inf, 10**400, 1e300]),
        (kinds.whole(0), [0, 10**400], [-1, math.inf, 0.5]),
        (kinds.number(0, 100), [0, 99.5, 100], [-0.1, 100.1, True]),
        (kinds.number(1), [1, 1.5, 10**400], [0.9, "2"]),
        (
            kinds.TIMESTAMP,
            ["2016-03-14T01:59:00Z", "2016-03-14T01:59:00.5Z", "2016-02-29T01:59:00-11:30"],
            [
                "2016-03-14T01:59:00",
                "2016-03-14 01:59:00Z",
                "2016-03-14t01:59:00z",
                "2016-03-14T25:59:00Z",
                "2015-02-29T01:59:00Z",
                "05-12-2016T21:29:29Z",
                "٢٠١٦-03-14T01:59:00Z",
                "2016-03-14",
                "",
                1,
                None,
            ],
        ),
    ],
)
def test_what_is_of_a_kind(kind, fitting, others):
    for value in fitting:
        assert kind.holds(value, "JSONPath"), value
    for value in others:
        assert not kind.holds(value, "JSONPath"), value


@pytest.mark.parametrize(
    ("language", "holds"), [("JSONata", True), (None, True), ("JSONPath", False)]
)
def test_an_expression_stands_for_what_is_computed(language, holds):
    assert kinds.whole(1).holds("{% $n %}", language) is holds
    assert not kinds.whole(1).holds("{% $n", language)
    assert not kinds.FLAG.holds("{% $n %}", language)


def test_kinds_in_words():
    assert kinds.one_of("A", "B", "C").expected("JSONPath") == "A, B or C"
    assert kinds.one_of("A").expected(None) == "A"
    assert kinds.whole(0).expected("JSONPath") == "a whole number, 0 or more"
    assert kinds.number(1, 2).expected("JSONata") == "a number from 1 to 2 or a JSONata expression"
