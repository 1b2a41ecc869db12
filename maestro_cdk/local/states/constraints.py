"""What requests must keep to by the API's own model: values of a set, numbers in a range.

https://docs.aws.amazon.com/step-functions/latest/apireference/CommonErrors.html
"""

from collections.abc import Iterator

from maestro_cdk.engine import data
from maestro_cdk.local.states.refusals import invalid
from maestro_cdk.model import JSON
from maestro_cdk.ports import ServiceModels, Shape


def check(action: str, given: dict[str, JSON], models: ServiceModels) -> None:
    """See that a request keeps to what the API says of it.

    Raises:
        Refusal: it does not.
    """
    service = models.service("sfn")
    operation = service.operation(f"{action[:1].lower()}{action[1:]}") if service else None
    if operation is None or operation.parameters is None:
        return
    wrong = list(_wrong(given, operation.parameters, ""))
    if wrong:
        errors = "1 validation error" if len(wrong) == 1 else f"{len(wrong)} validation errors"
        raise invalid(f"{errors} detected: {'; '.join(wrong)}")


def _wrong(value: JSON, shape: Shape, place: str) -> Iterator[str]:
    if shape.type == "structure" and isinstance(value, dict):
        for name, wire in shape.wire.items():
            inside = f"{place}.{wire}" if place else wire
            yield from _wrong(value.get(wire), shape.members[name], inside)
    elif shape.element is not None and isinstance(value, list):
        for n, item in enumerate(value, 1):
            yield from _wrong(item, shape.element, f"{place}.{n}.member")
    elif (rule := _broken(value, shape)) is not None:
        said = value if isinstance(value, str) else data.dumps(value)
        yield f"Value '{said}' at '{place}' failed to satisfy constraint: Member must {rule}"


def _broken(value: JSON, shape: Shape) -> str | None:
    """The rule that a value breaks."""
    if shape.enum and isinstance(value, str) and value not in shape.enum:
        return f"satisfy enum value set: [{', '.join(shape.enum)}]"
    least, most = shape.range
    if data.kind(value) != "number" or shape.type == "string":
        return None
    if least is not None and value < least:
        return f"have value greater than or equal to {least}"
    if most is not None and value > most:
        return f"have value less than or equal to {most}"
    return None
