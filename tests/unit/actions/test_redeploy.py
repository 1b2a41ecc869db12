"""Bringing what changed past CloudFormation; and a deployment that makes the stack whole after it."""

import json
from dataclasses import replace

import pytest

from maestro_cdk.actions import redeploy as redeploying
from maestro_cdk.errors import CloudError, DeploymentFailed, UsageError
from tests.fakes.cloud import ACCOUNT, REGION
from tests.fakes.projects import project

MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:approval"
TWO = ("manager", "notifier")


def allow(*actions):
    return {"Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}


@pytest.fixture
def ready(tmp_path, cloud, synthesizer, reporter):
    runs = iter(range(100))

    def prepared(wanted=None):
        return redeploying.prepare(
            wanted or project(),
            (),
            tmp_path / f"redeployed-{next(runs)}",
            cloud=cloud,
            synthesizer=synthesizer,
            reporter=reporter,
        )

    return prepared


@pytest.fixture
def redeploy(ready, cloud, reporter, clock):
    def redeployed(wanted=None):
        prepared = ready(wanted)
        assert prepared.reason is None
        redeploying.apply(prepared, cloud=cloud, reporter=reporter, clock=clock)
        return prepared

    return redeployed


def kinds(prepared):
    return [(repair.kind, repair.name) for repair in prepared.repairs]


def updates(cloud):
    return cloud.called("update_code", "configure", "put_policy", "update_machine")


# --- only what changed -------------------------------------------------------------------------


def test_nothing_changed_is_nothing_done(deploy, redeploy, cloud):
    deploy()
    before = len(cloud.calls)
    assert redeploy().repairs == ()
    assert cloud.calls[before:] == []


def test_the_code_of_one_function_reaches_that_function_alone(deploy, redeploy, cloud, synthesizer):
    deploy(project(functions=TWO))
    synthesizer.codes["notifier"] = "2"
    redeploy(project(functions=TWO))
    assert updates(cloud) == [("update_code", "approval_notifier")]
    assert redeploy(project(functions=TWO)).repairs == ()


def test_settings_reach_their_function(deploy, redeploy, cloud, synthesizer):
    deploy()
    synthesizer.properties = {"MemorySize": 512, "Environment": {"Variables": {"A": "1"}}}
    (repair,) = redeploy().repairs
    assert repair.value == {"MemorySize": 512, "Environment": {"Variables": {"A": "1"}}}
    assert cloud.functions.live["approval_manager"].properties["MemorySize"] == 512


def test_what_is_needed_first_is_done_first(deploy, redeploy, cloud, synthesizer):
    synthesizer.policy = allow("s3:GetObject")
    deploy()
    synthesizer.code, synthesizer.policy = "2", allow("s3:GetObject", "s3:PutObject")
    synthesizer.properties = {"Timeout": 5}
    synthesizer.definition = {"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}
    redeploy()
    assert [name for name, *_ in updates(cloud)] == [
        "put_policy",
        "update_code",
        "configure",
        "update_machine",
    ]
    live = cloud.machines.live(MACHINE)
    assert json.loads(live.definition) == synthesizer.definition


def test_a_definition_with_substitutions_is_filled_in(deploy, redeploy, cloud, synthesizer):
    synthesizer.definition = {"StartAt": "A", "States": {"A": {"Resource": "${f}", "End": True}}}
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:approval_manager"
    synthesizer.substitutions = {"f": arn}
    deploy()
    synthesizer.substitutions = {"f": {"Fn::GetAtt": ["ManagerFunction", "Arn"]}}
    assert redeploy().repairs == ()  # the same ARN
    synthesizer.definition["States"]["A"]["Comment"] = "new"
    redeploy()
    state = json.loads(cloud.machines.live(MACHINE).definition)["States"]["A"]
    assert state == {"Resource": arn, "End": True, "Comment": "new"}


def test_what_lives_counts_not_what_was_deployed(deploy, redeploy, cloud, synthesizer):
    deploy()
    live = cloud.functions.live["approval_manager"]
    cloud.functions.live["approval_manager"] = replace(live, code="somebody's")
    assert kinds(redeploy()) == [("code", "approval_manager")]


# --- what CloudFormation has to do -------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"functions": TWO}, "NotifierFunction"),
        ({"functions": ()}, "ManagerFunction"),
    ],
)
def test_what_comes_and_goes_is_cloudformations(deploy, ready, change, reason):
    deploy()
    assert reason in ready(project(**change)).reason


def test_other_changes_are_cloudformations(deploy, ready, synthesizer):
    deploy()
    synthesizer.properties = {"ReservedConcurrentExecutions": 3}
    assert "ReservedConcurrentExecutions" in ready().reason
    synthesizer.properties, synthesizer.roles = {}, "/other/"
    assert "ManagerFunctionRole (AWS::IAM::Role) changed: Properties.Path" in ready().reason


def test_what_nobody_else_knows_is_cloudformations(deploy, ready, synthesizer):
    deploy()
    secret = {"Fn::ImportValue": "another-stacks"}
    synthesizer.properties = {"Environment": {"Variables": {"A": secret}}}
    assert "only CloudFormation knows" in ready().reason


def test_what_is_not_there_is_cloudformations(deploy, ready, cloud):
    assert ready().reason == "it is not deployed yet"
    deploy()
    cloud.functions.live.clear()
    assert "approval_manager is not there" in ready().reason


def test_a_stack_that_is_not_whole_is_cloudformations(deploy, ready, cloud):
    deploy()
    (entry,) = cloud.stacks.by_id.values()
    entry.stack = replace(entry.stack, status="UPDATE_ROLLBACK_FAILED")
    assert "UPDATE_ROLLBACK_FAILED" in ready().reason


def test_what_is_protected_is_refused(ready, cloud):
    with pytest.raises(UsageError, match="protected"):
        ready(project(protected=True))
    assert cloud.calls == []


# --- half-way ----------------------------------------------------------------------------------


def test_a_failure_half_way_says_what_is_done(deploy, redeploy, cloud, synthesizer):
    synthesizer.policy = allow("s3:GetObject")
    deploy()
    before = cloud.machines.live(MACHINE)
    synthesizer.code, synthesizer.policy = "2", allow("s3:PutObject")
    synthesizer.definition = {"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}
    cloud.functions.failing["approval_manager"] = "Code storage limit exceeded"
    with pytest.raises(DeploymentFailed, match="storage") as caught:
        redeploy()
    assert "done: the state machine's permissions" in caught.value.hint
    assert "not done: the code of manager, the definition" in caught.value.hint
    assert cloud.machines.live(MACHINE) == before
    cloud.functions.failing.clear()
    redeploy()
    assert redeploy().repairs == ()


def test_an_update_that_goes_on_is_waited_for(deploy, redeploy, cloud, synthesizer, clock):
    deploy()
    synthesizer.code = "2"
    cloud.functions._until["approval_manager"] = clock.monotonic() + 5
    redeploy()
    assert clock.monotonic() >= 5


def test_a_role_that_step_functions_does_not_know_yet_is_waited_for(
    deploy, redeploy, cloud, synthesizer
):
    deploy()
    synthesizer.definition = {"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}
    said = "The state machine IAM Role is not authorized to access the Log Destination"
    cloud.machines.refusing = [CloudError(said), CloudError(said)]
    redeploy()
    assert len(cloud.called("update_machine")) == 3


def test_another_refusal_is_told_at_once(deploy, redeploy, cloud, synthesizer):
    deploy()
    synthesizer.definition = {"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}
    cloud.machines.refusing = [CloudError("Invalid State Machine Definition: no")]
    with pytest.raises(DeploymentFailed, match="Invalid State"):
        redeploy()
    assert len(cloud.called("update_machine")) == 1


# --- the next deployment -----------------------------------------------------------------------


def test_a_deployment_puts_back_what_was_redeployed(deploy, redeploy, cloud, synthesizer):
    deploy()
    deployed = cloud.functions.live["approval_manager"].code
    synthesizer.code = "2"
    redeploy()
    assert cloud.functions.live["approval_manager"].code != deployed
    synthesizer.code = "1"
    assert deploy().changed
    assert cloud.functions.live["approval_manager"].code == deployed
    assert not deploy().changed


def test_a_deployment_of_something_else_puts_back_what_was_redeployed(
    deploy, redeploy, cloud, synthesizer
):
    deploy(project(functions=TWO))
    deployed = cloud.functions.live["approval_manager"].code
    synthesizer.codes["manager"] = "2"
    redeploy(project(functions=TWO))
    synthesizer.codes = {"notifier": "2"}
    deploy(project(functions=TWO))
    assert cloud.functions.live["approval_manager"].code == deployed


def test_a_deployment_puts_a_definition_and_permissions_back(deploy, cloud, synthesizer):
    synthesizer.policy = allow("s3:GetObject")
    deploy()
    live = cloud.machines.live_ones[MACHINE]
    cloud.machines.live_ones[MACHINE] = replace(live, definition='{"by": "hand"}')
    cloud.roles.policies["role-of-StateMachineRole", "StateMachinePolicy"] = allow("*")
    deploy()
    assert json.loads(cloud.machines.live(MACHINE).definition) == synthesizer.definition
    policies = cloud.roles.policies
    assert policies["role-of-StateMachineRole", "StateMachinePolicy"] == synthesizer.policy


def test_a_policy_that_is_only_written_otherwise_is_the_same(deploy, cloud, synthesizer):
    synthesizer.policy = allow("s3:GetObject", "s3:PutObject")
    deploy()
    key = ("role-of-StateMachineRole", "StateMachinePolicy")
    cloud.roles.policies[key] = allow("s3:PutObject", "s3:GetObject")
    assert not deploy().changed


def test_a_machine_that_answers_with_the_old_definition_for_a_while_is_waited_for(
    deploy, redeploy, cloud, synthesizer, clock
):
    deploy()
    synthesizer.definition = {"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}
    asked, live = [], cloud.machines.live

    def late(machine, /):
        asked.append(machine)
        found = live(machine)
        # The first look is at what lives, the others are for what was just brought.
        return replace(found, revision="old") if 1 < len(asked) < 4 else found

    cloud.machines.live = late
    redeploy()
    assert len(asked) == 4


# --- what Lambda does by itself ------------------------------------------------------------------


def test_code_alone_is_not_waited_for(deploy, redeploy, cloud, clock, synthesizer):
    deploy()
    cloud.functions.pace = 30
    synthesizer.code = "2"
    before = clock.monotonic()
    redeploy()
    assert clock.monotonic() - before < 1
    assert not cloud.functions.describe("approval_manager").settled


def test_what_comes_after_code_waits_for_it(deploy, redeploy, cloud, clock, synthesizer):
    deploy()
    cloud.functions.pace = 30
    synthesizer.code = "2"
    synthesizer.definition["Comment"] = "new"
    before = clock.monotonic()
    redeploy()
    assert clock.monotonic() - before >= 30
    assert cloud.functions.describe("approval_manager").settled


def test_the_next_save_waits_until_lambda_takes_it(deploy, redeploy, cloud, synthesizer):
    deploy()
    cloud.functions.pace = 3
    for code in ("2", "3"):
        synthesizer.code = code
        redeploy()
    assert len(cloud.called("update_code")) >= 2
