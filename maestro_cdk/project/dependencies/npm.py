"""The packages that a Node.js function asks for, for the system it runs on, installed by npm."""

import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from maestro_cdk.model import JSON
from maestro_cdk.project import files, node
from maestro_cdk.project.dependencies.failures import Failure
from maestro_cdk.project.dependencies.targets import NodeTarget
from maestro_cdk.project.dependencies.workbench import Files, Workbench

FORMAT = "npm 1"
"""Part of the name of what is kept; another one where something else is made of the same."""

PACKAGE = "package.json"
LOCKS = ("npm-shrinkwrap.json", "package-lock.json")
"""Those that npm reads, the first before the second."""

_FOREIGN_LOCKS = ("yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb")

SDK = ("@aws-sdk/", "@smithy/")
"""What Lambda's runtimes bring along:
https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html#nodejs-sdk-included"""

_CONFIG = ".npmrc"

_ASKED = (
    "dependencies",
    "optionalDependencies",
    "peerDependencies",
    "devDependencies",
    "overrides",
)
"""What npm holds a lock against."""

_SECRET = re.compile(r"_auth|password|username|email|cert|key", re.IGNORECASE)

INSTALL = (
    "--ignore-scripts", "--no-bin-links", "--no-audit", "--no-fund", "--no-update-notifier",
    "--no-progress", "--loglevel=error", "--color=false",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Modules:
    """Packages to be installed: those that a package.json asks for, as its lock pins them.

    `developing`: those that it asks for to develop with, too.
    """

    folder: Path
    lock: Path
    project: Path
    said: str
    scripted: tuple[str, ...]
    target: NodeTarget
    developing: bool = False

    @property
    def place(self) -> Path:
        """The file that asks for them."""
        return self.folder / PACKAGE

    @property
    def notes(self) -> tuple[str, ...]:
        """Which packages may lack a part, since nothing of theirs is run here."""
        return tuple(
            f"{name} has an install script, which is not run: what it would build or fetch is missing"
            for name in self.scripted
        )

    def name(self, environ: Mapping[str, str]) -> str:
        """The same for the same packages on the same system."""
        del environ
        target = [self.target.os, self.target.cpu, self.target.libc]
        target += ["developing"] if self.developing else []
        return hashlib.sha256(json.dumps([FORMAT, self.said, target]).encode()).hexdigest()

    def find(self, at: Workbench) -> Files | None:
        """The packages' files, if they were installed before."""
        return at.store.find(self.name(at.environ))

    def make(self, at: Workbench) -> Files:
        """Install the packages.

        Raises:
            Failure: npm cannot.
        """

        def work(into: Path) -> None:
            for path in (self.place, self.lock, _config(self.folder, self.project)):
                if path is not None:
                    shutil.copyfile(path, into / path.name)
            target = [f"--os={self.target.os}", f"--cpu={self.target.cpu}"]
            target += [f"--libc={self.target.libc}"] if self.target.libc else []
            target += [] if self.developing else ["--omit=dev"]
            run(["ci", *target], into, self.place, at)
            clean(into)

        return at.store.make(self.name(at.environ), work)

    def replaces(self, name: str) -> bool:
        """The function's own copy of its packages, and their lock."""
        return name.startswith("node_modules/") or name in LOCKS


def find(folder: Path, project: Path, target: NodeTarget, *, installed: bool) -> Modules | None:
    """What a folder's package.json asks for; None: nothing, or what was installed already.

    Args:
        folder: the function's.
        project: the project's folder, above which no settings of npm's are looked for.
        target: the system that the packages are for.
        installed: whether there are packages that can be used as they are where no lock can.

    Raises:
        Failure: the file cannot be read, or has no lock that npm reads.
    """
    asked = read(folder / PACKAGE)
    # What types are checked against is what the runtime would bring.
    developing = not target.brings_sdk and bool(sdk(asked))
    if not (asked.get("dependencies") or asked.get("optionalDependencies") or developing):
        return None
    lock = next((path for name in LOCKS if files.is_file(path := folder / name)), None)
    if lock is None:
        if installed:
            return None
        raise _unlocked(folder)
    locked = read(lock)
    if failure := _of_this_machine(locked, folder / PACKAGE):
        if installed:
            return None
        raise failure
    pinned = locked.get("packages") or locked.get("dependencies")  # as npm wrote before its 7
    facts = [{key: asked[key] for key in _ASKED if key in asked}, pinned]
    facts.append(_registries(_config(folder, project)))
    return Modules(
        folder=folder,
        lock=lock,
        project=project,
        said=json.dumps(facts, sort_keys=True),
        scripted=tuple(name for name, entry in _kept(locked) if entry.get("hasInstallScript")),
        target=target,
        developing=developing,
    )


def sdk(asked: Mapping[str, JSON]) -> dict[str, JSON]:
    """The packages of the AWS SDK that a package.json asks for to develop with."""
    named = asked.get("devDependencies") or {}
    return {name: version for name, version in named.items() if name.startswith(SDK)}


def read(path: Path) -> dict[str, JSON]:
    """A file of npm's: a JSON object; empty where there is no such file.

    Raises:
        Failure: it cannot be read.
    """
    try:
        found = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise Failure(path, f"it cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise Failure(path, f"it is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise Failure(path, "it is no JSON object")
    for key in (*_ASKED, "packages"):
        if not isinstance(found.get(key) or {}, dict):
            raise Failure(path, f"its {key} are no JSON object")
    for name, entry in (found.get("packages") or {}).items():
        if not isinstance(entry, dict):
            raise Failure(path, f"what it says of {name!r} is no JSON object")
    return found


def run(words: list[str], folder: Path, place: Path, at: Workbench) -> None:
    """Run npm in a folder.

    Raises:
        Failure: there is no npm, or it says what is wrong.
    """
    npm = node.npm()
    if npm is None:
        raise Failure(place, "there is no npm", "install Node.js")
    environ = {**at.environ, "NO_COLOR": "1"}
    ended = at.children.run([*npm, *words, *INSTALL], cwd=folder, environ=environ)
    if ended.code:
        raise _told(place, ended.said)


def clean(folder: Path) -> None:
    """Leave nothing but packages: no file of npm's own, no password of its settings."""
    for name in (PACKAGE, *LOCKS, _CONFIG, "node_modules/.package-lock.json"):
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / "node_modules" / ".bin", ignore_errors=True)


def _config(folder: Path, project: Path) -> Path | None:
    """Npm's settings for a folder: the nearest within the project."""
    for above in (folder, *folder.parents):
        if not above.is_relative_to(project):
            return None
        if files.is_file(above / _CONFIG):
            return above / _CONFIG
    return None


def _registries(config: Path | None) -> list[str]:
    """What npm's settings say, but for secrets."""
    if config is None:
        return []
    text = config.read_text("utf-8", "replace")
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and line[0] not in "#;" and not _SECRET.search(line)]


def _kept(locked: Mapping[str, JSON]) -> Iterator[tuple[str, dict[str, JSON]]]:
    """The packages of a lock that are installed: not the project itself, nor what is for developing."""
    for path, entry in (locked.get("packages") or {}).items():
        if path and not entry.get("dev"):
            yield path.rpartition("node_modules/")[2], entry


def _of_this_machine(locked: Mapping[str, JSON], place: Path) -> Failure | None:
    """Why what a lock names is no package of a registry's; None: all of it is."""
    for name, entry in _kept(locked):
        if entry.get("link") or str(entry.get("resolved", "")).startswith("file:"):
            return Failure(
                place,
                f"{name} is a file or folder here ({entry.get('resolved')}): it is not installed",
                "put code of your own into lambdas/_shared; or run `npm ci` here yourself",
            )
    return None


def _unlocked(folder: Path) -> Failure:
    foreign = next((name for name in _FOREIGN_LOCKS if files.is_file(folder / name)), None)
    if foreign:
        return Failure(
            folder / foreign,
            f"{foreign} is of a tool that maestro does not run",
            "install with that tool: node_modules is packed then; or "
            "`npm install --package-lock-only` makes a lock that npm reads",
        )
    return Failure(
        folder / PACKAGE,
        "what it asks for is not pinned by a lock",
        "`npm install --package-lock-only` makes package-lock.json",
    )


# --- what npm says ---------------------------------------------------------------------------

_NO_NETWORK = ("ENOTFOUND", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EAI_AGAIN", "ENOTCACHED")


def _told(place: Path, said: str) -> Failure:
    """What npm says, in a line, and what to do."""
    lines = [line.removeprefix("npm error").strip() for line in said.splitlines()]
    code = next((line.split()[-1] for line in lines if line.startswith("code ")), "")
    text = [line for line in lines if line and not line.startswith(("code ", "A complete log"))]
    first = text[0] if text else said.strip()[-200:]
    if code == "EUSAGE":
        return Failure(
            place, "the lock does not hold what it asks for", "`npm install` writes it anew"
        )
    if code in _NO_NETWORK:
        return Failure(
            place,
            f"its packages could not be fetched: {first}",
            "what was installed once needs no network",
        )
    if code in {"E404", "ETARGET"}:
        wanted = re.search(r"'([^']+)'", " ".join(text)) or re.search(r"for (\S+?)\.?$", first)
        name = wanted.group(1) if wanted else first
        return Failure(place, f"no package {name} is to be found")
    if code == "EBADPLATFORM":
        name = re.search(r"Unsupported platform for (\S+?):", " ".join(text))
        return Failure(
            place,
            f"{name.group(1) if name else 'a package'} is not for the function's system",
            "set another architecture for the function, or do without the package",
        )
    return Failure(place, f"npm: {first}")
