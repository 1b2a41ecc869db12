"""Which handler and which runtime a function has, and whether the handler is there."""

from dataclasses import dataclass
from pathlib import Path

from maestro_cdk.model import FunctionSettings, Settings
from maestro_cdk.project import artefacts, files, ignoring, javascript, runtimes
from maestro_cdk.project.report import Report

STEMS = ("index", "app", "main", "handler")
"""What a handler's file in a folder may be called, besides the folder's own name."""

NO_CALLBACKS = 24
"""The Node.js from which on Lambda refuses a handler with a callback."""

WITH_CALLBACK = 3
"""The parameters of such a handler."""

_LAYERS = "/opt/"  # where Lambda unpacks them


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    """What Lambda is told to call, and what runs it."""

    text: str
    runtime: str


def named_in(folder: Path) -> Path | None:
    """The handler's file of a function's folder, by its name."""
    for stem in (*STEMS, folder.name):
        for ending in runtimes.ENDINGS:
            if (folder / f"{stem}{ending}").is_file():
                return folder / f"{stem}{ending}"
    return None


def find(
    function: str, root: Path, file: Path | None, settings: Settings, report: Report
) -> Handler | None:
    """The handler of a function, with a finding for whatever is wrong with it.

    Args:
        function: its name.
        root: its file or folder.
        file: the handler's file as far as its name tells.
        settings: the project's.
        report: where findings go.
    """
    own = settings.functions.get(function)
    said = own.runtime if own else None
    found = own or settings.defaults
    if found.handler is not None and _leaves(found.handler, found):
        report.add(
            "handler",
            f"the handler {found.handler!r} leads out of the function's folder",
            report.setting("functions", function, "handler"),
            "name a file in the folder, as Lambda will see it: src/api.handler",
        )
        return None
    if file is None and found.handler is not None:
        file = _file_of(found.handler.rpartition(".")[0], root)
    if file is None:
        if found.handler is None or said is None:
            _none(function, root, found.handler, said, report)
            return None
        if runtimes.language(said) in runtimes.DEFAULTS:
            _check(function, root, found.handler, found, report)
        else:
            _check_built(function, root, Handler(text=found.handler, runtime=said), found, report)
        return Handler(text=found.handler, runtime=said)
    language = runtimes.ENDINGS[file.suffix]
    runtime = said or settings.defaults.runtime or runtimes.DEFAULTS[language]
    if runtimes.language(runtime) not in (language, "provided"):
        if said:
            report.add(
                "functions",
                f"{file.name} is not for the runtime {runtime}",
                file,
                f"change [functions.{function}] runtime in maestro.toml",
            )
        runtime = runtimes.DEFAULTS[language]  # [functions] speaks of the others
    text = found.handler or f"{file.stem}.handler"
    _check(function, root, text, found, report)
    _check_callback(root, text, runtime, report)
    return Handler(text=text, runtime=runtime)


def located(root: Path, handler: str) -> Path | None:
    """The file that a handler is in; None where that is not one of the function's."""
    module = handler.rpartition(".")[0]
    if root.is_file() and module == root.stem:
        return root
    return _file_of(module, root if root.is_dir() else root.parent)


def _leaves(handler: str, settings: FunctionSettings) -> bool:
    """Whether a handler is looked for outside of what is packed, and of layers."""
    if handler.startswith("/"):
        return not (settings.layers and handler.startswith(_LAYERS)) or ".." in handler
    return ".." in handler


def _check(
    function: str, root: Path, handler: str, settings: FunctionSettings, report: Report
) -> None:
    """Say where a handler is in no file, or its file does not hold it."""
    name = handler.rpartition(".")[2]
    file = located(root, handler)
    if file is not None and not _packed(file, root):
        report.add(
            "handler",
            f"the handler {handler!r} of {function!r} is in {file.name}, which is not packed with it",
            root,
            f"it is packed with {root.name} and what begins with an underscore",
        )
    elif file is not None and _left_out(file, root, report):
        report.add(
            "handler",
            f"the handler {handler!r} of {function!r} is in {file.name}, which is left out of its zip",
            file,
            f"{ignoring.FILE} says what is left out; `!{file.name}` in it keeps the file",
        )
    elif file is not None:
        problem = runtimes.missing_handler(file, name)
        if problem is not None:
            where = report.ref(file, problem.line, problem.column)
            hint = None if problem.line else f"Lambda calls {name}(event, context) in it"
            report.add("handler", problem.message, where, hint)
    elif settings.layers:
        report.add(
            "handler",
            f"the handler {handler!r} of {function!r} is in no file of its own: "
            "Lambda looks for it in the layers",
            root,
            severity="info",
        )
    else:
        report.add(
            "handler",
            f"the handler {handler!r} of {function!r} is in no file",
            root,
            f"[functions.{function}] handler is file.function",
        )


def _check_callback(root: Path, handler: str, runtime: str, report: Report) -> None:
    """Say where Lambda would refuse a handler for the callback that it takes.

    It counts parameters: three are a callback's, unless the response is streamed.
    https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html
    """
    file = located(root, handler)
    if (
        runtimes.language(runtime) != "nodejs"
        or file is None
        or runtimes.major(runtime) < NO_CALLBACKS
    ):
        return
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):  # told already
        return
    found = javascript.handler(text, handler.rpartition(".")[2])
    if found is not None and found.parameters >= WITH_CALLBACK:
        report.add(
            "handler",
            f"the handler takes a callback, which {runtime} refuses",
            report.ref(file, found.line, found.column),
            "return the result instead, as async (event, context) => ... does; or set "
            f'runtime = "nodejs{NO_CALLBACKS - 2}.x" for it',
        )


def _check_built(
    function: str, root: Path, handler: Handler, settings: FunctionSettings, report: Report
) -> None:
    """Say what a function that something else builds lacks; a layer may bring it."""
    missing = artefacts.missing(handler.runtime, handler.text, root)
    if missing is not None and not settings.layers:
        message = f"the function {function!r} cannot run on {handler.runtime}: {missing.message}"
        report.add("handler", message, root, missing.hint)


def _none(
    function: str, root: Path, handler: str | None, runtime: str | None, report: Report
) -> None:
    table = f"[functions.{function}]"
    if handler is not None or runtime is not None:
        said, unsaid = ("handler", "runtime") if runtime is None else ("runtime", "handler")
        example = artefacts.HANDLERS.get(runtimes.language(runtime or ""), "index.handler")
        value = runtimes.DEFAULTS["python"] if runtime is None else example
        report.add(
            "handler",
            f"the function {function!r} has a {said} in maestro.toml, and no {unsaid}",
            report.setting("functions", function, said),
            f'add to {table}: {unsaid} = "{value}", or what it is',
        )
        return
    stems = ", ".join((*STEMS, function))
    report.add(
        "handler",
        f"the function {function!r} has no handler file",
        root,
        f"name it one of {stems} (.py, .mjs, .js, .cjs, .ts, .mts), or set handler and runtime "
        f"in maestro.toml: [functions.{function}]",
    )


def _packed(file: Path, root: Path) -> bool:
    """Whether a function's zip holds a file: of lambdas/, it holds its own and what is shared."""
    if root.is_dir() or file == root:
        return True
    return file.relative_to(root.parent).parts[0].startswith("_")


def _left_out(file: Path, root: Path, report: Report) -> bool:
    """Whether a file, or a folder that it is in, is left out of its function's zip."""
    home = root if root.is_dir() else root.parent
    folders = [folder for folder in file.parents if folder != home and folder.is_relative_to(home)]
    return any(report.ignoring.leaves_out(folder, folder=True) for folder in folders) or (
        report.ignoring.leaves_out(file, folder=False)
    )


def _file_of(module: str, folder: Path) -> Path | None:
    """The file of a handler's module; Python's may be written with dots for slashes."""
    for ending in runtimes.ENDINGS:
        for name in (module, module.replace(".", "/") if ending == ".py" else module):
            path = folder / f"{name}{ending}"
            if not name.startswith("/") and files.is_file(path):
                return path
    return None
