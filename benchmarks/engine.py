"""How fast the engine is, and the AWS on this machine around it.

    make bench, or: python benchmarks/engine.py [--runs N] [--no-write]

Each run is a process of its own. What a run does is checked before it counts.
"""

import argparse
import asyncio
import importlib.util
import json
import os
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import boto3
from botocore.config import Config
from synth import FOREIGN, PROJECT, RESULTS

from maestro_cdk import __version__
from maestro_cdk.engine.clocks import RandomIds, VirtualClock
from maestro_cdk.engine.execution import Execution, Machine, World
from maestro_cdk.engine.failures import Failure
from maestro_cdk.engine.ports import Request
from maestro_cdk.local import lifecycle

EXECUTIONS, ITEMS, AT_ONCE = 1000, 10_000, 200
EVENTS = ("accepted", "denied", "flaky-provisioning", "broken-provisioning")


class Tasks:
    """Functions of a template, called in this process; and a bucket of many objects."""

    def __init__(self, folder: Path | None = None) -> None:
        files = folder.glob("*.py") if folder else ()
        self.handlers = {file.stem: _loaded(file).handler for file in files}

    def refuses(self, _: Request) -> None:
        return None

    async def call(self, request: Request) -> Any:
        if request.integration.kind == "lambda":
            return self._function(request)
        begin = int(request.arguments.get("ContinuationToken", 0))
        end = begin + 1000
        keys = [{"Key": f"{n:05}", "Size": n} for n in range(begin, end)]
        more = {"NextContinuationToken": str(end)} if end < ITEMS else {}
        return {"Contents": keys, "IsTruncated": bool(more), **more}

    def _function(self, request: Request) -> Any:
        try:
            return self.handlers[request.resource.rpartition(":")[2]](request.arguments, None)
        except Exception as error:
            cause = json.dumps({"errorMessage": str(error), "errorType": type(error).__name__})
            raise Failure(type(error).__name__, cause) from error


def _loaded(file: Path) -> Any:
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def execution(definition: Any, payload: str, world: World) -> Execution:
    machine = Machine(
        arn="arn:aws:states:us-east-1:000000000000:stateMachine:m",
        name="m",
        role="arn:aws:iam::000000000000:role/r",
        definition=definition,
    )
    return Execution(machine, payload, world)


def run(definition: Any, payload: Any, tasks: Tasks) -> Execution:
    clock = VirtualClock()
    world = World(tasks=tasks, clock=clock, ids=RandomIds())
    running = execution(definition, json.dumps(payload), world)
    clock.run(running.run())
    return running


# --- what is measured: each returns the seconds that the work itself took ---------------------


def approval() -> float:
    """Executions of templates/approval at once, its functions and its waits included."""
    text = (PROJECT / "definition.asl.json").read_text("utf-8")
    arn = r"arn:aws:lambda:us-east-1:000000000000:function:\1"
    definition = json.loads(re.sub(r"\$\{(\w+)\}", arn, text))
    payloads = [(PROJECT / "events" / f"{name}.json").read_text("utf-8") for name in EVENTS]
    clock = VirtualClock()
    world = World(tasks=Tasks(PROJECT / "lambdas"), clock=clock, ids=RandomIds())
    began = time.perf_counter()
    running = [execution(definition, payloads[n % 4], world) for n in range(EXECUTIONS)]

    async def work() -> None:
        await asyncio.gather(*(each.run() for each in running))

    clock.run(work())
    took = time.perf_counter() - began
    assert Counter(each.outcome.status for each in running) == {"SUCCEEDED": EXECUTIONS}
    said = Counter(json.loads(each.outcome.output or "")["decision"] for each in running)
    assert said == {"accept": EXECUTIONS * 3 // 4, "deny": EXECUTIONS // 4}, said
    return took


def _map(config: dict[str, str], **more: Any) -> dict[str, Any]:
    inner = {"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "End": True}}}
    state = {"Type": "Map", "ItemProcessor": {"ProcessorConfig": config, **inner}, "End": True}
    return {"StartAt": "Each", "States": {"Each": {**state, **more}}}


def inline_map() -> float:
    """An inline Map of Pass states."""
    began = time.perf_counter()
    running = run(_map({"Mode": "INLINE"}), list(range(ITEMS)), Tasks())
    took = time.perf_counter() - began
    assert json.loads(running.outcome.output or "") == list(range(ITEMS))
    assert len(running.events) == 4 * ITEMS + 6
    return took


def distributed_map() -> float:
    """A distributed Map over the objects of a bucket: as many executions."""
    reader = {"Resource": "arn:aws:states:::s3:listObjectsV2", "Parameters": {"Bucket": "b"}}
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    definition = _map(config, ItemReader=reader, ResultSelector={"n.$": "States.ArrayLength($)"})
    began = time.perf_counter()
    running = run(definition, {}, Tasks())
    took = time.perf_counter() - began
    assert json.loads(running.outcome.output or "") == {"n": ITEMS}, running.outcome
    return took


def start() -> float:
    """The AWS on this machine, from nothing to its first answer."""
    with tempfile.TemporaryDirectory(prefix="maestro-bench-") as cache:
        began = time.perf_counter()
        lifecycle.start(Path(cache))
        took = time.perf_counter() - began
        lifecycle.stop(Path(cache), reset=True)
    return took


def at_once() -> float:
    """Executions that wait a second, all started at once by the API, until the last has ended."""
    with tempfile.TemporaryDirectory(prefix="maestro-bench-") as cache:
        server = lifecycle.start(Path(cache))
        try:
            return _at_once(server.endpoint)
        finally:
            lifecycle.stop(Path(cache), reset=True)


def _at_once(endpoint: str) -> float:
    place = {"endpoint_url": endpoint, "region_name": "us-east-1"}
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    settings = Config(max_pool_connections=50)
    states = boto3.client("stepfunctions", **place, **keys, config=settings)
    role = boto3.client("iam", **place, **keys).create_role(
        RoleName="r", AssumeRolePolicyDocument='{"Version": "2012-10-17", "Statement": []}'
    )["Role"]["Arn"]
    wait = {"Type": "Wait", "Seconds": 1, "Next": "Pass"}
    definition = {"StartAt": "Wait", "States": {"Wait": wait, "Pass": {"Type": "Pass"}}}
    definition["States"]["Pass"] |= {"Parameters": {"got.$": "$.n"}, "End": True}  # type: ignore[index]
    machine = states.create_state_machine(
        name="m", roleArn=role, definition=json.dumps(definition)
    )["stateMachineArn"]

    def one(n: int) -> str:
        given = {"stateMachineArn": machine, "input": json.dumps({"n": n})}
        return str(states.start_execution(**given)["executionArn"])

    def outcome(arn: str) -> dict[str, Any]:
        while True:
            found: dict[str, Any] = states.describe_execution(executionArn=arn)
            if found["status"] != "RUNNING":
                return found
            time.sleep(0.05)

    began = time.perf_counter()
    with ThreadPoolExecutor(50) as pool:
        found = list(pool.map(outcome, list(pool.map(one, range(AT_ONCE)))))
    took = time.perf_counter() - began
    assert [json.loads(each["output"])["got"] for each in found] == list(range(AT_ONCE))
    return took


CASES: dict[str, tuple[str, Callable[[], float], str]] = {
    "approval": (f"{EXECUTIONS} executions of approval", approval, "at least 100 a second"),
    "inline_map": (f"inline Map of {ITEMS} items", inline_map, "at most 10 s, 500 MB"),
    "distributed_map": (f"distributed Map over {ITEMS} objects", distributed_map, ""),
    "start": ("start of the AWS on this machine", start, "at most 1.2 s"),
    "at_once": (f"{AT_ONCE} executions at once, by its API", at_once, "each right"),
}


# --- measuring --------------------------------------------------------------------------------


def memory() -> float:
    """The MB that this process has had at most."""
    status = Path("/proc/self/status")
    if status.exists():  # where ru_maxrss would count what the process was forked from as well
        (line,) = [row for row in status.read_text().splitlines() if row.startswith("VmHWM")]
        return int(line.split()[1]) * 1024 / 1_000_000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000_000  # macOS: in bytes


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5, help="runs of each case (default: 5)")
    parser.add_argument("--no-write", action="store_true", help="leave benchmarks/results alone")
    parser.add_argument("--case", choices=CASES, help="run one here, print its seconds and its MB")
    options = parser.parse_args()
    if options.case:
        print(json.dumps([CASES[options.case][1](), memory()]))
        return
    load = os.getloadavg()[0]
    environ = {k: v for k, v in os.environ.items() if not k.startswith(FOREIGN)}
    measured: dict[str, list[list[float]]] = {name: [] for name in CASES}
    for _ in range(options.runs):
        for name, runs in measured.items():
            command = [sys.executable, __file__, "--case", name]
            said = subprocess.run(command, env=environ, stdout=subprocess.PIPE, check=True)
            runs.append(json.loads(said.stdout))
    report(measured, load, write=not options.no_write)


def report(measured: dict[str, list[list[float]]], load: float, *, write: bool) -> None:
    """Print the table, and keep it."""
    lines = ["| | median, s | best to worst, s | memory, MB | target |"]
    lines.append("| --- | ---: | ---: | ---: | --- |")
    for name, runs in measured.items():
        times = [took for took, _ in runs]
        # The server is a process apart.
        most = "" if name in {"start", "at_once"} else f"{max(held for _, held in runs):.0f}"
        span = f"{min(times):.2f} to {max(times):.2f}"
        cells = [CASES[name][0], f"{median(times):.2f}", span, most, CASES[name][2]]
        lines.append(f"| {' | '.join(cells)} |")
    rate = EXECUTIONS / median(took for took, _ in measured["approval"])
    place = f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors"
    text = "\n".join(
        [
            f"The engine; medians of {len(measured['approval'])} runs, {datetime.now(UTC).date()}.",
            "",
            *lines,
            "",
            f"- executions of approval in a second: {rate:.0f}",
            f"- maestro-cdk {__version__}, python {platform.python_version()}",
            f"- {place}, load before: {load:.2f}",
        ]
    )
    print(text)
    if write:
        (RESULTS / "engine.md").write_text(text + "\n", "utf-8")
        numbers = {
            name: [[round(number, 3) for number in run] for run in runs]
            for name, runs in measured.items()
        }
        (RESULTS / "engine.json").write_text(json.dumps(numbers, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
