"""Events as a person at a terminal, or a log, reads them. All of it goes to stderr."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING, TextIO

import click

from maestro_cdk.cli.findings import one_line
from maestro_cdk.cli.streams import silence
from maestro_cdk.cli.tracing import Trace
from maestro_cdk.model import StackEvent
from maestro_cdk.ports import (
    Advanced,
    Counted,
    Event,
    ExecutionMoved,
    Identified,
    Logged,
    Note,
    Noticed,
    Planned,
    ResourceChanged,
    Step,
    Waiting,
)
from maestro_cdk.timeline.durations import duration

if TYPE_CHECKING:
    from rich.text import Text as RichText

Style = Callable[..., str]

_SHOWN = 8
"""The most resources that the bottom of a terminal shows at once."""


class Reporter:
    """Writes a line for each event.

    Args:
        stream: where to.
        verbose: whether each step of each resource is told, or only its end.
        color: whether lines are coloured.
    """

    def __init__(self, stream: TextIO, *, verbose: bool, color: bool) -> None:
        self._stream, self._verbose, self._color = stream, verbose, color
        self._lock = threading.Lock()  # adapters work side by side
        self._trace = Trace(self.line, self.style, verbose=verbose)
        self._started: dict[str, datetime] = {}

    def emit(self, event: Event, /) -> None:
        """Take note of an event."""
        match event:
            case Step(text):
                self.line(f"{self.style('›', fg='cyan')} {text}")
            case Advanced(text):
                self.line(f"  {self.style('✓', fg='green')} {text}")
            case Note(text):
                self.line(f"  {text}")
            case Identified(identity):
                self.line(f"  in account {identity.account}, {identity.region}")
            case Noticed(finding):
                self.line(one_line(finding, self.style))
            case Planned(resources):
                self.planned(resources)
            case Waiting(seconds):
                self.waiting(seconds)
            case ResourceChanged(stack_event):
                self.resource(stack_event)
            case ExecutionMoved() | Logged() | Counted():
                self.execution(event)

    def line(self, text: str) -> None:
        """Write a line."""
        with self._lock:
            try:
                click.echo(text, file=self._stream, color=self._color)
            except BrokenPipeError:
                silence(self._stream)  # nobody reads along any more; the work goes on

    def style(self, text: str, **styles: str | bool) -> str:
        """A text in colour, where colours are shown."""
        return click.style(text, **styles) if self._color else text  # type: ignore[arg-type]

    def close(self) -> None:
        """Leave the terminal as it was."""

    # --- stacks ------------------------------------------------------------------------------

    def planned(self, resources: Sequence[str], /) -> None:
        """So much is to be done."""
        del resources
        self._started.clear()

    def waiting(self, seconds: float, /) -> None:
        """Nothing was heard for a while."""
        busy = ", ".join(self._started) or "CloudFormation"
        self.line(f"  … {seconds:.0f} s so far, waiting for {busy}")

    def _took(self, event: StackEvent) -> str:
        """How long a resource took, where its beginning was heard of."""
        if event.status.endswith("_IN_PROGRESS"):
            self._started.setdefault(event.logical_id, event.time)
            return ""
        began = self._started.pop(event.logical_id, None)
        if began is None or event.time <= began:
            return ""
        return self._dim(f" ({duration((event.time - began).total_seconds())})")

    def resource(self, event: StackEvent) -> None:
        """A resource's step: its end, and its failure with the reason."""
        took = "" if event.type.endswith("::Stack") else self._took(event)
        if event.status.endswith("_FAILED"):
            self.line(
                f"  {self.style('✗', fg='red')} {event.logical_id} {event.type} "
                f"{event.status}: {event.reason or ''}"
            )
        elif event.status == "DELETE_COMPLETE" and not event.type.endswith("::Stack"):
            self.line(
                f"  {self._dim('–')} {event.logical_id} {self._dim(f'{event.type} deleted')}{took}"
            )
        elif event.status.endswith("_COMPLETE") and not event.type.endswith("::Stack"):
            self.line(
                f"  {self.style('✓', fg='green')} {event.logical_id} {self._dim(event.type)}{took}"
            )
        elif self._verbose:
            self.line(f"    {event.logical_id} {self._dim(event.type)} {event.status}")

    # --- executions --------------------------------------------------------------------------

    def execution(self, event: ExecutionMoved | Logged | Counted) -> None:
        """What happened to a state, or what it is told of it."""
        match event:
            case ExecutionMoved(moved):
                self._trace.add(moved)
            case Logged():
                self._trace.log(event)
            case Counted():
                self._trace.count(event)

    def _dim(self, text: str) -> str:
        return self.style(text, dim=True)


class _Progress:
    """What rich asks again at each turn of the wheel."""

    def __init__(self, text: Callable[[], str]) -> None:
        self._text = text

    def __rich__(self) -> "RichText":
        from rich.text import Text  # noqa: PLC0415 - there already

        return Text(self._text(), style="dim")


class LiveReporter(Reporter):
    """The same at a terminal, with lines at the bottom that show that work goes on.

    They say what is being done and for how long, how much of it is left, and which resources are
    at it.
    """

    def __init__(self, stream: TextIO, *, verbose: bool) -> None:
        super().__init__(stream, verbose=verbose, color=True)
        from rich.console import Console  # noqa: PLC0415 - 0.1 s that only a terminal pays

        self._console = Console(file=stream, highlight=False)
        self._status = self._console.status(_Progress(self.progress))
        self._running = False
        self._step, self._detail, self._since = "", "", 0.0
        self._left: set[str] = set()
        self._total = 0
        self._busy: dict[str, tuple[str, float]] = {}

    def emit(self, event: Event, /) -> None:
        """Take note of an event, and turn the wheel."""
        if isinstance(event, Step):
            self._step, self._detail, self._since = event.text, "", monotonic()
            self._left, self._total = set(), 0
            self._busy.clear()
            if not self._running:
                self._running = True
                self._status.start()
        if isinstance(event, Advanced):
            self._detail = f" · {event.done} of {event.total}"
            return
        super().emit(event)

    def planned(self, resources: Sequence[str], /) -> None:
        """So much is to be done."""
        super().planned(resources)
        self._left, self._total = set(resources), len(resources)

    def waiting(self, seconds: float, /) -> None:
        """The wheel shows it."""

    def resource(self, event: StackEvent) -> None:
        """A resource's step moves the wheel; only a failure, or `-v`, is worth a line."""
        if self._verbose or event.status.endswith("_FAILED"):
            super().resource(event)
        if event.type.endswith("::Stack"):
            return
        if event.status.endswith("_IN_PROGRESS"):
            self._busy.setdefault(event.logical_id, (event.type, monotonic()))
        else:
            self._busy.pop(event.logical_id, None)
            self._left.discard(event.logical_id)

    def progress(self) -> str:
        """What the bottom of the terminal shows now."""
        now = monotonic()
        left = f" · {len(self._left)} of {self._total} left" if self._total else self._detail
        lines = [f"{self._step}{left} · {now - self._since:.0f} s"]
        lines += [
            f"    {name} {kind.removeprefix('AWS::')} {now - began:.0f} s"
            for name, (kind, began) in [*self._busy.items()][:_SHOWN]
        ]
        if len(self._busy) > _SHOWN:
            lines.append(f"    and {len(self._busy) - _SHOWN} more")
        return "\n".join(lines)

    def line(self, text: str) -> None:
        """Write a line above the wheel."""
        if not self._running:
            super().line(text)
            return
        from rich.text import Text  # noqa: PLC0415 - there already

        with self._lock:
            self._console.print(Text.from_ansi(text))

    def close(self) -> None:
        """Take the wheel away."""
        if self._running:
            self._running = False
            self._status.stop()


def reporter_for(stream: TextIO, *, verbose: bool) -> Reporter:
    """The reporter that suits a stream: live at a terminal, plain lines elsewhere."""
    if stream.isatty() and colors():
        return LiveReporter(stream, verbose=verbose)
    return Reporter(stream, verbose=verbose, color=False)


def colors() -> bool:
    """Whether colours may be used: `--no-color` and NO_COLOR say no."""
    context = click.get_current_context(silent=True)
    return context is None or context.find_root().color is not False


def table(rows: Sequence[tuple[str, ...]], *, indent: str = "  ") -> str:
    """Rows in columns."""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))] if rows else []
    lines = (
        indent + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)
