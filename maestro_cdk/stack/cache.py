"""Assemblies kept from one run to the next, so that CDK starts only when the template may change.

An entry is found by everything that the template's shape depends on, but not by the functions'
code: where only that changed, the kept assembly serves with the new assets' names in it.
"""

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from maestro_cdk import __version__
from maestro_cdk.model import JSON, Bundle, Project
from maestro_cdk.stack import assembly

KEPT = 200
"""Entries beyond this number are dropped, the longest unused first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An assembly's files but for the functions' zips, and each function's asset in them."""

    files: Mapping[str, str]
    assets: Mapping[str, str]


def asset_name(bundle: Bundle) -> str:
    """What CDK calls an asset whose hash we give: the hash of that hash."""
    return hashlib.sha256(bundle.digest.encode()).hexdigest()


def key(project: Project, *, bootstrapped: bool, environ: Mapping[str, str]) -> str:
    """What names the assembly of a project, whatever its functions' code."""
    settings = asdict(project.settings)
    del settings["origins"], settings["target"]
    definition = project.definition
    facts: dict[str, JSON] = {
        "versions": [__version__, version("aws-cdk-lib"), version("constructs"), sys.version],
        "sources": _sources(),
        "stack": project.stack_name,
        "settings": settings,
        "definition": definition.text,
        "permissions": [{**asdict(item), "states": None} for item in project.permissions],
        "substitutions": dict(definition.substitutions),
        "functions": [{**asdict(item), "root": None} for item in project.functions],
        "bootstrapped": bootstrapped,
        "context": environ.get("CDK_CONTEXT_JSON"),
    }
    # Unsorted: CDK writes tags and variables in the order in which they were set.
    return hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest()


def _sources() -> str:
    """A digest of the code that makes templates: in a checkout it changes without a version."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def find(folder: Path, name: str) -> Kept | None:
    """The entry of that name; None where there is none that is whole."""
    path = folder / f"{name}.json"
    try:
        entry = json.loads(path.read_bytes())
        kept = Kept(files=entry["files"], assets=entry["assets"])
        if entry["checksum"] != _checksum(kept):
            return None
        os.utime(path)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return kept


def keep(folder: Path, name: str, kept: Kept) -> None:
    """Keep an entry; where that cannot be done, the next run does without."""
    entry = {"checksum": _checksum(kept), "files": kept.files, "assets": kept.assets}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, written = tempfile.mkstemp(dir=folder, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(entry, file)
        Path(written).replace(folder / f"{name}.json")
        _prune(folder)
    except OSError:
        return


def retarget(kept: Kept, assets: Mapping[str, str], stack_name: str) -> dict[str, str]:
    """The assembly's files with other assets for some functions, to the byte as CDK writes them."""
    moved = {
        kept.assets[function]: new
        for function, new in assets.items()
        if kept.assets[function] != new
    }
    if not moved:
        return dict(kept.files)
    return assembly.with_assets(kept.files, moved, stack_name)


def _checksum(kept: Kept) -> str:
    text = json.dumps([kept.files, kept.assets], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _prune(folder: Path) -> None:
    entries = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in entries[KEPT:]:
        path.unlink(missing_ok=True)
