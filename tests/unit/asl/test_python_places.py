"""Where a value stands in the module that its definition was compiled of."""

import pytest

from maestro_cdk.asl.python_places import PythonPlaces, Span

SOURCE = """\
from sfnx import aws, state_machine

LIMITS = {"FunctionName": "elsewhere"}


@state_machine(timeout=300)
def orders(input):
    "é"; receipt = aws.optimized.lambda_.invoke(FunctionName="chärge", Payload={"id": "ö", "n": [1]},
        retry=[{"ErrorEquals": ["a", "b"]}, {"ErrorEquals": ["c"]}],
        timeout=5)
    wait = aws.sdk.sqs.send_message(QueueUrl=URL, **LIMITS)
    return {"Payload": receipt}


def other(): return r"\\d" + "\\d"
"""

CHARGE = ("States", "charge")
SEND = ("States", "send")


@pytest.fixture
def places():
    return PythonPlaces(
        file="workflow.py",
        source=SOURCE,
        function="orders",
        spans={
            CHARGE: (Span(start=(8, 10), end=(10, 19)), Span(start=(12, 5), end=(12, 33))),
            SEND: (Span(start=(11, 5), end=(11, 60)),),
            (*CHARGE, "Catch", 0): (Span(start=(12, 5), end=(12, 33)),),
        },
    )


@pytest.mark.parametrize(
    ("pointer", "value", "key"),
    [
        # The machine is its function,
        ((), (7, 1), (7, 1)),
        (("StartAt",), (7, 1), (7, 1)),
        (("States", "gone", "Next"), (7, 1), (7, 1)),
        # a state its statement,
        (CHARGE, (8, 10), (8, 10)),
        ((*CHARGE, "Next"), (8, 10), (8, 10)),
        ((*CHARGE, "Arguments"), (8, 10), (8, 10)),
        ((*CHARGE, "Catch", 0, "Next"), (12, 5), (12, 5)),
        # and what is passed is found by name, in that statement,
        ((*CHARGE, "Arguments", "FunctionName"), (8, 62), (8, 49)),
        ((*CHARGE, "Arguments", "Payload"), (8, 80), (8, 72)),
        ((*CHARGE, "Arguments", "Payload", "id"), (8, 87), (8, 81)),
        ((*CHARGE, "Arguments", "Payload", "n", 0), (8, 98), (8, 98)),
        ((*CHARGE, "TimeoutSeconds"), (10, 17), (10, 9)),
        ((*CHARGE, "Retry"), (9, 15), (9, 9)),
        ((*CHARGE, "Retry", 1, "ErrorEquals", 0), (9, 62), (9, 62)),
        ((*SEND, "Arguments", "QueueUrl"), (11, 46), (11, 37)),
        # as far as it is written there.
        ((*CHARGE, "Arguments", "Payload", "id", "deeper"), (8, 87), (8, 81)),
        ((*CHARGE, "Retry", 7, "ErrorEquals"), (9, 15), (9, 9)),
        ((*CHARGE, "Retry", 0, "MaxAttempts"), (9, 16), (9, 16)),
        ((*CHARGE, "HeartbeatSeconds"), (8, 10), (8, 10)),
        ((*SEND, "Arguments", "FunctionName"), (11, 5), (11, 5)),
        ((*SEND, "Arguments", "MessageBody"), (11, 5), (11, 5)),
        # What a field is called in the definition is no argument's name.
        ((*CHARGE, "Payload"), (8, 10), (8, 10)),
    ],
)
def test_a_value_is_found_where_it_is_written(places, pointer, value, key):
    found = [places.where(pointer), places.where(pointer, key=True)]
    assert [(where.line, where.column) for where in found] == [value, key]
    assert {where.file for where in found} == {"workflow.py"}


def test_a_character_of_a_text_is_found_where_the_text_is(places):
    pointer = (*CHARGE, "Arguments", "FunctionName")
    assert places.inside(pointer, 3) == places.where(pointer)
