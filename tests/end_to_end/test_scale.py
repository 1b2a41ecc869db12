"""Many executions, many items, many objects: right, soon enough, in little memory."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.end_to_end.states import PASS, defined
from tests.unit.asl.corpus import REPOSITORY

MEMORY = 500
"""So many MB each of these may take at most."""


@pytest.mark.parametrize(
    ("case", "seconds"),
    [
        ("approval", 10),  # a hundred a second
        ("inline_map", 10),
        pytest.param("distributed_map", 60, marks=pytest.mark.slow),
        pytest.param("at_once", 30, marks=pytest.mark.slow),
    ],
)
def test_what_is_measured_is_right_and_within_its_bounds(case, seconds):
    said = subprocess.run(
        [sys.executable, "benchmarks/engine.py", "--case", case, "--no-write"],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    took, memory = json.loads(said.stdout)
    assert took < seconds
    assert memory < MEMORY


@pytest.mark.slow
def test_a_distributed_map_runs_over_ten_thousand_objects(local):
    local.s3.create_bucket(Bucket="many")
    with ThreadPoolExecutor(16) as pool:
        keys = [f"{n:05}" for n in range(10_000)]
        list(pool.map(lambda key: local.s3.put_object(Bucket="many", Key=key, Body=b""), keys))
    each = {
        "Type": "Map",
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:listObjectsV2",
            "Parameters": {"Bucket": "many"},
        },
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            **json.loads(defined({"Pass": PASS})),
        },
        "ItemSelector": {"key.$": "$$.Map.Item.Value.Key"},
        "ResultSelector": {
            "n.$": "States.ArrayLength($)",
            "first.$": "$[0].key",
            "last.$": "$[9999].key",
        },
    }
    found = local.ended(local.start(local.machine("many", {"Each": each})), 120)

    assert json.loads(found["output"]) == {"n": 10_000, "first": "00000", "last": "09999"}
    (run,) = local.stepfunctions.list_map_runs(executionArn=found["executionArn"])["mapRuns"]
    told = local.stepfunctions.describe_map_run(mapRunArn=run["mapRunArn"])
    assert told["itemCounts"]["succeeded"] == told["executionCounts"]["succeeded"] == 10_000
