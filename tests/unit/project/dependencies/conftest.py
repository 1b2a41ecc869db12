"""A place to install from that no network is needed for."""

import os

import pytest

from maestro_cdk.project.dependencies.children import Children
from maestro_cdk.project.dependencies.store import Store
from maestro_cdk.project.dependencies.workbench import Workbench
from tests.fakes.registry import serving
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


@pytest.fixture
def registry(tmp_path):
    """npm packages on this machine; `registry.environ` leads npm there."""
    with serving() as found:
        found.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "npm_config_registry": found.url,
            "npm_config_cache": str(tmp_path / "npm"),
            "npm_config_fetch_retries": "0",
        }
        yield found


@pytest.fixture
def workbench(tmp_path):
    """What is at hand to needs, with this environment."""

    def at(environ):
        store = Store(tmp_path / "kept")
        return Workbench(store=store, children=Children(), environ=environ)

    return at


@pytest.fixture
def project(tmp_path):
    """Write files (path -> text) into a project's folder; None removes one."""

    def write(files):
        for name, text in files.items():
            path = tmp_path / "p" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True) if text is None else path.write_text(text)
        return tmp_path / "p"

    return write
