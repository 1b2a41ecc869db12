"""Node.js functions in TypeScript, or with packages from elsewhere, made one file by esbuild."""

import hashlib
import json
import os
import platform
import re
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from maestro_cdk.model import JSON
from maestro_cdk.project import files
from maestro_cdk.project.dependencies import inputs, npm
from maestro_cdk.project.dependencies.failures import Failure
from maestro_cdk.project.dependencies.npm import Modules
from maestro_cdk.project.dependencies.workbench import Files, Workbench

FORMAT = "esbuild 1"
"""Part of the name of what is kept; another one where something else is made of the same."""

VERSION = "0.28.2"
"""The esbuild that is fetched where the project has none of its own."""

CODE = (".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs", ".jsx", ".map")
"""The endings of what goes into the one file."""

TYPESCRIPT = (".ts", ".mts", ".cts")

_MODULES = (".mts", ".mjs")

_OTHERS = ("package.json", *npm.LOCKS, "yarn.lock", "pnpm-lock.yaml", "tsconfig.json")

_REQUIRE = (
    "import { createRequire as maestroRequire } from 'node:module';"
    "const require = maestroRequire(import.meta.url);"
)
"""What lets packages in CommonJS find Node's own modules from within an ES module."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """The esbuild of this machine, fetched from npm once."""

    version: str
    asking: Path

    @property
    def place(self) -> Path:
        """The file that it is wanted for."""
        return self.asking

    @property
    def notes(self) -> tuple[str, ...]:
        """Nothing."""
        return ()

    def name(self, environ: Mapping[str, str]) -> str:
        """The same for the same version on a machine of the same kind."""
        del environ
        facts = json.dumps([FORMAT, "tool", self.version, _binary_name()])
        return hashlib.sha256(facts.encode()).hexdigest()

    def find(self, at: Workbench) -> Files | None:
        """Its files, if it was fetched before."""
        return at.store.find(self.name(at.environ))

    def make(self, at: Workbench) -> Files:
        """Fetch it.

        Raises:
            Failure: npm cannot.
        """

        def work(into: Path) -> None:
            wanted = {"dependencies": {"esbuild": self.version}}
            (into / npm.PACKAGE).write_text(json.dumps(wanted), "utf-8")
            npm.run(["install", "--no-package-lock"], into, self.asking, at)
            npm.clean(into)

        return at.store.make(self.name(at.environ), work)

    def replaces(self, name: str) -> bool:
        """Nothing."""
        del name
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundled:
    """A function's code to be made one file.

    `entry` is its handler's file; `out` what it becomes, by its name in the zip; `outer` the
    folder whose package.json names the packages that it imports, and `modules` these packages,
    where a lock pins them.
    """

    entry: Path
    out: str
    project: Path
    outer: Path | None
    modules: Modules | None
    options: tuple[str, ...]
    tool: Tool | Path

    @property
    def place(self) -> Path:
        """The file that it is made of."""
        return self.entry

    @property
    def notes(self) -> tuple[str, ...]:
        """What its packages may lack."""
        return self.modules.notes if self.modules else ()

    def name(self, environ: Mapping[str, str]) -> str:
        """The same for the same file, made in the same way, whatever is in it."""
        entry = self.entry.relative_to(self.project).as_posix()
        modules = self.modules.name(environ) if self.modules else None
        tool = self.tool.version if isinstance(self.tool, Tool) else _version(self.tool)
        facts = json.dumps([FORMAT, entry, self.out, self.options, modules, tool])
        return hashlib.sha256(facts.encode()).hexdigest()

    def find(self, at: Workbench) -> Files | None:
        """The one file, if it was made before of all that it would be made of now."""
        name = self.name(at.environ)
        key = inputs.find(at.store, name, self.project)
        return at.store.find(key) if key else None

    def make(self, at: Workbench) -> Files:
        """Have esbuild make it.

        Raises:
            Failure: esbuild cannot.
        """
        tool = at.folder(self.tool) if isinstance(self.tool, Tool) else self.tool
        with tempfile.TemporaryDirectory() as folder:
            where = self._stage(Path(folder), at)
            out, told = Path(folder) / "out" / self.out, Path(folder) / "told.json"
            command = [
                *(str(tool / "node_modules" / _binary_name()), self._seen(where)),
                *("--bundle", "--platform=node", "--charset=utf8", "--color=false"),
                *("--log-level=error", f"--outfile={out}", f"--metafile={told}", *self.options),
                *(("--preserve-symlinks",) if self.modules else ()),
            ]
            environ = {name: at.environ[name] for name in at.environ if name != "NODE_PATH"}
            ended = at.children.run(command, cwd=where, environ=environ)
            if ended.code:
                raise self._told(ended.said, where)
            used = self._inputs(json.loads(told.read_bytes()), where)
            name = self.name(at.environ)
            key = inputs.keep(at.store, name, self.project, used)
            return at.store.make(key, lambda into: _moved(out, into / self.out))

    def replaces(self, name: str) -> bool:
        """All code: it is in the one file; and what told how to make it."""
        last = name.rpartition("/")[2]
        return name.endswith(CODE) or last in _OTHERS or "node_modules" in name.split("/")

    # --- where it is made --------------------------------------------------------------------

    def _stage(self, folder: Path, at: Workbench) -> Path:
        """The folder to work in: the project's; or one with the packages of the lock in it.

        Links lead there to all that the project has but its own installed packages, so that
        every clone bundles what the lock says, and names in the result are the project's.
        """
        if self.modules is None or self.outer is None:
            return self.project
        installed = at.folder(self.modules) / "node_modules"
        place, real = folder / "stage", self.project
        place.mkdir()
        for step in (*self.outer.relative_to(self.project).parts, None):
            for path in real.iterdir():
                if path.name not in {"node_modules", step}:
                    (place / path.name).symlink_to(path)
            if step is not None:
                place, real = place / step, real / step
                place.mkdir()
        (place / "node_modules").symlink_to(installed)
        return folder / "stage"

    def _seen(self, where: Path) -> str:
        return str(where / self.entry.relative_to(self.project))

    def _inputs(self, told: Mapping[str, JSON], where: Path) -> list[Path]:
        """The files that went into it, but for those that the lock pins.

        Raises:
            Failure: one is outside of the project.
        """
        used = []
        for name in told["inputs"]:
            if self.modules is not None and "node_modules" in name.split("/"):
                continue
            path = Path(os.path.normpath(where / name))  # noqa: TID251 - links stay as they are
            path = self.project / path.relative_to(where) if path.is_relative_to(where) else path
            real = path.resolve()
            if not real.is_relative_to(self.project.resolve()) and "node_modules" not in path.parts:
                raise Failure(
                    self.entry,
                    f"it imports {files.shown(str(real))}, which is outside of the project",
                    "copy it into the project; lambdas/_shared is for what several share",
                )
            used.append(path)
        return used + self._settings()

    def _settings(self) -> list[Path]:
        """The files above that say how to read code; those that are not there may come."""
        used = []
        for folder in self.entry.parents:
            used += [folder / "tsconfig.json", folder / npm.PACKAGE]
            if folder == self.project:
                break
        return used

    def _told(self, said: str, where: Path) -> Failure:
        """The first of esbuild's errors, at the user's line."""
        message = re.search(r"\[ERROR\] (.+)", said)
        text = message.group(1) if message else said.strip()[-200:]
        at = re.search(r"(?m)^\s+(\S.*?):(\d+):(\d+):$", said)
        path, line, column = self.entry, 0, 0
        if at:
            real = (where / at.group(1)).resolve()
            if real.is_relative_to(self.project.resolve()):
                path = self.project / real.relative_to(self.project.resolve())
                line, column = int(at.group(2)), int(at.group(3)) + 1
        hint = None
        if missing := re.match(r'Could not resolve "([^"./][^"]*)"', text):
            hint = f"`npm install {package(missing.group(1))}` adds it to package.json and its lock"
        elif "Top-level await" in text:
            hint = 'make it an ES module: end its name in .mts, or set "type": "module"'
        elif ".node" in text:
            hint = "native code cannot be bundled: write the handler in JavaScript, in a folder "
            hint += "with a package.json of its own"
        return Failure(path, text, hint, line=line, column=column)


def tool(entry: Path, project: Path, locked: Mapping[str, JSON]) -> Tool | Path:
    """The esbuild for a function: the project's own, the one of its lock, or ours.

    Args:
        entry: the handler's file.
        project: the project's folder.
        locked: the lock of the packages that the function imports.

    Returns:
        What is to be fetched, or the folder whose node_modules hold it.
    """
    for folder in entry.parents:
        if (folder / "node_modules" / _binary_name()).is_file():
            return folder
        if folder == project:
            break
    entry_ = (locked.get("packages") or {}).get("node_modules/esbuild", {})
    return Tool(version=entry_.get("version", VERSION), asking=entry)


def options(entry: Path, runtime: str, asked: Mapping[str, JSON]) -> tuple[str, ...]:
    """How a handler's file is made into one that its runtime runs.

    Args:
        entry: the file.
        runtime: Lambda's name of the runtime.
        asked: the package.json that counts for it.
    """
    chosen = [f"--target=node{runtime.removeprefix('nodejs').partition('.')[0]}"]
    if is_module(entry, asked):
        chosen += ["--format=esm", f"--banner:js={_REQUIRE}"]
    else:
        chosen += ["--format=cjs"]
    bundled = asked.get("dependencies") or {}
    if not any(name.startswith(npm.SDK) for name in bundled):
        return (*chosen, *(f"--external:{scope}*" for scope in npm.SDK))
    outside = sorted(asked.get("devDependencies") or {})
    return (*chosen, *(f"--external:{name}" for name in outside if name.startswith(npm.SDK)))


def is_module(entry: Path, asked: Mapping[str, JSON]) -> bool:
    """Whether a file is an ES module by its name, or by its package.json."""
    if entry.suffix in (".ts", ".js"):
        return asked.get("type") == "module"
    return entry.suffix in _MODULES


def _binary_name() -> str:
    """Where in node_modules esbuild's program for this machine is."""
    processor = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    return f"@esbuild/{sys.platform}-{processor}/bin/esbuild"


def _version(folder: Path) -> str:
    return str(npm.read(folder / "node_modules" / "esbuild" / npm.PACKAGE).get("version"))


def package(module: str) -> str:
    """The package of a module: a name, or two where the first is a scope."""
    parts = module.split("/")
    return "/".join(parts[: 2 if module.startswith("@") else 1])


def _moved(made: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    made.replace(place)
