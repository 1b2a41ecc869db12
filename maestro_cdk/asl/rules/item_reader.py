"""What an ItemReader reads with goes with what it reads."""

from collections.abc import Iterator

from maestro_cdk.asl.deferred import deferred
from maestro_cdk.asl.document import Pointer
from maestro_cdk.asl.fields import SHAPES
from maestro_cdk.asl.places import Place
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import Finding

READING = (":states:::s3:getObject", ":states:::s3:listObjectsV2")


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about resources that read nothing, and about headers of what is no table."""
    for place in subject.places:
        if place.shape is SHAPES["reader"]:
            told = _resource(place)
        elif place.shape is SHAPES["reader config"]:
            told = _headers(place)
        else:
            continue
        if told:
            message, hint, pointer = told
            yield Finding(
                rule=RULE.id,
                severity="error",
                message=message,
                hint=hint,
                where=subject.document.where(pointer),
                state=place.state,
            )


def _resource(place: Place) -> tuple[str, str, Pointer] | None:
    resource = place.value.get("Resource")
    if not isinstance(resource, str) or deferred(resource) or resource.endswith(READING):
        return None
    return (
        f"{resource!r} reads no items",
        "arn:aws:states:::s3:getObject, or s3:listObjectsV2",
        (*place.pointer, "Resource"),
    )


def _headers(place: Place) -> tuple[str, str, Pointer] | None:
    kind, location = place.value.get("InputType"), place.value.get("CSVHeaderLocation")
    if kind == "CSV" and "CSVHeaderLocation" not in place.value:
        hint = '"FIRST_ROW", or "GIVEN" with CSVHeaders'
        return "InputType CSV needs CSVHeaderLocation", hint, place.pointer
    if kind == "JSON" and "CSVHeaderLocation" in place.value:
        hint = "it is of CSV only"
        return "InputType JSON has no headers", hint, (*place.pointer, "CSVHeaderLocation")
    if location == "GIVEN" and "CSVHeaders" not in place.value:
        hint = '"CSVHeaders": ["id", "name"]'
        return "the headers are GIVEN, but not there", hint, place.pointer
    return None


RULE = Rule(
    id="item-reader",
    severity="error",
    summary="What an ItemReader reads with goes with what it reads.",
    check=check,
    explanation="""
An `ItemReader` reads an object of S3 (`s3:getObject`) or a list of them (`s3:listObjectsV2`). A CSV
needs `CSVHeaderLocation`, and with `GIVEN` the `CSVHeaders` themselves; JSON has neither. AWS
refuses the definition otherwise: `The field 'CSVHeaderLocation' is required`.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
""",
)
