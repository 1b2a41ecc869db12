"""Folders as tests need them."""

import json

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
