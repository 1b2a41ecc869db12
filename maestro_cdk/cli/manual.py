"""What there is to say of every command, in the form of man pages and of a reference.

Both are made of what the commands say themselves: the man pages when the wheel is built, the reference
by `make reference`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import click

from maestro_cdk.cli import examples
from maestro_cdk.cli.examples import Example

EXIT_CODES = (
    ("0", "done; nothing to do is done"),
    ("1", "it failed for a reason that the message names"),
    ("2", "it was asked wrongly"),
    ("3", "a bug of maestro's: a report file is named"),
    ("130", "interrupted"),
)

FILES = (
    ("definition.asl.json", "the state machine; definition.asl.yaml and workflow.py serve too"),
    ("lambdas/", "the functions: each file, and each folder, is one"),
    ("events/", "sample inputs"),
    ("infra.py", "what else the stack holds, by CDK"),
    ("maestro.toml", "settings, all optional"),
    ("~/.maestro/config.toml", "what this user says for all projects: maestro config"),
    ("~/.maestro/templates/", "templates of this user's: maestro get-templates"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What there is to say of a command."""

    words: tuple[str, ...]
    """What calls it: ("maestro", "local", "start")."""
    summary: str
    synopsis: str
    paragraphs: tuple[str, ...]
    examples: tuple[Example, ...]
    options: tuple[tuple[str, str], ...]
    commands: tuple[tuple[str, str], ...]
    """Of a group: names and summaries."""

    @property
    def name(self) -> str:
        """What its man page is called."""
        return "-".join(self.words)


def pages(root: click.Group, name: str) -> Iterator[Page]:
    """The page of a group, and of each command in it.

    Args:
        root: the group.
        name: what calls it.
    """
    yield from _pages(root, None, name)


def _pages(command: click.Command, parent: click.Context | None, name: str) -> Iterator[Page]:
    context = click.Context(command, info_name=name, parent=parent, **command.context_settings)
    words = tuple(context.command_path.split())
    inner: dict[str, click.Command] = {}
    if isinstance(command, click.Group):
        for key in command.list_commands(context):
            if found := command.get_command(context, key):
                inner[key] = found
    text = (command.help or "").partition("\b")[0]
    summary, *paragraphs = (" ".join(part.split()) for part in text.strip().split("\n\n"))
    yield Page(
        words=words,
        summary=summary,
        synopsis=f"{context.command_path} {' '.join(command.collect_usage_pieces(context))}",
        paragraphs=tuple(paragraphs),
        examples=tuple(examples.of(command.callback)),
        options=tuple(
            record
            for parameter in command.get_params(context)
            if isinstance(parameter, click.Option)
            and (record := parameter.get_help_record(context)) is not None
        ),
        commands=tuple((key, found.get_short_help_str(1000)) for key, found in inner.items()),
    )
    for key, found in inner.items():
        yield from _pages(found, context, key)


# --- man pages -------------------------------------------------------------------------------------


def man(page: Page, version: str) -> str:
    """A man page, section 1."""
    lines = [
        f'.TH "{page.name.upper()}" "1" "" "maestro {version}" "Maestro"',
        ".SH NAME",
        rf"{_plain(page.name)} \- {_plain(page.summary.rstrip('.'))}",
        ".SH SYNOPSIS",
        f".B {_plain(page.synopsis)}",
        ".SH DESCRIPTION",
        *_paragraphs((page.summary, *page.paragraphs)),
        *_list("COMMANDS", page.commands),
        *_list("OPTIONS", page.options),
    ]
    if page.examples:
        lines.append(".SH EXAMPLES")
        for typed, meant in page.examples:
            lines += [".TP", f".B {_plain(typed)}", _plain(meant)]
    lines += [*_list("EXIT STATUS", EXIT_CODES), *_list("FILES", FILES)]
    if len(page.words) > 1:
        lines += [".SH SEE ALSO", rf".BR {_plain('-'.join(page.words[:-1]))} (1)"]
    else:
        others = [rf".BR {_plain(f'{page.name}-{name}')} (1)" for name, _ in page.commands]
        lines += [".SH SEE ALSO", *others]
    return "\n".join(lines) + "\n"


def _paragraphs(texts: tuple[str, ...]) -> Iterator[str]:
    for text in texts:
        yield from (".PP", _plain(text))


def _list(title: str, rows: tuple[tuple[str, str], ...]) -> Iterator[str]:
    if rows:
        yield f".SH {title}"
        for term, text in rows:
            yield from (".TP", f".B {_plain(term)}", _plain(text))


def _plain(text: str) -> str:
    """A text in which nothing is an instruction to the formatter."""
    safe = text.replace("\\", r"\e").replace("-", r"\-").replace('"', r"\(dq")
    return re.sub(r"^(?=[.'])", r"\\&", safe)


# --- the reference ---------------------------------------------------------------------------------


def markdown(page: Page) -> str:
    """A section of the reference; its heading is the command."""
    parts = [f"## {' '.join(page.words)}", page.summary, f"```\n{page.synopsis}\n```"]
    parts += page.paragraphs
    if page.examples:
        width = max(len(typed) for typed, _ in page.examples)
        rows = [f"{typed:<{width}}  # {meant}" for typed, meant in page.examples]
        parts.append("```sh\n" + "\n".join(rows) + "\n```")
    for title, table in (("command", page.commands), ("option", page.options)):
        if table:
            rows = [f"| `{term.replace('|', chr(92) + '|')}` | {text} |" for term, text in table]
            parts.append("\n".join([f"| {title} | |", "| --- | --- |", *rows]))
    return "\n\n".join(parts) + "\n"
