"""Distributed Maps: what they read, how they batch, what they tolerate, what they write."""

import gzip
import json

import pytest

from maestro_cdk.engine.failures import Failure
from tests.unit.engine.worlds import execution, one_state, pass_state, run, types

FAIL = one_state(Type="Fail", Error="E")
ODD_FAIL = {
    "StartAt": "C",
    "States": {
        "C": {
            "Type": "Choice",
            "Choices": [{"Variable": "$", "NumericGreaterThan": 7, "Next": "F"}],
            "Default": "P",
        },
        "P": {"Type": "Pass", "End": True},
        "F": {"Type": "Fail", "Error": "E"},
    },
}


class Bucket:
    """S3, as far as a Map needs it."""

    def __init__(self, objects=None):
        self.objects = objects or {}

    def refuses(self, _request):
        return None

    async def call(self, request):
        given = request.arguments
        match request.integration.action:
            case "getObject":
                if given["Key"] not in self.objects:
                    raise Failure("S3.NoSuchKeyException", "no such key")
                return {"Body": self.objects[given["Key"]]}
            case "putObject":
                self.objects[given["Key"]] = given["Body"]
                return {}
        start = int(given.get("ContinuationToken", 0))
        keys = sorted(self.objects)
        page = [
            {"Key": key, "Size": 1, "ETag": "e", "Owner": {}} for key in keys[start : start + 2]
        ]
        more = start + 2 < len(keys)
        token = {"NextContinuationToken": str(start + 2)} if more else {}
        return {"Contents": page, "IsTruncated": more, **token}


def distributed(processor=None, **more):
    config = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    processor = {**config, **(processor or pass_state())}
    return one_state(Type="Map", ItemProcessor=processor, **{"End": True, **more})


def reader(action="getObject", **config):
    return {
        "Resource": f"arn:aws:states:::s3:{action}",
        "ReaderConfig": config,
        "Parameters": {"Bucket": "b", "Key.$": "$.key"}
        if action == "getObject"
        else {"Bucket": "b"},
    }


def read(body, **config):
    tasks = Bucket({"k": body})
    running = run(distributed(ItemReader=reader(**config)), {"key": "k"}, tasks=tasks)
    return json.loads(running.outcome.output or "null"), running


@pytest.mark.parametrize(
    ("body", "config", "items"),
    [
        ('[1, {"a": 2}]', {"InputType": "JSON"}, [1, {"a": 2}]),
        ('{"a": 1}', {"InputType": "JSON"}, [{"Key": "a", "Value": 1}]),
        ('{"x": {"y": [1, 2]}}', {"InputType": "JSON", "ItemsPointer": "/x/y"}, [1, 2]),
        ('{"a": 1}\n\n2\n', {"InputType": "JSONL"}, [{"a": 1}, 2]),
        ('"a\u2028b"\r\n"c"\n', {"InputType": "JSONL"}, ["a\u2028b", "c"]),
        ("[1, 2, 3]", {"InputType": "JSON", "MaxItems": 2}, [1, 2]),
        ("[1, 2, 3]", {"InputType": "JSON", "MaxItems": 0}, [1, 2, 3]),
        ("a;b\n1;2\n", {"InputType": "CSV", "CSVDelimiter": "SEMICOLON"}, [{"a": "1", "b": "2"}]),
        (
            'x,"y, z",w\n   \n',
            {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["A", "B"]},
            [{"A": "x", "B": "y, z"}, {"A": "   ", "B": ""}],
        ),
        (gzip.compress(b"[1]", mtime=0), {"InputType": "JSON"}, [1]),
    ],
)
def test_files(body, config, items):
    assert read(body, **config)[0] == items


@pytest.mark.parametrize(
    ("body", "config", "cause"),
    [
        ("[1]", {"InputType": "JSON", "MaxItems": -1}, "field MaxItems must be positive"),
        ("1", {"InputType": "JSON"}, "Attempting to map over non-iterable node."),
        ("{", {"InputType": "JSON"}, "The file is no JSON"),
        ("a,a\n1,2\n", {"InputType": "CSV"}, "CSV headers cannot contain duplicates."),
        (
            '{"x": 1}',
            {"InputType": "JSON", "ItemsPointer": "/y"},
            "The ItemsPointer /y leads nowhere",
        ),
        ("[1]", {"InputType": "MANIFEST"}, "The file is no manifest of an S3 inventory"),
        ("x", {"InputType": "PARQUET"}, "The input type PARQUET cannot be read"),
    ],
)
def test_files_that_cannot_be_read(body, config, cause):
    _, running = read(body, **config)
    assert running.outcome.error == "States.ItemReaderFailed"
    assert running.outcome.cause.startswith(cause)
    assert types(running)[2:] == [
        "MapStateStarted",
        "MapRunStarted",
        "MapRunFailed",
        "MapStateFailed",
        "ExecutionFailed",
    ]


def test_a_file_that_is_not_there():
    running = run(distributed(ItemReader=reader()), {"key": "nope"}, tasks=Bucket())
    assert (running.outcome.error, running.outcome.cause) == (
        "States.ItemReaderFailed",
        "no such key",
    )


def test_an_inventory_is_read_file_by_file():
    manifest = {
        "destinationBucket": "arn:aws:s3:::inventory",
        "fileSchema": "Bucket, Key",
        "files": [{"key": "1.csv.gz"}],
    }
    objects = {"k": json.dumps(manifest), "1.csv.gz": gzip.compress(b'"b","x.txt"\n')}
    running = run(
        distributed(ItemReader=reader(InputType="MANIFEST")), {"key": "k"}, tasks=Bucket(objects)
    )
    assert json.loads(running.outcome.output) == [{"Bucket": "b", "Key": "x.txt"}]


def test_all_pages_of_a_list_are_read():
    tasks = Bucket({f"{n}": "x" for n in range(5)})
    running = run(distributed(ItemReader=reader("listObjectsV2")), tasks=tasks)
    items = json.loads(running.outcome.output)
    assert [item["Key"] for item in items] == ["0", "1", "2", "3", "4"]
    assert items[0] == {"Etag": "e", "Key": "0", "Size": 1}


def test_what_the_listed_objects_hold_can_be_read_at_once():
    tasks = Bucket({"1": "[1, 2]", "2": "[3]"})
    config = {"InputType": "JSON", "Transformation": "LOAD_AND_FLATTEN"}
    running = run(distributed(ItemReader=reader("listObjectsV2", **config)), tasks=tasks)
    assert json.loads(running.outcome.output) == [1, 2, 3]


def test_items_go_in_batches_with_what_all_of_them_need():
    batcher = {"MaxItemsPerBatchPath": "$.n", "BatchInput": {"of.$": "$.name"}}
    running = run(
        distributed(ItemBatcher=batcher, ItemsPath="$.items"),
        {"n": "2", "name": "x", "items": [1, 2, 3]},
    )
    assert json.loads(running.outcome.output) == [
        {"BatchInput": {"of": "x"}, "Items": [1, 2]},
        {"BatchInput": {"of": "x"}, "Items": [3]},
    ]


def test_batches_are_no_larger_than_they_may_be():
    running = run(distributed(ItemBatcher={"MaxInputBytesPerBatch": 24}), ["abcd", "efgh", "ijkl"])
    assert json.loads(running.outcome.output) == [
        {"Items": ["abcd"]},
        {"Items": ["efgh"]},
        {"Items": ["ijkl"]},
    ]


@pytest.mark.parametrize(
    ("tolerance", "status"),
    [
        ({}, "FAILED"),
        ({"ToleratedFailureCount": 2}, "SUCCEEDED"),
        ({"ToleratedFailureCount": 1}, "FAILED"),
        ({"ToleratedFailurePercentage": 20}, "SUCCEEDED"),
        ({"ToleratedFailurePercentage": 19.5}, "FAILED"),
        ({"ToleratedFailureCount": 5, "ToleratedFailurePercentage": 10}, "FAILED"),
    ],
)
def test_some_items_may_fail(tolerance, status):
    running = run(distributed(ODD_FAIL, **tolerance), list(range(10)))
    assert running.outcome.status == status
    if status == "FAILED":
        assert running.outcome.error == "States.ExceedToleratedFailureThreshold"
        assert running.outcome.cause == "The specified tolerated failure threshold was exceeded"
    else:
        assert json.loads(running.outcome.output) == list(range(8))


def test_each_item_is_an_execution_of_its_own():
    children, runs = [], []
    clock, running = execution(distributed(Label="Each"), [1, 2])
    object.__setattr__(running.world, "child", children.append)
    object.__setattr__(running.world, "map_run", runs.append)
    clock.run(running.run())
    map_run = runs[-1]
    assert all(run is map_run for run in runs)
    assert map_run.arn.startswith("arn:aws:states:us-east-1:111111111111:mapRun:machine/Each:")
    assert (map_run.status, map_run.total, map_run.children) == ("SUCCEEDED", 2, children)
    for child, value in zip(children, "12", strict=True):
        assert child.arn.startswith("arn:aws:states:us-east-1:111111111111:execution:machine/Each:")
        assert child.events[0].details["input"] == value
        assert child.map_run is map_run


def test_results_are_written_to_s3():
    tasks = Bucket()
    writer = {
        "Resource": "arn:aws:states:::s3:putObject",
        "Parameters": {"Bucket": "b", "Prefix": "out"},
    }
    definition = distributed(ODD_FAIL, ResultWriter=writer, ToleratedFailureCount=1)
    running = run(definition, [7, 8], tasks=tasks)
    output = json.loads(running.outcome.output)
    folder = f"out/{output['MapRunArn'].rpartition(':')[2]}"
    assert output["ResultWriterDetails"] == {"Bucket": "b", "Key": f"{folder}/manifest.json"}
    assert all(isinstance(body, bytes) for body in tasks.objects.values())
    manifest = json.loads(tasks.objects[f"{folder}/manifest.json"])
    assert manifest["DestinationBucket"] == "b"
    assert [entry["Key"] for entry in manifest["ResultFiles"]["SUCCEEDED"]] == [
        f"{folder}/SUCCEEDED_0.json"
    ]
    (child,) = json.loads(tasks.objects[f"{folder}/SUCCEEDED_0.json"])
    assert (child["Input"], child["Output"], child["Status"]) == ("7", "7", "SUCCEEDED")
    (child,) = json.loads(tasks.objects[f"{folder}/FAILED_0.json"])
    assert (child["Input"], child["Error"], child["Status"]) == ("8", "E", "FAILED")


@pytest.mark.parametrize(("how", "expected"), [("COMPACT", [[1, 2], [3]]), ("FLATTEN", [1, 2, 3])])
def test_results_can_be_put_together_otherwise(how, expected):
    writer = {"WriterConfig": {"Transformation": how, "OutputType": "JSON"}}
    running = run(distributed(ResultWriter=writer), [[1, 2], [3]])
    assert json.loads(running.outcome.output) == expected


def test_all_that_fails_by_default_fails_the_map():
    running = run(distributed(FAIL), [1])
    assert types(running)[2:] == [
        "MapStateStarted",
        "MapRunStarted",
        "MapRunFailed",
        "MapStateFailed",
        "ExecutionFailed",
    ]
