"""The user's own settings of where packages come from, as uv reads them.

uv does not read pip's variables. Whoever set them means them for every installer.
"""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

_OF_PIP = {
    "PIP_INDEX_URL": "UV_DEFAULT_INDEX",
    "PIP_EXTRA_INDEX_URL": "UV_INDEX",
    "PIP_FIND_LINKS": "UV_FIND_LINKS",
    "PIP_TRUSTED_HOST": "UV_INSECURE_HOST",
    "PIP_CERT": "SSL_CERT_FILE",
    "PIP_KEYRING_PROVIDER": "UV_KEYRING_PROVIDER",
    "PIP_DEFAULT_TIMEOUT": "UV_HTTP_TIMEOUT",
}
"""pip's variables, and uv's of the same meaning:
https://pip.pypa.io/en/stable/topics/configuration/#environment-variables,
https://docs.astral.sh/uv/reference/environment/"""

_OLDER = {"UV_DEFAULT_INDEX": "UV_INDEX_URL", "UV_INDEX": "UV_EXTRA_INDEX_URL"}
"""uv's variables that say the same by their older names."""

_CHOOSING = (
    "UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS",
    "UV_INDEX_STRATEGY", "UV_EXCLUDE_NEWER", "UV_RESOLUTION", "UV_PRERELEASE",
    "UV_CONSTRAINT", "UV_OVERRIDE",
    "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX",
)  # fmt: skip
"""What changes which packages are found."""


_YES = ("1", "true", "yes", "on", "y", "t")
"""How pip's variables are switched on."""


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for uv: the user's, with what pip is told translated."""
    found = dict(environ)
    for theirs, ours in _OF_PIP.items():
        value = environ.get(theirs)
        if value and not found.get(ours) and not found.get(_OLDER.get(ours, "")):
            if ours == "UV_FIND_LINKS":  # pip passes over folders that are not there
                value = ",".join(part for part in value.split() if _is_there(part))
            found[ours] = value
    # Nothing is built and nothing shown: what these could change is not wanted here.
    for name in ("UV_COMPILE_BYTECODE", "UV_TARGET", "UV_PYTHON", "UV_REQUIRE_HASHES"):
        found.pop(name, None)
    return found | {"NO_COLOR": "1", "UV_NO_PROGRESS": "1", "UV_PYTHON_DOWNLOADS": "never"}


def flags(environ: Mapping[str, str]) -> list[str]:
    """What pip is told and no variable of uv's says."""
    return ["--no-index"] if environ.get("PIP_NO_INDEX", "0").lower() in _YES else []


def choice(environ: Mapping[str, str], folder: Path) -> list[str]:
    """What of the user's settings decides which packages are found, without passwords.

    The tables that uv reads are those of the nearest file above a folder that has any:
    https://docs.astral.sh/uv/concepts/configuration-files/
    """
    said = [f"{name}={_without_password(environ[name])}" for name in _CHOOSING if environ.get(name)]
    for above in (folder, *folder.parents):
        if (above / "uv.toml").is_file():
            return [*said, (above / "uv.toml").read_text("utf-8", "replace")]
        try:
            tables = tomllib.loads((above / "pyproject.toml").read_text("utf-8"))
        except (OSError, ValueError):
            continue
        if "uv" in tables.get("tool", {}):
            return [*said, json.dumps(tables["tool"]["uv"], default=str)]
    return said


def _is_there(place: str) -> bool:
    return "://" in place or Path(place).expanduser().exists()


def _without_password(text: str) -> str:
    """Addresses without the user in them: a password that was renewed changes no package."""
    return " ".join(_bare(word) for word in text.replace(",", " ").split())


def _bare(address: str) -> str:
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
