"""Log lines in order of time, none lost and none twice, and whose they are."""

from datetime import UTC, datetime, timedelta

import pytest

from maestro_cdk.actions import tailing
from maestro_cdk.actions.tailing import MACHINE, Source, Tail
from maestro_cdk.cloud import LogLine
from maestro_cdk.errors import CloudError
from maestro_cdk.model import ExecutionEvent
from tests.fakes.projects import project

THEN = datetime(2026, 1, 1, tzinfo=UTC)
ONE, TWO = Source(name="one", group="g1"), Source(name="two", group="g2")


class Logs:
    """CloudWatch Logs, in which lines turn up late."""

    def __init__(self):
        self.written, self.broken = {}, set()

    def write(self, group, seconds, text):
        number = sum(map(len, self.written.values()))
        line = LogLine(id=str(number), time=THEN + timedelta(seconds=seconds), text=text)
        self.written.setdefault(group, []).append(line)

    def groups(self, prefix, /):
        return tuple(group for group in self.written if group.startswith(prefix))

    def lines(self, group, since, /):
        if group in self.broken:
            raise CloudError("throttled")
        return tuple(line for line in self.written.get(group, ()) if line.time >= since)


@pytest.fixture
def tail(cloud):
    cloud.logs = Logs()
    return Tail(cloud, THEN)


def texts(lines):
    return [line.text for _, line in lines]


def test_lines_of_all_come_in_order_of_time(tail, cloud):
    cloud.logs.write("g1", 3, "c")
    cloud.logs.write("g2", 1, "a")
    cloud.logs.write("g1", 2, "b")
    found = tail.look([ONE, TWO])
    assert [(name, line.text) for name, line in found] == [("two", "a"), ("one", "b"), ("one", "c")]


def test_what_was_given_is_not_given_again_and_what_is_late_is_given(tail, cloud):
    cloud.logs.write("g1", 20, "first")
    assert texts(tail.look([ONE])) == ["first"]
    cloud.logs.write("g1", 20, "the same moment")
    cloud.logs.write("g2", 6, "late")
    assert texts(tail.look([ONE, TWO])) == ["late", "the same moment"]
    assert tail.look([ONE, TWO]) == []


def test_what_is_before_the_time_is_left_out(cloud):
    cloud.logs = Logs()
    cloud.logs.write("g1", 5, "before")
    cloud.logs.write("g1", 15, "after")
    assert texts(Tail(cloud, THEN + timedelta(seconds=10)).look([ONE])) == ["after"]


def test_a_log_that_cannot_be_read_is_told_or_left_to_the_next_look(tail, cloud):
    cloud.logs.write("g1", 1, "a")
    cloud.logs.write("g2", 1, "b")
    cloud.logs.broken.add("g1")
    with pytest.raises(CloudError):
        tail.look([ONE, TWO])
    assert texts(tail.look([ONE, TWO], patient=True)) == ["b"]
    cloud.logs.broken.clear()
    assert texts(tail.look([ONE, TWO], patient=True)) == ["a"]


def test_a_projects_logs_are_those_of_its_name(cloud):
    cloud.logs = Logs()
    for group in (
        "/maestro/approval/manager",
        "/maestro/approval-two/manager",
        "/aws/vendedlogs/states/approval",
        "/aws/vendedlogs/states/approval-two",
    ):
        cloud.logs.write(group, 1, "x")
    assert [source.name for source in tailing.sources(project(), cloud=cloud)] == [
        "manager",
        MACHINE,
    ]


# --- of one execution --------------------------------------------------------------------------


def events(*given):
    return [
        ExecutionEvent(
            id=n,
            previous_id=previous[0] if previous else n - 1,
            type=kind,
            time=THEN + timedelta(seconds=10 * n),
            details=details,
        )
        for n, (kind, details, *previous) in enumerate(given, 1)
    ]


ARN = "arn:aws:lambda:eu-west-1:1:function:approval_manager"


def test_a_function_was_called_from_its_scheduling_to_its_end():
    found = tailing.windows(
        events(
            ("LambdaFunctionScheduled", {"resource": ARN}),
            ("LambdaFunctionStarted", {}),
            ("LambdaFunctionFailed", {}),
            ("LambdaFunctionScheduled", {"resource": ARN}),
        ),
        "approval",
    )
    assert [each.function for each in found] == ["manager", "manager"]
    assert [(each.began, each.ended) for each in found] == [
        (THEN + timedelta(seconds=10), THEN + timedelta(seconds=30)),
        (THEN + timedelta(seconds=40), None),
    ]


@pytest.mark.parametrize(
    ("details", "count"),
    [
        ({"resourceType": "lambda", "parameters": f'{{"FunctionName":"{ARN}"}}'}, 1),
        ({"resourceType": "lambda", "parameters": '{"FunctionName": "approval_manager"}'}, 1),
        ({"resourceType": "lambda", "parameters": '{"FunctionName": "anothers"}'}, 0),
        ({"resourceType": "dynamodb", "parameters": '{"FunctionName": "approval_x"}'}, 0),
    ],
)
def test_calls_by_an_integration_count_too(details, count):
    found = tailing.windows(events(("TaskScheduled", details), ("TaskSucceeded", {})), "approval")
    assert [each.function for each in found] == ["manager"] * count


@pytest.mark.parametrize(
    ("source", "seconds", "held"),
    [
        ("manager", 10, True),
        ("manager", 30.1, True),
        ("manager", 31, False),
        ("manager", 9, False),
        ("other", 20, False),
    ],
)
def test_a_line_is_of_a_call_by_its_function_and_its_time(source, seconds, held):
    (window,) = tailing.windows(
        events(
            ("LambdaFunctionScheduled", {"resource": ARN}),
            ("LambdaFunctionStarted", {}),
            ("LambdaFunctionSucceeded", {}),
        ),
        "approval",
    )
    line = LogLine(id="1", time=THEN + timedelta(seconds=seconds), text="x")
    assert window.holds(source, line) is held
