"""Examples of a command: shown by its help, in its man page and in the reference."""

import inspect
from collections.abc import Callable, Sequence
from typing import TypeVar

Command = TypeVar("Command", bound=Callable[..., object])
Example = tuple[str, str]
"""What is typed, and what it is for."""


def examples(*shown: Example) -> Callable[[Command], Command]:
    """Give a command examples: they stand at the end of its help, as they are written."""

    def decorate(command: Command) -> Command:
        width = max(len(typed) for typed, _ in shown)
        lines = [f"  {typed:<{width}}  {meant}" for typed, meant in shown]
        text = "\n".join(["\b", "Examples:", *lines])
        command.__doc__ = f"{inspect.cleandoc(command.__doc__ or '')}\n\n{text}"
        vars(command)["examples"] = shown
        return command

    return decorate


def of(command: Callable[..., object] | None) -> Sequence[Example]:
    """The examples of a command's function."""
    return tuple(vars(command).get("examples", ())) if command else ()
