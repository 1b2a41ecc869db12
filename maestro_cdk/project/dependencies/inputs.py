"""What something was made of, remembered, so that it is made again only when that changes.

Which files go into a bundle only the bundler knows. So it is remembered, for each way of making
one, what went into the last few; a bundle whose files are all as they were then is that bundle.
"""

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from maestro_cdk.project.dependencies.store import Store

IMPORTABLE = (
    ".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs", ".jsx", ".json", ".css", ".txt",
)  # fmt: skip
"""The endings of what an import may mean: https://esbuild.github.io/content-types/"""

REMEMBERED = 20
"""Sets of files: as many branches and clones can take turns."""

Digests = dict[str, str]


def find(store: Store, name: str, project: Path) -> str | None:
    """The key of what was made of the very files that are there now; None: it was not made."""
    seen: Digests = {}
    for digests in _remembered(store, name):
        if all(_now(project, path, seen) == digest for path, digest in digests.items()):
            return _key(name, digests)
    return None


def keep(store: Store, name: str, project: Path, used: Iterable[Path]) -> str:
    """Remember what something is made of; return its key."""
    digests: Digests = {}
    for path in used:
        relative = _relative(path, project)
        _now(project, relative, digests)
        if path.is_file():  # a new file beside it may be the one that an import means then
            _now(project, f"{relative.rpartition('/')[0] or '.'}/", digests)
    earlier = [item for item in _remembered(store, name) if item != digests]
    store.note(name, json.dumps([digests, *earlier][:REMEMBERED]))
    return _key(name, digests)


def _remembered(store: Store, name: str) -> list[Digests]:
    with suppress(ValueError):
        found = json.loads(store.noted(name) or "[]")
        if isinstance(found, list):
            return [item for item in found if isinstance(item, dict)]
    return []


def _now(project: Path, relative: str, seen: Digests) -> str:
    """The digest of a file, or of what may be imported from a folder; empty: there is none."""
    if relative not in seen:
        path = project / relative
        try:
            if relative.endswith("/"):
                names = (item.name for item in path.iterdir() if item.suffix in IMPORTABLE)
                content = "\0".join(sorted(names)).encode()
            else:
                content = path.read_bytes()
            seen[relative] = hashlib.sha256(content).hexdigest()
        except OSError:
            seen[relative] = ""
    return seen[relative]


def _relative(path: Path, project: Path) -> str:
    """A path as seen from the project; that of a package above it stays absolute."""
    return (path.relative_to(project) if path.is_relative_to(project) else path).as_posix()


def _key(name: str, digests: Digests) -> str:
    text = json.dumps([name, digests], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
