"""What this user said once for all projects: ~/.maestro/config.toml, or the original's file."""

import json
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from maestro_cdk.errors import ProjectError
from maestro_cdk.project import tables
from maestro_cdk.project.forms import Refused
from maestro_cdk.project.schema import TARGET

FILE = "~/.maestro/config.toml"
ORIGINAL = "~/.maestro/aws_account_info.json"
"""The file of the original Maestro: read where there is no other, and left alone."""

_HEAD = "# What holds in every project that does not say otherwise: see `maestro config`.\n"


def path(home: Path) -> Path:
    """The user's file."""
    return home / ".maestro" / "config.toml"


def read(home: Path) -> tuple[dict[str, str], str]:
    """What the user said, and which file has it.

    Raises:
        ProjectError: the file is not TOML, or a setting in it cannot be.
    """
    file = tables.read(path(home), FILE)
    if not file.text:
        return original(home), ORIGINAL
    file.refuse_unknown((), file.tables, tuple(TARGET))
    values = file.values((), file.tables, TARGET)
    if file.findings:
        raise ProjectError(file.findings)
    return values, FILE


def original(home: Path) -> dict[str, str]:
    """What stands in the original Maestro's file, as far as it can be."""
    try:
        found = json.loads((home / ".maestro" / "aws_account_info.json").read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    values: dict[str, str] = {}
    for ours, theirs in (("account", "accountNumber"), ("region", "region")):
        try:
            values[ours] = TARGET[ours].read(found[theirs])
        except (Refused, KeyError, TypeError):
            continue
    return values


def write(home: Path, values: Mapping[str, str | None]) -> Path | None:
    """Write what the user says into the file, and leave the rest of it as it is.

    Args:
        home: the user's home.
        values: settings by name; None takes one out.

    Returns:
        Where a file that could not be read was put aside; None where that was not needed.

    Raises:
        OSError: it cannot be written.
    """
    target = path(home).resolve()  # where it is a link, into a folder of such files, it stays one
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = None
    try:
        read(home)
        text = target.read_text("utf-8-sig") if target.exists() else _HEAD
    except ProjectError:
        aside = target.with_name(f"{target.name}.bak")
        target.replace(aside)
        text = _HEAD
    for name, value in values.items():
        text = _with(text, name, value)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".config-") as folder:
        (Path(folder) / target.name).write_text(text, "utf-8")
        (Path(folder) / target.name).replace(target)
    return aside


def _with(text: str, name: str, value: str | None) -> str:
    """A TOML text without tables, with this setting in the line where it stood, or at the end."""
    lines = text.splitlines()
    at = [n for n, line in enumerate(lines) if re.match(rf"\s*[\"']?{name}[\"']?\s*=", line)]
    new = [] if value is None else [f"{name} = {json.dumps(value)}"]
    if at:
        lines[at[0] : at[0] + 1] = new
    else:
        lines += new
    return "\n".join(lines) + "\n"
