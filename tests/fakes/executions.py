"""An account in which executions run whose events a test gives one by one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from maestro_cdk.cloud import LogLine
from maestro_cdk.errors import CloudError
from maestro_cdk.model import Execution, ExecutionEvent, Identity, PastExecution

THEN = datetime(2026, 1, 1, tzinfo=UTC)
MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:flow"
PREFIX = "arn:aws:states:eu-west-1:123456789012:execution:flow"
DEFINITION = '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}'


def history(*given, first=1):
    """Events of (type, details) and, where it is not the one before, the id that each follows."""
    return [
        ExecutionEvent(
            id=n,
            previous_id=previous[0] if previous else n - 1,
            type=kind,
            time=THEN + timedelta(seconds=n),
            details=details,
        )
        for n, (kind, details, *previous) in enumerate(given, first)
    ]


STARTED = ("ExecutionStarted", {})


def entered(name, kind="Task", *previous, given="{}"):
    return (f"{kind}StateEntered", {"name": name, "input": given}, *previous)


def exited(name, kind="Task", *previous, given="1"):
    return (f"{kind}StateExited", {"name": name, "output": given}, *previous)


class Machines:
    """Step Functions, to which a test adds what happens."""

    def __init__(self):
        self.events = {}
        self.pasts = {}
        self.definitions = {}
        self.map_runs = {}
        self.wrong = []  # raised by the next calls
        self.asked = []

    def begin(self, name, *given, definition=DEFINITION):
        arn = f"{PREFIX}:{name}"
        self.events[arn] = []
        self.definitions[arn] = definition
        outcome = Execution(arn=arn, name=name, status="RUNNING")
        self.pasts[arn] = PastExecution(outcome=outcome, began=THEN, input="{}")
        self.happen(name, *given)
        return arn

    def happen(self, name, *given):
        arn = f"{PREFIX}:{name}"
        known = self.events[arn]
        known += history(*given, first=len(known) + 1)

    def end(self, name, status="SUCCEEDED"):
        """DescribeExecution tells of the end from now on."""
        arn = f"{PREFIX}:{name}"
        past = self.pasts[arn]
        outcome = replace(past.outcome, status=status, output="1")
        self.pasts[arn] = replace(past, outcome=outcome, ended=THEN + timedelta(minutes=1))

    def recent(self, machine, /, *, most):
        self._asked("recent")
        return tuple(list(self.pasts.values())[::-1][:most])

    def past(self, execution, /):
        self._asked("past")
        if execution not in self.pasts:
            raise CloudError(f"there is no {execution}")
        return self.pasts[execution]

    def pages(self, execution, /):
        self._asked("pages")
        events = self.events[execution]
        for first in range(0, len(events), 1000):
            yield tuple(events[first : first + 1000])

    def history(self, execution, /, after):
        self._asked("history")
        return tuple(event for event in self.events[execution] if event.id > after)

    def definition(self, execution, /):
        return self.definitions[execution]

    def start(self, machine, /, *, name, payload):
        self._asked("start")
        arn = self.begin(name)
        self.pasts[arn] = replace(self.pasts[arn], input=payload)
        return arn

    def map_run(self, arn, /):
        return self.map_runs[arn]

    def express(self, machine, /):
        return False

    def _asked(self, what):
        self.asked.append(what)
        if self.wrong:
            raise self.wrong.pop(0)


class Logs:
    """CloudWatch Logs."""

    def __init__(self):
        self.written = {}

    def write(self, group, seconds, text):
        lines = self.written.setdefault(group, [])
        time = THEN + timedelta(seconds=seconds)
        lines.append(LogLine(id=f"{group}-{len(lines)}", time=time, text=text))

    def groups(self, prefix, /):
        return tuple(group for group in self.written if group.startswith(prefix))

    def lines(self, group, since, /, *, until=None):
        return tuple(
            line
            for line in self.written.get(group, ())
            if line.time >= since and (until is None or line.time <= until)
        )


def cloud():
    identity = Identity(account="123456789012", arn="arn", region="eu-west-1", partition="aws")
    versions = SimpleNamespace(alias=lambda machine: None)  # nothing is published
    return SimpleNamespace(identity=identity, machines=Machines(), logs=Logs(), versions=versions)
