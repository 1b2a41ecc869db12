"""The way in, and the exit code that says how it went."""

import gc
import os
import signal
import sys
from itertools import pairwise
from types import FrameType

import click

from maestro_cdk.cli.root import maestro
from maestro_cdk.cli.streams import silence

EXIT_USAGE = 2
EXIT_BUG = 3
EXIT_INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> None:
    """Run a command, and exit."""
    _open_streams()
    gc.set_threshold(50_000)  # a command is short: looking for garbage was a tenth of its time
    words = sys.argv[1:] if arguments is None else arguments
    try:
        # In here, for a signal may come as soon as somebody listens.
        signal.signal(signal.SIGTERM, _interrupt)
        code = maestro.main(words, prog_name="maestro", standalone_mode=False)
    except click.exceptions.Exit as error:
        code = error.exit_code
    except click.ClickException as error:
        error.show()
        code = _told(words, error.format_message(), EXIT_USAGE)
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        code = _told(words, "interrupted", EXIT_INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - whatever is left is a bug of ours
        from maestro_cdk.cli import failures  # noqa: PLC0415 - not needed where all is well

        failures.report_bug(error)
        code = _told(words, f"a bug of maestro's: {error!r}", EXIT_BUG)
    _let_go()
    sys.exit(code if isinstance(code, int) else 0)


def _let_go() -> None:
    """Drop what cannot be written: Python would try again at its end, and exit with 120."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            silence(stream)


def _told(words: list[str], message: str, code: int) -> int:
    """The exit code; where the result was to be JSON, it is, with the message in it."""
    if "--output=json" in words or ("--output", "json") in pairwise(words):
        import json  # noqa: PLC0415 - not needed where all is well

        click.echo(json.dumps({"error": {"message": message, "hint": None, "where": None}}))
    return code


def _open_streams() -> None:
    """Put nothing in place of a standard stream that whoever called us has closed.

    Otherwise it would be missing, and the next file that is opened would get its number.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """End as Ctrl-C ends us: what is half done is cleaned up on the way out."""
    raise KeyboardInterrupt
