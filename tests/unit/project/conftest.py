"""Folders as tests need them."""

import ctypes
import json
import os
from contextlib import contextmanager

import pytest

PYTHON = "def handler(event, context):\n    return event\n"
NODE = "export const handler = async (event) => event;\n"
PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}


@pytest.fixture
def folder(tmp_path):
    """Make a project's folder `approval`: files by path, and a definition unless one is given."""

    def make(files=None, *, name="approval", definition=PASS):
        root = tmp_path / name
        root.mkdir(parents=True, exist_ok=True)
        for path, content in (files or {}).items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                target.mkdir()
            elif isinstance(content, bytes):
                target.write_bytes(content)
            else:
                target.write_text(content, "utf-8")
        if definition is not None:
            text = definition if isinstance(definition, str) else json.dumps(definition, indent=2)
            (root / "definition.asl.json").write_text(text, "utf-8")
        return root

    return make


class _Capabilities(ctypes.Structure):
    """What Linux lets a thread do, as capget(2) has it."""

    _fields_ = tuple((name, ctypes.c_uint32) for name in ("effective", "permitted", "inherited"))


@pytest.fixture
def kept_out():
    """Be kept out by the modes of files, as root is not by nature."""

    @contextmanager
    def so():
        if os.geteuid() != 0:
            yield
            return
        libc = ctypes.CDLL(None)
        if not hasattr(libc, "capset"):
            pytest.skip("root reads everything here")
        header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # the third version; this thread
        data = (_Capabilities * 2)()
        assert libc.capget(header, data) == 0
        before = data[0].effective
        data[0].effective &= ~0b110  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        assert libc.capset(header, data) == 0
        try:
            yield
        finally:
            data[0].effective = before
            assert libc.capset(header, data) == 0

    return so
