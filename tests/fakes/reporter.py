"""Whoever watches, in tests."""

from maestro_cdk.ports import ExecutionMoved, Note, ResourceChanged, Step


class FakeReporter:
    """Keeps what it hears."""

    def __init__(self):
        self.heard = []

    def emit(self, event, /):
        self.heard.append(event)

    @property
    def texts(self):
        return [event.text for event in self.heard if isinstance(event, Step | Note)]

    @property
    def stack_events(self):
        return [event.event for event in self.heard if isinstance(event, ResourceChanged)]

    @property
    def execution_events(self):
        return [event.event for event in self.heard if isinstance(event, ExecutionMoved)]
