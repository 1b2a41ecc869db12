"""Arguments and results, between the names that definitions have for them and the API's own.

https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from maestro_cdk.engine import data, timestamps
from maestro_cdk.model import JSON
from maestro_cdk.ports import Shape

_NUMBERS = ("integer", "long", "float", "double")


class UnfitError(ValueError):
    """An argument that the service does not take: in AWS's words."""


def to_api(value: JSON, shape: Shape, name: str = "") -> Any:
    """An argument as the API takes it; what is null is left out.

    Raises:
        UnfitError: it is of another kind, or not known.
    """
    if shape.type == "structure" and isinstance(value, dict):
        return _structure(value, shape)
    if shape.type == "map" and isinstance(value, dict) and shape.element:
        return {
            key: to_api(inner, shape.element, key)
            for key, inner in value.items()
            if inner is not None
        }
    if shape.type == "list" and isinstance(value, list) and shape.element:
        return [to_api(item, shape.element, name) for item in value]
    if isinstance(value, bytes):
        return value
    if shape.type == "blob":
        # As AWS recorded it, what S3 stores of a text is its JSON, with the quotes.
        plain = isinstance(value, str) and not shape.streaming
        return (value if plain else data.dumps(value)).encode()
    if shape.type == "string" and isinstance(value, dict | list):
        return data.dumps(value)
    _check(value, shape, name)
    return value


def _structure(value: Mapping[str, JSON], shape: Shape) -> dict[str, Any]:
    names = {name.lower(): name for name in shape.members}
    names |= {wire.lower(): name for name, wire in shape.wire.items()}
    made = {}
    for written, inner in value.items():
        name = written if written in shape.members else names.get(written.lower())
        if name is None:
            raise UnfitError(f"The field '{written}' is not supported by Step Functions")
        if inner is not None:
            made[shape.wire[name]] = to_api(inner, shape.members[name], name)
    return made


def _check(value: JSON, shape: Shape, name: str) -> None:
    kind = data.kind(value)
    wanted = {
        "structure": "object",
        "map": "object",
        "list": "array",
        "string": "string",
        "boolean": "boolean",
        **dict.fromkeys(_NUMBERS, "number"),
    }.get(shape.type, kind)
    if kind != wanted:
        said = {"object": "STRUCTURE", "array": "LIST"}.get(wanted, wanted.upper())
        raise UnfitError(f"The value for the field '{name}' must be a {said}")


def missing(value: JSON, shape: Shape) -> list[str]:
    """What is wrong with the arguments of an action: those it must have and has not."""
    given = {str(name).lower() for name in value} if isinstance(value, dict) else set()
    return [
        f"The field '{name}' is required but was missing"
        for name in shape.required
        if name.lower() not in given and shape.wire[name].lower() not in given
    ]


def from_api(value: Any, shape: Shape | None, *, millis: bool = False, own: bool = False) -> JSON:
    """A result as a definition sees it; timestamps as texts, or as milliseconds.

    Members are named as definitions name them, or where `own` says so as the API itself does.
    """
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=UTC)
        return int(moment.timestamp() * 1000) if millis else timestamps.text(moment)
    if isinstance(value, bytes | bytearray):
        return bytes(value).decode(errors="replace")

    def inside(inner: Any, of: Shape | None) -> JSON:
        return from_api(inner, of, millis=millis, own=own)

    element = shape.element if shape else None
    if isinstance(value, list):
        return [inside(item, element) for item in value]
    if not isinstance(value, dict):
        return value
    if shape is not None and shape.type == "structure":
        return {
            wire if own else name: inside(value[wire], shape.members[name])
            for name, wire in shape.wire.items()
            if value.get(wire) is not None
        }
    return {key: inside(item, element) for key, item in value.items()}
