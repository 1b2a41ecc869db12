"""The root command, and the one place where errors become messages and exit codes."""

import json
import os
import platform
import sys
import tempfile
import traceback
from itertools import pairwise
from pathlib import Path
from typing import Any

import click

from maestro_cdk import __version__
from maestro_cdk.cli import deploying, developing, locally, making
from maestro_cdk.cli.findings import as_text, as_values
from maestro_cdk.cli.output import silence
from maestro_cdk.errors import MaestroError, ProjectError

EXIT_BUG = 3
EXIT_INTERRUPTED = 130

_GROUPS = {
    "Begin": ("new",),
    "Build": ("validate", "compile", "synth"),
    "Deploy": ("deploy", "teardown"),
    "Run": ("run",),
    "This machine": ("local",),
    "More": ("help",),
}


class _Root(click.Group):
    """The root group: commands listed by what one does, near misses named."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; that nobody reads its output any more is no error.

        It would be one to click, which ends with 1 and leaves nothing to catch.
        """
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            silence(sys.stdout)
            return 0
        return result

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, names in _GROUPS.items():
            rows = [
                (name, command.get_short_help_str(limit=70))
                for name in names
                if (command := self.get_command(ctx, name)) is not None
            ]
            with formatter.section(title):
                formatter.write_dl(rows)


@click.group(
    cls=_Root,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="`maestro help COMMAND` tells more of each.",
)
@click.version_option(__version__, prog_name="maestro", message="%(prog)s %(version)s")
@click.option("-v", "--verbose", is_flag=True, help="Tell more; show stack traces.")
@click.option("--no-color", is_flag=True, help="No colours. The variable NO_COLOR counts too.")
@click.pass_context
def maestro(ctx: click.Context, *, verbose: bool, no_color: bool) -> None:
    """A folder becomes a running workflow on AWS Step Functions.

    The state machine is definition.asl.json, the functions are lambdas/; `maestro deploy` makes
    one CloudFormation stack of them, `maestro teardown` deletes it.
    """
    del verbose  # read from the context by whoever needs it
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
    if no_color or os.environ.get("NO_COLOR"):
        ctx.color = False


@maestro.command("help")
@click.argument("words", nargs=-1, metavar="[COMMAND]")
@click.pass_context
def help_(ctx: click.Context, *, words: tuple[str, ...]) -> None:
    """Show help for maestro or one of its commands."""
    root = ctx.find_root()
    command: click.Command = maestro
    inner = root
    for word in words:
        found = command.get_command(inner, word) if isinstance(command, click.Group) else None
        if found is None:
            raise click.UsageError(f"there is no command {' '.join(words)!r}")
        inner = click.Context(found, info_name=word, parent=inner)
        command = found
    click.echo(command.get_help(inner))


for _module in (making, developing, deploying, locally):
    for _command in _module.COMMANDS:
        maestro.add_command(_command)


def main(arguments: list[str] | None = None) -> None:
    """Run a command, and exit with the code that says how it went."""
    try:
        code = maestro.main(arguments, prog_name="maestro", standalone_mode=False)
    except click.exceptions.Exit as error:
        code = error.exit_code
    except click.ClickException as error:
        error.show()
        code = 2
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        code = EXIT_INTERRUPTED
    except MaestroError as error:
        _show(error)
        code = error.exit_code
    except Exception as error:  # noqa: BLE001 - whatever is left is a bug of ours
        _report_bug(error)
        code = EXIT_BUG
    sys.exit(code if isinstance(code, int) else 0)


def _show(error: MaestroError) -> None:
    """Say what is wrong, where, and what to do."""
    if "-v" in sys.argv or "--verbose" in sys.argv:
        traceback.print_exception(error)
    if _wants_json() and not error.in_result:
        body: dict[str, Any] = {"message": error.message, "hint": error.hint}
        body["where"] = str(error.where) if error.where else None
        if isinstance(error, ProjectError):
            body["findings"] = as_values(error.findings)
        click.echo(json.dumps({"error": body}, indent=2))
    if isinstance(error, ProjectError):
        click.echo(as_text(error.findings, Path.cwd()), err=True)
        return
    place = f"{error.where}: " if error.where else ""
    click.echo(f"{click.style('error:', fg='red', bold=True)} {place}{error.message}", err=True)
    if error.hint:
        click.echo(f"  {error.hint}", err=True)


def _wants_json() -> bool:
    words = sys.argv[1:]
    return "--output=json" in words or any(pair == ("--output", "json") for pair in pairwise(words))


def _report_bug(error: Exception) -> None:
    """Write what we need to know to a file, and name it."""
    report = "\n".join(
        [
            f"maestro {__version__}, Python {platform.python_version()}, {platform.platform()}",
            f"command: {' '.join(sys.argv)}",
            "",
            "".join(traceback.format_exception(error)),
        ]
    )
    with tempfile.NamedTemporaryFile(
        "w", prefix="maestro-bug-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.write(report)
    click.echo(f"{click.style('bug:', fg='red', bold=True)} {error!r}", err=True)
    click.echo(f"  this is maestro's fault; a report is in {file.name}", err=True)
