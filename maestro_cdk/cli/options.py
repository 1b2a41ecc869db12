"""The flags that commands share, turned into the context that a command works with."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import click

from maestro_cdk.cli import completing
from maestro_cdk.cli.context import Context, Options

P = ParamSpec("P")
R = TypeVar("R")

_FLAGS: dict[str, Callable[[Any], Any]] = {
    "project": click.option(
        "--project",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="The project's folder.  [default: the nearest upward that holds a definition]",
    ),
    "stage": click.option(
        "--stage",
        metavar="NAME",
        shell_complete=completing.stages,
        help="A stage of maestro.toml.",
    ),
    "profile": click.option(
        "--profile", metavar="NAME", help="A profile of the AWS configuration."
    ),
    "region": click.option("--region", metavar="REGION", help="The region to work in."),
    "local": click.option("--local", is_flag=True, help="The AWS on this machine."),
    "output": click.option(
        "--output",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="How the result is printed.",
    ),
    "yes": click.option("-y", "--yes", is_flag=True, help="Answer every question with yes."),
}


def _more(ctx: click.Context, _: click.Parameter, given: bool) -> None:  # noqa: FBT001 - click's
    """`maestro deploy -v` means what `maestro -v deploy` does."""
    if given:
        ctx.find_root().params["verbose"] = True


_VERBOSE = click.option(
    "-v",
    "--verbose",
    is_flag=True,
    expose_value=False,
    callback=_more,
    help="Tell more; show stack traces.",
)

PROJECT = ("project", "stage")
CLOUD = (*PROJECT, "profile", "region", "local", "output")


def shared(*names: str) -> Callable[[Callable[Concatenate[Context, P], R]], Callable[P, R]]:
    """Give a command shared flags, and in their place a Context as its first argument."""

    def decorate(command: Callable[Concatenate[Context, P], R]) -> Callable[P, R]:
        @functools.wraps(command)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            given: dict[str, Any] = {name: kwargs.pop(name) for name in names}
            root = click.get_current_context().find_root()
            context = Context(Options(**given), verbose=bool(root.params.get("verbose")))
            root.obj = context
            try:
                return command(context, *args, **kwargs)
            finally:
                context.reporter.close()

        wrapped: Callable[P, R] = run
        for name in reversed(names):
            wrapped = _FLAGS[name](wrapped)
        return _VERBOSE(wrapped)

    return decorate
