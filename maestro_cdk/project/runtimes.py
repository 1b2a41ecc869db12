"""Lambda's runtimes, as far as a file's ending tells them, and what a handler looks like in each."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

DEFAULTS = {"python": "python3.13", "nodejs": "nodejs24.x"}
"""The runtime of each language; only a major release of maestro changes it."""

ENDINGS = {
    ".py": "python",
    ".ts": "nodejs",
    ".mts": "nodejs",
    ".cts": "nodejs",
    ".mjs": "nodejs",
    ".js": "nodejs",
    ".cjs": "nodejs",
}
"""The language of a handler's file; TypeScript counts before what was made of it once."""


_ALL_OF_ANOTHER = r"\bexport\s*\*|\bmodule\.exports\s*=\s*require\b|\b__exportStar\b"
"""A module that exports all that another does, whose names are not in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerProblem:
    """Why a file has no handler."""

    message: str
    line: int = 0
    column: int = 0


def language(runtime: str) -> str:
    """The language of a runtime: python3.13 is python, provided.al2023 is provided."""
    return re.split(r"[\d.]", runtime, maxsplit=1)[0]


def major(runtime: str) -> int:
    """The first number of a runtime: nodejs24.x is 24; 0 where there is none."""
    found = re.search(r"\d+", runtime)
    return int(found.group()) if found else 0


def missing_handler(path: Path, function: str) -> HandlerProblem | None:
    """Why a handler's file cannot serve `function`; None where it can, or where nobody can tell."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        return HandlerProblem(message="it is not UTF-8")
    except OSError as error:
        return HandlerProblem(message=f"it cannot be read: {error.strerror or error}")
    if ENDINGS[path.suffix] == "python":
        return _in_python(text, function)
    return _in_node(text, function)


def _in_python(text: str, function: str) -> HandlerProblem | None:
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        return HandlerProblem(
            message=f"it is not Python: {error.msg}",
            line=error.lineno or 0,
            column=error.offset or 0,
        )
    except ValueError as error:  # a null byte
        return HandlerProblem(message=f"it is not Python: {error}")
    except (RecursionError, MemoryError):
        return HandlerProblem(message="it is nested too deeply for Python to read it")
    names = _bound(tree.body)
    if function in names or "*" in names:
        return None
    return HandlerProblem(message=f"it defines no {function!r}")


def _bound(body: list[ast.stmt]) -> set[str]:
    """The names that a module's statements bind; `*` where that cannot be known."""
    scopes = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    names = {
        node.id
        for statement in body
        if not isinstance(statement, scopes)
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    waiting: list[ast.AST] = list(body)  # no recursion: a chain of elif is nested as deep
    while waiting:
        statement = waiting.pop()
        if isinstance(statement, scopes):
            names.add(statement.name)
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name.split(".")[0] for alias in statement.names}
        else:
            for inner in ("body", "orelse", "finalbody", "handlers", "cases"):
                waiting += getattr(statement, inner, None) or []
    return names


def _in_node(text: str, function: str) -> HandlerProblem | None:
    """JavaScript can export in more ways than a look tells: only what is ruled out is refused.

    Comments are text like any other here, for what begins one may stand in a string.
    """
    name = rf"(?<![\w$]){re.escape(function)}(?![\w$])"
    if re.search(r"\bexports?\b", text) and re.search(f"{name}|{_ALL_OF_ANOTHER}", text):
        return None
    return HandlerProblem(message=f"it exports no {function!r}")
