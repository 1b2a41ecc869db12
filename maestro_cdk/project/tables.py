"""A TOML file of settings: its text, its tables, and what is wrong with them, by line."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from maestro_cdk.errors import ProjectError
from maestro_cdk.model import JSON, Finding, SourceRef
from maestro_cdk.project.forms import Refused
from maestro_cdk.project.schema import Key


@dataclass(slots=True)
class File:
    """A settings file, its text at hand to say where a key stands in it."""

    name: str
    text: str = ""
    tables: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def refuse(self, path: tuple[str, ...], message: str, hint: str | None = None) -> None:
        """Note what is wrong with a key."""
        self.findings.append(
            Finding(
                rule="settings",
                severity="error",
                message=message,
                hint=hint,
                where=SourceRef(file=self.name, line=line_of(self.text, path)),
            )
        )

    def refuse_unknown(
        self, path: tuple[str, ...], table: Mapping[str, JSON], known: tuple[str, ...]
    ) -> None:
        """Refuse every key that is not known."""
        for key in table:
            if key in known:
                continue
            near = get_close_matches(key, known, n=1)
            where = f"[{'.'.join(path)}]" if path else "this file"
            hint = f"did you mean {near[0]!r}?" if near else f"{where} takes {', '.join(known)}"
            self.refuse((*path, key), f"{where} has no setting {key!r}", hint)

    def table(self, path: tuple[str, ...], holder: Mapping[str, JSON]) -> dict[str, Any]:
        """The table at the last step of `path`, in what holds it."""
        value = holder.get(path[-1], {})
        if isinstance(value, dict):
            return value
        self.refuse(path, f"{path[-1]!r} is a table", f"write [{'.'.join(path)}]")
        return {}

    def values(
        self, path: tuple[str, ...], table: Mapping[str, JSON], keys: Mapping[str, Key]
    ) -> dict[str, Any]:
        """The values of a table's known keys, read."""
        values = {}
        for name, key in keys.items():
            if name not in table:
                continue
            try:
                values[name] = key.read(table[name])
            except Refused as refused:
                inner = refused.key
                at, value = (name, table[name]) if inner is None else (inner, refused.value)
                message = f"{at} = {_shown(value)}: {name if inner else 'it'} takes {refused}"
                self.refuse((*path, name, *([inner] if inner else [])), message, refused.hint)
        return values


def line_of(text: str, path: tuple[str, ...]) -> int:
    """The line of a key in TOML, or of the table nearest around it; 0 where there is neither.

    No TOML reader of Python's tells lines. Headers and `key =` at a line's beginning are looked
    for, which is how settings files are written.
    """
    table: tuple[str, ...] = ()
    best, found = 0, 0
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[+([^\]]+)\]", line):
            table = here = _dotted(header.group(1))
        elif key := re.match(r"\s*([\w.\"'-]+)\s*=", line):
            here = (*table, *_dotted(key.group(1)))
        else:
            continue
        if path[: len(here)] == here and len(here) > best:
            best, found = len(here), number
    return found


def _dotted(text: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in text.split("."))


def read(path: Path, name: str) -> File:
    """A file's tables; none where there is no such file.

    Args:
        path: the file.
        name: its name, as messages should show it.

    Raises:
        ProjectError: it cannot be read, or is no TOML.
    """
    file = File(name=name)
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return file
    except OSError as error:
        finding = _whole(f"{name} cannot be read: {error.strerror or error}", SourceRef(file=name))
        raise ProjectError([finding]) from error
    try:
        file.text = content.decode("utf-8-sig").replace("\r\n", "\n")
        file.tables = tomllib.loads(file.text)
    except UnicodeDecodeError as error:
        raise ProjectError([_syntax("it is not UTF-8", SourceRef(file=name))]) from error
    except RecursionError as error:
        raise ProjectError([_syntax("it is nested too deeply", SourceRef(file=name))]) from error
    except ValueError as error:  # tomllib's own, or a number of too many digits
        message, line, column = str(error), 0, 0
        if place := re.search(r" \(at line (\d+), column (\d+)\)$", message):
            message = message[: place.start()]
            line, column = int(place.group(1)), int(place.group(2))
        elif message.endswith(" (at end of document)"):
            line = len(file.text.splitlines())
        where = SourceRef(file=name, line=line, column=column)
        raise ProjectError([_syntax(message[:1].lower() + message[1:], where)]) from error
    return file


def _syntax(message: str, where: SourceRef) -> Finding:
    return _whole(f"it is not TOML: {message}", where)


def _whole(message: str, where: SourceRef) -> Finding:
    return Finding(rule="settings", severity="error", message=message, where=where)


def _shown(value: JSON) -> str:
    if isinstance(value, dict):  # by its names: the values of variables may be secret
        text = f"{{ {', '.join(f'{key} = ...' for key in value)} }}"
    else:
        text = f'"{value}"' if isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - a line's part
