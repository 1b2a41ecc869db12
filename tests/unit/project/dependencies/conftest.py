"""A place to install from that no network is needed for."""

import os

import pytest

from maestro_cdk.project.dependencies.children import Children
from tests.fakes.wheels import wheel


@pytest.fixture
def index(tmp_path):
    """Put a wheel where uv finds it: `index("name", ...)`; `index.environ` leads uv there."""

    def add(name, version="1.0", **settings):
        return wheel(add.folder, name, version, **settings)

    add.folder = tmp_path / "index"
    add.folder.mkdir()
    add.environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "UV_CACHE_DIR": str(tmp_path / "uv"),
        "UV_FIND_LINKS": str(add.folder),
        "PIP_NO_INDEX": "1",
    }
    return add


@pytest.fixture
def children():
    return Children()
