"""What infra.py says of itself before it runs: the substitutions that it gives to the definition.

It is parsed, with the modules of the project that it imports; nothing of it is run.
"""

import ast
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from maestro_cdk.asl.names import KEY, Promised
from maestro_cdk.model import SourceRef
from maestro_cdk.project import files
from maestro_cdk.project.report import Report

FILE = "infra.py"
FUNCTION = "extend"
METHOD = "substitute"

HINT = f"def {FUNCTION}(workflow): ... is what maestro calls"

_DYNAMIC = ("importlib", "runpy")
_OTHERS = frozenset({"aws_cdk", "constructs", "jsii", "maestro_cdk"})
"""Packages whose code gives no substitutions. Another's may: it can be handed the workflow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Infra:
    """A project's infra.py; `path` is None where there is none, and the rest is empty then.

    `names` are the substitutions that it gives, each with the first place that says so; `more`
    tells whether it may give others, whose names only running it shows. `functions` are those of
    the folder that it speaks of.
    """

    path: Path | None = None
    names: Mapping[str, SourceRef] = field(default_factory=dict)
    more: bool = False
    functions: frozenset[str] = frozenset()

    @property
    def promised(self) -> Promised:
        """The same for who reads the definition."""
        return Promised(names=frozenset(self.names), more=self.more)


def read(report: Report, *, functions: Collection[str], settings: Collection[str]) -> Infra:
    """Look at infra.py.

    Args:
        report: of the folder.
        functions: the names of the functions, which mean these in a definition.
        settings: those of the substitutions in maestro.toml.
    """
    path = report.folder / FILE
    if not files.is_file(path):
        return Infra()
    names: dict[str, SourceRef] = {}
    used: set[str] = set()
    more = False
    for module, tree in _modules(path, report):
        if module == path:
            _check_function(tree, report)
        for name, line, column in _substituted(tree):
            if name is not None:
                names.setdefault(name, report.ref(module, line, column))
            more = more or name is None
        more = more or any(_foreign(top, report.folder) for top in _imported_by(tree))
        used |= _spoken_of(tree, functions)
    for name, where in names.items():
        if problem := refusal(name, functions=functions, settings=settings):
            report.add("infra", problem, where, "call it something else")
    return Infra(path=path, names=names, more=more, functions=frozenset(used))


def refusal(name: str, *, functions: Collection[str], settings: Collection[str]) -> str | None:
    """Why a substitution cannot be called so; None where it can."""
    if not KEY.fullmatch(name):
        return f"a substitution's name holds letters, digits and underscores: {name!r} does not"
    if name in functions:
        return f"${{{name}}} is the function {name} already"
    if name in settings:
        return f"${{{name}}} is set in maestro.toml already: [workflow.substitutions]"
    return None


def unused(infra: Infra, used: Collection[str], report: Report) -> None:
    """Say which substitutions the definition does not hold: CloudFormation would ignore them."""
    for name, where in infra.names.items():
        if name not in used:
            message = f"the definition holds no ${{{name}}}, which is given here"
            report.add("unused-substitution", message, where, severity="info")


# --- modules ---------------------------------------------------------------------------------


def _modules(first: Path, report: Report) -> Iterator[tuple[Path, ast.Module]]:
    """A module of the project, and those of the project that it imports, parsed."""
    waiting, seen = [first], {first}
    while waiting:
        path = waiting.pop()
        tree = _parsed(path, report)
        if tree is None:
            continue
        yield path, tree
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                found = _local(node, path, report.folder)
                new = [each for each in found if each not in seen]
                waiting += new
                seen.update(new)


def _parsed(path: Path, report: Report) -> ast.Module | None:
    if problem := files.obstacle(path, report.folder):
        report.add("infra", problem.message, path, problem.hint)
        return None
    try:
        return ast.parse(path.read_bytes(), filename=path.name)
    except SyntaxError as error:
        where = report.ref(path, error.lineno or 0, error.offset or 0)
        report.add("infra", f"{type(error).__name__}: {error.msg}", where)
    except (ValueError, RecursionError, MemoryError) as error:
        report.add("infra", f"this is no Python: {str(error) or type(error).__name__}", path)
    except OSError as error:
        report.add("infra", files.unreadable(path, error).message, path)
    return None


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, ...]]:
    """The names of the modules that a statement may import, in their parts."""
    if isinstance(node, ast.Import):
        yield from (tuple(alias.name.split(".")) for alias in node.names)
        return
    base = tuple(node.module.split(".")) if node.module else ()
    relative = ("",) * node.level
    yield (*relative, *base) or ("",)
    yield from ((*relative, *base, alias.name) for alias in node.names)


def _imported_by(tree: ast.Module) -> Iterator[str]:
    """The first parts of the names of all modules that one may import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (parts[0] for parts in _imported(node))


def _local(node: ast.Import | ast.ImportFrom, path: Path, folder: Path) -> Iterator[Path]:
    """The files of the project that a statement imports."""
    for parts in _imported(node):
        level = sum(not part for part in parts)
        place = path.parents[level - 1] if 0 < level <= len(path.parents) else folder
        for part in parts[level:]:
            place /= part
            for file in (place.with_name(f"{part}.py"), place / "__init__.py"):
                if place.is_relative_to(folder) and files.is_file(file):
                    yield file


def _foreign(top: str, folder: Path) -> bool:
    """Whether a module's code may give substitutions that are not seen here."""
    if not top or files.is_file(folder / f"{top}.py") or (folder / top).is_dir():
        return False
    return top in _DYNAMIC or (top not in sys.stdlib_module_names and top not in _OTHERS)


# --- what they say ---------------------------------------------------------------------------


def _substituted(tree: ast.Module) -> Iterator[tuple[str | None, int, int]]:
    """The names that are given, None for one that is computed, each with its line and column."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr == METHOD:
            yield _name(node), node.lineno, node.col_offset + 1


def _spoken_of(tree: ast.Module, functions: Collection[str]) -> set[str]:
    """The functions of the folder that a module names; all, where it takes them as they come."""
    named = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    taken = [node for node in ast.walk(tree) if _is_functions(node)]
    chosen = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript) and _is_functions(node.value)
    ]
    return set(functions) if len(taken) > len(chosen) else {*functions} & named


def _is_functions(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "functions"


def _name(call: ast.Call) -> str | None:
    """The name that a substitution is given; None where it is computed."""
    named = [keyword.value for keyword in call.keywords if keyword.arg == "name"]
    for value in (*call.args[:1], *named):
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return value.value
    return None


def _check_function(tree: ast.Module, report: Report) -> None:
    """Say what is wrong with `extend`, as far as that shows before it runs."""
    path = report.folder / FILE
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == FUNCTION:
            where = report.ref(path, node.lineno, node.col_offset + 1)
            if isinstance(node, ast.AsyncFunctionDef):
                report.add("infra", f"{FUNCTION} is async, and nothing would await it", where, HINT)
            elif not _takes_one(node.args):
                report.add("infra", f"{FUNCTION} does not take one argument", where, HINT)
    if not _binds(tree):
        report.add("infra", f"{FILE} has no function {FUNCTION}", report.ref(path), HINT)


def _takes_one(arguments: ast.arguments) -> bool:
    positional = [*arguments.posonlyargs, *arguments.args]
    needed = len(positional) - len(arguments.defaults)
    keywords_needed = any(default is None for default in arguments.kw_defaults)
    most = bool(positional) or arguments.vararg is not None
    return needed <= 1 and most and not keywords_needed


def _binds(tree: ast.Module) -> bool:
    """Whether a module has something of that name; any may come from `import *`."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found = {name}
            case ast.Name(id=name, ctx=ast.Store()):
                found = {name}
            case ast.Import() | ast.ImportFrom():
                found = {alias.asname or alias.name for alias in node.names}
            case _:
                continue
        if found & {FUNCTION, "*"}:
            return True
    return False
