"""The root command, and which module has which of the others."""

import importlib
import os
import sys
from typing import Any

import click

from maestro_cdk import __version__
from maestro_cdk.cli import completing
from maestro_cdk.cli.examples import examples
from maestro_cdk.cli.streams import silence
from maestro_cdk.errors import MaestroError

TABLE: dict[str, dict[str, tuple[str, str]]] = {
    "Begin": {
        "new": ("making", "Make a project's folder from a template."),
        "config": ("configuring", "Say once which account and region you work with."),
        "get-templates": (
            "fetching",
            "Install templates for this user, from git or ours.",
        ),
    },
    "Build": {
        "validate": ("developing", "Find every problem of the project, without AWS."),
        "permissions": ("permissions", "Print what the roles may do, and which states need it."),
        "compile": ("developing", "Print the definition as it will be deployed."),
        "synth": ("developing", "Write the cloud assembly, and print the template."),
    },
    "Deploy": {
        "diff": ("deploying", "Print what deploying would change, and change nothing."),
        "deploy": ("deploying", "Create or update the project's stack."),
        "redeploy": ("redeploying", "Bring what changed past CloudFormation, where that is safe."),
        "status": ("standing", "Print what is deployed, and what on disk differs."),
        "versions": ("versioning", "Print what was published when and by whom, and what is live."),
        "rollback": ("versioning", "Have live lead to the version before, or to VERSION."),
        "teardown": ("tearing", "Delete the project's stack, and all that belongs to it."),
    },
    "Run": {
        "run": ("running", "Start an execution, follow it state by state, print its output."),
        "history": ("remembering", "Print what an execution did."),
        "logs": (
            "tailing",
            "Print log lines of the functions and the state machine, together in order of time.",
        ),
        "graph": ("drawing", "Draw the state machine."),
        "view": ("viewing", "Open a page with the workflow's picture and its executions."),
    },
    "This machine": {
        "local": ("locally", "The AWS on this machine: no account, no credentials, no Docker."),
    },
    "More": {
        "completion": ("completing", "Let your shell complete commands, options and names."),
        "help": ("root", "Show help for maestro or one of its commands."),
    },
}
"""By what one does: each command's module, and its help's first sentence.

The sentences stand here so that `--help` loads no command's module; a test holds them to the
commands'.
"""

_MODULES = {name: place for group in TABLE.values() for name, (place, _) in group.items()}


MEANT = {
    **dict.fromkeys(("init", "create", "generate", "start-project"), "new"),
    **dict.fromkeys(("configure", "login", "setup", "settings"), "config"),
    **dict.fromkeys(("templates", "template", "fetch", "clone"), "get-templates"),
    **dict.fromkeys(("check", "lint", "test", "verify"), "validate"),
    **dict.fromkeys(("iam", "policy", "roles"), "permissions"),
    **dict.fromkeys(("render", "definition", "asl"), "compile"),
    **dict.fromkeys(("build", "package", "synthesize"), "synth"),
    **dict.fromkeys(("plan", "preview", "changes"), "diff"),
    **dict.fromkeys(("up", "apply", "push", "update", "release", "publish"), "deploy"),
    **dict.fromkeys(("sync", "watch", "hotswap"), "redeploy"),
    **dict.fromkeys(("info", "show", "describe", "list", "ls", "ps"), "status"),
    **dict.fromkeys(("releases", "revisions"), "versions"),
    **dict.fromkeys(("undo", "revert"), "rollback"),
    **dict.fromkeys(("destroy", "delete", "remove", "rm", "down", "undeploy"), "teardown"),
    **dict.fromkeys(("start", "execute", "exec", "invoke", "call"), "run"),
    **dict.fromkeys(("draw", "picture", "diagram", "visualize"), "graph"),
    **dict.fromkeys(("open", "ui", "web", "console", "dashboard", "browse"), "view"),
    **dict.fromkeys(("emulator", "localstack", "server"), "local"),
    **dict.fromkeys(("man", "docs", "usage"), "help"),
}
"""What other tools call it."""


class Root(click.Group):
    """The root group: commands listed by what one does, loaded when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        del ctx
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, from its module."""
        if cmd_name in _MODULES:
            self._load(_MODULES[cmd_name])
        else:  # click looks among the loaded ones for what was meant
            for module in set(_MODULES.values()):
                self._load(module)
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is called, and its arguments.

        Raises:
            click.UsageError: there is none; it names the one that was probably meant.
        """
        if args and args[0] in MEANT and args[0] not in _MODULES:
            raise click.UsageError(
                f"No such command {args[0]!r}. Did you mean {MEANT[args[0]]!r}?", ctx
            )
        return super().resolve_command(ctx, args)

    def _load(self, module: str) -> None:
        for command in importlib.import_module(f"maestro_cdk.cli.{module}").COMMANDS:
            self.add_command(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands under their headings."""
        del ctx
        for title, group in TABLE.items():
            with formatter.section(title):
                formatter.write_dl([(name, summary) for name, (_, summary) in group.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, and say what went wrong.

        That nobody reads its output any more is no error. It would be one to click, which ends
        with 1 and leaves nothing to catch.
        """
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            silence(sys.stdout)
            return 0
        except (MaestroError, OSError) as error:
            from maestro_cdk.cli import failures  # noqa: PLC0415 - not needed where all is well

            shown = error if isinstance(error, MaestroError) else failures.of_system(error)
            as_json = ctx.obj is not None and ctx.obj.json
            failures.show(shown, verbose=bool(ctx.params["verbose"]), as_json=as_json)
            raise click.exceptions.Exit(shown.exit_code) from error
        return result


@click.group(
    cls=Root,
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

    The state machine is definition.asl.json (or definition.asl.yaml, or workflow.py), the functions
    are lambdas/; `maestro deploy` makes one CloudFormation stack of them, `maestro teardown`
    deletes it.
    """
    del verbose  # read from the context by whoever needs it
    if no_color or os.environ.get("NO_COLOR"):
        ctx.color = False
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@click.command("help")
@click.argument("words", nargs=-1, metavar="[COMMAND]", shell_complete=completing.commands)
@click.pass_context
@examples(
    ("maestro help", "all commands"),
    ("maestro help deploy", "one of them"),
    ("man maestro-deploy", "the same, as a man page"),
)
def help_(ctx: click.Context, *, words: tuple[str, ...]) -> None:
    """Show help for maestro or one of its commands."""
    inner = ctx.find_root()
    command: click.Command = maestro
    for word in words:
        group = command
        if not isinstance(group, click.Group):
            raise click.UsageError(f"{group.name!r} has no commands of its own", inner)
        # As if it had been called, so that a misspelt word is answered likewise.
        name, found, _ = group.resolve_command(inner, [word])
        if found is None:
            raise click.UsageError(f"there is no command {word!r}", inner)
        inner = click.Context(found, info_name=name, parent=inner)
        command = found
    click.echo(command.get_help(inner))


COMMANDS = (help_,)
