"""What dependencies are installed for: a runtime of Lambda on a processor, or this machine."""

import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from maestro_cdk.project import lifecycles
from maestro_cdk.project.interpreters import Interpreter

_PROCESSORS = {"arm64": "aarch64", "x86_64": "x86_64"}

_NODE_PROCESSORS = {"arm64": "arm64", "aarch64": "arm64", "x86_64": "x64", "amd64": "x64"}

_WHEELS = {"al2023": "manylinux_2_28", "al2": "manylinux2014", "al1": "manylinux2014"}
"""The newest wheels that an Amazon Linux loads, of those that are in use: its glibc is 2.34, the
older one's 2.26. https://docs.aws.amazon.com/linux/al2023/ug/compare-with-al2.html"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonTarget:
    """A Python to install for.

    `platform` is uv's name for it; None stands for the machine that `interpreter` runs on, which
    is whose word counts then.
    """

    name: str
    version: str
    platform: str | None
    interpreter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeTarget:
    """A system to install for, as npm names it; its libc counts on Linux.

    `brings_sdk` says whether the AWS SDK is there without being installed.
    """

    name: str
    os: str
    cpu: str
    libc: str | None
    brings_sdk: bool = True


def python_of_lambda(runtime: str, architecture: str) -> PythonTarget:
    """The Python of a runtime."""
    processor = _PROCESSORS[architecture]
    return PythonTarget(
        name=f"{runtime} on {architecture}",
        version=runtime.removeprefix("python"),
        platform=f"{processor}-{_WHEELS[lifecycles.system(runtime)]}",
        interpreter=sys.executable,
    )


def python_here(interpreter: Interpreter) -> PythonTarget:
    """A Python of this machine."""
    return PythonTarget(
        name=f"Python {interpreter.version} on this machine",
        version=interpreter.version,
        platform=None,
        interpreter=str(interpreter.path),
    )


def node_of_lambda(runtime: str, architecture: str) -> NodeTarget:
    """The system that a runtime runs on."""
    return NodeTarget(
        name=f"{runtime} on {architecture}",
        os="linux",
        cpu=_NODE_PROCESSORS[architecture],
        libc="glibc",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """This machine, in Lambda's place: the Python that runs functions of each runtime."""

    pythons: Mapping[str, PythonTarget]


def node_here() -> NodeTarget:
    """This machine."""
    libc, _ = platform.libc_ver()
    processor = platform.machine().lower()
    return NodeTarget(
        name="this machine",
        os=sys.platform,
        cpu=_NODE_PROCESSORS.get(processor, processor),
        libc=(libc or "musl") if sys.platform == "linux" else None,
        brings_sdk=False,
    )
