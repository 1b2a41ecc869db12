"""Whatever state a stack is in, the next deployment and the next teardown do the right thing.

A row for each status that botocore knows; actions and adapter are the real ones, and so is time.
"""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime

import boto3
import pytest
from botocore.loaders import create_loader

from maestro_cdk.actions import deploy as deploying
from maestro_cdk.actions import teardown as tearing
from maestro_cdk.actions.planning import Wish
from maestro_cdk.aws.service import Service
from maestro_cdk.aws.stacks import CloudFormation
from maestro_cdk.errors import DeploymentFailed, StackBusy
from tests.fakes.cloud import FakeCloud
from tests.fakes.projects import FakeSynthesizer, project, without_functions
from tests.fakes.reporter import FakeReporter
from tests.scripted.server import ScriptedCloudFormation

STATUSES = set(
    create_loader().load_service_model("cloudformation", "service-2")["shapes"]["StackStatus"][
        "enum"
    ]
)


def topic(name):
    return {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": name}}


def template(name, *keys):
    resources = {key: topic(name) for key in keys or ("A", "B")}
    return {"Metadata": {"Maestro": {"project": "approval"}}, "Resources": resources}


class Clock:
    """The time of this machine; a wait takes a hundredth of what is asked."""

    def now(self):
        return datetime.now(UTC)

    def monotonic(self):
        return time.monotonic()

    def sleep(self, seconds, /):
        time.sleep(seconds / 100)


class Synthesizer(FakeSynthesizer):
    """Synthesizes the template that the test wants."""

    def synthesize(self, project, bundles, out, /):
        made = super().synthesize(project, bundles, out)
        return replace(made, template=json.dumps(template("new")))


@pytest.fixture(scope="module")
def running():
    with ScriptedCloudFormation("http://127.0.0.1:1") as server:
        yield server


@pytest.fixture
def server(running):
    running.stacks.by_id.clear()
    running.script.__init__()
    running.script.pace = 0.005
    return running


@pytest.fixture
def cloud(server):
    client = boto3.client(
        "cloudformation",
        endpoint_url=server.endpoint,
        region_name="us-east-1",
        aws_access_key_id="k",
        aws_secret_access_key="s",
    )
    clock = Clock()
    made = FakeCloud(clock)
    service = Service("CloudFormation", lambda: client, principal=lambda: "arn:aws:iam::1:user/a")
    made.stacks = CloudFormation(service, clock=clock)
    return made


@pytest.fixture
def reporter():
    return FakeReporter()


@pytest.fixture
def deploy(cloud, reporter, tmp_path):
    def deployed(**more):
        prepared = deploying.prepare(
            without_functions(project()),
            (),
            tmp_path / "assembly",
            cloud=cloud,
            clock=cloud.clock,
            reporter=reporter,
            synthesizer=Synthesizer(),
            **more,
        )
        return deploying.apply(prepared, cloud=cloud, reporter=reporter, clock=cloud.clock)

    return deployed


@pytest.fixture
def tear(cloud, reporter):
    def torn():
        doomed = tearing.prepare(project(), cloud=cloud)
        return tearing.apply(doomed, cloud=cloud, reporter=reporter, clock=cloud.clock)

    return torn


def stand(server, status):
    """Have a stack in a status, come to it as one comes to it."""
    stacks, script = server.stacks, server.script
    if status == "CREATE_IN_PROGRESS":
        stack = stacks.put("approval", "REVIEW_IN_PROGRESS")
        stacks.create(stack, template("old"))
    elif status == "ROLLBACK_IN_PROGRESS":
        stack = stacks.put("approval", "REVIEW_IN_PROGRESS")
        script.fail("CREATE", "B", "no")
        stacks.create(stack, template("old"))
        script.paces["A"] = 0.05
        come_to(stacks, stack, status)
    elif status in ("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"):
        stack = stacks.put("approval", "CREATE_COMPLETE", template("older", "A", "B", "C"))
        script.paces["C"] = 0.1
        stacks.update(stack, template("old"))
        come_to(stacks, stack, status)
    elif status.startswith("UPDATE_ROLLBACK") and status.endswith("IN_PROGRESS"):
        stack = stacks.put("approval", "CREATE_COMPLETE", template("older"))
        script.fail("UPDATE", "B", "no")
        script.paces["C"] = 0.1
        stacks.update(stack, template("old", "C", "A", "B"))
        come_to(stacks, stack, status)
    elif status == "DELETE_IN_PROGRESS":
        stack = stacks.put("approval", "CREATE_COMPLETE", template("old"))
        stacks.delete(stack)
    elif status == "IMPORT_IN_PROGRESS":
        stack = importing(stacks, status, "IMPORT_COMPLETE")
    elif status == "IMPORT_ROLLBACK_IN_PROGRESS":
        stack = importing(stacks, status, "IMPORT_ROLLBACK_COMPLETE")
    elif status == "UPDATE_ROLLBACK_FAILED":
        stack = stacks.put("approval", "CREATE_COMPLETE", template("older"))
        script.fail("UPDATE", "B", "no")
        script.fail("ROLLBACK", "A", "not now", "nor now")
        stacks.update(stack, template("old"))
        come_to(stacks, stack, status)
    else:
        stack = stacks.put("approval", status, template("old"), rolls_back=True)
        if status in ("UPDATE_FAILED", "DELETE_FAILED", "CREATE_FAILED", "ROLLBACK_FAILED"):
            stack.resources["A"].status = status.replace("ROLLBACK", "DELETE")
    return stack


def importing(stacks, status, end):
    stack = stacks.put("approval", status, template("old"))
    stacks.tell(stack, stacks.clock(), status)
    stacks.at(stack, time.time() + 0.03, lambda then: stacks.tell(stack, then, end))
    return stack


def come_to(stacks, stack, status):
    """Let happen what comes until a stack is in a status, which may not last."""
    while stack.status != status:
        stacks.step(stack)


MADE_ANEW = {
    "CREATE_FAILED",
    "DELETE_FAILED",
    "DELETE_IN_PROGRESS",
    "REVIEW_IN_PROGRESS",
    "ROLLBACK_COMPLETE",
    "ROLLBACK_FAILED",
    "ROLLBACK_IN_PROGRESS",
}
"""Statuses after which the stack is created; that of a change set alone is no other stack."""

NOT_OURS = {"IMPORT_ROLLBACK_FAILED"}
"""What an import left half-way is for whoever imports to mend."""

NOWHERE = {"DELETE_COMPLETE"}
"""A stack that is deleted is none."""


@pytest.mark.parametrize("status", sorted(STATUSES - NOT_OURS))
def test_a_deployment_makes_the_stack_whole(server, deploy, status):
    old = stand(server, status)
    deployed = deploy()
    new = status in MADE_ANEW | NOWHERE
    assert deployed.stack.status == ("CREATE_COMPLETE" if new else "UPDATE_COMPLETE")
    assert (deployed.stack.id != old.id) == (new and status != "REVIEW_IN_PROGRESS")
    stack = server.stacks.find("approval")
    assert {key: each.properties for key, each in stack.resources.items()} == {
        key: {"DisplayName": "new"} for key in ("A", "B")
    }


@pytest.mark.parametrize("status", sorted(NOT_OURS))
def test_what_is_not_ours_to_mend_is_left_alone(server, deploy, status):
    stand(server, status)
    with pytest.raises(DeploymentFailed, match=status):
        deploy()
    assert not server.called("CreateChangeSet", "DeleteStack")[len(server.operations.calls) :]
    assert server.stacks.find("approval").status == status


RUNNING = {s for s in STATUSES if s.endswith("_IN_PROGRESS")} - {"REVIEW_IN_PROGRESS"}


@pytest.mark.parametrize("status", sorted(RUNNING))
def test_what_runs_is_told_where_nobody_waits(server, deploy, status):
    server.script.pace = 0.1
    stand(server, status)
    with pytest.raises(StackBusy, match=status):
        deploy(wish=Wish(wait=False))


@pytest.mark.parametrize("status", sorted(STATUSES))
def test_a_teardown_leaves_nothing(server, cloud, tear, status):
    stand(server, status)
    assert tear().left == ()
    if status != "REVIEW_IN_PROGRESS":  # it holds nothing, and may be somebody else's plan
        assert cloud.stacks.describe("approval") is None


def test_what_cannot_be_deleted_stops_a_deployment_with_its_reason(server, deploy):
    stand(server, "DELETE_FAILED")
    server.script.fail("DELETE", "A", "the topic is in use", forever=True)
    with pytest.raises(DeploymentFailed, match="the topic is in use"):
        deploy()


def test_a_rollback_that_fails_again_leaves_out_what_stands_in_its_way(server, deploy, reporter):
    stand(server, "UPDATE_ROLLBACK_FAILED")
    deploy()
    skipped = [more.get("ResourcesToSkip") for _, more in server.called("ContinueUpdateRollback")]
    assert skipped[-2:] == [None, ["A"]]
    assert any("left as they are for now: A" in text for text in reporter.texts)
