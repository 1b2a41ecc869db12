"""Events as a person at a terminal, or a log, reads them. All of it goes to stderr."""

import contextlib
import json
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TextIO

import click

from maestro_cdk.cli.findings import one_line
from maestro_cdk.cli.streams import silence
from maestro_cdk.model import ExecutionEvent, StackEvent
from maestro_cdk.ports import (
    Advanced,
    Event,
    ExecutionMoved,
    Identified,
    Note,
    Noticed,
    ResourceChanged,
    Step,
)

Style = Callable[..., str]

_ENTERED = "StateEntered"
_EXITED = "StateExited"
_TROUBLE = ("Failed", "TimedOut", "Aborted")


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
        self._began: datetime | None = None
        self._entered: dict[str, datetime] = {}

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
            case ResourceChanged(stack_event):
                self.resource(stack_event)
            case ExecutionMoved(execution_event):
                self.execution(execution_event)

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

    def resource(self, event: StackEvent) -> None:
        """A resource's step: its end, and its failure with the reason."""
        if event.status.endswith("_FAILED"):
            self.line(
                f"  {self.style('✗', fg='red')} {event.logical_id} {event.type} "
                f"{event.status}: {event.reason or ''}"
            )
        elif event.status == "DELETE_COMPLETE" and not event.type.endswith("::Stack"):
            self.line(f"  {self._dim('–')} {event.logical_id} {self._dim(f'{event.type} deleted')}")
        elif event.status.endswith("_COMPLETE") and not event.type.endswith("::Stack"):
            self.line(f"  {self.style('✓', fg='green')} {event.logical_id} {self._dim(event.type)}")
        elif self._verbose:
            self.line(f"    {event.logical_id} {self._dim(event.type)} {event.status}")

    # --- executions --------------------------------------------------------------------------

    def execution(self, event: ExecutionEvent) -> None:
        """A state entered or left, with its time; and what went wrong between."""
        self._began = self._began or event.time
        at = f"{(event.time - self._began).total_seconds():7.2f} s "
        name = str(event.details.get("name", ""))
        if event.type.endswith(_ENTERED):
            self._entered[name] = event.time
            self.line(f"{self._dim(at)} {self.style('→', fg='cyan')} {name}")
        elif event.type.endswith(_EXITED):
            took = self._entered.pop(name, event.time)
            spent = self._dim(f"({_duration((event.time - took).total_seconds())})")
            self.line(f"{self._dim(at)} {self.style('✓', fg='green')} {name} {spent}")
        elif event.type.endswith(_TROUBLE) and not event.type.startswith("Execution"):
            said = failure(event.details.get("error"), event.details.get("cause"), limit=200)
            self.line(f"{self._dim(at)} {self.style('✗', fg='red')} {event.type} {said}")
        elif self._verbose:
            self.line(f"{self._dim(at)}   {self._dim(event.type)}")

    def _dim(self, text: str) -> str:
        return self.style(text, dim=True)


class LiveReporter(Reporter):
    """The same at a terminal, with a line at the bottom that shows that work goes on."""

    def __init__(self, stream: TextIO, *, verbose: bool) -> None:
        super().__init__(stream, verbose=verbose, color=True)
        from rich.console import Console  # noqa: PLC0415 - 0.1 s that only a terminal pays

        self._console = Console(file=stream, highlight=False)
        self._status = self._console.status("")
        self._running = False
        self._step = ""
        self._done: set[str] = set()

    def emit(self, event: Event, /) -> None:
        """Take note of an event, and turn the wheel."""
        if isinstance(event, Step):
            self._step = event.text
            self._done.clear()
            self._turn("")
            if not self._running:
                self._running = True
                self._status.start()
        if isinstance(event, Advanced):
            self._turn(f" · {event.done} of {event.total}")
            return
        super().emit(event)

    def resource(self, event: StackEvent) -> None:
        """A resource's step moves the wheel; only a failure, or `-v`, is worth a line."""
        if self._verbose or event.status.endswith("_FAILED"):
            super().resource(event)
        if event.type.endswith("::Stack"):
            return
        if event.status.endswith("_COMPLETE"):
            self._done.add(event.logical_id)
        self._turn(f" · {len(self._done)} done · {event.logical_id}")

    def _turn(self, detail: str) -> None:
        from rich.text import Text  # noqa: PLC0415 - there already

        self._status.update(Text(f"{self._step}{detail}", style="dim"))

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


def _duration(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"


def failure(error: str | None, cause: str | None, *, limit: int) -> str:
    """An error and its cause in a line of so many characters at most.

    The cause of a function's error is JSON that Lambda makes; what it says is its errorMessage.
    """
    said = cause or ""
    with contextlib.suppress(ValueError, TypeError, KeyError):
        said = json.loads(said)["errorMessage"]
    text = ": ".join(part for part in (error, str(said)) if part)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
