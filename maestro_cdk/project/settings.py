"""Where each setting comes from: flag, environment, stage, project, user file, default."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from json import JSONDecodeError, loads
from pathlib import Path
from typing import Any

from maestro_cdk.errors import ProjectError
from maestro_cdk.model import (
    JSON,
    Finding,
    FunctionSettings,
    Settings,
    SourceRef,
    Target,
    WorkflowSettings,
)
from maestro_cdk.project.schema import FUNCTION, TARGET, WORKFLOW, Key, Refused

FILE = "maestro.toml"

_STAGE = re.compile(r"[A-Za-z0-9-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """What was said on the command line."""

    stage: str | None = None
    region: str | None = None
    profile: str | None = None


@dataclass(slots=True)
class _File:
    """A settings file, its text at hand to say where a key stands in it."""

    name: str
    text: str = ""
    tables: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def refuse(self, path: tuple[str, ...], message: str, hint: str | None = None) -> None:
        self.findings.append(
            Finding(
                rule="settings",
                severity="error",
                message=message,
                hint=hint,
                where=SourceRef(file=self.name, line=line_of(self.text, path)),
            )
        )


def load(folder: Path, flags: Flags, *, environ: Mapping[str, str], home: Path) -> Settings:
    """Every setting of a project, checked.

    Args:
        folder: the project's, whose name is the workflow's unless maestro.toml says otherwise.
        flags: what was said on the command line.
        environ: the environment's variables.
        home: the user's home, in which `.maestro/config.toml` may be.

    Raises:
        ProjectError: every key that is unknown or has a value that cannot be, with its line.
    """
    file = _read(folder / FILE)
    origins: dict[str, str] = {}
    stage = flags.stage or environ.get("MAESTRO_STAGE") or None
    _unknown(file, (), file.tables, ("workflow", "functions", "stages"))
    staged = _stage_table(file, stage)
    workflow = _workflow(file, stage, staged, folder, origins)
    defaults, functions = _functions(file, stage, staged, origins)
    target = _target(file, stage, staged, flags, environ, home, origins)
    if file.findings:
        raise ProjectError(file.findings)
    return Settings(
        workflow=workflow,
        defaults=defaults,
        functions=functions,
        target=target,
        stage=stage,
        origins=origins,
    )


def workflow_name(text: str) -> str:
    """A workflow's name from a folder's: letters, digits and hyphens; all else becomes a hyphen."""
    return re.sub(r"[^A-Za-z0-9-]", "-", text)


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


def _read(path: Path) -> _File:
    file = _File(name=path.name)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return file
    try:
        file.text = content.decode("utf-8-sig").replace("\r\n", "\n")
        file.tables = tomllib.loads(file.text)
    except UnicodeDecodeError as error:
        where = SourceRef(file=path.name)
        raise ProjectError([_syntax("it is not UTF-8", where)]) from error
    except tomllib.TOMLDecodeError as error:
        message, line, column = str(error), 0, 0
        if place := re.search(r" \(at line (\d+), column (\d+)\)$", message):
            message = message[: place.start()]
            line, column = int(place.group(1)), int(place.group(2))
        elif message.endswith(" (at end of document)"):
            line = len(file.text.splitlines())
        where = SourceRef(file=path.name, line=line, column=column)
        raise ProjectError([_syntax(message[:1].lower() + message[1:], where)]) from error
    return file


def _syntax(message: str, where: SourceRef) -> Finding:
    return Finding(
        rule="settings", severity="error", message=f"it is not TOML: {message}", where=where
    )


def _unknown(
    file: _File, path: tuple[str, ...], table: Mapping[str, JSON], known: tuple[str, ...]
) -> None:
    """Refuse every key that is not known."""
    for key in table:
        if key in known:
            continue
        near = get_close_matches(key, known, n=1)
        where = f"[{'.'.join(path)}]" if path else "this file"
        hint = f"did you mean {near[0]!r}?" if near else f"{where} takes {', '.join(known)}"
        file.refuse((*path, key), f"{where} has no setting {key!r}", hint)


def _table(file: _File, path: tuple[str, ...], holder: Mapping[str, JSON]) -> dict[str, Any]:
    """The table at the last step of `path`, in what holds it."""
    value = holder.get(path[-1], {})
    if isinstance(value, dict):
        return value
    file.refuse(path, f"{path[-1]!r} is a table", f"write [{'.'.join(path)}]")
    return {}


def _values(
    file: _File, path: tuple[str, ...], table: Mapping[str, JSON], keys: Mapping[str, Key]
) -> dict[str, Any]:
    """The values of a table's known keys, read."""
    values = {}
    for name, key in keys.items():
        if name not in table:
            continue
        try:
            values[name] = key.read(table[name])
        except Refused as refused:
            file.refuse((*path, name), f"{name} = {_shown(table[name])}: it takes {refused}")
    return values


def _shown(value: JSON) -> str:
    text = repr(value) if not isinstance(value, str) else f'"{value}"'
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - a line's part


def _merged(*layers: Mapping[str, Any]) -> dict[str, Any]:
    """The layers over each other, the last on top: tables merge, all else replaces."""
    merged: dict[str, Any] = {}
    for layer in layers:
        for key, value in layer.items():
            both = isinstance(value, dict) and isinstance(merged.get(key), dict)
            merged[key] = {**merged[key], **value} if both else value
    return merged


def _stage_table(file: _File, stage: str | None) -> dict[str, Any]:
    stages = _table(file, ("stages",), file.tables)
    for name in stages:
        path = ("stages", name)
        _unknown(
            file,
            path,
            _table(file, path, stages),
            (*TARGET, *WORKFLOW, "workflow", "functions"),
        )
    if stage is None:
        return {}
    if not _STAGE.fullmatch(stage):
        file.refuse((), f"a stage's name holds letters, digits and hyphens: {stage!r} does not")
    elif stages and stage not in stages and (near := get_close_matches(stage, stages, n=1)):
        hint = f"did you mean {near[0]!r}? If not, write [stages.{stage}]"
        file.refuse(("stages",), f"there is no stage {stage!r}", hint)
    return _table(file, ("stages", stage), stages)


def _workflow(
    file: _File,
    stage: str | None,
    staged: Mapping[str, Any],
    folder: Path,
    origins: dict[str, str],
) -> WorkflowSettings:
    path: tuple[str, ...] = ("workflow",)
    layers = [(path, _table(file, path, file.tables))]
    _unknown(file, path, layers[0][1], tuple(WORKFLOW))
    if stage is not None:
        path = ("stages", stage, "workflow")
        inner = _table(file, path, staged)
        _unknown(file, path, inner, tuple(WORKFLOW))
        layers += [(("stages", stage), dict(staged)), (path, inner)]
    read = []
    for path, table in layers:
        values = _values(file, path, table, WORKFLOW)
        _note(origins, "workflow", path, values)
        read.append(values)
    values = _merged(*read)
    values["name"] = workflow_name(values.get("name", folder.name))
    if values.get("type") == "EXPRESS":  # its only history
        values = {"logging": "ALL", "execution_data": True, **values}
    return WorkflowSettings(**values)


def _functions(
    file: _File, stage: str | None, staged: Mapping[str, Any], origins: dict[str, str]
) -> tuple[FunctionSettings, dict[str, FunctionSettings]]:
    path: tuple[str, ...] = ("functions",)
    holders = [(path, _table(file, path, file.tables))]
    if stage is not None:
        path = ("stages", stage, "functions")
        holders.append((path, _table(file, path, staged)))
    shared: dict[str, Any] = {}
    own: dict[str, list[dict[str, Any]]] = {}
    for path, table in holders:
        names = [
            key for key, value in table.items() if key not in FUNCTION and isinstance(value, dict)
        ]
        _unknown(file, path, {k: v for k, v in table.items() if k not in names}, tuple(FUNCTION))
        values = _values(file, path, table, FUNCTION)
        _note(origins, "functions", path, values)
        shared = _merged(shared, values)
        for name in names:
            _unknown(file, (*path, name), table[name], tuple(FUNCTION))
            values = _values(file, (*path, name), table[name], FUNCTION)
            _note(origins, f"functions.{name}", (*path, name), values)
            own.setdefault(name, []).append(values)
    known = {item.name for item in fields(FunctionSettings)}
    functions = {
        name: FunctionSettings(**{k: v for k, v in _merged(shared, *layers).items() if k in known})
        for name, layers in own.items()
    }
    return FunctionSettings(**shared), functions


def _note(
    origins: dict[str, str], prefix: str, path: tuple[str, ...], values: Mapping[str, Any]
) -> None:
    for key in values:
        origins[f"{prefix}.{key}"] = f"{FILE} [{'.'.join(path)}]"


def _target(
    file: _File,
    stage: str | None,
    staged: Mapping[str, Any],
    flags: Flags,
    environ: Mapping[str, str],
    home: Path,
    origins: dict[str, str],
) -> Target:
    path = ("stages", stage or "")
    of_stage = _values(file, path, staged, TARGET)
    of_user = _user_file(home)
    layers: list[tuple[str, Mapping[str, str | None]]] = [
        ("flag", {"region": flags.region, "profile": flags.profile}),
        ("environment", _of_environment(environ)),
        (f"{FILE} [{'.'.join(path)}]", of_stage),
        ("user file", {key: of_user.get(key) for key in ("region", "profile")}),
    ]
    # What AWS's own variables name stands above a profile that a file names, and every AWS client
    # finds it by itself; handed on as a profile, it would count for more than keys do.
    ambient = bool(environ.get("AWS_ACCESS_KEY_ID") or environ.get("AWS_PROFILE"))
    values: dict[str, str | None] = {}
    for key in TARGET:
        for origin, layer in layers:
            if key == "profile" and ambient and origin not in ("flag", "environment"):
                continue
            if layer.get(key):
                values[key], origins[key] = layer[key], origin
                break
    return Target(**values)


def _of_environment(environ: Mapping[str, str]) -> dict[str, str | None]:
    return {
        "account": environ.get("MAESTRO_ACCOUNT"),
        "region": environ.get("MAESTRO_REGION")
        or environ.get("AWS_REGION")
        or environ.get("AWS_DEFAULT_REGION"),
        "profile": environ.get("MAESTRO_PROFILE"),
    }


def _user_file(home: Path) -> dict[str, str]:
    """The user's own settings; the original Maestro's file where there are no others."""
    file = _read(home / ".maestro" / "config.toml")
    file.name = "~/.maestro/config.toml"
    if file.text:
        _unknown(file, (), file.tables, tuple(TARGET))
        values = _values(file, (), file.tables, TARGET)
        if file.findings:
            raise ProjectError(file.findings)
        return values
    try:
        original = loads((home / ".maestro" / "aws_account_info.json").read_text("utf-8"))
        return {"account": original["accountNumber"], "region": original["region"]}
    except (OSError, JSONDecodeError, UnicodeDecodeError, KeyError, TypeError):
        return {}
