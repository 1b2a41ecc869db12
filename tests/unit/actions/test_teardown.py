"""Deleting all of a stack, in an order that leaves nothing behind."""

import pytest

from maestro_cdk.actions import teardown as tearing
from maestro_cdk.cloud import Owner
from maestro_cdk.errors import (
    CloudError,
    CredentialsError,
    DeploymentFailed,
    StackForeign,
)
from tests.fakes.cloud import MACHINE
from tests.fakes.projects import project

OURS = Owner(project="approval")
LONG = (1000.0, "ExecutionSucceeded", {})


@pytest.fixture
def tear(cloud, clock, reporter):
    """Plan a teardown and carry it out."""

    def torn(wanted=None):
        doomed = tearing.prepare(wanted or project(), cloud=cloud)
        return doomed and tearing.apply(doomed, cloud=cloud, reporter=reporter, clock=clock)

    return torn


def names(calls):
    return [call[0] for call in calls]


def test_a_stack_is_deleted_with_all_its_files(deploy, tear, cloud):
    deploy()
    torn = tear()
    assert {item.logical_id for item in torn.resources} == {
        "ManagerFunctionRole",
        "ManagerFunction",
        "StateMachine",
    }
    assert (torn.objects, torn.left) == (1, ())
    assert torn.bucket == cloud.assets.name
    assert cloud.assets.objects == {}
    assert cloud.stacks.describe("approval") is None


def test_what_the_template_retains_is_told_and_is_no_failure(deploy, tear, cloud):
    deploy()
    cloud.stacks.retained.add("ManagerFunction")
    torn = tear()
    assert torn.kept == ("AWS::Lambda::Function approval-ManagerFunction",)
    assert {item.logical_id for item in torn.resources} == {"ManagerFunctionRole", "StateMachine"}
    assert torn.left == ()


def test_another_projects_files_stay(deploy, tear, cloud):
    deploy(project("approval"))
    deploy(project("approval-two"))
    tear(project("approval"))
    assert [key.partition("/")[0] for key in cloud.assets.objects] == ["approval-two"]
    assert cloud.stacks.describe("approval-two") is not None


def test_what_is_not_there_needs_nothing(tear, cloud):
    torn = tear()
    assert (torn.resources, torn.objects, torn.left) == ((), 0, ())
    assert cloud.called("delete", "stop") == []


def test_files_that_were_left_without_a_stack_are_deleted(deploy, tear, cloud):
    deployed = deploy()
    cloud.stacks.delete(deployed.stack.id, role=None)
    cloud.clock.sleep(60)
    assert tear().objects == 1
    assert cloud.assets.objects == {}


def test_executions_are_stopped_before_the_stack_goes_and_files_after(deploy, tear, cloud):
    deployed = deploy()
    machine = deployed.stack.outputs["StateMachineArn"]
    (resource,) = [r for r in cloud.stacks.resources(deployed.stack.id) if r.type == MACHINE]
    assert machine
    cloud.machines.script(resource.physical_id, (0, "ExecutionStarted", {}), LONG)
    running = [cloud.machines.begun(resource.physical_id) for _ in range(2)]
    cloud.calls.clear()
    torn = tear()
    assert cloud.called("stop") == [("stop", arn) for arn in running]
    assert names(cloud.calls) == ["stop", "stop", "delete", "remove"]
    assert torn.left == ()


def test_a_plan_tells_what_would_go(deploy, cloud):
    deploy()
    doomed = tearing.prepare(project(), cloud=cloud)
    assert len(doomed.resources) == 3
    assert cloud.called("delete", "stop", "remove") == []


def test_a_teardown_just_after_a_deployment_is_followed_to_its_own_end(deploy, tear, cloud):
    deploy()
    tear()
    assert cloud.stacks.describe("approval") is None


def test_the_machines_name_is_waited_for(deploy, tear, cloud, clock, reporter):
    deploy()
    cloud.machines.lingering = 20.0
    before = clock.monotonic()
    tear()
    assert clock.monotonic() - before >= 20.0
    waiting = [text for text in reporter.texts if text.startswith("waiting for")]
    assert waiting == [f"waiting for what is still being deleted: {MACHINE} approval-StateMachine"]


def test_a_machine_that_does_not_go_is_told(deploy, tear, cloud):
    deploy()
    cloud.machines.lingering = 10_000.0
    assert tear().left == (f"{MACHINE} approval-StateMachine",)


def test_a_resource_that_does_not_go_is_named_and_the_files_stay(deploy, tear, cloud):
    deploy()
    cloud.stacks.undeletable["ManagerFunction"] = "it is in use"
    with pytest.raises(DeploymentFailed) as caught:
        tear()
    assert "ManagerFunction (AWS::Lambda::Function): it is in use" in caught.value.message
    assert cloud.called("remove") == []


def test_a_second_try_deletes_the_rest(deploy, tear, cloud):
    deploy()
    cloud.stacks.undeletable["ManagerFunction"] = "it is in use"
    with pytest.raises(DeploymentFailed):
        tear()
    cloud.stacks.undeletable.clear()
    torn = tear()
    assert [item.logical_id for item in torn.resources] == ["ManagerFunction"]
    # The first try had no time to look whether what it deleted was gone.
    assert torn.looked == {"Function": 1, "Role": 1, "StateMachine": 1}
    assert torn.left == ()


def test_a_deletion_that_runs_is_followed_and_not_begun_again(deploy, tear, cloud):
    deployed = deploy()
    cloud.stacks.delete(deployed.stack.id, role=None)
    cloud.stacks.describe("approval")
    cloud.calls.clear()
    torn = tear()
    assert cloud.called("delete") == []
    assert torn.left == ()


def test_a_stack_that_goes_while_it_is_looked_at_is_found_by_its_id(deploy, tear, cloud):
    deployed = deploy()
    cloud.stacks.delete(deployed.stack.id, role=None)
    resources = cloud.stacks.resources

    def by_id(stack_id, /, *, deleted=False):
        if stack_id == "approval":
            raise CloudError("Stack with id approval does not exist")
        return resources(stack_id, deleted=deleted)

    cloud.stacks.resources = by_id
    torn = tear()
    assert torn.left == ()
    assert sum(torn.looked.values()) == 3


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "CREATE_FAILED", "DELETE_FAILED"])
def test_what_is_left_of_failures_is_deleted(tear, cloud, status):
    cloud.stacks.put("approval", status, owner=OURS, resources=[("X", "AWS::SNS::Topic")])
    assert tear().left == ()


def test_a_stack_that_only_a_change_set_made_is_left_to_whoever_made_it(tear, cloud):
    cloud.stacks.put("approval", "REVIEW_IN_PROGRESS")
    assert tear().left == ()
    assert cloud.stacks.describe("approval").status == "REVIEW_IN_PROGRESS"


@pytest.mark.parametrize("status", ["UPDATE_IN_PROGRESS", "CREATE_IN_PROGRESS"])
def test_what_runs_on_the_stack_ends_before_it_is_deleted(tear, cloud, status):
    stack = cloud.stacks.put("approval", status, owner=OURS)
    cloud.stacks.happen(stack.id, 0, status)
    cloud.stacks.happen(stack.id, 1, "CREATE_COMPLETE", "Late", "AWS::SNS::Topic")
    cloud.stacks.happen(stack.id, 1, status.replace("IN_PROGRESS", "COMPLETE"))
    torn = tear()
    assert [item.logical_id for item in torn.resources] == ["Late"]
    assert cloud.stacks.describe("approval") is None


@pytest.mark.parametrize("owner", [None, Owner(project="approval", stage="prod")])
def test_a_stack_of_others_is_left_alone(tear, cloud, owner):
    cloud.stacks.put("approval", "CREATE_COMPLETE", owner=owner)
    with pytest.raises(StackForeign):
        tear()
    assert cloud.calls == []


def test_credentials_of_another_account_do_nothing(deploy, tear, cloud):
    deploy()
    cloud.calls.clear()
    with pytest.raises(CredentialsError):
        tear(project(account="999999999999"))
    assert cloud.calls == []


def test_protection_is_lifted_just_before(deploy, tear, cloud):
    deploy(project(protected=True))
    cloud.calls.clear()
    tear(project(protected=True))
    assert names(cloud.calls) == ["protect", "delete", "remove"]


def test_a_stack_that_is_there_again_is_told(deploy, cloud, clock):
    class Hasty:
        """Somebody who deploys as soon as the stack is gone."""

        def emit(self, event):
            if "removing the project's files" in str(event):
                cloud.stacks.put("approval", "CREATE_IN_PROGRESS", owner=OURS)

    deploy()
    doomed = tearing.prepare(project(), cloud=cloud)
    torn = tearing.apply(doomed, cloud=cloud, reporter=Hasty(), clock=clock)
    assert torn.left == ("the stack approval",)


# --- proof -------------------------------------------------------------------------------------


def test_each_resource_is_looked_for(deploy, tear):
    deploy(project(functions=("manager", "notifier")))
    torn = tear(project(functions=("manager", "notifier")))
    assert torn.looked == {"Function": 2, "Role": 2, "StateMachine": 1}
    assert torn.left == ()


def test_what_is_still_there_is_told(deploy, tear, cloud):
    deploy()
    cloud.roles.names.add("approval-ManagerFunctionRole")
    assert tear().left == ("AWS::IAM::Role approval-ManagerFunctionRole",)


def test_what_goes_late_is_waited_for(deploy, tear, cloud, clock):
    deploy()
    began = clock.monotonic()
    cloud.roles.exists = lambda _: clock.monotonic() - began < 40
    assert tear().left == ()


def test_in_express_mode_the_stack_does_not_wait_but_the_teardown_does(deploy, tear, cloud):
    deploy(project(express=True))
    tear(project(express=True))
    assert cloud.stacks.deleted_in_express == [True]


def test_what_is_protected_is_not_deleted_in_express_mode(deploy, tear, cloud):
    deploy(project(express=True, protected=True))
    tear(project(express=True, protected=True))
    assert cloud.stacks.deleted_in_express == [False]


def test_roles_outside_of_the_stack_go_where_they_are_named(cloud, clock, reporter):
    cloud.roles.names |= {"shared", "other"}
    doomed = tearing.prepare(project(), cloud=cloud, roles=("shared", "missing"))
    assert doomed.roles == ("shared",)
    torn = tearing.apply(doomed, cloud=cloud, reporter=reporter, clock=clock)
    assert torn.roles == ("shared",)
    assert cloud.roles.names == {"other"}


def test_what_cannot_be_deleted_is_told_with_what_made_it(deploy, tear, cloud):
    deploy()
    cloud.stacks.undeletable["ManagerFunction"] = (
        'Resource handler returned message: "User: arn:aws:iam::1:user/me is not authorized to '
        'perform: lambda:DeleteFunction on resource: x" (RequestToken: 1, HandlerErrorCode: Denied)'
    )
    with pytest.raises(DeploymentFailed) as caught:
        tear()
    assert str(caught.value.where) == "lambdas/manager.py"
    assert "RequestToken" not in caught.value.message
    assert "lambda:DeleteFunction" in caught.value.hint
    assert "tear down again" in caught.value.hint


def test_roles_that_are_not_there_are_told(deploy, cloud):
    deploy()
    cloud.roles.names.add("shared")
    doomed = tearing.prepare(project(), cloud=cloud, roles=("shared", "shred"))
    assert (doomed.roles, doomed.strangers) == (("shared",), ("shred",))


def test_where_a_teardown_stands_is_asked(deploy, cloud):
    deploy()
    doomed = tearing.prepare(project(), cloud=cloud)
    assert tearing.halted(doomed, cloud=cloud) == "CREATE_COMPLETE"
    cloud.stacks.delete(doomed.stack.id, role=None)
    assert tearing.halted(doomed, cloud=cloud) == "DELETE_IN_PROGRESS"
    cloud.clock.sleep(100)
    assert tearing.halted(doomed, cloud=cloud) is None
