"""The ItemReader of a distributed Map: items from S3.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
"""

import csv
import gzip
import io
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

from maestro_cdk.asl.integrations import parse
from maestro_cdk.engine import data, templates
from maestro_cdk.engine.failures import ITEM_READER_FAILED, Failure, RuntimeFailure
from maestro_cdk.engine.ports import Request
from maestro_cdk.engine.running import Branch
from maestro_cdk.engine.visits import Visit
from maestro_cdk.model import JSON

MOST_ITEMS = 100_000_000
"""So many items a Map reads at most."""

_DELIMITERS = {"COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "SPACE": " ", "TAB": "\t"}
_LISTED = ("ETag", "Etag", "Key", "LastModified", "Size", "StorageClass")


async def read(branch: Branch, visit: Visit, value: JSON) -> list[JSON]:
    """The items that a Map reads.

    Raises:
        Failure: they cannot be read.
    """
    reader = visit.state["ItemReader"]
    config = reader.get("ReaderConfig") or {}
    arguments = _arguments(visit, reader, value)
    most = visit.number_in(config, "MaxItems", value)
    if most is not None and most < 0:
        raise _failed("field MaxItems must be positive")
    try:
        if reader["Resource"].endswith(":listObjectsV2"):
            items = await _listed(branch, reader, config, arguments)
        else:
            body = await _body(branch, reader["Resource"], arguments)
            items = await parsed(branch, config, body)
    except RuntimeFailure:
        raise
    except Failure as failure:
        if failure.error == ITEM_READER_FAILED:
            raise
        raise _failed(failure.cause or str(failure.error)) from failure
    return list(islice(items, int(most or MOST_ITEMS)))


def _failed(cause: str) -> Failure:
    return Failure(ITEM_READER_FAILED, cause)


def _arguments(visit: Visit, reader: Mapping[str, Any], value: JSON) -> dict[str, JSON]:
    if visit.in_jsonata:
        found = visit.rendered(reader.get("Arguments", {}), "ItemReader/Arguments")
    else:
        found = templates.fill(reader.get("Parameters", {}), visit.sight(value))
    return found if isinstance(found, dict) else {}


async def _call(branch: Branch, resource: str, arguments: JSON) -> Mapping[str, JSON]:
    integration = parse(resource)
    if integration is None:
        raise RuntimeFailure(f"The resource '{resource}' is not a valid resource ARN.")
    request = Request(
        resource=resource,
        integration=integration,
        arguments=arguments,
        execution=branch.run.arn,
        role=branch.run.role,
    )
    answer = await branch.run.tasks.call(request)
    return answer if isinstance(answer, dict) else {}


async def _body(branch: Branch, resource: str, arguments: JSON) -> str | bytes:
    answer = await _call(branch, resource, arguments)
    body = answer.get("Body", "")
    return body if isinstance(body, str | bytes) else data.dumps(body)


# --- a list of objects ------------------------------------------------------------------------


async def _listed(
    branch: Branch, reader: Mapping[str, Any], config: Mapping[str, JSON], arguments: JSON
) -> Iterable[JSON]:
    """The objects of a bucket, all pages of them; what is in them, where that is wanted."""
    found: list[JSON] = []
    page: Mapping[str, JSON] = {}
    while not found or page.get("IsTruncated"):
        token = page.get("NextContinuationToken")
        more = {"ContinuationToken": token} if token else {}
        page = await _call(branch, reader["Resource"], {**arguments, **more})
        found += [_object(entry) for entry in page.get("Contents") or ()]
        if not page.get("IsTruncated") or not page.get("NextContinuationToken"):
            break
    if config.get("Transformation") != "LOAD_AND_FLATTEN":
        return found
    items: list[JSON] = []
    resource = reader["Resource"].replace(":listObjectsV2", ":getObject")
    for entry in found:
        body = await _body(branch, resource, {"Bucket": arguments["Bucket"], "Key": entry["Key"]})
        items += await parsed(branch, config, body)
    return items


def _object(entry: Mapping[str, JSON]) -> dict[str, JSON]:
    return {"Etag" if name == "ETag" else name: entry[name] for name in _LISTED if name in entry}


# --- what is in an object ---------------------------------------------------------------------


async def parsed(branch: Branch, config: Mapping[str, JSON], body: str | bytes) -> Iterable[JSON]:
    """The items that a file holds.

    Raises:
        Failure: it cannot be read.
    """
    kind = str(config.get("InputType", "JSON"))
    if kind == "MANIFEST":
        return await _inventory(branch, body)
    parser = _PARSERS.get(kind)
    if parser is None:
        raise _failed(f"The input type {kind} cannot be read")
    return parser(_text(body), config)


def _text(body: str | bytes) -> str:
    if isinstance(body, bytes):
        packed = body.startswith(b"\x1f\x8b")
        body = (gzip.decompress(body) if packed else body).decode("utf-8-sig", errors="replace")
    return body


def _json(text: str, config: Mapping[str, JSON]) -> Iterable[JSON]:
    try:
        value = data.loads(text)
    except ValueError as error:
        raise _failed(f"The file is no JSON: {error}") from error
    if "ItemsPointer" in config:
        value = _pointed(value, str(config["ItemsPointer"]))
    if isinstance(value, dict):
        return [{"Key": key, "Value": inner} for key, inner in value.items()]
    if isinstance(value, list):
        return value
    raise _failed("Attempting to map over non-iterable node.")


def _pointed(value: JSON, pointer: str) -> JSON:
    """What a JSON pointer names."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            raise _failed(f"The ItemsPointer {pointer} leads nowhere")
    return value


def _json_lines(text: str, _: Mapping[str, JSON]) -> Iterable[JSON]:
    try:
        # Other ends of lines than these may stand in a text of JSON.
        return [data.loads(line) for line in text.split("\n") if line.strip()]
    except ValueError as error:
        raise _failed(f"A line is no JSON: {error}") from error


def _csv(text: str, config: Mapping[str, JSON]) -> Iterable[JSON]:
    delimiter = _DELIMITERS.get(str(config.get("CSVDelimiter", "COMMA")), ",")
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    given = config.get("CSVHeaderLocation") == "GIVEN"
    headers = [str(name) for name in config.get("CSVHeaders", ())] if given else next(rows, [])
    if len(set(headers)) < len(headers):
        raise _failed("CSV headers cannot contain duplicates.")
    return [
        {name: row[n] if n < len(row) else "" for n, name in enumerate(headers)}
        for row in rows
        if row
    ]


_PARSERS: Mapping[str, Callable[[str, Mapping[str, JSON]], Iterable[JSON]]] = {
    "CSV": _csv,
    "JSON": _json,
    "JSONL": _json_lines,
}


async def _inventory(branch: Branch, body: str | bytes) -> Iterable[JSON]:
    """What an inventory of S3's lists, whose manifest this is."""
    try:
        manifest = data.loads(_text(body))
        names = [name.strip() for name in manifest["fileSchema"].split(",")]
        bucket = manifest["destinationBucket"].rpartition(":")[2]
        keys = [entry["key"] for entry in manifest["files"]]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _failed(f"The file is no manifest of an S3 inventory: {error}") from error
    items: list[JSON] = []
    for key in keys:
        part = await _body(branch, "arn:aws:states:::s3:getObject", {"Bucket": bucket, "Key": key})
        items += _csv(_text(part), {"CSVHeaderLocation": "GIVEN", "CSVHeaders": names})
    return items
