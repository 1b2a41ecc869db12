"""What a Map in distributed mode needs: to start executions of its own machine, to read, to write.

https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
"""

from collections.abc import Callable

from maestro_cdk.asl.machines import State
from maestro_cdk.asl.permissions.arguments import Arguments, Value, World
from maestro_cdk.asl.permissions.calls import Gap, Need, Needs, limited, on
from maestro_cdk.asl.permissions.special import keyed
from maestro_cdk.asl.permissions.storage import Place
from maestro_cdk.model import JSON

Read = Callable[[JSON], Arguments]
"""Reads the arguments that an object holds, in the state's query language."""


def distributed(state: State) -> bool:
    """Whether a state is a Map whose items are executions of their own."""
    if state.type != "Map":
        return False
    processor = state.value.get("ItemProcessor")
    config = processor.get("ProcessorConfig") if isinstance(processor, dict) else None
    return isinstance(config, dict) and config.get("Mode") == "DISTRIBUTED"


def needs(state: State, world: World, read: Read) -> Needs:
    """What a distributed Map needs."""
    yield on("states:StartExecution", world.machine)
    executions = world.machine.replace(":stateMachine:", ":execution:")
    for action in ("states:DescribeExecution", "states:StopExecution"):
        yield on(action, f"{executions}/*", f"{executions}:*")
    # Items that failed are started again where the execution is.
    # https://docs.aws.amazon.com/step-functions/latest/dg/redrive-map-run.html
    label = state.value.get("Label")
    plain = isinstance(label, str) and "${" not in label
    yield on("states:RedriveExecution", f"{executions}/{f'{label}:*' if plain else '*'}")
    yield from _reads(state.value.get("ItemReader"), read)
    yield from _writes(state.value.get("ResultWriter"), read)


def _arguments(value: JSON, read: Read) -> Arguments:
    found = value.get("Arguments", value.get("Parameters")) if isinstance(value, dict) else None
    return read(found if found is not None else {})


def _reads(reader: JSON, read: Read) -> Needs:
    """What it reads its items from: an object, a listing, or what a manifest lists."""
    if not isinstance(reader, dict):
        return
    arguments = _arguments(reader, read)
    resource = reader.get("Resource")
    action = resource.rpartition(":")[2] if isinstance(resource, str) else ""
    bucket = arguments.get("Bucket")
    if bucket is None or action not in ("getObject", "listObjectsV2"):
        if isinstance(resource, str):
            message = f"what the ItemReader {resource!r} needs is not known"
            yield Gap(actions=("s3:*",), message=message)
        return
    key = arguments.get("Key")
    config = reader.get("ReaderConfig")
    config = config if isinstance(config, dict) else {}
    if action == "listObjectsV2":
        yield _on("s3:ListBucket", Place(bucket=bucket), arguments, objects=False)
        if config.get("Transformation", "NONE") != "NONE":  # the objects themselves are read
            yield _on("s3:GetObject", Place(bucket=bucket, key=_below(arguments)), arguments)
        return
    yield _on("s3:GetObject", Place(bucket=bucket, key=key), arguments)
    if config.get("InputType") == "MANIFEST":
        listed = Value(name="Key", text="*")
        if key is not None and not key.computed and key.text.endswith("manifest.json"):
            # An inventory lies beside the folder of its date:
            # https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html
            listed = Value(name="Key", text="/".join([*key.text.split("/")[:-2], "*"]))
        yield _on("s3:GetObject", Place(bucket=bucket, key=listed), arguments)


def _writes(writer: JSON, read: Read) -> Needs:
    """Where it writes the results to."""
    arguments = _arguments(writer, read)
    bucket = arguments.get("Bucket")
    if bucket is None:
        return
    for action in (
        "s3:AbortMultipartUpload",
        "s3:GetObject",
        "s3:ListMultipartUploadParts",
        "s3:PutObject",
    ):
        yield _on(action, Place(bucket=bucket, key=_below(arguments, folder=True)), arguments)
    key = arguments.get("KmsKeyId")
    if key is not None:
        yield keyed("kms:Decrypt", key)
        yield keyed("kms:GenerateDataKey", key)


def _below(arguments: Arguments, *, folder: bool = False) -> Value:
    """The keys that begin with the prefix which the arguments name, or that lie in this folder."""
    prefix = arguments.get("Prefix")
    if prefix is None or not prefix.text:
        return Value(name="Prefix", text="*")
    text = prefix.text.rstrip("*") if prefix.computed else prefix.text
    if folder and not prefix.computed:
        text = f"{text.rstrip('/')}/"
    return Value(name="Prefix", text=f"{text}*", computed=prefix.computed)


def _on(action: str, place: Place, arguments: Arguments, *, objects: bool = True) -> Need:
    reach = place.reach(objects=objects)
    need = on(action, *reach.arns, why=reach.why, wide=reach.wide)
    owner = arguments.get("ExpectedBucketOwner")
    if owner is None or owner.computed:
        return need
    return limited(need, {"StringEquals": {"aws:ResourceAccount": owner.text}})
