"""How long it takes to build a project of 20 functions that have packages.

    make bench, or: python benchmarks/dependencies.py [--runs N] [--no-write]

Twelve functions in Python, five in JavaScript and three in TypeScript ask for packages of their
own; numpy is among them. Packages come from PyPI and npm, for the first build of each run too.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from synth import FOREIGN, RESULTS, Case

from maestro_cdk import __version__
from maestro_cdk.project import node

PYTHON = (
    "attrs==25.3.0", "certifi==2025.1.31", "charset-normalizer==3.4.1", "idna==3.10",
    "jinja2==3.1.6", "markupsafe==3.0.2", "numpy==2.2.6", "pydantic==2.11.3",
    "python-dateutil==2.9.0.post0", "pyyaml==6.0.2", "requests==2.32.3", "urllib3==2.3.0",
)  # fmt: skip
JAVASCRIPT = ("dayjs@1.11.13", "lodash@4.17.21", "ms@2.1.3", "nanoid@5.1.5", "semver@7.7.1")
TYPESCRIPT = ("date-fns@4.1.0", "ulid@3.0.0", "zod@3.24.3")
PACKAGES = (*PYTHON, *JAVASCRIPT, *TYPESCRIPT)


def write(project: Path) -> None:
    """Write the project; npm writes the locks."""
    functions = project / "lambdas"
    functions.mkdir(parents=True)
    (project / "definition.asl.json").write_text(json.dumps(_definition()), "utf-8")
    settings = '[workflow]\ndisable_rules = ["lambda-retry"]\n[functions]\nruntime = "python3.13"\n'
    (project / "maestro.toml").write_text(settings, "utf-8")
    for pinned in PYTHON:
        folder = functions / _name(pinned.partition("==")[0])
        folder.mkdir()
        (folder / "requirements.txt").write_text(f"{pinned}\n", "utf-8")
        (folder / "index.py").write_text("def handler(event, context):\n    return event\n")
    for pinned in (*JAVASCRIPT, *TYPESCRIPT):
        name, _, version = pinned.partition("@")
        folder = functions / _name(name)
        folder.mkdir()
        ending = "ts" if pinned in TYPESCRIPT else "mjs"
        code = f'import * as all from "{name}";\nexport const handler = async () => typeof all;\n'
        (folder / f"index.{ending}").write_text(code, "utf-8")
        asked = {"name": folder.name, "version": "1.0.0", "dependencies": {name: version}}
        (folder / "package.json").write_text(json.dumps(asked), "utf-8")
        words = ["install", "--package-lock-only", "--no-audit", "--no-fund", "--silent"]
        subprocess.run([*(node.npm() or ["npm"]), *words], cwd=folder, check=True)


def _definition() -> dict[str, object]:
    """A state machine that calls one function after the other."""
    names = [_name(pinned.replace("==", "@").partition("@")[0]) for pinned in PACKAGES]
    states: dict[str, dict[str, object]] = {
        name: {"Type": "Task", "Resource": f"${{{name}}}", "Next": after}
        for name, after in zip(names, [*names[1:], "End"], strict=True)
    }
    return {"StartAt": names[0], "States": {**states, "End": {"Type": "Succeed"}}}


def _name(package: str) -> str:
    return package.replace("-", "_")


def cases(folder: Path) -> list[Case]:
    """What is measured, in a scratch folder of its own."""
    project, changed = folder / "many", folder / "changed" / "many"
    write(project)
    shutil.copytree(project, changed)
    base = {k: v for k, v in os.environ.items() if not k.startswith(FOREIGN)}
    home, cold = folder / "home", folder / "cold"

    def renew(*folders: Path) -> None:
        for path in folders:
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir()

    def touch() -> None:
        with (changed / "lambdas" / "numpy" / "index.py").open("a") as file:
            file.write(f"# {time.time_ns()}\n")

    def build(name: str, source: Path, to: Path, home: Path, prepare: object = None) -> Case:
        words = ["synth", "--quiet", "--project", str(source), "--out", str(to)]
        return Case(
            name=name,
            prepare=prepare if callable(prepare) else lambda: None,
            command=[sys.executable, "-m", "maestro_cdk", *words],
            environ=base | {"HOME": str(home), "UV_CACHE_DIR": str(home / "uv")},
        )

    renew(home)
    out, fresh = folder / "out", folder / "fresh"
    return [
        build("first, nothing installed", project, folder / "cold-out", cold, lambda: renew(cold)),
        build("first of another clone", project, fresh, home, lambda: renew(fresh)),
        build("unchanged", project, out, home),
        build("one line of one function changed", changed, folder / "changed-out", home, touch),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5, help="runs of each case (default: 5)")
    parser.add_argument("--no-write", action="store_true", help="leave benchmarks/results alone")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="maestro-bench-") as scratch:
        measured = cases(Path(scratch).resolve())
        for case in measured[1:]:  # fills the caches, and is not counted
            case.run()
        for _ in range(options.runs):
            for case in measured:
                case.runs.append(case.run())
    report(measured, options.runs, load, write=not options.no_write)


def report(measured: list[Case], runs: int, load: float, *, write: bool) -> None:
    """Print the table, and keep it."""
    lines = ["| | median, s | best to worst, s |", "| --- | ---: | ---: |"]
    for case in measured:
        walls = [run.wall for run in case.runs]
        median = case.median("wall")
        lines.append(f"| {case.name} | {median:.2f} | {min(walls):.2f} to {max(walls):.2f} |")
    unchanged = measured[2].median("wall")
    title = f"A build of 20 functions with packages; medians of {runs} runs"
    place = f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors"
    text = "\n".join(
        [
            f"{title}, {datetime.now(UTC).date().isoformat()}.",
            "",
            *lines,
            "",
            f"- unchanged: {unchanged:.2f} s (target: at most 0.5 s)",
            f"- maestro-cdk {__version__}, python {platform.python_version()}",
            f"- {place}, load before: {load:.2f}",
        ]
    )
    print(text)
    if write:
        (RESULTS / "dependencies.md").write_text(text + "\n", "utf-8")
        numbers = {case.name: [round(run.wall, 3) for run in case.runs] for case in measured}
        (RESULTS / "dependencies.json").write_text(json.dumps(numbers, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
