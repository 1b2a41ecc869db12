"""Writes docs/reference/ from the code: run by `make reference`; a test holds it current."""

import dataclasses
import inspect
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path

from maestro_cdk import errors, ports
from maestro_cdk.asl.rules import FolderRule, Rule, registry
from maestro_cdk.cli import manual
from maestro_cdk.cli.root import maestro
from maestro_cdk.project import templates
from maestro_cdk.project.schema import FUNCTION, TARGET, WORKFLOW, Key

OUT = Path(__file__).parent / "reference"

COMMANDS_HEAD = """# Commands

What each command says of itself by `maestro help COMMAND`, and by `man maestro-COMMAND`. The result goes
to stdout, and nothing else does; progress and messages go to stderr.

| exit code | |
| --- | --- |
"""

SETTINGS_HEAD = """# Settings

What `maestro.toml` may hold. `maestro config --schema` prints the same as JSON schema; a new project brings that
along for editors. [How settings and stages work](../how-to/settings.md).
"""

RULES_HEAD = """# Rules

What `maestro validate` looks at, and every command that reads a project. An *error* is what AWS
refuses, or what must fail when it runs; it stops `synth` and `deploy`. A *warning* is worth
mending, an *info* worth knowing.

`maestro validate --rules` lists them. A rule that *can be switched off* is named in maestro.toml:

```toml
[workflow]
disable_rules = ["endings"]
```

| rule | gravest | can be switched off | |
| --- | --- | --- | --- |
"""

EVENTS_HEAD = """# Events

What the core says while it works. A terminal, a log and a program are each shown the same events; code that
uses `maestro_cdk` itself is handed them by a `Reporter`.
"""

ERRORS_HEAD = """# Errors

What can go wrong, as one tree. Each has a message, most a hint, and some a place in your files; with
`--output json` that is `{"error": {"message", "hint", "where"}}`.

| error | exit code | |
| --- | --- | --- |
"""

TEMPLATES_HEAD = """# Templates

What `maestro new NAME -t TEMPLATE` begins from. [How to use others, and make one's own](../how-to/templates.md).

| template | languages | |
| --- | --- | --- |
"""


def pages() -> dict[str, str]:
    """Each page by its name."""
    return {
        "commands.md": commands(),
        "errors.md": errors_(),
        "events.md": events(),
        "rules.md": rules(),
        "settings.md": settings(),
        "templates.md": templates_(),
    }


# --- commands --------------------------------------------------------------------------------------


def commands() -> str:
    """The page on every command."""
    codes = "\n".join(f"| {code} | {text} |" for code, text in manual.EXIT_CODES)
    shown = [manual.markdown(page) for page in manual.pages(maestro, "maestro")]
    return COMMANDS_HEAD + codes + "\n\n" + "\n".join(shown)


# --- settings --------------------------------------------------------------------------------------


def settings() -> str:
    """The page on maestro.toml."""
    parts = [
        SETTINGS_HEAD,
        "## [workflow]\n",
        _keys(WORKFLOW),
        "## [functions], [functions.NAME]\n\nThe first are every function's, the second one's own.\n",
        _keys(FUNCTION),
        "## [stages.NAME]\n\nAny setting above, in the same tables below this one, and\n",
        _keys(TARGET),
    ]
    return "\n".join(parts)


def _keys(keys: Mapping[str, Key]) -> str:
    rows = [
        f"| `{name}` | {key.doc} | `{key.example}` | {key.default or f'`{key.example}`'} |"
        for name, key in keys.items()
    ]
    return "\n".join(["| setting | | example | default |", "| --- | --- | --- | --- |", *rows, ""])


# --- rules -----------------------------------------------------------------------------------------


def rules() -> str:
    """The page on the rules of validation."""
    ordered = sorted(registry.EVERY, key=lambda rule: rule.id)
    rows = [
        f"| [`{rule.id}`](#{rule.id}) | {rule.severity} | {'yes' if rule.optional else 'no'} "
        f"| {rule.summary} |"
        for rule in ordered
    ]
    return RULES_HEAD + "\n".join(rows) + "\n\n" + "\n".join(section(rule) for rule in ordered)


def section(rule: Rule | FolderRule) -> str:
    """What the page says of one rule."""
    paragraphs = [f"## {rule.id}", rule.summary, rule.explanation.strip()]
    return "\n\n".join(filter(None, paragraphs)) + "\n"


# --- events and errors -----------------------------------------------------------------------------


def events() -> str:
    """The page on what the core says."""
    return EVENTS_HEAD + "\n" + "\n".join(_event(kind) for kind in typing.get_args(ports.Event))


def _event(kind: type) -> str:
    fields = [f"- `{field.name}`: `{_type(field.type)}`" for field in dataclasses.fields(kind)]
    return f"## {kind.__name__}\n\n{inspect.cleandoc(kind.__doc__ or '')}\n\n" + "\n".join(
        [*fields, ""]
    )


def _type(kind: object) -> str:
    return kind.__name__ if type(kind) is type else str(kind).replace("maestro_cdk.model.", "")


def errors_() -> str:
    """The page on what can go wrong."""
    rows = [
        f"| {'&nbsp;&nbsp;' * depth}`{kind.__name__}` | {kind.exit_code} | {_first(kind)} |"
        for depth, kind in _tree(errors.MaestroError, 0)
    ]
    return ERRORS_HEAD + "\n".join([*rows, ""])


def _tree(
    kind: type[errors.MaestroError], depth: int
) -> Iterator[tuple[int, type[errors.MaestroError]]]:
    yield depth, kind
    for inner in kind.__subclasses__():
        if inner.__module__ == errors.__name__:
            yield from _tree(inner, depth + 1)


def _first(kind: type) -> str:
    return " ".join(inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0].split())


# --- templates -------------------------------------------------------------------------------------


def templates_() -> str:
    """The page on the templates that ship."""
    rows = [
        f"| `{item.name}` | {', '.join(item.languages)} | {item.summary} |"
        for item in templates.available([templates.shipped()])
    ]
    names = [f"| `{theirs}` | `{ours}` |" for theirs, ours in templates.ORIGINALS.items()]
    others = "\n".join(
        [
            "The original Maestro's names lead to them too:",
            "",
            "| its name | ours |",
            "| --- | --- |",
            *names,
            "",
        ]
    )
    return TEMPLATES_HEAD + "\n".join(rows) + "\n\n" + others


def main() -> None:
    """Write every page."""
    OUT.mkdir(exist_ok=True)
    for name, text in pages().items():
        (OUT / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
