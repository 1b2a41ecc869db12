"""What deploying would change, what lives otherwise, and why a deployment would be refused."""

from dataclasses import replace

import pytest

from maestro_cdk.actions import comparison
from maestro_cdk.cloud import Mode
from maestro_cdk.errors import AccessDenied, DeploymentFailed
from tests.fakes.projects import project


@pytest.fixture
def compare(tmp_path, cloud, synthesizer, reporter, clock):
    runs = iter(range(100))

    def compared(wanted=None):
        return comparison.compare(
            wanted or project(),
            (),
            tmp_path / f"compared-{next(runs)}",
            cloud=cloud,
            synthesizer=synthesizer,
            reporter=reporter,
            clock=clock,
        )

    return compared


def test_nothing_is_changed_by_comparing(deploy, compare, cloud, synthesizer):
    assert [item.verb for item in compare().functions] == ["added"]
    assert cloud.calls == []
    deploy()
    synthesizer.code = "2"
    before = len(cloud.called("put", "apply"))
    assert [item.code for item in compare().functions] == [True]
    assert len(cloud.called("put", "apply")) == before
    assert cloud.stacks.plans == {}


def test_what_was_changed_past_the_stack_is_told(deploy, compare, cloud):
    deploy()
    assert compare().empty
    live = cloud.functions.live["approval_manager"]
    cloud.functions.live["approval_manager"] = replace(live, code="by hand")
    found = compare()
    assert found.ahead == ("the code of manager",)
    assert not found.empty


def test_logging_that_was_changed_by_hand_is_put_back(deploy, compare, cloud, synthesizer):
    synthesizer.machine = {"LoggingConfiguration": {"Level": "ALL", "IncludeExecutionData": True}}
    deploy()
    ((arn, live),) = cloud.machines.live_ones.items()
    by_hand = {"level": "ERROR", "includeExecutionData": False}
    cloud.machines.live_ones[arn] = replace(live, logging=by_hand)
    assert compare().ahead == ("the state machine's logging and tracing",)
    assert deploy().put_back == ("the state machine's logging and tracing",)
    assert cloud.machines.live_ones[arn].logging == live.logging
    assert compare().empty


# --- what was deleted past the stack -----------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "said"),
    [("function", "the function approval_manager"), ("machine", "the state machine approval")],
)
def test_what_was_deleted_past_the_stack_is_made_again(deploy, compare, cloud, kind, said):
    deploy()
    living = cloud.functions.live if kind == "function" else cloud.machines.live_ones
    (name,) = living
    before = living.pop(name)
    assert compare().lost == (said,)
    assert deploy().changed
    assert living[name].arn == name if kind == "machine" else living[name] == before
    assert cloud.stacks.modes[-1] == Mode(reverts_drift=True)
    assert compare().empty


def test_where_cloudformation_does_not_look_at_what_lives_it_is_refused(deploy, compare, cloud):
    deploy()
    cloud.functions.live.clear()
    cloud.stacks.blind = True
    (refused,) = compare().refused
    assert "approval_manager was deleted past the stack" in refused
    with pytest.raises(DeploymentFailed, match="approval_manager was deleted") as caught:
        deploy()
    assert "maestro teardown" in caught.value.hint
    assert cloud.stacks.plans == {}


def test_what_may_not_be_looked_at_does_not_count_as_deleted(deploy, compare, cloud):
    def describe(_):
        raise AccessDenied("not authorized to perform: lambda:GetFunctionConfiguration")

    deploy()
    cloud.functions.describe = describe
    assert compare().empty


def test_what_an_operation_makes_while_it_is_waited_for_is_not_lost(deploy, cloud, synthesizer):
    deploy()
    synthesizer.code = "2"
    stack = cloud.stacks.describe("approval")
    cloud.stacks.happen(stack.id, 0, "UPDATE_IN_PROGRESS")
    cloud.stacks.happen(stack.id, 3, "UPDATE_COMPLETE")
    began, describe = cloud.clock.monotonic(), cloud.functions.describe
    cloud.functions.describe = lambda name: (
        describe(name) if cloud.clock.monotonic() > began else None
    )
    deploy()
    assert not any(mode.reverts_drift for mode in cloud.stacks.modes)


# --- what is refused ---------------------------------------------------------------------------


def test_another_type_of_machine_is_refused_in_the_words_of_a_workflow(deploy, compare, prepare):
    deploy()
    express = project(type="EXPRESS")
    (refused,) = compare(express).refused
    assert (
        refused == "the type of the state machine approval cannot change from STANDARD to EXPRESS"
    )
    with pytest.raises(DeploymentFailed, match="cannot change from STANDARD to EXPRESS") as caught:
        prepare(express)
    assert str(caught.value.where) == "maestro.toml"


def test_a_name_that_is_taken_is_told(compare, cloud):
    cloud.machines.made({"StateMachineName": "approval", "DefinitionString": "{}"})
    (refused,) = compare().refused
    assert "already there, outside of the stack" in refused


def test_a_function_of_another_name_may_replace_one(deploy, cloud, synthesizer):
    deploy(project(functions=("one",)))
    cloud.stacks.replacing = {"OneFunction"}
    renamed = project(functions=("one",))
    (function,) = renamed.functions
    other = replace(function, physical_name="approval_the_one")
    assert deploy(replace(renamed, functions=(other,))).changed


def test_a_function_that_would_replace_one_of_its_own_name_is_refused(deploy, cloud, synthesizer):
    deploy()
    cloud.stacks.replacing = {"ManagerFunction"}
    synthesizer.code = "2"
    with pytest.raises(DeploymentFailed, match="approval_manager") as caught:
        deploy()
    assert "state machine" not in caught.value.message + caught.value.hint


# --- a stack of which nobody can tell what lives -----------------------------------------------


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "CREATE_FAILED", "DELETE_FAILED"])
def test_of_a_stack_in_which_nothing_lives_all_is_new(deploy, compare, cloud, status):
    stack = deploy().stack
    cloud.stacks.by_id[stack.id].stack = replace(stack, status=status)
    cloud.functions.live.clear()
    cloud.machines.live_ones.clear()
    found = compare()
    assert [item.verb for item in found.functions] == ["added"]
    assert found.refused == ()


@pytest.mark.parametrize("status", ["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_FAILED"])
def test_of_a_stack_that_is_not_whole_nobody_says_that_it_is(deploy, compare, cloud, status):
    stack = deploy().stack
    cloud.stacks.by_id[stack.id].stack = replace(stack, status=status)
    found = compare()
    assert found.unsettled == status
    assert not found.empty
