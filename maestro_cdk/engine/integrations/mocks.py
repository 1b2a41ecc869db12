"""Whether a mocked result is like what a service would answer.

https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html
"""

from collections.abc import Iterator

from maestro_cdk.asl.integrations import SYNC, SYNC_2, Integration
from maestro_cdk.engine import data
from maestro_cdk.engine.integrations.jobs import JOBS
from maestro_cdk.model import JSON
from maestro_cdk.ports import ServiceModels, Shape

_METADATA = ("SdkHttpMetadata", "SdkResponseMetadata")
_FREE = ("document", "blob", "timestamp")
_KINDS = {
    "structure": "object",
    "map": "object",
    "list": "array",
    "string": "string",
    "boolean": "boolean",
}


def unlike(
    result: JSON, integration: Integration, models: ServiceModels, *, strict: bool
) -> list[str]:
    """What is wrong with a mocked result; nothing where it is not known how it should be."""
    shape = _shape(integration, models)
    return [] if shape is None else list(_problems(result, shape, "", strict=strict))


def _shape(integration: Integration, models: ServiceModels) -> Shape | None:
    """What the result of an integration looks like."""
    if integration.waits or integration.api is None:
        return None
    service, action = integration.api
    if integration.pattern in (SYNC, SYNC_2):
        job = JOBS.get((integration.service, integration.action))
        if job is None or integration.service != "states":
            return None
        service, action = job.service, job.action
    found = models.service(service)
    operation = found.operation(action) if found else None
    return operation.result if operation else None


def _problems(value: JSON, shape: Shape, where: str, *, strict: bool) -> Iterator[str]:
    if shape.type in _FREE or value is None:
        return
    wanted = _KINDS.get(shape.type, "number")
    found = data.kind(value)
    if found != wanted and not (wanted == "string" and found in ("object", "array")):
        yield f"{where or 'the result'} must be {wanted}, but is {found}"
    elif shape.type == "structure" and isinstance(value, dict):
        yield from _members(value, shape, where, strict=strict)
    elif shape.element is not None and isinstance(value, list):
        for n, item in enumerate(value):
            yield from _problems(item, shape.element, f"{where}[{n}]", strict=strict)
    elif shape.element is not None and isinstance(value, dict):
        for key, item in value.items():
            yield from _problems(item, shape.element, f"{where}.{key}", strict=strict)


def _members(value: dict[str, JSON], shape: Shape, where: str, *, strict: bool) -> Iterator[str]:
    names = {name.lower(): name for name in shape.members}
    for key, inner in value.items():
        name = names.get(key.lower())
        place = f"{where}.{key}" if where else key
        if name is not None:
            yield from _problems(inner, shape.members[name], place, strict=strict)
        elif key not in _METADATA:
            yield f"{place} is no member of what the service answers"
    if strict:
        given = {key.lower() for key in value}
        yield from (
            f"{where or 'the result'} has no {name}"
            for name in shape.required
            if name.lower() not in given
        )
