"""What is another value by the time it is read is told from what is meant as it stands."""

import pytest

from maestro_cdk.asl.deferred import computed, deferred


@pytest.mark.parametrize(
    "value",
    [
        "${queue}",
        "arn:aws:sqs:${region}:1:queue",
        "__tbd__",
        "_tbd_",
        "%QUEUE%",
        "{{ queue }}",
        "<QUEUE>",
        {"Ref": "Queue"},
        {"Fn::GetAtt": ["Queue", "Arn"]},
        None,
    ],
)
def test_what_becomes_another(value):
    assert deferred(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "queue",
        "$.queue",
        "{% $q %}",
        "snake_case",
        "a_b_c",
        0,
        False,
        {},
        [],
        {"Ref": 1, "b": 2},
    ],
)
def test_what_is_meant_as_it_stands(value):
    assert not deferred(value)


@pytest.mark.parametrize(
    ("value", "expected"), [("{% 1 %}", True), ("{%1%}", True), ("$.a", False), (1, False)]
)
def test_what_is_computed(value, expected):
    assert computed(value) is expected
