"""Code of the user's that adds to the stack: infra.py, loaded and called.

Whatever goes wrong in it is told as a problem of the project: with the line that it went wrong in.
"""

import importlib.util
import inspect
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from maestro_cdk.errors import MaestroError, ProjectError
from maestro_cdk.model import Finding, SourceRef
from maestro_cdk.project.infra import FUNCTION, HINT

if TYPE_CHECKING:
    from maestro_cdk.stack.workflow import Workflow

_LOOKUP = "context provider"
_NO_LOOKUP = (
    "the stack is made for any account and region, so nothing can be looked up in one: name what "
    "is there by its id or ARN, as from_..._attributes and from_..._arn take it"
)


def extend(workflow: "Workflow", path: Path) -> None:
    """Hand a workflow to a project's infra.py.

    Args:
        workflow: the construct.
        path: infra.py in the project's folder.

    Raises:
        ProjectError: what went wrong in it, and where.
    """
    with importable(path.parent):
        try:
            function: Any = getattr(_load(path), FUNCTION, None)
            problem = _unfit(function, workflow)
            if problem is None:
                function(workflow)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # SystemExit is the user's mistake too
            raise told(error, path) from error
    if problem is not None:
        raise _refusal(problem, SourceRef(file=path.name), HINT)


@contextmanager
def importable(folder: Path) -> Iterator[None]:
    """Let modules of a folder be imported, and leave no trace of it.

    None of them is known afterwards, for the next project may have others of the same names; and
    none is written as bytecode beside the user's files.
    """
    path, write_no_bytecode = list(sys.path), sys.dont_write_bytecode
    hidden = {name: sys.modules.pop(name) for name in _shadowing(folder)}
    before = {name.partition(".")[0] for name in sys.modules}
    sys.path.insert(0, str(folder))
    sys.dont_write_bytecode = True
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path[:], sys.dont_write_bytecode = path, write_no_bytecode
        for name, module in list(sys.modules.items()):
            new = name.partition(".")[0] not in before
            if new and _is_of(getattr(module, "__file__", None), folder):
                del sys.modules[name]
        sys.modules.update(hidden)


def _shadowing(folder: Path) -> list[str]:
    """Modules from elsewhere that stand in the way of the folder's own of these names."""
    files = [*folder.glob("*.py"), *(path.parent for path in folder.glob("*/__init__.py"))]
    own = {path.stem for path in files} - sys.stdlib_module_names
    return [
        name
        for name, module in sys.modules.items()
        if name.partition(".")[0] in own and not _is_of(getattr(module, "__file__", None), folder)
    ]


def _is_of(file: str | None, folder: Path) -> bool:
    """Whether a file is the folder's own, and not of a package that is installed in it."""
    if file is None or not Path(file).is_relative_to(folder):
        return False
    return "site-packages" not in Path(file).relative_to(folder).parts


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path.name} is no module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module  # as dataclasses expect of the module that they stand in
    spec.loader.exec_module(module)
    return module


def _unfit(function: Any, workflow: "Workflow") -> str | None:
    """Why something cannot be called with a workflow."""
    if not callable(function):
        return f"there is no function {FUNCTION}"
    if inspect.iscoroutinefunction(function):
        return f"{FUNCTION} is async, and nothing would await it"
    try:
        inspect.signature(function).bind(workflow)
    except TypeError:
        return f"{FUNCTION} does not take one argument"
    except ValueError:  # there is no signature to look at
        return None
    return None


# --- what went wrong -------------------------------------------------------------------------


def told(error: BaseException, path: Path) -> ProjectError:
    """An error in the user's code, with the innermost place of it that is the user's.

    Args:
        error: what was raised.
        path: infra.py in the project's folder.
    """
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if _is_of(frame.filename, path.parent)
    ]
    way = [f"{_name(frame.filename, path)}:{frame.lineno}" for frame in frames]
    if isinstance(error, SyntaxError) and error.filename and _is_of(error.filename, path.parent):
        where = _place(error.filename, path, error.lineno, error.offset)
        return _refusal(f"{type(error).__name__}: {error.msg}", where)
    where = SourceRef(file=path.name)
    if frames:
        last = frames[-1]
        where = _place(last.filename, path, last.lineno, (last.colno or 0) + 1)
    message, hint = _said(error)
    if len(way) > 1:
        hint = "; ".join([*([hint] if hint else []), f"on the way {', '.join(way[:-1])}"])
    return _refusal(message, where, hint)


def _said(error: BaseException) -> tuple[str, str | None]:
    """What an error says, and what to do about it."""
    if isinstance(error, MaestroError):
        place = f"{error.where}: " if error.where else ""
        return f"{place}{error.message}", error.hint
    if isinstance(error, SystemExit):
        return f"the program ends itself: sys.exit({error.code!r})", "raise an error in its place"
    if isinstance(error, ModuleNotFoundError):
        where = f"where maestro runs: {sys.executable} -m pip install ..."
        return f"{type(error).__name__}: {error}", f"if it is a package, install it {where}"
    text, name = said(error), type(error).__name__
    if any(type(each).__module__.startswith("jsii") for each in (error, error.__cause__)):
        return f"CDK: {text}", _NO_LOOKUP if _LOOKUP in text else None
    return text if text.startswith(name) else f"{name}: {text}", None


def said(error: BaseException) -> str:
    """An error's message, but for the calls in CDK's own code that led there."""
    lines = str(error).strip().splitlines() or [repr(error)]
    return "\n  ".join(line.strip() for line in lines if not line.lstrip().startswith("at "))


def _place(file: str, path: Path, line: int | None, column: int | None) -> SourceRef:
    return SourceRef(file=_name(file, path), line=line or 0, column=column or 0)


def _name(file: str, path: Path) -> str:
    return Path(file).relative_to(path.parent).as_posix()


def _refusal(message: str, where: SourceRef, hint: str | None = None) -> ProjectError:
    return ProjectError(
        [Finding(rule="infra", severity="error", message=message, hint=hint, where=where)]
    )
