"""How long it takes to read and to draw the longest history that an execution can have.

    make bench, or: python benchmarks/history.py [--runs N] [--no-write]

The AWS on this machine runs a workflow that counts, for just under 25,000 events, the most that Step
Functions keeps of one execution. Then each command looks at it, as a process of its own, in turn. The
floor is a script that asks boto3 for the same events, and does nothing with them.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from synth import FOREIGN, RESULTS, Run

from maestro_cdk import __version__

ROUNDS = 6_247
"""Four events each: a Pass and a Choice are entered and left."""

SECONDS, MEGABYTES = 5.0, 200

DEFINITION = {
    "QueryLanguage": "JSONata",
    "StartAt": "Begin",
    "States": {
        "Begin": {"Type": "Pass", "Assign": {"n": 0}, "Next": "Count"},
        "Count": {"Type": "Pass", "Assign": {"n": "{% $n + 1 %}"}, "Next": "Enough?"},
        "Enough?": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $n >= ROUNDS %}", "Next": "Done"}],
            "Default": "Count",
        },
        "Done": {"Type": "Succeed"},
    },
}

FLOOR = """
import boto3, sys
pages = boto3.client("stepfunctions").get_paginator("get_execution_history")
print(sum(len(p["events"]) for p in pages.paginate(executionArn=sys.argv[1], maxResults=1000)))
"""


def timed(words: list[str], environ: dict[str, str], folder: Path) -> tuple[Run, str]:
    """Run a command; return what it took, and what it wrote."""
    begun = time.perf_counter()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(words, cwd=folder, env=environ, stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        said = out.read().decode(errors="replace")
    if process.returncode:
        sys.exit(f"{' '.join(words)} ended with {process.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    run = Run(
        wall=time.perf_counter() - begun,
        cpu=usage.ru_utime + usage.ru_stime,
        memory=usage.ru_maxrss * unit / 1_000_000,
    )
    return run, said


def measure(runs: int) -> tuple[int, dict[str, list[Run]]]:
    """The number of events, and the runs of each case."""
    maestro = [sys.executable, "-m", "maestro_cdk"]
    with tempfile.TemporaryDirectory(prefix="maestro-bench-") as made:
        home, folder = Path(made) / "home", Path(made) / "count"
        home.mkdir()
        (folder / "lambdas").mkdir(parents=True)
        text = json.dumps(DEFINITION).replace("ROUNDS", str(ROUNDS))
        (folder / "definition.asl.json").write_text(text)
        base = {key: value for key, value in os.environ.items() if not key.startswith(FOREIGN)}
        environ = base | {"HOME": str(home), "NO_COLOR": "1"}

        def local(*words: str) -> str:
            return subprocess.run(
                [*maestro, *words],
                cwd=folder,
                env=environ,
                check=True,
                capture_output=True,
                text=True,
            ).stdout

        try:
            local("local", "start", "--time-scale", "0")
            local("deploy", "--local")
            local("run", "--local", "--name", "long")
            exports = dict(
                line.removeprefix("export ").split("=", 1)
                for line in local("local", "env").splitlines()
                if line.startswith("export ")
            )
            found = json.loads(
                local("run", "--local", "--name", "x", "--no-wait", "--output", "json")
            )
            arn = found["execution"].rpartition(":")[0] + ":long"
            plain = environ | {key: value.strip("'") for key, value in exports.items()}
            cases = {
                "boto3, every page read": ([sys.executable, "-c", FLOOR, arn], plain),
                "maestro history": ([*maestro, "history", "long", "--local"], environ),
                "maestro history --events": (
                    [*maestro, "history", "long", "--events", "--local"],
                    environ,
                ),
                "maestro graph --execution": (
                    [*maestro, "graph", "--execution", "long", "--format", "svg", "--local"],
                    environ,
                ),
            }
            taken: dict[str, list[Run]] = {name: [] for name in cases}
            events = 0
            for number in range(runs + 1):
                for name, (words, env) in cases.items():
                    run, said = timed(words, env, folder)
                    if name.startswith("boto3"):
                        events = int(said)
                    if number:  # the first fills caches
                        taken[name].append(run)
                print(f"round {number} of {runs}", file=sys.stderr)
            return events, taken
        finally:
            local("local", "stop", "--reset")


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5, help="rounds (default: 5)")
    parser.add_argument("--no-write", action="store_true", help="leave benchmarks/results alone")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    events, taken = measure(options.runs)
    floor = statistics.median(run.wall for run in taken["boto3, every page read"])
    date = datetime.now(UTC).date().isoformat()
    lines = [
        f"A history of {events:,} events; medians of {options.runs} rounds, {date}.",
        "",
        "| | s | to boto3 | memory, MB |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name, runs in taken.items():
        wall = statistics.median(run.wall for run in runs)
        memory = max(run.memory for run in runs)
        lines.append(f"| {name} | {wall:.2f} | {wall / floor:.2f} | {memory:.0f} |")
    versions = {
        "maestro-cdk": __version__,
        "boto3": importlib.metadata.version("boto3"),
        "python": platform.python_version(),
    }
    known = ", ".join(f"{name} {version}" for name, version in versions.items())
    place = f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors"
    lines += [
        "",
        f"Aimed at: at most {SECONDS:g} s and {MEGABYTES} MB.",
        "",
        f"{known}. {place}, load before {load:.1f}.",
    ]
    text = "\n".join(lines) + "\n"
    print(text)
    if not options.no_write:
        (RESULTS / "history.md").write_text(text)
        kept = {
            name: [{"wall": run.wall, "cpu": run.cpu, "memory": run.memory} for run in runs]
            for name, runs in taken.items()
        }
        (RESULTS / "history.json").write_text(
            json.dumps({"events": events, "runs": kept}, indent=1)
        )


if __name__ == "__main__":
    main()
