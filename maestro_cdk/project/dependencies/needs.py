"""What each function of a project needs."""

import re
from collections.abc import Container, Iterator
from pathlib import Path

from maestro_cdk.model import Function
from maestro_cdk.project import files, handlers, runtimes
from maestro_cdk.project.dependencies import esbuild, npm, python, targets
from maestro_cdk.project.dependencies.targets import Here, NodeTarget
from maestro_cdk.project.dependencies.workbench import Need

_IMPORTED = re.compile(r"""(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\()\s*["']([^"']+)["']""")


def of(
    function: Function, shared: tuple[Path, ...], project: Path, here: Here | None = None
) -> Need | None:
    """What a function needs besides the files that are packed as they are; None: nothing.

    Args:
        function: the function.
        shared: what is packed with every function.
        project: the project's folder.
        here: this machine, where the function is to run on it rather than in Lambda.

    Raises:
        Failure: what it asks for cannot be had, as far as that shows without asking anybody.
    """
    home = function.root if function.root.is_dir() else function.root.parent
    match runtimes.language(function.runtime):
        case "python":
            target = (
                here.pythons[function.runtime]
                if here
                else targets.python_of_lambda(function.runtime, function.settings.architecture)
            )
            return python.find(home, (path for path in shared if path.is_dir()), project, target)
        case "nodejs":
            system = (
                targets.node_here()
                if here
                else targets.node_of_lambda(function.runtime, function.settings.architecture)
            )
            return _of_node(function, home, project, system)
        case _:
            return None


def _of_node(function: Function, home: Path, project: Path, target: NodeTarget) -> Need | None:
    """Packages beside the code, or the code and its packages in one file.

    TypeScript is always made one file. JavaScript is where it imports what its zip would not
    hold: files outside of its folder, or packages of a package.json above it.
    """
    entry = handlers.located(function.root, function.handler)
    if entry is None:
        return None
    own = function.root.is_dir() and files.is_file(home / npm.PACKAGE)
    outer = _nearest(home, project)
    asked = npm.read(outer / npm.PACKAGE) if outer else {}
    if not target.brings_sdk and (sdk := npm.sdk(asked)):
        asked = {**asked, "dependencies": {**(asked.get("dependencies") or {}), **sdk}}
        asked["devDependencies"] = {}
    foreign = {} if own else asked.get("dependencies") or {}
    if entry.suffix not in esbuild.TYPESCRIPT and not any(
        _leads_out(name, path, function.root, foreign) for name, path in _imports(function)
    ):
        installed = (home / "node_modules").is_dir()
        return npm.find(home, project, target, installed=installed) if own else None
    installed = any((folder / "node_modules").is_dir() for folder in _up(home, project))
    modules = npm.find(outer, project, target, installed=installed) if outer else None
    locked = npm.read(modules.lock) if modules else {}
    out = entry.relative_to(home).with_suffix(".mjs" if esbuild.is_module(entry, asked) else ".js")
    return esbuild.Bundled(
        entry=entry,
        out=out.as_posix(),
        project=project,
        outer=outer,
        modules=modules,
        options=esbuild.options(entry, function.runtime, asked),
        tool=esbuild.tool(entry, project, locked),
    )


def _nearest(home: Path, project: Path) -> Path | None:
    """The folder of the package.json that counts for a function."""
    folders = (folder for folder in _up(home, project) if files.is_file(folder / npm.PACKAGE))
    return next(folders, None)


def _up(home: Path, project: Path) -> Iterator[Path]:
    """A folder, and those above it up to the project's."""
    for folder in (home, *home.parents):
        yield folder
        if folder == project:
            return


def _imports(function: Function) -> Iterator[tuple[str, Path]]:
    """What the code of a function imports, and which of its files does."""
    paths = [function.root] if function.root.is_file() else sorted(function.root.rglob("*"))
    for path in paths:
        if path.suffix in esbuild.CODE and "node_modules" not in path.parts:
            try:
                text = path.read_text("utf-8", "replace")
            except OSError:
                continue
            for found in _IMPORTED.finditer(text):
                yield found.group(1), path


def _leads_out(name: str, path: Path, root: Path, packages: Container[str]) -> bool:
    """Whether an import is of something that is not in the function's zip."""
    if name.startswith("."):
        home = root if root.is_dir() else root.parent
        return not (path.parent / name).resolve().is_relative_to(home.resolve())
    return esbuild.package(name) in packages
