"""How a project stands."""

from dataclasses import replace

import pytest

from maestro_cdk.actions import status as standing
from maestro_cdk.errors import CloudError, DeploymentFailed, StackForeign
from tests.fakes.projects import project


@pytest.fixture
def look(tmp_path, cloud, synthesizer, reporter):
    runs = iter(range(100))

    def looked(wanted=None):
        return standing.look(
            wanted or project(),
            (),
            tmp_path / f"looked-{next(runs)}",
            cloud=cloud,
            synthesizer=synthesizer,
            reporter=reporter,
        )

    return looked


def test_what_is_not_deployed_is_all_new(look, cloud):
    found = look()
    assert found.stack is None
    assert [item.verb for item in found.difference.functions] == ["added"]
    assert cloud.calls == []


def test_what_is_deployed_is_the_folder(deploy, look):
    deploy()
    found = look()
    assert found.difference.empty
    assert found.failure is None


def test_what_is_new_here_is_told(deploy, look, synthesizer):
    deploy()
    synthesizer.code = "2"
    (function,) = look().difference.functions
    assert (function.name, function.code) == ("manager", True)


def test_what_lives_otherwise_is_ahead(deploy, look, cloud):
    deploy()
    live = cloud.functions.live["approval_manager"]
    cloud.functions.live["approval_manager"] = replace(
        live, code="another", properties={**live.properties, "Timeout": 9}
    )
    assert look().difference.ahead == ("the code of manager", "the configuration of manager")


def test_what_failed_last_is_told_later(deploy, look, cloud, synthesizer):
    deploy()
    assert look().failure is None
    synthesizer.code = "2"
    cloud.stacks.failing = {"ManagerFunction": "Code storage limit exceeded."}
    with pytest.raises(DeploymentFailed):
        deploy()
    failure = look().failure
    assert failure.reason == "Code storage limit exceeded."
    assert str(failure.where) == "lambdas/manager.py"
    assert "storage" in failure.hint


def test_a_folder_that_cannot_be_read_has_a_stack_all_the_same(deploy, cloud):
    deploy()
    found = standing.of_stack(project(), cloud=cloud)
    assert found.stack.status == "CREATE_COMPLETE"
    assert found.difference is None


def test_the_stack_of_others_is_none_of_ours(cloud):
    cloud.stacks.put("approval", "CREATE_COMPLETE")
    with pytest.raises(StackForeign):
        standing.of_stack(project(), cloud=cloud)


def test_the_last_executions_are_told_newest_first(deploy, look, cloud):
    deployed = deploy().stack
    assert look().executions == ()
    machine = deployed.outputs["StateMachineArn"]
    for name in ("a", "b", "c", "d"):
        cloud.clock.sleep(1)
        cloud.machines.start(machine, name=name, payload="{}")
    found = look().executions
    assert [past.outcome.name for past in found] == ["d", "c", "b"]


def test_executions_that_cannot_be_told_are_no_failure(deploy, look, cloud):
    def listed(*_, **__):
        raise CloudError("no")

    deploy()
    cloud.machines.listed = listed
    assert look().executions == ()
