"""The ResultWriter of a distributed Map: its results, written to S3 or put together.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from maestro_cdk.asl.integrations import parse
from maestro_cdk.engine import data, templates
from maestro_cdk.engine.failures import RESULT_WRITER_FAILED, Failure, RuntimeFailure
from maestro_cdk.engine.ports import Request
from maestro_cdk.engine.running import Branch
from maestro_cdk.engine.visits import Visit
from maestro_cdk.model import JSON

if TYPE_CHECKING:
    from maestro_cdk.engine.states.distributed import MapRun

_PARTS = ("SUCCEEDED", "FAILED", "PENDING")


async def written(branch: Branch, visit: Visit, value: JSON, run: "MapRun") -> JSON:
    """The result of a Map: the outputs, or where they are written."""
    writer = visit.state.get("ResultWriter") or {}
    config = writer.get("WriterConfig") or {}
    if "Resource" not in writer:
        if not config:
            return [_output(child) for child in _succeeded(run)]
        return _transformed(_succeeded(run), config)
    try:
        return await _write(branch, visit, writer, config, value, run)
    except RuntimeFailure:
        raise
    except Failure as failure:
        raise Failure(RESULT_WRITER_FAILED, failure.cause or failure.error) from failure


def _succeeded(run: "MapRun") -> list[Any]:
    return [child for child in run.children if child.outcome.status == "SUCCEEDED"]


def _output(child: Any) -> JSON:
    return child.output


def _transformed(children: list[Any], config: Mapping[str, JSON]) -> list[JSON]:
    """What is kept of each child: all that is known, its output, or what is in its output."""
    how = config.get("Transformation", "NONE")
    if how == "NONE":
        return [child.described() for child in children]
    outputs = [_output(child) for child in children]
    if how == "FLATTEN":
        nested = [output if isinstance(output, list) else [output] for output in outputs]
        return [item for items in nested for item in items]
    return outputs


async def _write(
    branch: Branch,
    visit: Visit,
    writer: Mapping[str, Any],
    config: Mapping[str, JSON],
    value: JSON,
    run: "MapRun",
) -> JSON:
    """Write a file for each way to end, and a manifest that names them."""
    if visit.in_jsonata:
        place = visit.rendered(writer.get("Arguments", {}), "ResultWriter/Arguments")
    else:
        place = templates.fill(writer.get("Parameters", {}), visit.sight(value))
    bucket = str(place.get("Bucket", ""))
    prefix = str(place.get("Prefix", ""))
    folder = f"{prefix}{'/' if prefix and not prefix.endswith('/') else ''}{_id(run)}"
    lines = config.get("OutputType") == "JSONL"
    files: dict[str, list[JSON]] = {}
    for part in _PARTS:
        files[part] = []
        if children := [child for child in run.children if _part(child) == part]:
            key = f"{folder}/{part}_0.json{'l' if lines else ''}"
            body = _body(_transformed(children, config), lines=lines)
            await _put(branch, writer["Resource"], bucket, key, body)
            files[part].append({"Key": key, "Size": data.size(body)})
    manifest = {"DestinationBucket": bucket, "MapRunArn": run.arn, "ResultFiles": files}
    key = f"{folder}/manifest.json"
    await _put(branch, writer["Resource"], bucket, key, data.dumps(manifest))
    return {"MapRunArn": run.arn, "ResultWriterDetails": {"Bucket": bucket, "Key": key}}


def _id(run: "MapRun") -> str:
    return run.arn.rpartition(":")[2]


def _part(child: Any) -> str:
    status: str = child.outcome.status
    return {"SUCCEEDED": "SUCCEEDED", "RUNNING": "PENDING"}.get(status, "FAILED")


def _body(values: list[JSON], *, lines: bool) -> str:
    if lines:
        return "".join(f"{data.dumps(value)}\n" for value in values)
    return data.dumps(values)


async def _put(branch: Branch, resource: str, bucket: str, key: str, body: str) -> None:
    integration = parse(resource)
    if integration is None:
        raise RuntimeFailure(f"The resource '{resource}' is not a valid resource ARN.")
    await branch.run.tasks.call(
        Request(
            resource=resource,
            integration=integration,
            # As bytes, for a text would be stored as JSON, with quotes around it.
            arguments={"Bucket": bucket, "Key": key, "Body": body.encode()},
            execution=branch.run.arn,
            role=branch.run.role,
        )
    )
