"""Lambda's runtimes, as far as a file's ending tells them, and what a handler looks like in each."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

DEFAULTS = {"python": "python3.13", "nodejs": "nodejs24.x"}
"""The runtime of each language; only a major release of maestro changes it."""

ENDINGS = {".py": "python", ".mjs": "nodejs", ".js": "nodejs", ".cjs": "nodejs"}
"""The language of a handler's file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerProblem:
    """Why a file has no handler."""

    message: str
    line: int = 0
    column: int = 0


def language(runtime: str) -> str:
    """The language of a runtime: python3.13 is python, provided.al2023 is provided."""
    return re.split(r"[\d.]", runtime, maxsplit=1)[0]


def missing_handler(path: Path, function: str) -> HandlerProblem | None:
    """Why a handler's file cannot serve `function`; None where it can, or where nobody can tell."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        return HandlerProblem(message="it is not UTF-8")
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
    names = _bound(tree.body)
    if function in names or "*" in names:
        return None
    return HandlerProblem(message=f"it defines no {function!r}")


def _bound(body: list[ast.stmt]) -> set[str]:
    """The names that a module's statements bind; `*` where that cannot be known."""
    names: set[str] = set()
    for statement in body:
        match statement:
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
            ):
                names.add(name)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                names |= {alias.asname or alias.name.split(".")[0] for alias in aliases}
            case _:
                names |= {
                    node.id
                    for node in ast.walk(statement)
                    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
                }
                for inner in ("body", "orelse", "finalbody"):
                    names |= _bound(getattr(statement, inner, []))
                for handler in getattr(statement, "handlers", []):
                    names |= _bound(handler.body)
    return names


def _in_node(text: str, function: str) -> HandlerProblem | None:
    """JavaScript can export in more ways than a look tells; one without the name exports it not."""
    code = re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.DOTALL)
    exports = re.search(r"\bexports?\b", code)
    if exports and (re.search(rf"\b{re.escape(function)}\b", code) or "export *" in code):
        return None
    return HandlerProblem(message=f"it exports no {function!r}")
