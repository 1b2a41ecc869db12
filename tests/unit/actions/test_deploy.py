"""Planning and carrying out a deployment, whatever state the stack is in."""

from dataclasses import replace
from pathlib import Path

import pytest

from maestro_cdk.actions import deploy as deploying
from maestro_cdk.actions import diagnosis, planning
from maestro_cdk.actions.planning import Wish
from maestro_cdk.cloud import LiveFunction, Mode, Owner
from maestro_cdk.errors import (
    CloudError,
    CredentialsError,
    DeploymentFailed,
    StackBusy,
    StackForeign,
    SynthesisError,
    TemplateRejected,
)
from maestro_cdk.model import SourceRef
from tests.fakes.cloud import ACCOUNT
from tests.fakes.projects import project, without_functions

OURS = Owner(project="approval")


# --- what happens to a stack -----------------------------------------------------------------


def test_the_first_deployment_creates_the_stack(deploy, cloud):
    deployed = deploy()
    assert deployed.changed
    assert deployed.stack.status == "CREATE_COMPLETE"
    assert deployed.stack.owner == OURS
    assert deployed.stack.outputs["StateMachineArn"]
    assert cloud.called("plan")[0][1] == {
        "creates": True,
        "inline": True,
        "tags": {"maestro:project": "approval"},
    }


def test_the_same_again_changes_nothing(deploy, cloud, reporter):
    deploy()
    before = len(cloud.called("apply"))
    reporter.heard.clear()
    deployed = deploy()
    assert not deployed.changed
    assert deployed.stack.status == "CREATE_COMPLETE"
    assert len(cloud.called("apply")) == before
    assert reporter.stack_events == []


def test_new_code_updates_the_one_function(prepare, deploy, cloud, synthesizer):
    deploy()
    synthesizer.code = "2"
    prepared = prepare()
    assert not prepared.plan.creates
    assert [change.logical_id for change in prepared.plan.changes] == ["ManagerFunction"]


def test_an_update_just_after_a_deployment_is_followed_to_its_own_end(deploy, synthesizer):
    deploy()
    synthesizer.code = "2"
    assert deploy().stack.status == "UPDATE_COMPLETE"


def test_an_update_is_followed_where_this_machines_clock_goes_wrong(
    deploy, prepare, cloud, clock, reporter, synthesizer
):
    class Ahead:
        """The same time, some minutes ahead of AWS."""

        monotonic, sleep = clock.monotonic, clock.sleep

        def now(self):
            return clock.now().replace(minute=clock.now().minute + 5)

    deploy()
    synthesizer.code = "2"
    deployed = deploying.apply(prepare(), cloud=cloud, reporter=reporter, clock=Ahead())
    assert deployed.stack.status == "UPDATE_COMPLETE"


def test_the_shell_of_a_creation_that_was_rolled_back_is_made_anew(deploy, cloud, reporter):
    old = cloud.stacks.put("approval", "ROLLBACK_COMPLETE", owner=OURS)
    deployed = deploy()
    assert cloud.called("delete") == [("delete", old.id)]
    assert deployed.stack.id != old.id
    assert deployed.stack.status == "CREATE_COMPLETE"
    assert any("rolled back" in text for text in reporter.texts)


def test_what_has_a_name_is_not_replaced(deploy, prepare, cloud, synthesizer):
    deploy()
    cloud.stacks.replacing.add("ManagerFunction")
    synthesizer.code = "2"
    with pytest.raises(DeploymentFailed, match=r"ManagerFunction .* would have to be replaced"):
        prepare()
    assert cloud.called("discard")
    assert cloud.stacks.describe("approval").status == "CREATE_COMPLETE"


def test_what_a_teardown_will_leave_alone_is_told_once(deploy, synthesizer, reporter):
    synthesizer.retained = ("ManagerFunction",)
    deploy()
    told = (
        "ManagerFunction (AWS::Lambda::Function) stays after a teardown: "
        "its removal policy is Retain"
    )
    assert reporter.texts.count(told) == 1
    synthesizer.code = "2"
    deploy()
    assert reporter.texts.count(told) == 1


def test_what_is_left_of_a_failed_creation_may_not_go_away(prepare, cloud):
    cloud.stacks.put(
        "approval", "ROLLBACK_COMPLETE", owner=OURS, resources=[("X", "AWS::SNS::Topic")]
    )
    cloud.stacks.undeletable["X"] = "it is in use"
    with pytest.raises(DeploymentFailed, match="cannot be deleted"):
        prepare()
    assert cloud.called("plan") == []


def test_a_stack_that_only_a_change_set_made_is_created(deploy, cloud):
    review = cloud.stacks.put("approval", "REVIEW_IN_PROGRESS")
    deployed = deploy()
    assert cloud.called("plan")[0][1]["creates"]
    assert deployed.stack.id == review.id
    assert deployed.stack.status == "CREATE_COMPLETE"


@pytest.mark.parametrize(
    "status",
    [
        "CREATE_IN_PROGRESS",
        "UPDATE_IN_PROGRESS",
        "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "UPDATE_ROLLBACK_IN_PROGRESS",
        "ROLLBACK_IN_PROGRESS",
        "DELETE_IN_PROGRESS",
    ],
)
def test_a_busy_stack_is_left_alone_where_nobody_waits(prepare, cloud, status):
    cloud.stacks.put("approval", status, owner=OURS)
    with pytest.raises(StackBusy, match=status):
        prepare(wish=Wish(wait=False))
    assert cloud.called("plan", "put", "delete") == []


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"])
def test_a_stack_that_stands_is_updated(deploy, cloud, status):
    cloud.stacks.put("approval", status, owner=OURS)
    assert deploy().stack.status == "UPDATE_COMPLETE"


@pytest.mark.parametrize(
    ("owner", "said"),
    [
        (None, "a stack approval that maestro did not make"),
        (Owner(project="other"), "belongs to the project other, not to the project approval"),
        (
            Owner(project="approval", stage="prod"),
            "belongs to the project approval (stage prod), not to the project approval",
        ),
    ],
)
@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "ROLLBACK_COMPLETE", "UPDATE_IN_PROGRESS"])
def test_a_stack_of_others_is_left_alone(prepare, cloud, owner, said, status):
    cloud.stacks.put("approval", status, owner=owner)
    with pytest.raises(StackForeign) as caught:
        prepare()
    assert said in caught.value.message
    assert cloud.called("plan", "put", "delete") == []


def test_a_stage_has_a_stack_of_its_own(deploy, cloud):
    deploy()
    deployed = deploy(project(stage="prod"))
    assert deployed.stack.name == "approval-prod"
    assert deployed.stack.owner == Owner(project="approval", stage="prod")
    assert cloud.called("plan")[1][1]["tags"] == {
        "maestro:project": "approval",
        "maestro:stage": "prod",
    }


def test_credentials_of_another_account_do_nothing(prepare, cloud):
    with pytest.raises(CredentialsError) as caught:
        prepare(project(stage="prod", account="999999999999"))
    assert "belongs to account 999999999999" in caught.value.message
    assert ACCOUNT in caught.value.message
    assert cloud.calls == []


def test_credentials_of_the_stages_account_serve(deploy):
    assert deploy(project(stage="prod", account=ACCOUNT)).changed


def test_a_failed_synthesis_does_nothing(prepare, cloud, synthesizer):
    synthesizer.error = SynthesisError("CDK: no")
    with pytest.raises(SynthesisError):
        prepare()
    assert cloud.calls == []


def test_termination_protection_is_as_the_settings_say(deploy, cloud):
    assert deploy(project(protected=True)).stack.protected
    assert deploy(project(protected=True)).stack.protected
    assert not deploy(project(protected=False)).stack.protected
    assert cloud.called("protect") == [("protect", True), ("protect", False)]


# --- files -----------------------------------------------------------------------------------


def test_only_files_that_the_bucket_has_not_are_uploaded(deploy, cloud, synthesizer):
    deploy(project(functions=("manager", "notifier")))
    assert len(cloud.called("put")) == 2
    deploy(project(functions=("manager", "notifier", "third")))
    assert len(cloud.called("put")) == 3
    deploy(project(functions=("manager", "notifier", "third")))
    assert len(cloud.called("put")) == 3


def test_files_are_there_before_the_change_set_is_executed_that_speaks_of_them(deploy, cloud):
    deploy()
    calls = [call[0] for call in cloud.calls]
    assert (sorted(calls[:-1]), calls[-1]) == (["plan", "prepare", "put"], "apply")


def test_a_name_that_is_taken_leaves_no_change_set(deploy, cloud):
    theirs = LiveFunction(name="approval_manager", code="theirs", properties={})
    cloud.functions.live[theirs.name] = theirs
    with pytest.raises(DeploymentFailed, match=r"outside of the stack: .* approval_manager"):
        deploy()
    assert (cloud.stacks.plans, cloud.stacks.by_id) == ({}, {})


def test_a_name_that_is_taken_is_told_before_what_cloudformation_says_of_it(deploy, cloud):
    def refuse(*_, **__):
        raise TemplateRejected([("manager", "a resource of that name exists")])

    theirs = LiveFunction(name="approval_manager", code="theirs", properties={})
    cloud.functions.live[theirs.name] = theirs
    cloud.stacks.plan = refuse
    with pytest.raises(DeploymentFailed, match=r"outside of the stack: .* approval_manager"):
        deploy()


def test_an_upload_that_fails_leaves_no_change_set(deploy, cloud):
    def refuse(*_):
        raise CloudError("S3 refused: AccessDenied")

    cloud.assets.put = refuse
    with pytest.raises(CloudError, match="S3 refused"):
        deploy()
    assert (cloud.stacks.plans, cloud.stacks.by_id) == ({}, {})


def test_what_lives_is_looked_at_again_only_where_it_was_otherwise(deploy, cloud, synthesizer):
    two = project(functions=("manager", "notifier"))
    deploy(two)
    describe, looks = cloud.machines.live, []

    def look(arn):
        looks.append(arn)
        return describe(arn)

    cloud.machines.live = look
    synthesizer.codes["manager"] = "2"
    deploy(two)
    assert len(looks) == 1
    live = cloud.functions.live["approval_notifier"]
    cloud.functions.live["approval_notifier"] = replace(live, properties={"MemorySize": 1024})
    synthesizer.codes["manager"] = "3"
    assert deploy(two).put_back == ("the configuration of notifier",)
    assert len(looks) == 3


def test_without_files_there_is_no_bucket(deploy, cloud):
    deploy(without_functions(project()))
    assert not cloud.assets.exists


def test_a_large_template_goes_through_the_bucket(deploy, cloud, synthesizer):
    synthesizer.padding = planning.INLINE_TEMPLATE_LIMIT
    assert deploy().stack.status == "CREATE_COMPLETE"
    assert not cloud.called("plan")[0][1]["inline"]
    assert any(key.endswith(".json") for key in cloud.assets.objects)


@pytest.mark.parametrize(("over", "inline"), [(0, True), (1, False)])
def test_a_template_is_large_above_what_a_request_may_hold(
    prepare, synthesizer, tmp_path, cloud, over, inline
):
    size = len(synthesizer.synthesize(project(), (), tmp_path / "try").template.encode())
    synthesizer.padding = planning.INLINE_TEMPLATE_LIMIT - size + over
    prepare()
    assert cloud.called("plan")[0][1]["inline"] is inline


# --- failures --------------------------------------------------------------------------------


def test_a_failure_names_the_first_resource_the_reason_and_the_users_file(deploy, cloud):
    cloud.stacks.failing = {
        "NotifierFunction": "The runtime parameter of python3.1 is not supported"
    }
    with pytest.raises(DeploymentFailed) as caught:
        deploy(project(functions=("manager", "notifier", "third")))
    error = caught.value
    assert error.message == (
        "NotifierFunction (AWS::Lambda::Function): "
        "The runtime parameter of python3.1 is not supported"
    )
    assert error.where == SourceRef(file="lambdas/notifier.py")
    assert "ROLLBACK_COMPLETE" in error.hint


def test_a_failed_state_machine_is_the_definitions(deploy, cloud):
    cloud.stacks.failing = {"StateMachine": "SCHEMA_VALIDATION_FAILED"}
    with pytest.raises(DeploymentFailed, match="SCHEMA_VALIDATION_FAILED") as caught:
        deploy()
    assert caught.value.where == SourceRef(file="definition.asl.json")


def test_a_failed_update_tells_that_it_was_rolled_back(deploy, cloud, synthesizer):
    deploy()
    synthesizer.code = "2"
    cloud.stacks.failing = {"ManagerFunction": "no"}
    with pytest.raises(DeploymentFailed) as caught:
        deploy()
    assert "UPDATE_ROLLBACK_COMPLETE" in caught.value.hint


def test_after_a_failed_creation_the_next_deployment_starts_anew(deploy, cloud):
    cloud.stacks.failing = {"ManagerFunction": "no"}
    with pytest.raises(DeploymentFailed):
        deploy()
    cloud.stacks.failing = {}
    assert deploy().stack.status == "CREATE_COMPLETE"


def test_a_stack_that_vanishes_meanwhile_is_told(prepare, cloud, clock, reporter):
    prepared = prepare()
    deploying.apply(prepared, cloud=cloud, reporter=reporter, clock=clock)
    cloud.stacks.delete(prepared.plan.stack_id, role=None)
    clock.sleep(60)
    nothing = replace(prepared, plan=None)
    with pytest.raises(DeploymentFailed, match="deleted meanwhile"):
        deploying.apply(nothing, cloud=cloud, reporter=reporter, clock=clock)


@pytest.mark.parametrize(
    ("logical_id", "file"),
    [
        ("FooFunction", "lambdas/foo.py"),
        ("FooFunctionRole", "lambdas/foo.py"),
        ("FooFunctionLogs", "lambdas/foo.py"),
        ("FooFunctionFunction", "lambdas/foo-function.py"),
        ("FooFunctionFunctionRole", "lambdas/foo-function.py"),
        ("StateMachine", "definition.asl.json"),
        ("FooFunctional", None),
        ("Elsewhere", None),
    ],
)
def test_a_resource_is_of_the_file_that_made_it(logical_id, file):
    found = diagnosis.source_of(project(functions=("foo", "foo-function")), logical_id)
    assert found == (SourceRef(file=file) if file else None)


@pytest.mark.parametrize(
    ("logical_id", "file"),
    [
        ("Orders", "infra.py"),
        ("FooFunctionPolicy", "lambdas/foo.py"),
        ("StateMachinePolicy", None),
    ],
)
def test_a_resource_of_infra_is_of_that_file(logical_id, file):
    extended = replace(project(functions=("foo",)), infra=Path("infra.py"))
    assert diagnosis.source_of(extended, logical_id) == (SourceRef(file=file) if file else None)


# --- what is told ----------------------------------------------------------------------------


def test_every_event_is_told_once_and_in_order(deploy, cloud, reporter):
    deployed = deploy(project(functions=("manager", "notifier")))
    told = [event.id for event in reporter.stack_events]
    happened = [event.id for event in cloud.stacks.by_id[deployed.stack.id].events]
    assert told == happened
    first, *beside, last = reporter.texts
    assert (first, last) == ("synthesizing 2 functions", "creating the stack approval: 5 resources")
    assert sorted(beside) == ["asking CloudFormation what would change", "uploading 2 files, 1 KB"]


# --- how ---------------------------------------------------------------------------------------


def test_express_mode_rolls_back_unless_it_is_told_not_to(prepare, cloud):
    prepare(wish=Wish(express=True))
    prepare(wish=Wish(express=True, rolls_back=False))
    prepare()
    assert cloud.stacks.modes == [
        Mode(express=True, rolls_back=True),
        Mode(express=True, rolls_back=False),
        Mode(),
    ]


def test_a_plan_that_replaces_goes_the_standard_way(deploy, prepare, cloud, synthesizer, reporter):
    deploy()
    cloud.stacks.replacing.add("ManagerFunctionRole")
    synthesizer.roles = "other"
    prepared = prepare(wish=Wish(express=True))
    assert prepared.mode == Mode()
    assert cloud.stacks.modes[1:] == [Mode(express=True), Mode()]
    assert len(cloud.called("discard")) == 1
    assert any("standard mode" in text for text in reporter.texts)


def test_a_failure_of_iams_propagation_is_tried_once_more(deploy, cloud, reporter):
    said = "The role defined for the function cannot be assumed by Lambda."
    cloud.stacks.failing_once = {"ManagerFunction": said}
    assert deploy().stack.status == "CREATE_COMPLETE"
    assert len(cloud.called("apply")) == 2
    assert any("once more" in text for text in reporter.texts)


def test_a_failure_of_iams_propagation_that_stays_is_told(deploy, cloud):
    said = "The role defined for the function cannot be assumed by Lambda."
    cloud.stacks.failing = {"ManagerFunction": said}
    with pytest.raises(DeploymentFailed, match="cannot be assumed"):
        deploy()
    assert len(cloud.called("apply")) == 2


def test_another_failure_is_not_tried_again(deploy, cloud):
    cloud.stacks.failing = {"ManagerFunction": "no"}
    with pytest.raises(DeploymentFailed):
        deploy()
    assert len(cloud.called("apply")) == 1


def test_nobody_need_wait(prepare, cloud, reporter, clock):
    prepared = prepare()
    done = deploying.apply(prepared, cloud=cloud, reporter=reporter, clock=clock, wait=False)
    assert not done.ended
    assert done.stack.status == "CREATE_IN_PROGRESS"


def test_an_update_is_cancelled(deploy, prepare, cloud, reporter, clock, synthesizer):
    deploy()
    synthesizer.code = "2"
    prepared = prepare()
    cloud.stacks.apply(prepared.plan)
    ended = deploying.cancel(prepared, cloud=cloud, reporter=reporter, clock=clock)
    assert ended.status == "UPDATE_ROLLBACK_COMPLETE"


def test_what_has_ended_cannot_be_cancelled(deploy, prepare, cloud, reporter, clock):
    deploy()
    assert deploying.cancel(prepare(), cloud=cloud, reporter=reporter, clock=clock) is None


def test_what_has_not_begun_never_will(prepare, cloud):
    prepared = prepare()
    assert deploying.halted(prepared, cloud=cloud) is None
    assert cloud.stacks.describe("approval") is None


def test_where_a_deployment_stands_is_asked(prepare, cloud, clock):
    prepared = prepare()
    cloud.stacks.apply(prepared.plan)
    assert deploying.halted(prepared, cloud=cloud) == "CREATE_IN_PROGRESS"
    clock.sleep(100)
    assert deploying.halted(prepared, cloud=cloud) == "CREATE_COMPLETE"


def test_a_deployment_without_changes_makes_no_change_set(deploy, prepare, cloud):
    deploy()
    plans = len(cloud.called("plan"))
    prepared = prepare()
    assert prepared.plan is None
    assert prepared.difference.empty
    assert len(cloud.called("plan")) == plans


def test_other_tags_are_a_change(deploy, prepare, cloud):
    deploy()
    assert prepare(project(tags={"team": "payments"})).plan is not None


# --- names and files that are there already ----------------------------------------------------


def test_a_function_of_that_name_elsewhere_is_found_in_the_plan(deploy, cloud):
    properties = {"FunctionName": "approval_manager", "Code": {"S3Key": "k"}}
    cloud.assets.objects["k"] = b""
    cloud.functions.made(properties)
    with pytest.raises(DeploymentFailed, match="AWS::Lambda::Function approval_manager"):
        deploy()
    assert cloud.called("apply") == []
    assert cloud.stacks.describe("approval") is None


def test_a_machine_of_that_name_elsewhere_is_found_in_the_plan(deploy, cloud):
    cloud.machines.made({"StateMachineName": "approval", "DefinitionString": "{}"})
    with pytest.raises(DeploymentFailed, match="StateMachine approval"):
        deploy()


def test_a_machine_that_is_being_deleted_is_waited_for(deploy, cloud, clock):
    cloud.machines.made({"StateMachineName": "approval", "DefinitionString": "{}"})
    (arn,) = cloud.machines.live_ones
    going = replace(cloud.machines.live_ones.pop(arn), deleting=True)
    began = clock.monotonic()
    cloud.machines.live = lambda _: going if clock.monotonic() - began < 20 else None
    assert deploy().stack.status == "CREATE_COMPLETE"


def test_files_that_nothing_refers_to_go_after_a_day(deploy, cloud, clock, synthesizer):
    for code in ("1", "2", "3"):
        synthesizer.code = code
        deploy()
    first, second, third = cloud.assets.objects
    assert cloud.called("discard_objects") == []
    clock.sleep(30_000)
    clock.slept.append(60_000)
    synthesizer.code = "4"
    deploy()
    # The one before may be gone back to.
    assert cloud.called("discard_objects") == [("discard_objects", first, second)]
    assert third in cloud.assets.objects


def test_files_of_others_stay(deploy, cloud, clock, synthesizer):
    deploy()
    cloud.assets.objects["approval-prod/1.zip"] = b""
    cloud.assets.written["approval-prod/1.zip"] = clock.now()
    clock.slept.append(100_000)
    synthesizer.code = "2"
    deploy()
    assert "approval-prod/1.zip" in cloud.assets.objects


def test_files_that_cannot_be_removed_are_no_failure(deploy, cloud, synthesizer, reporter):
    def listed(_):
        raise CloudError("S3 refused")

    deploy()
    cloud.assets.listed = listed
    synthesizer.code = "2"
    assert deploy().changed
    assert any("were left: S3 refused" in text for text in reporter.texts)
