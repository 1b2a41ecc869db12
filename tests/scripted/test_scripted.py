"""The scripted CloudFormation itself, by boto3: the rules of the service that it keeps."""

import json
import time
from contextlib import contextmanager

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.scripted.server import ScriptedCloudFormation
from tests.scripted.stacks import Refused, handler_said

GROUP = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "g", "RetentionInDays": 7}}
TOPIC = {"Type": "AWS::SNS::Topic"}


@pytest.fixture
def server():
    with ScriptedCloudFormation("http://127.0.0.1:1") as running:
        running.script.pace = 0.002
        yield running


@pytest.fixture
def cfn(server):
    return boto3.client(
        "cloudformation",
        endpoint_url=server.endpoint,
        region_name="us-east-1",
        aws_access_key_id="k",
        aws_secret_access_key="s",
    )


def template(**resources):
    return json.dumps({"Resources": resources, "Metadata": {"Maestro": {"project": "p"}}})


def planned(cfn, body, kind="CREATE", name="one", **more):
    made = cfn.create_change_set(
        StackName="s", ChangeSetName=name, ChangeSetType=kind, TemplateBody=body, **more
    )
    return made["Id"]


def deployed(cfn, body, kind="CREATE", **more):
    """Execute a change set, wait, and give the stack's status."""
    cfn.execute_change_set(ChangeSetName=planned(cfn, body, kind, **more))
    return ended(cfn)


def ended(cfn, name="s"):
    while (status := cfn.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]).endswith(
        "_IN_PROGRESS"
    ):
        time.sleep(0.005)
    return status


def told(cfn, name="s"):
    """What happened, in order: resource and status."""
    events = cfn.describe_stack_events(StackName=name)["StackEvents"]
    return [(e["LogicalResourceId"], e["ResourceStatus"]) for e in reversed(events)]


@contextmanager
def refused(code, text):
    with pytest.raises(ClientError) as error:
        yield
    assert error.value.response["Error"]["Code"] == code
    assert text in error.value.response["Error"]["Message"]


# --- change sets -----------------------------------------------------------------------------


def test_a_change_set_shows_what_it_would_do_and_holds_the_name(cfn):
    plan = planned(cfn, template(A=TOPIC))
    described = cfn.describe_change_set(ChangeSetName=plan)
    assert described["Status"] == "CREATE_COMPLETE"
    (change,) = described["Changes"]
    assert change["ResourceChange"]["Action"] == "Add"
    assert cfn.describe_stacks(StackName="s")["Stacks"][0]["StackStatus"] == "REVIEW_IN_PROGRESS"


def test_a_template_is_told_with_questions_for_letters_that_are_not_ascii(cfn):
    said = json.dumps(
        {"Resources": {"A": TOPIC}, "Description": "zwölf \u5341"}, ensure_ascii=False
    )
    deployed(cfn, said)
    assert cfn.get_template(StackName="s")["TemplateBody"]["Description"] == "zw?lf ?"


def test_a_second_creation_of_a_stack_is_refused(cfn):
    deployed(cfn, template(A=TOPIC))
    with refused("ValidationError", "already exists"):
        planned(cfn, template(A=TOPIC), name="two")


def test_an_update_of_nothing_is_refused(cfn):
    with refused("ValidationError", "does not exist"):
        planned(cfn, template(A=TOPIC), "UPDATE")


def test_a_change_set_without_changes_fails_and_cannot_be_executed(cfn):
    deployed(cfn, template(A=TOPIC))
    plan = planned(cfn, template(A=TOPIC), "UPDATE", name="two")
    described = cfn.describe_change_set(ChangeSetName=plan)
    assert (described["Status"], described["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert "didn't contain changes" in described["StatusReason"]
    with refused("InvalidChangeSetStatus", "cannot be executed"):
        cfn.execute_change_set(ChangeSetName=plan)


def test_another_name_means_another_resource(cfn):
    deployed(cfn, template(A=GROUP))
    properties = GROUP["Properties"]
    for change, replacement in (({"LogGroupName": "h"}, "True"), ({"RetentionInDays": 1}, "False")):
        wanted = template(A={**GROUP, "Properties": {**properties, **change}})
        plan = planned(cfn, wanted, "UPDATE", name=f"n{replacement}")
        (found,) = cfn.describe_change_set(ChangeSetName=plan)["Changes"]
        assert found["ResourceChange"]["Replacement"] == replacement


def test_named_roles_need_their_capability(cfn):
    role = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "r"}}
    with refused("InsufficientCapabilitiesException", "CAPABILITY_NAMED_IAM"):
        planned(cfn, template(A=role))


@pytest.mark.parametrize("body", ["{", '{"Resources": {}}', "[]"])
def test_a_template_that_is_none_is_refused(cfn, body):
    with refused("ValidationError", "Template format error"):
        planned(cfn, body)


# --- creation --------------------------------------------------------------------------------


def test_what_is_needed_is_made_first(cfn):
    needing = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "B"}}}
    assert deployed(cfn, template(A=needing, B=TOPIC)) == "CREATE_COMPLETE"
    assert [each for each in told(cfn) if each[1] == "CREATE_COMPLETE"] == [
        ("B", "CREATE_COMPLETE"),
        ("A", "CREATE_COMPLETE"),
        ("s", "CREATE_COMPLETE"),
    ]


def test_a_creation_that_fails_is_undone_and_leaves_a_shell(cfn, server):
    server.script.fail("CREATE", "B", handler_said("no", "AccessDenied"))
    assert deployed(cfn, template(A=TOPIC, B=TOPIC)) == "ROLLBACK_COMPLETE"
    assert ("A", "DELETE_COMPLETE") in told(cfn)
    assert cfn.list_stack_resources(StackName="s")["StackResourceSummaries"] == []
    with refused("ValidationError", "is in ROLLBACK_COMPLETE state and can not be updated"):
        planned(cfn, template(A=TOPIC), "UPDATE", name="two")


def test_a_rollback_that_fails_says_so(cfn, server):
    server.script.fail("CREATE", "B", "no")
    server.script.fail("DELETE", "A", "not either")
    assert deployed(cfn, template(A=TOPIC, B=TOPIC)) == "ROLLBACK_FAILED"


def test_express_does_not_roll_back_unless_told(cfn, server):
    server.script.fail("CREATE", "A", "no", forever=True)
    express = {"Mode": "EXPRESS"}
    assert deployed(cfn, template(A=TOPIC), DeploymentConfig=express) == "CREATE_FAILED"
    server.stacks.by_id.clear()
    express["DisableRollback"] = False
    assert deployed(cfn, template(A=TOPIC), DeploymentConfig=express) == "ROLLBACK_COMPLETE"


def test_a_stack_without_rollback_goes_on_where_it_failed(cfn, server):
    server.script.fail("CREATE", "B", "no")
    keeping = {"DeploymentConfig": {"DisableRollback": True}}
    assert deployed(cfn, template(A=TOPIC, B=TOPIC), **keeping) == "CREATE_FAILED"
    assert deployed(cfn, template(A=TOPIC, B=TOPIC), "UPDATE", **keeping) == "UPDATE_COMPLETE"


def test_without_rollback_nothing_can_be_replaced(cfn):
    deployed(cfn, template(A=GROUP))
    other = template(A={**GROUP, "Properties": {"LogGroupName": "h"}})
    plan = planned(cfn, other, "UPDATE", name="two", DeploymentConfig={"DisableRollback": True})
    with refused("ValidationError", "Replacement type updates not supported"):
        cfn.execute_change_set(ChangeSetName=plan)


def test_a_name_that_is_taken_fails(cfn, server):
    server.script.taken.add("g")
    assert deployed(cfn, template(A=GROUP)) == "ROLLBACK_COMPLETE"
    reasons = [
        event.get("ResourceStatusReason", "")
        for event in cfn.describe_stack_events(StackName="s")["StackEvents"]
    ]
    assert any("already exists" in reason for reason in reasons)


# --- updates ---------------------------------------------------------------------------------


def changed(days):
    return template(A={**GROUP, "Properties": {**GROUP["Properties"], "RetentionInDays": days}})


def test_an_update_removes_what_is_no_longer_there(cfn):
    deployed(cfn, template(A=TOPIC, B=TOPIC))
    assert deployed(cfn, template(A=TOPIC), "UPDATE") == "UPDATE_COMPLETE"
    assert told(cfn)[-4:] == [
        ("s", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
        ("B", "DELETE_IN_PROGRESS"),
        ("B", "DELETE_COMPLETE"),
        ("s", "UPDATE_COMPLETE"),
    ]


def test_an_update_that_fails_is_undone(cfn, server):
    deployed(cfn, changed(7))
    server.script.fail("UPDATE", "A", "no")
    assert deployed(cfn, changed(14), "UPDATE") == "UPDATE_ROLLBACK_COMPLETE"
    assert json.dumps(cfn.get_template(StackName="s")["TemplateBody"]) == changed(7)
    assert deployed(cfn, changed(14), "UPDATE") == "UPDATE_COMPLETE"


def test_a_rollback_of_an_update_that_fails_is_continued(cfn, server):
    deployed(cfn, changed(7))
    server.script.fail("UPDATE", "A", "no")
    server.script.fail("ROLLBACK", "A", "no", "no")
    assert deployed(cfn, changed(14), "UPDATE") == "UPDATE_ROLLBACK_FAILED"
    with refused("ValidationError", "can not be updated"):
        planned(cfn, changed(14), "UPDATE", name="two")
    cfn.continue_update_rollback(StackName="s")
    assert ended(cfn) == "UPDATE_ROLLBACK_FAILED"
    cfn.continue_update_rollback(StackName="s", ResourcesToSkip=["A"])
    assert ended(cfn) == "UPDATE_ROLLBACK_COMPLETE"


def test_an_update_can_be_cancelled_while_it_runs(cfn, server):
    deployed(cfn, changed(7))
    server.script.pace = 0.3
    cfn.execute_change_set(ChangeSetName=planned(cfn, changed(14), "UPDATE"))
    with refused("ValidationError", "UPDATE_IN_PROGRESS state and can not be updated"):
        planned(cfn, changed(30), "UPDATE", name="two")
    server.script.pace = 0.002
    cfn.cancel_update_stack(StackName="s")
    assert ended(cfn) == "UPDATE_ROLLBACK_COMPLETE"
    with refused("ValidationError", "cannot be called"):
        cfn.cancel_update_stack(StackName="s")


def test_an_update_that_was_left_failed_is_rolled_back_on_demand(cfn, server):
    deployed(cfn, changed(7))
    server.script.fail("UPDATE", "A", "no")
    keeping = {"DeploymentConfig": {"DisableRollback": True}}
    assert deployed(cfn, changed(14), "UPDATE", **keeping) == "UPDATE_FAILED"
    cfn.rollback_stack(StackName="s")
    assert ended(cfn) == "UPDATE_ROLLBACK_COMPLETE"


# --- deletion --------------------------------------------------------------------------------


def test_a_deleted_stack_is_found_by_its_id_alone(cfn):
    deployed(cfn, template(A=TOPIC))
    stack = cfn.describe_stacks(StackName="s")["Stacks"][0]["StackId"]
    cfn.delete_stack(StackName="s")
    assert ended(cfn, stack) == "DELETE_COMPLETE"
    with refused("ValidationError", "does not exist"):
        cfn.describe_stacks(StackName="s")
    cfn.delete_stack(StackName="s")


def test_a_protected_stack_is_not_deleted(cfn):
    deployed(cfn, template(A=TOPIC))
    cfn.update_termination_protection(StackName="s", EnableTerminationProtection=True)
    with refused("ValidationError", "TerminationProtection is enabled"):
        cfn.delete_stack(StackName="s")


def test_a_deletion_that_fails_can_leave_out_what_stands_in_its_way(cfn, server):
    deployed(cfn, template(A=TOPIC, B=TOPIC))
    with refused("ValidationError", "RetainResources can only be specified"):
        cfn.delete_stack(StackName="s", RetainResources=["A"])
    server.script.fail("DELETE", "A", "not empty", forever=True)
    stack = cfn.describe_stacks(StackName="s")["Stacks"][0]["StackId"]
    cfn.delete_stack(StackName="s")
    assert ended(cfn, stack) == "DELETE_FAILED"
    cfn.delete_stack(StackName="s", RetainResources=["A"])
    assert ended(cfn, stack) == "DELETE_COMPLETE"
    assert ("A", "DELETE_SKIPPED") in told(cfn, stack)


def test_what_is_retained_is_left(cfn):
    deployed(cfn, template(A={**TOPIC, "DeletionPolicy": "Retain"}))
    stack = cfn.describe_stacks(StackName="s")["Stacks"][0]["StackId"]
    cfn.delete_stack(StackName="s")
    assert ended(cfn, stack) == "DELETE_COMPLETE"
    assert ("A", "DELETE_SKIPPED") in told(cfn, stack)


def test_a_scripted_refusal_comes_once(cfn, server):
    throttled = Refused("Rate exceeded", "Throttling")
    server.operations.refusals.append(("DescribeStacks", throttled))
    assert cfn.describe_stacks()["Stacks"] == []  # boto3 tries again
    assert len(server.called("DescribeStacks")) == 2
