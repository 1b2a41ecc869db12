"""Values that are others by the time AWS reads them, or the Task runs: rules cannot judge them."""

import re

from maestro_cdk.asl.document import Document, Pointer
from maestro_cdk.model import JSON

_PLACEHOLDER = re.compile(r"_+[A-Za-z0-9]+_+|%[^%\s]+%|\{\{[^{}]*\}\}|<[^<>\s]+>")
"""What a template engine or a script fills in before: `__queue__`, `%QUEUE%`, `{{ queue }}`."""


def deferred(value: JSON) -> bool:
    """Whether a value becomes another before AWS sees it.

    It holds a substitution `${...}`, is a placeholder, or an intrinsic function of
    CloudFormation's. None is what an unquoted `${...}` is read as where its value is not known.
    """
    if isinstance(value, str):
        return "${" in value or bool(_PLACEHOLDER.fullmatch(value))
    if isinstance(value, dict) and len(value) == 1:
        (key,) = value
        return str(key) == "Ref" or str(key).startswith("Fn::")
    return value is None


def unclosed(text: str) -> bool:
    """Whether a substitution begins in a text, and does not end there."""
    return "}" not in text[text.rfind("${") :] if "${" in text else False


def unsettled(document: Document, pointer: Pointer, value: JSON) -> bool:
    """Whether the value at a place becomes another; null does where it was read for `${...}`."""
    if value is None:
        return document.text.startswith("$", document.spans[pointer][0])
    return deferred(value)


def computed(value: JSON) -> bool:
    """Whether a value is a JSONata expression, which may come to anything."""
    return isinstance(value, str) and value.startswith("{%")
