"""The CDK CLI of npm on a project: it drives the same stack as maestro, against the local AWS."""

import json
import os
import re
import shlex
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from maestro_cdk.project import node

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("cdk")]

VERSION = "2.1148.1"
"""Of aws-cdk, the CLI. 3.0.0 on npm does not read today's assemblies."""

ROOT = Path(__file__).parents[2]
PATIENCE = 180.0
NPMRC = Path.home() / ".npmrc"  # the user's: the tests have another home by the time they run


@dataclass(frozen=True, slots=True)
class Cdk:
    """Starts `cdk`, with a `maestro` on its PATH."""

    command: list[str]
    environ: dict[str, str]

    def __call__(self, *words, cwd, **environ):
        done = subprocess.run(
            [*self.command, *map(str, words)],
            cwd=cwd,
            env=self.environ | environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, f"cdk {' '.join(map(str, words))}:\n{done.stdout}{done.stderr}"
        return done


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where `cdk` is started, the folder of the project there, and the stack's name."""

    cwd: Path
    project: Path
    stack: str


@pytest.fixture(scope="session")
def cli(request):
    """The command that starts the CDK CLI, installed once by npm."""
    folder = request.config.cache.mkdir(f"aws-cdk-{VERSION}")
    executable = node.binary()
    package = folder / "node_modules" / "aws-cdk"
    if not (package / "bin" / "cdk").exists():
        npm = executable.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        done = subprocess.run(
            [
                *(executable, npm, "install", "--prefix", folder, f"aws-cdk@{VERSION}"),
                *("--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"),
            ],
            env={**os.environ, "npm_config_userconfig": str(NPMRC)},
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        if done.returncode:
            pytest.fail(f"npm cannot install aws-cdk {VERSION}, which this tests:\n{done.stderr}")
    assert json.loads((package / "package.json").read_text())["version"] == VERSION
    return [str(executable), str(package / "bin" / "cdk")]


@pytest.fixture(scope="module")
def cdk(cli, maestro, local_aws, tmp_path_factory):
    """Run the CDK CLI against the local AWS: `cdk("deploy", cwd=folder)`."""
    commands = tmp_path_factory.mktemp("bin")
    (commands / "maestro").write_text(f'#!/bin/sh\nexec {shlex.join(maestro.command)} "$@"\n')
    (commands / "maestro").chmod(0o755)
    exports = maestro("local", "env", cwd=commands).out.splitlines()
    assert all(line.startswith("export ") for line in exports)
    words = [shlex.split(line)[1].partition("=") for line in exports]
    return Cdk(
        cli,
        {
            **maestro.environ,
            **{name: value for name, _, value in words},
            "PATH": os.pathsep.join([str(commands), os.environ["PATH"]]),
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CDK_DISABLE_VERSION_CHECK": "true",
        },
    )


@pytest.fixture(scope="module")
def made(maestro, tmp_path_factory):
    """A project that `maestro new` made, with its cdk.json, and a stage."""
    folder = tmp_path_factory.mktemp("cdk")
    assert maestro("new", "orders", "-t", "approval", "--no-git", cwd=folder).code == 0
    with (folder / "orders" / "maestro.toml").open("a") as file:
        file.write("\n[stages.dev.functions]\nmemory = 512\n")
    return Place(cwd=folder / "orders", project=folder / "orders", stack="orders")


@pytest.fixture(params=["a project that `new` made", "the repository's root"])
def place(request, made):
    if request.param == "the repository's root":
        return Place(cwd=ROOT, project=ROOT / "templates" / "approval", stack="approval")
    return made


@pytest.mark.parametrize("relative", [True, False], ids=["relative", "absolute"])
def test_synth_writes_where_the_cdk_cli_reads_and_prints_nothing(maestro, made, tmp_path, relative):
    out = tmp_path / "out"
    named = os.path.relpath(out, made.cwd) if relative else out  # noqa: TID251 - leads upward

    result = maestro("synth", cwd=made.cwd, CDK_OUTDIR=str(named))

    assert (result.code, result.out, result.err) == (0, "", "")
    assert {"manifest.json", "orders.template.json"} <= {path.name for path in out.iterdir()}
    assert not (made.project / "cdk.out").exists()


def test_cdk_and_maestro_make_the_same_template(cdk, maestro, place, tmp_path):
    printed = cdk("synth", "--output", tmp_path / "cdk", cwd=place.cwd).stdout
    words = ("synth", "--project", place.project, "--format", "json", "--out", tmp_path / "own")
    own = maestro(*words, cwd=place.cwd).json

    theirs = json.loads((tmp_path / "cdk" / f"{place.stack}.template.json").read_text())
    assert set(theirs.pop("Parameters")) == {"BootstrapVersion"}
    assert set(theirs.pop("Rules")) == {"CheckBootstrapVersion"}
    code = [(_code(own, name), _code(theirs, name)) for name in _functions(own)]
    assert len(code) == 5
    assert all(ours.keys() == others.keys() == {"S3Bucket", "S3Key"} for ours, others in code)
    assert {ours["S3Key"].rpartition("/")[2] for ours, _ in code} == {
        others["S3Key"] for _, others in code
    }
    for pair in code:
        for each in pair:
            each.clear()
    assert theirs == own
    # The CDK CLI prints what it reads, and nothing of maestro's is between.
    assert yaml.safe_load(printed)["Outputs"] == own["Outputs"]


def test_the_zips_of_cdk_and_maestro_are_the_same_bytes(cdk, maestro, made, tmp_path):
    cdk("synth", "--quiet", "--output", tmp_path / "cdk", cwd=made.cwd)
    maestro("synth", "--quiet", "--out", tmp_path / "own", cwd=made.cwd)

    zips = {path.name: path.read_bytes() for path in (tmp_path / "own").glob("asset.*.zip")}
    assert len(zips) == 5
    assert {path.name: path.read_bytes() for path in (tmp_path / "cdk").glob("asset.*")} == zips


@pytest.mark.parametrize(
    ("words", "environ"),
    [(("-c", "stage=dev"), {}), ((), {"MAESTRO_STAGE": "dev"})],
    ids=["-c stage=dev", "MAESTRO_STAGE"],
)
def test_a_stage_is_picked_by_context_or_by_environment(cdk, made, tmp_path, words, environ):
    listed = cdk("list", *words, "--output", tmp_path / "out", cwd=made.cwd, **environ)

    assert listed.stdout.split() == ["orders-dev"]
    template = json.loads((tmp_path / "out" / "orders-dev.template.json").read_text())
    assert template["Metadata"] == {"Maestro": {"project": "orders", "stage": "dev"}}
    sizes = {
        template["Resources"][name]["Properties"]["MemorySize"] for name in _functions(template)
    }
    assert sizes == {512}


def test_a_folder_that_cannot_be_deployed_fails_cdk_with_its_reason(cdk, made, tmp_path):
    (tmp_path / "definition.asl.json").write_text('{"StartAt": "A", "States": {}}')
    (tmp_path / "cdk.json").write_text((made.project / "cdk.json").read_text())

    with pytest.raises(AssertionError, match=r"definition\.asl\.json:1:\d+"):
        cdk("synth", cwd=tmp_path)


def test_cdk_and_maestro_take_turns_on_one_stack(cdk, maestro, aws, place, tmp_path):
    output = ("--output", tmp_path / "cdk.out")
    event = (place.project / "events" / "accepted.json").read_text()

    def works(what):
        words = ("run", "--local", "--project", place.project, "-i", event)
        result = maestro(*words, cwd=place.cwd)
        assert (result.code, result.json["decision"]) == (0, "accept")
        assert f"({what})" in result.err

    cdk("bootstrap", *output, cwd=place.cwd)
    assert _diff(cdk("diff", *output, cwd=place.cwd)).count("[+] AWS::Lambda::Function") == 5

    cdk("deploy", "--require-approval", "never", *output, cwd=place.cwd)
    first = _deployed(aws, place.stack)
    assert len(first) == 5
    works("what is deployed, unpublished")

    ours = maestro("deploy", "--local", "--project", place.project, cwd=place.cwd)
    assert ours.code == 0
    assert _deployed(aws, place.stack) == first
    works("live, version 1")

    told = cdk("diff", *output, cwd=place.cwd)
    assert _diff(told) == ["[~] AWS::Lambda::Function"] * 5  # the bucket of their code
    assert not re.search(r"(requires|may cause) replacement|replace$", told.stdout, re.MULTILINE)

    cdk("deploy", "--require-approval", "never", *output, cwd=place.cwd)
    assert _deployed(aws, place.stack) == first
    works("live, version 1")
    assert _replaced(aws, place.stack) == []
    assert _updates(aws, place.stack) == dict.fromkeys(first, 2)

    cdk("destroy", "--force", *output, cwd=place.cwd)
    assert _left(aws, place.stack) == []
    again = maestro("teardown", "--local", "-f", "--project", place.project, cwd=place.cwd)
    assert again.code == 0
    assert "deleted 7 files that were left" in again.err
    assert [item for item in aws.left_of(place.stack) if not item.startswith("cdk-")] == []


def test_maestro_tears_down_what_cdk_deployed(cdk, maestro, aws, made, tmp_path):
    cdk("bootstrap", cwd=made.cwd)
    words = ("deploy", "--require-approval", "never", "--output", tmp_path / "cdk.out")
    cdk(*words, cwd=made.cwd)

    result = maestro("teardown", "--local", "-f", cwd=made.cwd)

    assert result.code == 0
    assert _left(aws, "orders") == []


def _diff(done):
    """What `cdk diff` shows of resources, in order: added, removed or changed, and the type."""
    return re.findall(r"^(\[.\] AWS::\S+)", done.stdout + done.stderr, re.MULTILINE)


def _functions(template):
    """The logical ids of a template's functions."""
    resources = template["Resources"].items()
    return [name for name, item in resources if item["Type"] == "AWS::Lambda::Function"]


def _code(template, name):
    return template["Resources"][name]["Properties"]["Code"]


def _deployed(aws, stack):
    """What tells a function from another that took its place: names, ARN and code."""
    functions = aws.client("lambda")
    resources = aws.client("cloudformation").describe_stack_resources(StackName=stack)
    return {
        item["LogicalResourceId"]: (found["FunctionArn"], found["CodeSha256"])
        for item in resources["StackResources"]
        if item["ResourceType"] == "AWS::Lambda::Function"
        for found in [
            functions.get_function(FunctionName=item["PhysicalResourceId"])["Configuration"]
        ]
    }


def _events(aws, stack):
    """What the stack's events say of its functions: pairs of logical id and status."""
    events = aws.client("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
    return [
        (event["LogicalResourceId"], event["ResourceStatus"])
        for event in events
        if event["ResourceType"] == "AWS::Lambda::Function"
    ]


def _updates(aws, stack):
    """How often each function was updated in place."""
    return Counter(name for name, status in _events(aws, stack) if status == "UPDATE_COMPLETE")


def _replaced(aws, stack):
    """The functions that events saw go, or that a change set said would be replaced."""
    cloudformation = aws.client("cloudformation")
    found = [name for name, status in _events(aws, stack) if status.startswith("DELETE")]
    summaries = cloudformation.list_change_sets(StackName=stack)["Summaries"]
    assert summaries
    for summary in summaries:
        described = cloudformation.describe_change_set(ChangeSetName=summary["ChangeSetId"])
        for change in [item["ResourceChange"] for item in described.get("Changes", ())]:
            function = change["ResourceType"] == "AWS::Lambda::Function"
            kept = change["Action"] != "Remove" and change.get("Replacement", "False") == "False"
            if function and not kept:
                found.append(change["LogicalResourceId"])
    return found


def _left(aws, stack):
    """What is left of a stack: not what was uploaded for it, which neither tool's stack owns."""
    return [item for item in aws.left_of(stack) if "-assets-" not in item]
