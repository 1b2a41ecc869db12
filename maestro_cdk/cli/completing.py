"""`completion`: what lets a shell complete commands, options and names."""

import os
import tomllib
from pathlib import Path

import click
from click.shell_completion import CompletionItem, get_completion_class

from maestro_cdk.cli.examples import examples
from maestro_cdk.errors import MaestroError, UsageError

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_MAESTRO_COMPLETE"
"""What the shell asks by; click reads it."""

_MARK = "# maestro completion"

_BEFORE = {"zsh": "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }\n"}
"""What must have run before: zsh has `compdef` only where the user's file began its completion:
https://zsh.sourceforge.io/Doc/Release/Completion-System.html"""


@click.command()
@click.argument("shell", type=click.Choice(SHELLS), required=False)
@click.option("--install", is_flag=True, help="Put it where the shell looks for it.")
@examples(
    ("maestro completion --install", "for the shell that you use"),
    ("maestro completion zsh --install", "for another"),
    ('eval "$(maestro completion bash)"', "for this shell alone"),
)
def completion(shell: str | None, *, install: bool) -> None:
    """Let your shell complete commands, options and names.

    It prints what the shell has to read; with --install it puts that where the shell will find it.
    Without SHELL it is that of the variable SHELL.
    """
    name = shell or Path(os.environ.get("SHELL", "")).name
    if name not in SHELLS:
        raise UsageError("which shell?", hint=f"maestro completion {'|'.join(SHELLS)}")
    script = _script(name)
    if not install:
        click.echo(script)
        return
    path = _install(name, script)
    click.echo(f"{path}: shells that start from now on complete", err=True)


def _script(shell: str) -> str:
    from maestro_cdk.cli.root import maestro  # noqa: PLC0415 - it knows this module

    found = get_completion_class(shell)
    if found is None:
        raise UsageError(f"there is no completion for {shell}")
    kind = type("Kind", (found,), {"_check_version": staticmethod(lambda: None)})
    return str(kind(maestro, {}, "maestro", VARIABLE).source())


def _install(shell: str, script: str) -> Path:
    """Write the script, or have the shell's own file read it; return the file."""
    if shell == "fish":
        config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
        path = config / "fish" / "completions" / "maestro.fish"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script + "\n", "utf-8")
        return path
    path = Path.home() / f".{shell}rc"
    text = path.read_text("utf-8") if path.exists() else ""
    if _MARK not in text:
        kept = f"{text.rstrip()}\n\n" if text.strip() else ""
        command = f'command -v maestro >/dev/null && eval "$(maestro completion {shell})"'
        path.write_text(f"{kept}{_MARK}\n{_BEFORE.get(shell, '')}{command}\n", "utf-8")
    return path


def templates(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The templates that a word may become."""
    from maestro_cdk.cli.making import known  # noqa: PLC0415 - when a shell asks

    return [
        CompletionItem(item.name, help=item.summary)
        for item in known()
        if item.name.startswith(incomplete)
    ]


def commands(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The commands that a word of `help` may become: those of the group before it, too."""
    from maestro_cdk.cli.root import maestro  # noqa: PLC0415 - it knows this module

    group: click.Command | None = maestro
    inner = click.Context(maestro)
    for word in context.params.get(str(parameter.name)) or ():
        group = group.get_command(inner, word) if isinstance(group, click.Group) else None
    if not isinstance(group, click.Group):
        return []
    return [
        CompletionItem(name) for name in group.list_commands(inner) if name.startswith(incomplete)
    ]


def files(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Files, which the shell itself knows."""
    return [CompletionItem(incomplete, type="file")]


def stages(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The stages of the project's maestro.toml; none where that cannot be read."""
    from maestro_cdk.project import outline, settings  # noqa: PLC0415 - when a shell asks

    folder = context.params.get("project")
    try:
        text = ((folder or outline.find(Path.cwd())) / settings.FILE).read_text("utf-8")
        named = tomllib.loads(text).get("stages")
    except (MaestroError, OSError, ValueError):
        return []
    every = named if isinstance(named, dict) else {}
    return [CompletionItem(stage) for stage in every if stage.startswith(incomplete)]


COMMANDS = (completion,)
