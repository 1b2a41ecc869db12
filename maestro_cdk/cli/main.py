"""The way in, and the exit code that says how it went."""

import sys

import click

from maestro_cdk.cli.root import maestro

EXIT_USAGE = 2
EXIT_BUG = 3
EXIT_INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> None:
    """Run a command, and exit."""
    try:
        code = maestro.main(arguments, prog_name="maestro", standalone_mode=False)
    except click.exceptions.Exit as error:
        code = error.exit_code
    except click.ClickException as error:
        error.show()
        code = EXIT_USAGE
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        code = EXIT_INTERRUPTED
    except Exception as error:  # noqa: BLE001 - whatever is left is a bug of ours
        from maestro_cdk.cli import failures  # noqa: PLC0415 - not needed where all is well

        failures.report_bug(error)
        code = EXIT_BUG
    sys.exit(code if isinstance(code, int) else 0)
