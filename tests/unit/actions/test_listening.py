"""What functions write while an execution calls them."""

from datetime import timedelta

import pytest

from maestro_cdk.actions import run as running
from maestro_cdk.actions.counting import Maps
from maestro_cdk.actions.listening import Listener
from maestro_cdk.cloud import LogLine, MapRun
from maestro_cdk.errors import CloudError
from maestro_cdk.model import ExecutionEvent
from maestro_cdk.ports import Counted, Logged

MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:approval"
GROUP = "/maestro/approval/manager"
CALL = {"resource": "arn:aws:lambda:eu-west-1:123456789012:function:approval_manager:3"}
REPORT = "REPORT RequestId: 1\tDuration: 1 ms"


class Lines:
    """Lines that can be read some seconds after they were written."""

    def __init__(self, clock):
        self.clock, self.begun, self.lines_, self.asked = clock, clock.now(), [], []
        self.error = None

    def write(self, seconds, text, *, late=0.0, group=GROUP):
        time = self.begun + timedelta(seconds=seconds)
        line = LogLine(id=f"{seconds} {text}", time=time, text=text)
        self.lines_.append((group, line, time + timedelta(seconds=late)))

    def lines(self, group, since, /):
        self.asked.append(group)
        if self.error:
            raise self.error
        now = self.clock.now()
        return tuple(
            line
            for of, line, known in self.lines_
            if of == group and since <= line.time and known <= now
        )


@pytest.fixture
def lines(cloud, clock):
    cloud.logs = Lines(clock)
    return cloud.logs


@pytest.fixture
def follow(cloud, clock, reporter, lines):
    def followed(*events):
        cloud.machines.script(MACHINE, (0, "ExecutionStarted", {}), *events)
        target = running.Target(arn=MACHINE, named="it")
        started = running.start(
            target, MACHINE, "{}", name="one", wait=True, cloud=cloud, clock=clock
        )
        running.follow(
            started.arn,
            cloud=cloud,
            reporter=reporter,
            clock=clock,
            timeout=None,
            listener=Listener("approval", cloud=cloud, reporter=reporter, clock=clock),
        )
        return [(each.call, each.text) for each in reporter.heard if isinstance(each, Logged)]

    return followed


def test_a_line_is_told_by_the_call_that_wrote_it(follow, lines):
    lines.write(3, "hello")
    lines.write(4, REPORT)
    assert follow(
        (1, "TaskStateEntered", {"name": "A"}),
        (2, "LambdaFunctionScheduled", CALL),
        (5, "LambdaFunctionSucceeded", {}),
        (6, "ExecutionSucceeded", {}),
    ) == [(3, "hello"), (3, REPORT)]


def test_a_line_that_is_late_is_waited_for(follow, lines, clock):
    lines.write(3, "hello", late=4)
    lines.write(4, REPORT, late=4)
    found = follow(
        (2, "LambdaFunctionScheduled", CALL),
        (5, "LambdaFunctionSucceeded", {}),
        (6, "ExecutionSucceeded", {}),
    )
    assert [text for _, text in found] == ["hello", REPORT]
    assert clock.now() - lines.begun < timedelta(seconds=10)


def test_what_never_comes_is_not_waited_for_long(follow, lines, clock):
    assert follow((2, "LambdaFunctionScheduled", CALL), (6, "ExecutionAborted", {})) == []
    assert clock.now() - lines.begun < timedelta(seconds=12)


def test_two_calls_of_one_function_are_told_apart(follow, lines):
    lines.write(2.5, "first")
    lines.write(7.5, "second")
    assert follow(
        (2, "LambdaFunctionScheduled", CALL),
        (3, "LambdaFunctionFailed", {}),
        (7, "LambdaFunctionScheduled", CALL),
        (8, "LambdaFunctionSucceeded", {}),
        (9, "ExecutionSucceeded", {}),
    ) == [(2, "first"), (4, "second")]


def test_only_functions_that_were_called_are_asked(follow, lines):
    lines.write(3, "noise", group="/maestro/approval/notifier")
    assert follow((1, "PassStateEntered", {"name": "A"}), (9, "ExecutionSucceeded", {})) == []
    assert lines.asked == []


def test_logs_that_cannot_be_read_are_told_once(follow, lines, reporter):
    lines.error = CloudError("no rights")
    follow(
        (2, "LambdaFunctionScheduled", CALL),
        (60, "LambdaFunctionSucceeded", {}),
        (61, "ExecutionSucceeded", {}),
    )
    assert reporter.texts.count("without the functions' logs: no rights") == 1


def test_logs_are_asked_at_most_once_a_second(follow, lines):
    follow(
        (2, "LambdaFunctionScheduled", CALL),
        (62, "LambdaFunctionSucceeded", {}),
        (63, "ExecutionSucceeded", {}),
    )
    assert len(lines.asked) < 75


# --- items of a distributed Map ----------------------------------------------------------------


@pytest.fixture
def maps(cloud, reporter):
    return Maps(cloud, reporter)


def began(clock, kind="MapRunStarted", id_=4, before=3):
    details = {"mapRunArn": "run"} if kind == "MapRunStarted" else {}
    return ExecutionEvent(id=id_, previous_id=before, type=kind, time=clock.now(), details=details)


def test_items_are_counted_until_the_run_ends(maps, cloud, clock, reporter):
    cloud.machines.map_runs["run"] = MapRun(total=10, done=3, failed=1)
    maps.look()
    maps.hear(began(clock))
    maps.look()
    maps.look()
    cloud.machines.map_runs["run"] = MapRun(total=10, done=10, failed=1)
    maps.hear(began(clock, "MapRunSucceeded", 5, 4))
    maps.look()
    cloud.machines.map_runs["run"] = MapRun(total=10, done=11, failed=1)
    maps.look()
    assert reporter.heard == [Counted(4, 3, 10, 1), Counted(4, 10, 10, 1)]


def test_a_run_that_cannot_be_looked_at_is_left(maps, clock, reporter):
    maps.hear(began(clock))
    maps.look()
    maps.look()
    assert reporter.heard == []
