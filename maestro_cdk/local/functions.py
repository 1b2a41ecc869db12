"""How functions run on this machine: as close to Lambda as MiniStack's workers can be brought.

All that is known of the insides of these workers is known here. A function is run by the Python
that its packages were installed for; it sees what Lambda's runtime brings and what is in its zip,
none of what maestro itself needs; and of the server's settings it sees nothing.
"""

import importlib.util
import json
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from maestro_cdk.local import environment, function_errors, roles
from maestro_cdk.local.files import Files, write_atomically
from maestro_cdk.local.importing import when_loaded

logger = logging.getLogger(__name__)

WORKERS = "ministack.core.lambda_runtime"
FUNCTIONS = "ministack.services.lambda_svc"
"""The modules of MiniStack's that run functions, and that answer for them."""

BROUGHT = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3")
"""What Lambda's Python runtimes bring along: the AWS SDK, and what that needs. It is Python alone,
so that ours serves every version. https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html"""

_PYTHON_PREFIX = """
import os as _os, sys as _sys, sysconfig as _sysconfig
_own = [_sysconfig.get_path(_name) for _name in ("stdlib", "platstdlib")]
_sys.path[:] = [
    _path for _path in _sys.path
    if _path.endswith(".zip")
    or any(_path == _root or _path.startswith(_root + _os.sep) for _root in _own)
    and not {"site-packages", "dist-packages"} & set(_path.split(_os.sep))
]
_sys.path.append(__BROUGHT__)
for _name in __SETTINGS__:
    _os.environ.pop(_name, None)
"""

_NODE_PREFIX = "for (const name of __SETTINGS__) delete process.env[name];\n"

_ENDINGS = 'const mjsPath = fullPath + ".mjs";'
_MORE_ENDINGS = (
    'const mjsPath = [".mjs", ".cjs"].map((ending) => fullPath + ending)'
    '.find((file) => fs.existsSync(file)) || fullPath + ".mjs";'
)
"""Where the worker for Node.js looks for a handler's file, and where Lambda's does as well."""


def note_interpreters(files: Files, found: Mapping[str, str]) -> None:
    """Note which program runs functions of a runtime, beside what was noted of others."""
    files.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    noted = {**_interpreters(files), **found}
    write_atomically(files.interpreters, json.dumps(noted, indent=2).encode())


def _interpreters(files: Files) -> dict[str, str]:
    with suppress(OSError, ValueError):
        noted = json.loads(files.interpreters.read_bytes())
        if isinstance(noted, dict):
            return noted
    return {}


def adapt(files: Files, scratch: Path) -> None:
    """Have MiniStack run functions so, as soon as it loads what runs them.

    Args:
        files: where the server keeps what it has.
        scratch: a folder that ends with it.
    """

    def change(workers: Any) -> None:
        brought = scratch / "brought"
        _link(brought)
        workers._detect_runtime_binary = _chooser(workers, files, brought)  # noqa: SLF001
        workers.Worker._spawn = _starter(workers)  # noqa: SLF001
        workers.execution_credentials = roles.of_functions(workers.execution_credentials)
        workers.Worker.invoke = function_errors.noted(workers.Worker.invoke)

    def tell(functions: Any) -> None:
        execute = functions._execute_function_warm  # noqa: SLF001
        functions._execute_function_warm = function_errors.told(execute)  # noqa: SLF001

    when_loaded(WORKERS, change)
    when_loaded(FUNCTIONS, tell)


def _chooser(workers: Any, files: Files, brought: Path) -> Callable[[str], tuple[str, str]]:
    """What tells MiniStack which program runs a runtime, and by which script."""
    chosen: Callable[[str], tuple[str, str]] = workers._detect_runtime_binary  # noqa: SLF001

    def choose(runtime: str) -> tuple[str, str]:
        program, script = chosen(runtime)
        if runtime.startswith("python"):
            noted = _interpreters(files).get(runtime)
            program = noted if noted and Path(noted).is_file() else program
            prefix = _filled(_PYTHON_PREFIX, brought) + function_errors.PYTHON_PREFIX
            return program, prefix + function_errors.saying(script, function_errors.PYTHON_SAYS)
        if runtime.startswith("nodejs"):
            if _ENDINGS not in script:
                logger.warning("The worker for Node.js is not the one that was tried")
            script = script.replace(_ENDINGS, _MORE_ENDINGS)
            prefix = _filled(_NODE_PREFIX, brought) + function_errors.NODE_PREFIX
            return program, prefix + function_errors.saying(script, function_errors.NODE_SAYS)
        return program, script

    return choose


def _starter(workers: Any) -> Callable[[Any], None]:
    """What starts a function's process."""
    spawn: Callable[[Any], None] = workers.Worker._spawn  # noqa: SLF001

    def start(worker: Any) -> None:
        config = worker.config
        worker.config = _with_lambdas_own(config)
        try:
            spawn(worker)
        finally:
            worker.config = config

    return start


def _filled(prefix: str, brought: Path) -> str:
    return prefix.replace("__BROUGHT__", json.dumps(str(brought))).replace(
        "__SETTINGS__", json.dumps(environment.SETTINGS)
    )


def _with_lambdas_own(config: dict[str, Any]) -> dict[str, Any]:
    """A function's configuration with the variables that Lambda sets, and MiniStack does not.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    """
    group = config.get("LoggingConfig", {}).get("LogGroup")
    own = {
        "_HANDLER": config.get("Handler", ""),
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{config.get('Runtime', '')}",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": group or f"/aws/lambda/{config.get('FunctionName', '')}",
    }
    variables = {**(config.get("Environment") or {}).get("Variables", {}), **own}
    return {**config, "Environment": {"Variables": variables}}


def _link(folder: Path) -> None:
    """Make a folder with what Lambda's Python brings along, as links to ours."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in BROUGHT:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            continue
        origin = Path(spec.origin)
        target = origin.parent if spec.submodule_search_locations else origin
        with suppress(FileExistsError):
            (folder / target.name).symlink_to(target)
