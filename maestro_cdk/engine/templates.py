"""What JSONPath states put together: payload templates, and results written into the input.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-inputpath-params.html
https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultpath.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from maestro_cdk.asl.intrinsics import looks_like_call
from maestro_cdk.engine import data, intrinsics, paths
from maestro_cdk.engine.failures import (
    INTRINSIC_FAILURE,
    RESULT_PATH_MATCH_FAILURE,
    Failure,
    RuntimeFailure,
)
from maestro_cdk.engine.paths import MissingError, PathError
from maestro_cdk.engine.ports import Ids
from maestro_cdk.model import JSON

_NOTHING: Any = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What paths can see: `$`, `$$` and the variables."""

    value: JSON
    context: JSON
    variables: Mapping[str, JSON]
    ids: Ids

    def find(self, path: str) -> JSON:
        """What a path finds."""
        return paths.find(path, self.value, self.context, self.variables)


def select(path: JSON, sight: Sight) -> JSON:
    """What a path finds that is a field of the state: InputPath, OutputPath, ItemsPath.

    Raises:
        RuntimeFailure: it leads nowhere.
    """
    try:
        return sight.find(str(path))
    except MissingError as error:
        raise RuntimeFailure(f"Invalid path '{path}' : {error.reason}") from error
    except PathError as error:
        raise RuntimeFailure(f"Invalid path '{path}' : {error.message}") from error


def look_up(path: JSON, field: str, sight: Sight) -> JSON:
    """What a path or an intrinsic function gives for a field.

    Raises:
        Failure: it leads nowhere, or the function fails.
    """
    text = str(path)
    if looks_like_call(text):
        return _call(text, sight)
    try:
        return sight.find(text)
    except MissingError as error:
        if error.beyond and field.endswith(".$"):
            return None
        if sight.value is None and text.startswith("$."):
            cause = "Unable to apply Path transformation to null or empty input."
            raise RuntimeFailure(cause) from error
        raise RuntimeFailure(_not_found(text, field, sight)) from error
    except PathError as error:
        raise RuntimeFailure(f"Invalid path '{text}' : {error.message}") from error


def _not_found(path: str, field: str, sight: Sight) -> str:
    searched = sight.context if path.startswith("$$") else sight.value
    return (
        f"The JSONPath '{path}' specified for the field '{field}' could not be found "
        f"in the input '{data.dumps(searched)}'"
    )


def _call(text: str, sight: Sight) -> JSON:
    def resolve(path: str) -> JSON:
        try:
            return sight.find(path)
        except MissingError as error:
            raise RuntimeFailure(_failed(text, _no_argument(path, sight))) from error

    try:
        return intrinsics.call(text, resolve, sight.ids)
    except intrinsics.IntrinsicError as error:
        raise RuntimeFailure(f"Invalid intrinsic function '{text}': {error.message}") from error
    except PathError as error:
        raise RuntimeFailure(_failed(text, error.message)) from error
    except intrinsics.ArgumentError as error:
        raise Failure(INTRINSIC_FAILURE, _failed(text, str(error))) from error


def _failed(text: str, error: str) -> str:
    return f"The function '{text}' had the following error: {error}"


def _no_argument(path: str, sight: Sight) -> str:
    written = path.removeprefix("$") if path.startswith("$$") else path
    return (
        f"The JsonPath argument for the field '{written}' could not be found "
        f"in the input '{data.dumps(sight.value)}'"
    )


def fill(template: JSON, sight: Sight) -> JSON:
    """A payload template with its paths and calls evaluated: the values of keys that end with `.$`.

    Raises:
        Failure: a path leads nowhere, or a function fails.
    """
    if isinstance(template, dict):
        filled = {}
        for key, value in template.items():
            if key.endswith(".$"):
                filled[key[:-2]] = look_up(value, key, sight)
            else:
                filled[key] = fill(value, sight)
        return filled
    if isinstance(template, list):
        return [fill(item, sight) for item in template]
    return template


def write(path: JSON, result: JSON, value: JSON) -> JSON:
    """The input with a result in it, where a reference path says; the input itself is not changed.

    Raises:
        Failure: it cannot stand there.
    """
    if path is None:
        return value
    if path == "$":
        return result
    try:
        steps = paths.parse(str(path)).steps
    except PathError as error:
        raise RuntimeFailure(f"Invalid path '{path}' : {error.message}") from error
    return _write([step.values[0] for step in steps if step.values], result, value)


def _write(steps: list[str | int | None], result: JSON, value: JSON) -> JSON:
    if not steps:
        return result
    first, *rest = steps
    if isinstance(first, int):
        if not isinstance(value, list) or not -len(value) <= first < len(value):
            raise _unfit(first, value)
        copied = list(value)
        copied[first] = _write(rest, result, value[first])
        return copied
    if value is _NOTHING or value is None:
        value = {}
    if not isinstance(value, dict):
        raise _unfit(first, value)
    return {**value, str(first): _write(rest, result, value.get(first, _NOTHING))}


def _unfit(step: str | int | None, value: JSON) -> Failure:
    text = "{}" if value is _NOTHING else data.dumps(value)
    return Failure(RESULT_PATH_MATCH_FAILURE, f'Unable to apply step "{step}" to input {text}')
