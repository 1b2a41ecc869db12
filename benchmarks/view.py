"""How soon the page of `maestro view` is drawn, and how closely it follows an execution.

    make bench, or: python benchmarks/view.py [--runs N] [--no-write]

A headless Chromium opens the page, which the command serves as it does for its users. The page is
drawn when the first frame is that has the picture in it. It follows when a state has its new colour,
measured against the time of the event in the execution's history; both are this machine's clock.
"""

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import boto3
from history import DEFINITION as COUNTING
from history import ROUNDS
from playwright.sync_api import Page, sync_playwright
from synth import FOREIGN, PROJECT, RESULTS

from maestro_cdk import __version__

MAESTRO = [sys.executable, "-m", "maestro_cdk"]
BLOCKS = 60
FOLLOWED = 12
DRAWN, BEHIND = 300, 1000
"""Milliseconds that are aimed at."""

WATCH = """
  const seen = {};
  window.seen = seen;
  new MutationObserver(() => {
    for (const group of document.querySelectorAll("svg .state")) {
      const fate = group.dataset.fate;
      const key = group.dataset.state + " " + fate;
      if (fate && fate !== "unseen" && !(key in seen)) seen[key] = Date.now();
    }
  }).observe(document, { subtree: true, childList: true, attributes: true });
"""

DRAWING = """
  window.drawn = new Promise((done) => {
    const looking = new MutationObserver(() => {
      if (!document.querySelector("svg .state")) return;
      looking.disconnect();
      requestAnimationFrame(() => setTimeout(() => done(performance.now()), 0));
    });
    looking.observe(document, { subtree: true, childList: true });
  });
"""


def many() -> Any:
    """A definition of 300 states and one."""
    states: dict[str, Any] = {}
    for n in range(BLOCKS):
        after = f"Check {n + 1}" if n < BLOCKS - 1 else "Done"
        rule = {"Variable": "$.n", "NumericGreaterThan": n, "Next": f"Work {n}"}
        states[f"Check {n}"] = {"Type": "Choice", "Choices": [rule], "Default": f"Skip {n}"}
        branches = [
            {"StartAt": name, "States": {name: {"Type": "Pass", "End": True}}}
            for name in (f"Left {n}", f"Right {n}")
        ]
        states[f"Work {n}"] = {
            "Type": "Parallel",
            "Branches": branches,
            "ResultPath": None,
            "Next": after,
        }
        states[f"Skip {n}"] = {"Type": "Pass", "Next": after}
    return {"StartAt": "Check 0", "States": {**states, "Done": {"Type": "Succeed"}}}


def waiting() -> Any:
    """A definition whose states take a second each."""
    states = {
        f"Wait {n}": {"Type": "Wait", "Seconds": 1, "Next": f"Wait {n + 1}"}
        for n in range(FOLLOWED)
    }
    last = {f"Wait {FOLLOWED}": {"Type": "Succeed"}}
    return {"StartAt": "Wait 0", "States": {**states, **last}}


class Machine:
    """The AWS on this machine, and folders that are deployed to it."""

    def __init__(self, made: Path) -> None:
        base = {key: value for key, value in os.environ.items() if not key.startswith(FOREIGN)}
        (made / "home").mkdir()
        self.environ = base | {"HOME": str(made / "home"), "NO_COLOR": "1"}
        self._made = made

    def run(self, *words: str, cwd: Path) -> str:
        done = subprocess.run(
            [*MAESTRO, *words],
            cwd=cwd,
            env=self.environ,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def folder(self, name: str, definition: Any) -> Path:
        folder = self._made / name
        (folder / "lambdas").mkdir(parents=True)
        (folder / "definition.asl.json").write_text(json.dumps(definition, indent=2))
        self.run("deploy", "--local", cwd=folder)
        return folder

    @contextmanager
    def viewed(self, folder: Path) -> Iterator[str]:
        """The address of a folder's page."""
        process = subprocess.Popen(
            [*MAESTRO, "view", "--local", "--no-open"],
            cwd=folder,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def opened(page: Page, address: str) -> float:
    page.goto(address)
    return float(page.evaluate("window.drawn"))


def draws(browser: Any, address: str, runs: int) -> list[float]:
    """Milliseconds from opening to the first frame with the picture."""
    taken = []
    for number in range(runs + 1):
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        page = context.new_page()
        page.add_init_script(DRAWING)
        took = opened(page, address)
        if number:  # the first has the browser and the command warm up
            taken.append(took)
        context.close()
    return taken


def coloured(browser: Any, address: str, runs: int) -> list[float]:
    """Milliseconds from opening to an execution that is shown to its end."""
    taken = []
    for _ in range(runs):
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector(
            "svg .state[data-fate='succeeded'][data-state='Done']", timeout=60_000
        )
        taken.append(float(page.evaluate("performance.now()")))
        context.close()
    return taken


def lags(browser: Any, address: str, machine: Machine, folder: Path) -> list[float]:
    """Milliseconds from each event of an execution to its colour on the page."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(address)
    page.wait_for_selector("svg .state")
    words = ("run", "--local", "--no-wait", "--name", "followed", "--output", "json")
    arn = json.loads(machine.run(*words, cwd=folder))["execution"]
    page.wait_for_selector(
        f"svg .state[data-fate='succeeded'][data-state='Wait {FOLLOWED}']", timeout=60_000
    )
    seen = page.evaluate("window.seen")
    context.close()
    server = json.loads(machine.run("local", "status", "--output", "json", cwd=folder))
    client = boto3.client(
        "stepfunctions",
        endpoint_url=server["endpoint"],
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    behind = []
    for event in client.get_execution_history(executionArn=arn, maxResults=1000)["events"]:
        fate = {"WaitStateEntered": "running", "WaitStateExited": "succeeded"}.get(event["type"])
        if fate is None:
            continue
        details = event.get("stateEnteredEventDetails") or event["stateExitedEventDetails"]
        shown = seen.get(f"{details['name']} {fate}")
        # A state that was left before it was first told of is never seen to run.
        if shown is not None:
            behind.append(shown - event["timestamp"].timestamp() * 1000)
    assert len(behind) >= FOLLOWED
    return behind


def measure(runs: int) -> dict[str, list[float]]:
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from tests.end_to_end import browser as browsers  # noqa: PLC0415 - the path is set now

    with tempfile.TemporaryDirectory(prefix="maestro-bench-") as made:
        machine = Machine(Path(made))
        try:
            approval = json.loads((PROJECT / "definition.asl.json").read_text())
            for state in approval["States"].values():
                if state["Type"] == "Task":  # functions are nothing to the picture
                    state["Resource"] = "arn:aws:states:::aws-sdk:sts:getCallerIdentity"
            small = machine.folder("small", approval)
            large = machine.folder("large", many())
            slow = machine.folder("slow", waiting())
            text = json.dumps(COUNTING).replace("ROUNDS", str(ROUNDS))
            long = machine.folder("long", json.loads(text))
            machine.run("run", "--local", "--no-logs", "--name", "long", cwd=long)
            with sync_playwright() as playwright:
                browser = browsers.launch(playwright)
                taken = {}
                with machine.viewed(small) as address:
                    taken["first draw, 6 states"] = draws(browser, address, runs)
                with machine.viewed(large) as address:
                    taken["first draw, 301 states"] = draws(browser, address, runs)
                with machine.viewed(long) as address:
                    taken["25,000 events read and coloured, first time"] = coloured(
                        browser, address, 1
                    )
                    taken["the same, opened again"] = coloured(browser, address, runs)
                with machine.viewed(slow) as address:
                    taken["an event to its colour"] = lags(browser, address, machine, slow)
                browser.close()
            return taken
        finally:
            machine.run("local", "stop", "--reset", cwd=Path(made))


def table(taken: dict[str, list[float]]) -> Iterator[str]:
    yield "| | median, ms | best to worst, ms | target |"
    yield "| --- | ---: | ---: | --- |"
    for name, found in taken.items():
        target = ""
        if name.startswith("first draw"):
            target = f"at most {DRAWN} ms"
        elif name.startswith("an event"):
            target = f"at most {BEHIND} ms, each"
        best, worst = min(found), max(found)
        yield f"| {name} | {median(found):.0f} | {best:.0f} to {worst:.0f} | {target} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument(
        "--runs", type=int, default=7, help="times each page is opened (default: 7)"
    )
    parser.add_argument("--no-write", action="store_true", help="leave benchmarks/results alone")
    given = parser.parse_args()
    load = os.getloadavg()[0]
    taken = measure(given.runs)
    head = f"The page of `maestro view`, in headless Chromium, {datetime.now(UTC):%Y-%m-%d}."
    facts = [
        f"- maestro-cdk {__version__}, python {platform.python_version()}",
        f"- {platform.system()} {platform.machine()}, {os.cpu_count()} processors, load before: {load:.2f}",
    ]
    text = "\n".join([head, "", *table(taken), "", *facts]) + "\n"
    print(text)
    if not given.no_write:
        (RESULTS / "view.md").write_text(text)
        (RESULTS / "view.json").write_text(json.dumps(taken, indent=1) + "\n")


if __name__ == "__main__":
    main()
