"""The Pythons of this machine, of which a function for another runtime gets the nearest."""

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

OLDEST = 10
"""The minor version from which on a Python 3 runs what Lambda's own brings along, boto3."""

_NAME = re.compile(r"python3\.(\d+)")

_BINARIES = (b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
"""How a program of Linux begins, and one of macOS for one processor or several."""

_QUESTION = "import sys; print(sys.implementation.name, *sys.version_info[:2])"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """A Python: its program, and its version, as in `3.13`."""

    path: Path
    version: str


def own() -> Interpreter:
    """The Python that runs maestro."""
    major, minor = sys.version_info[:2]
    return Interpreter(path=Path(sys.executable), version=f"{major}.{minor}")


def nearest(version: str, environ: Mapping[str, str], home: Path) -> Interpreter:
    """The Python of this machine whose version is nearest to one, the newer of two as near.

    Args:
        version: the one that is wanted, as in `3.13`.
        environ: the environment's variables.
        home: the user's home.
    """
    mine = own()
    if mine.version == version:
        return mine
    wanted = _minor(version)
    found: dict[int, list[Path]] = {}
    for path in _programs(environ, home):
        found.setdefault(_minor(path.name), []).append(path)
    found.setdefault(_minor(mine.version), []).insert(0, mine.path)
    for minor in sorted(found, key=lambda minor: (abs(minor - wanted), -minor)):
        for path in found[minor]:
            if path == mine.path or _is(path, minor):
                return Interpreter(path=path, version=f"3.{minor}")
    return mine


def _minor(text: str) -> int:
    return int(text.rpartition(".")[2])


def _programs(environ: Mapping[str, str], home: Path) -> Iterator[Path]:
    """What is called like a Python, where Pythons are: not all of it need be one."""
    for folder in _folders(environ, home):
        try:
            paths = sorted(folder.iterdir())
        except OSError:
            continue
        for path in paths:
            name = _NAME.fullmatch(path.name)
            if name and int(name.group(1)) >= OLDEST and os.access(path, os.X_OK):
                yield path


def _folders(environ: Mapping[str, str], home: Path) -> Iterable[Path]:
    """PATH, then where pyenv and uv put the Pythons that they install.

    pyenv's shims are left out: what they lead to is found behind them.
    """
    root = Path(environ.get("PYENV_ROOT") or home / ".pyenv")
    pyenv, shims = root / "versions", root / "shims"
    path = [Path(part) for part in environ.get("PATH", "").split(os.pathsep) if part]
    yield from (part for part in path if part != shims)
    uv = Path(environ.get("UV_PYTHON_INSTALL_DIR") or home / ".local" / "share" / "uv" / "python")
    for folder in (pyenv, uv):
        if folder.is_dir():
            yield from sorted(folder.glob("*/bin"), reverse=True)


def _is(path: Path, minor: int) -> bool:
    """Whether a program is the Python that its name says; a script may lead nowhere, or elsewhere.

    A binary of that name is believed, once links are followed (PyPy's end at `pypy`): to ask it
    takes 0.1 s, at every deployment.
    """
    try:
        real = path.resolve(strict=True)
        with real.open("rb") as file:
            if real.name == f"python3.{minor}" and file.read(4) in _BINARIES:
                return True
        answer = subprocess.run(
            [path, "-I", "-c", _QUESTION],
            capture_output=True,
            text=True,
            check=False,
            timeout=10,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.stdout.split() == ["cpython", "3", str(minor)]
