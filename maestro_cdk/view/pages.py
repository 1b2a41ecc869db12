"""The page as one document: its style, its script and its first data stand in it.

The script is written as modules, which import each other. They are put one behind the other here, so
that a page that was sent to somebody is the same as one that is served, and nothing is loaded.
"""

import base64
import hashlib
import json
import re
from functools import cache
from html import escape
from importlib import resources

from maestro_cdk.model import JSON

FIRST = "main.js"

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(?P<name>[a-z]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?function|const|class)", re.MULTILINE)


def document(data: JSON) -> str:
    """The page in HTML.

    Args:
        data: what it knows at first.
    """
    picture, rest = _apart(data)
    parts = {
        "style": _read("style.css"),
        "script": script(),
        "data": embedded(rest),
        "policy": policy(),
        "picture": picture,
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], _read("index.html"))


def markup(tree: JSON) -> str:
    """A picture's tree as markup, which the browser reads while the script is yet to come."""
    name, attributes, children = tree
    # A parser of HTML takes a bare carriage return for the end of a line.
    said = {key: escape(value).replace("\r", "&#13;") for key, value in attributes.items()}
    given = "".join(f' {key}="{value}"' for key, value in said.items())
    inner = "".join(
        escape(child, quote=False) if isinstance(child, str) else f"{markup(child)} "
        for child in children
    )
    return f"<{name}{given}>{inner}</{name}>"


def _apart(data: JSON) -> tuple[str, JSON]:
    """The picture as markup, and the data without it."""
    folder = data.get("folder")
    if not folder or not folder["tree"]:
        return "", data
    return markup(folder["tree"]), {**data, "folder": {**folder, "tree": "drawn"}}


def policy() -> str:
    """The Content-Security-Policy: this style, this script, and nothing else from anywhere.

    https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CSP
    """
    return (
        f"default-src 'none'; script-src '{_digest(script())}'; "
        f"style-src '{_digest(_read('style.css'))}'; connect-src 'self'; img-src data:; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types"
    )


def embedded(data: JSON) -> str:
    """JSON for a script element: nothing in it can end that, or begin a comment.

    https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements
    """
    return json.dumps(data, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c")


@cache
def script() -> str:
    """All modules, each behind those that it imports."""
    texts: dict[str, str] = {}
    _gather(FIRST, texts)
    return "\n".join(texts.values())


def _gather(name: str, texts: dict[str, str]) -> None:
    text = _read(name)
    for match in _IMPORT.finditer(text):
        if match["name"] not in texts:
            _gather(match["name"], texts)
    texts[name] = _EXPORT.sub("", _IMPORT.sub("", text)).strip() + "\n"


@cache
def _read(name: str) -> str:
    found = resources.files("maestro_cdk.view").joinpath("page", name)
    return found.read_text("utf-8")


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
