"""Where each setting comes from: flag, environment, stage, project, user file, default."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from json import dumps
from pathlib import Path
from typing import Any, TypeAlias

from maestro_cdk.errors import ProjectError
from maestro_cdk.model import (
    JSON,
    Finding,
    FunctionSettings,
    ReleaseSettings,
    Settings,
    Target,
    WorkflowSettings,
)
from maestro_cdk.project import tables, users
from maestro_cdk.project.schema import FUNCTION, TARGET, WORKFLOW

FILE = "maestro.toml"

ENVIRONMENT_LIMIT = (
    4096  # bytes: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
)

_STAGE = re.compile(r"[A-Za-z0-9-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """What was said on the command line."""

    stage: str | None = None
    region: str | None = None
    profile: str | None = None


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
    found, findings = read(folder, flags, environ=environ, home=home)
    if findings:
        raise ProjectError(findings)
    return found


def read(
    folder: Path, flags: Flags, *, environ: Mapping[str, str], home: Path
) -> tuple[Settings, tuple[Finding, ...]]:
    """The settings as far as they can be, and what is wrong with the others; see `load`.

    Raises:
        ProjectError: a file is not TOML, or cannot be read.
    """
    file = tables.read(folder / FILE, FILE)
    stage = flags.stage or environ.get("MAESTRO_STAGE") or None
    file.refuse_unknown((), file.tables, ("workflow", "functions", "stages"))
    project = _layer(file, (), file.tables)
    staged = _chosen(file, _stages(file), stage)
    layers = [project, staged] if staged else [project]
    origins: dict[str, str] = {}
    workflow = _workflow(layers, folder, origins)
    defaults, functions = _functions(file, layers, origins)
    target = _target(staged, flags, environ, home, origins)
    settings = Settings(
        workflow=workflow,
        defaults=defaults,
        functions=functions,
        target=target,
        stage=stage,
        origins=origins,
    )
    return settings, tuple(file.findings)


def workflow_name(text: str) -> str:
    """A workflow's name from a folder's: letters, digits and hyphens; all else becomes a hyphen."""
    return re.sub(r"[^A-Za-z0-9-]", "-", text)


def _merged(*layers: Mapping[str, Any]) -> dict[str, Any]:
    """The layers over each other, the last on top: tables merge, all else replaces."""
    merged: dict[str, Any] = {}
    for layer in layers:
        for key, value in layer.items():
            both = isinstance(value, dict) and isinstance(merged.get(key), dict)
            merged[key] = {**merged[key], **value} if both else value
    return merged


@dataclass(frozen=True, slots=True, kw_only=True)
class _Values:
    """What one table holds, read, and which table that was."""

    path: tuple[str, ...]
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layer:
    """What the project's tables hold, or those of one stage; in each, what is later counts."""

    target: _Values
    workflow: tuple[_Values, ...]
    defaults: _Values
    functions: Mapping[str, _Values]


def _layer(file: tables.File, path: tuple[str, ...], holder: Mapping[str, JSON]) -> _Layer:
    """Read and check all tables of the project, or of the stage that `path` leads to."""
    target: Mapping[str, Any] = {}
    workflow: list[_Values] = []
    if path:  # a stage may hold the workflow's settings without a table of their own
        target = file.values(path, holder, TARGET)
        workflow.append(_Values(path=path, values=file.values(path, holder, WORKFLOW)))
    inner = (*path, "workflow")
    table = file.table(inner, holder)
    file.refuse_unknown(inner, table, tuple(WORKFLOW))
    workflow.append(_Values(path=inner, values=file.values(inner, table, WORKFLOW)))
    inner = (*path, "functions")
    table = file.table(inner, holder)
    names = [key for key, value in table.items() if key not in FUNCTION and isinstance(value, dict)]
    file.refuse_unknown(inner, {k: v for k, v in table.items() if k not in names}, tuple(FUNCTION))
    functions = {}
    for name in names:
        own = (*inner, name)
        file.refuse_unknown(own, table[name], tuple(FUNCTION))
        functions[name] = _Values(path=own, values=file.values(own, table[name], FUNCTION))
    return _Layer(
        target=_Values(path=path, values=target),
        workflow=tuple(workflow),
        defaults=_Values(path=inner, values=file.values(inner, table, FUNCTION)),
        functions=functions,
    )


def _stages(file: tables.File) -> dict[str, _Layer]:
    """Every stage, checked: one that is not chosen today is deployed another day."""
    stages = file.table(("stages",), file.tables)
    layers = {}
    for name in stages:
        path = ("stages", name)
        if not _STAGE.fullmatch(name):
            file.refuse(path, _unfit(name))
        table = file.table(path, stages)
        file.refuse_unknown(path, table, (*TARGET, *WORKFLOW, "workflow", "functions"))
        layers[name] = _layer(file, path, table)
    return layers


def _unfit(stage: str) -> str:
    return f"a stage's name holds letters, digits and hyphens: {stage!r} does not"


def _chosen(file: tables.File, stages: Mapping[str, _Layer], stage: str | None) -> _Layer | None:
    if stage is None:
        return None
    if not _STAGE.fullmatch(stage):
        if stage not in stages:
            file.refuse((), _unfit(stage))
    elif stages and stage not in stages and (near := _nearest(stage, stages)):
        hint = f"did you mean {near!r}? If not, write [stages.{stage}]"
        file.refuse(("stages",), f"there is no stage {stage!r}", hint)
    return stages.get(stage)


def _nearest(stage: str, stages: Iterable[str]) -> str | None:
    """The stage that was probably meant: PROD is prod."""
    lower = {name.lower(): name for name in stages}
    near = get_close_matches(stage.lower(), lower, n=1)
    return lower[near[0]] if near else None


def _workflow(layers: list[_Layer], folder: Path, origins: dict[str, str]) -> WorkflowSettings:
    said = [table for layer in layers for table in layer.workflow]
    for table in said:
        _note(origins, "workflow", table)
    values = _merged(*(table.values for table in said))
    values["name"] = workflow_name(values.get("name", folder.name))
    if values.get("type") == "EXPRESS":  # its only history
        values = {"logging": "ALL", "execution_data": True, **values}
    if "release" in values:
        values["release"] = ReleaseSettings(**values["release"])
    return WorkflowSettings(**values)


def _functions(
    file: tables.File, layers: list[_Layer], origins: dict[str, str]
) -> tuple[FunctionSettings, dict[str, FunctionSettings]]:
    own: dict[str, list[Mapping[str, Any]]] = {}
    for layer in layers:
        _note(origins, "functions", layer.defaults)
        for name, table in layer.functions.items():
            _note(origins, f"functions.{name}", table)
            own.setdefault(name, []).append(table.values)
    shared = _merged(*(layer.defaults.values for layer in layers))
    defaults = FunctionSettings(**shared)
    # A function's runtime is what its own table says: [functions] speaks of those in a language.
    shared.pop("runtime", None)
    functions = {name: FunctionSettings(**_merged(shared, *values)) for name, values in own.items()}
    if _environment_fits(file, ("functions",), defaults):
        for name, found in functions.items():
            _environment_fits(file, ("functions", name), found)
    return defaults, functions


def _environment_fits(file: tables.File, path: tuple[str, ...], found: FunctionSettings) -> bool:
    """Refuse variables larger than Lambda takes, which measures them as JSON."""
    size = len(dumps(dict(found.environment), separators=(",", ":"), ensure_ascii=False).encode())
    if size > ENVIRONMENT_LIMIT:
        message = f"the environment has {size:,} bytes; Lambda takes at most {ENVIRONMENT_LIMIT:,}"
        hint = "keep what is large in a file of the function, or in Parameter Store"
        file.refuse((*path, "environment"), message, hint)
    return size <= ENVIRONMENT_LIMIT


def _note(origins: dict[str, str], prefix: str, table: _Values) -> None:
    for key in table.values:
        origins[f"{prefix}.{key}"] = f"{FILE} [{'.'.join(table.path)}]"


def _target(
    staged: _Layer | None,
    flags: Flags,
    environ: Mapping[str, str],
    home: Path,
    origins: dict[str, str],
) -> Target:
    layers: list[Mapping[str, _Said]] = [
        {name: ("flag", value) for name, value in _flagged(flags).items()},
        _of_environment(environ),
    ]
    files: list[tuple[str, Mapping[str, str]]] = []
    if staged:
        files.append((f"{FILE} [{'.'.join(staged.target.path)}]", staged.target.values))
    files.append(_of_user(home))
    # What AWS's own variables name stands above a profile that a file names, and every AWS client
    # finds it by itself; handed on as a profile, it would count for more than keys do.
    ambient = bool(environ.get("AWS_ACCESS_KEY_ID") or environ.get("AWS_PROFILE"))
    for origin, values in files:
        layers.append(
            {
                name: (origin, value)
                for name, value in values.items()
                if not (name == "profile" and ambient)
            }
        )
    found: dict[str, str] = {}
    for key in TARGET:
        for layer in layers:
            origin, value = layer.get(key, ("", None))
            if value:
                found[key], origins[key] = value, origin
                break
    region = staged.target.values.get("region") if staged else None
    ours = origins.get("region") not in ("AWS_REGION", "AWS_DEFAULT_REGION")
    return Target(**found, outranked=None if ours or region == found["region"] else region)


_Said: TypeAlias = tuple[str, str | None]
"""Where a value comes from, and the value."""


def _flagged(flags: Flags) -> dict[str, str | None]:
    return {"region": flags.region, "profile": flags.profile}


def _of_environment(environ: Mapping[str, str]) -> dict[str, _Said]:
    variables = {
        "account": ("MAESTRO_ACCOUNT",),
        "region": ("MAESTRO_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"),
        "profile": ("MAESTRO_PROFILE",),
    }
    return {
        name: (variable, environ[variable])
        for name, choices in variables.items()
        for variable in [next((choice for choice in choices if environ.get(choice)), "")]
        if variable
    }


def _of_user(home: Path) -> tuple[str, dict[str, str]]:
    """The user's own region and profile, and the file that has them.

    An account there is no setting of a project's: `account` is what credentials are held to, and
    a user may well work with several.
    """
    values, origin = users.read(home)
    return origin, {name: value for name, value in values.items() if name != "account"}
