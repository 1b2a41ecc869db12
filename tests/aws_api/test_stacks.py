import json
from datetime import UTC, datetime, timedelta

import pytest
from botocore.stub import ANY

from maestro_cdk.aws.stacks import CloudFormation
from maestro_cdk.cloud import Change, Mode, Owner, Plan
from maestro_cdk.errors import CloudError, DeploymentFailed, StackBusy, TemplateRejected

from .conftest import ACCOUNT, REGION

STACK = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/approval/1"
SET = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:changeSet/maestro-1/1"
THEN = datetime(2026, 1, 1, tzinfo=UTC)
NOBODY = ("ValidationError", "Stack with id approval does not exist")
PLAN = Plan(stack_id=STACK, change_set=SET, creates=True, changes=())


@pytest.fixture
def cfn(stubbed):
    return stubbed("CloudFormation", "cloudformation")


@pytest.fixture
def stacks(cfn, clock):
    return CloudFormation(cfn.service, clock=clock)


def template(retention=7):
    group = {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": retention}}
    return json.dumps(
        {
            "Metadata": {"Maestro": {"project": "approval", "stage": "prod"}},
            "Resources": {"Group": group},
            "Outputs": {"Name": {"Value": {"Ref": "Group"}}},
        }
    )


def described(status="CREATE_COMPLETE", **more):
    stack = {"StackId": STACK, "StackName": "approval", "CreationTime": THEN, "StackStatus": status}
    return {"Stacks": [{**stack, **more}]}


def change(name, action="Add", **more):
    resource = {"Action": action, "LogicalResourceId": name, "ResourceType": "T", **more}
    return {"Type": "Resource", "ResourceChange": resource}


def planned(stacks, creates=True, **more):
    options = {"template": "{}", "template_url": None, "tags": {}, "role": None} | more
    return stacks.plan("approval", creates=creates, **options)


def event(number):
    return {
        "StackId": STACK,
        "EventId": str(number),
        "StackName": "approval",
        "Timestamp": THEN + timedelta(seconds=number),
        "LogicalResourceId": "Group",
        "ResourceStatus": "CREATE_COMPLETE",
    }


# --- with moto ---------------------------------------------------------------------------------


def test_a_stack_is_planned_made_described_and_deleted(cloud):
    stacks = cloud.stacks
    assert stacks.describe("approval") is None
    plan = planned(stacks, template=template(), tags={"maestro:project": "approval"})
    assert [each.logical_id for each in plan.changes] == ["Group"]
    assert plan.changes[0].action == "Add"
    assert stacks.describe("approval").status == "REVIEW_IN_PROGRESS"
    stacks.apply(plan)
    stack = stacks.describe("approval")
    assert stack.id == plan.stack_id
    assert stack.owner == Owner(project="approval", stage="prod")
    (resource,) = stacks.resources(plan.stack_id)
    assert resource.logical_id == "Group"
    assert resource.physical_id
    events = stacks.events(plan.stack_id, THEN)
    assert [each.time for each in events] == sorted(each.time for each in events)
    stacks.delete(plan.stack_id, role=None)
    assert stacks.describe(plan.stack_id) is None


def test_a_plan_that_is_discarded_leaves_no_stack(cloud):
    plan = planned(cloud.stacks, template=template())
    cloud.stacks.discard(plan)
    assert cloud.stacks.describe("approval") is None


# --- describing --------------------------------------------------------------------------------


def test_a_stack_that_is_deleted_is_none(cfn, stacks):
    cfn.answers("describe_stacks", described("DELETE_COMPLETE"))
    assert stacks.describe(STACK) is None


def test_other_refusals_are_not_taken_for_no_stack(cfn, stacks):
    cfn.refuses("describe_stacks", "ValidationError", "1 validation error detected")
    with pytest.raises(CloudError, match="validation error"):
        stacks.describe("approval")


def test_role_reason_and_protection_are_told(cfn, stacks):
    cfn.answers(
        "describe_stacks",
        described(
            "UPDATE_ROLLBACK_COMPLETE",
            RoleARN="arn:aws:iam::123456789012:role/cfn",
            StackStatusReason="it failed",
            EnableTerminationProtection=True,
            Outputs=[{"OutputKey": "Arn", "OutputValue": "arn:x"}],
        ),
    )
    cfn.answers("get_template", {"TemplateBody": "{}"})
    stack = stacks.describe("approval")
    assert stack.role == "arn:aws:iam::123456789012:role/cfn"
    assert stack.outputs == {"Arn": "arn:x"}
    assert (stack.reason, stack.protected, stack.owner) == ("it failed", True, None)


def test_a_stack_that_is_only_planned_has_no_template_to_ask_for(cfn, stacks):
    cfn.answers("describe_stacks", described("REVIEW_IN_PROGRESS"))
    assert stacks.describe("approval").owner is None


def test_the_owner_is_asked_for_once(cfn, stacks):
    body = json.dumps({"Metadata": {"Maestro": {"project": "approval"}}})
    cfn.answers("describe_stacks", described())
    cfn.answers("get_template", {"TemplateBody": body}, {"StackName": STACK})
    cfn.answers("describe_stacks", described())
    assert stacks.describe("approval").owner == Owner(project="approval")
    assert stacks.describe("approval").owner == Owner(project="approval")


@pytest.mark.parametrize(
    ("body", "owner"),
    [
        (template(), Owner(project="approval", stage="prod")),
        ("Resources:\n  A: {Type: 'AWS::SNS::Topic'}\n", None),
        ('{"Metadata": {"Maestro": "?"}}', None),
        ("[]", None),
    ],
)
def test_the_owner_is_read_from_the_template(cfn, stacks, body, owner):
    cfn.answers("describe_stacks", described())
    cfn.answers("get_template", {"TemplateBody": body})
    assert stacks.describe("approval").owner == owner


def test_a_stack_that_goes_while_it_is_described_has_no_owner(cfn, stacks):
    cfn.answers("describe_stacks", described("DELETE_IN_PROGRESS"))
    cfn.refuses("get_template", *NOBODY)
    assert stacks.describe("approval").owner is None


# --- planning ----------------------------------------------------------------------------------


def test_a_request_says_all_that_it_is_told(cfn, stacks):
    cfn.answers(
        "create_change_set",
        {"StackId": STACK, "Id": SET},
        {
            "StackName": "approval",
            "ChangeSetName": ANY,
            "ClientToken": ANY,
            "ChangeSetType": "UPDATE",
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
            "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}],
            "TemplateURL": "https://bucket/key",
            "RoleARN": "arn:aws:iam::123456789012:role/cfn",
        },
    )
    cfn.answers("describe_change_set", {"Status": "CREATE_COMPLETE", "Changes": [change("A")]})
    planned(
        stacks,
        creates=False,
        template=None,
        template_url="https://bucket/key",
        tags={"b": "2", "a": "1"},
        role="arn:aws:iam::123456789012:role/cfn",
    )


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        (
            Mode(express=True),
            {"DeploymentConfig": {"Mode": "EXPRESS", "DisableRollback": False}},
        ),
        (
            Mode(rolls_back=False),
            {"DeploymentConfig": {"Mode": "STANDARD", "DisableRollback": True}},
        ),
        (Mode(reverts_drift=True), {"DeploymentMode": "REVERT_DRIFT"}),
    ],
)
def test_the_mode_is_said_as_the_api_names_it(cfn, stacks, mode, said):
    asked = []
    cfn.service.client.meta.events.register(
        "provide-client-params.cloudformation.CreateChangeSet",
        lambda params, **_: asked.append(params),
    )
    cfn.answers("create_change_set", {"StackId": STACK, "Id": SET})
    cfn.answers("describe_change_set", {"Status": "CREATE_COMPLETE", "Changes": [change("A")]})
    planned(stacks, creates=False, mode=mode)
    (request,) = asked
    config = {key: value for key, value in request.items() if key.startswith("Deployment")}
    assert config == said


def test_without_a_role_the_stacks_own_is_left_alone(cfn, stacks):
    asked = {
        "StackName": "approval",
        "ChangeSetName": ANY,
        "ClientToken": ANY,
        "ChangeSetType": "UPDATE",
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
        "Tags": [],
        "TemplateBody": "{}",
    }
    cfn.answers("create_change_set", {"StackId": STACK, "Id": SET}, asked)
    cfn.answers("describe_change_set", {"Status": "CREATE_COMPLETE", "Changes": [change("A")]})
    planned(stacks, creates=False)


def test_it_waits_longer_and_longer_then_reads_every_page(cfn, stacks, clock):
    cfn.answers("create_change_set", {"StackId": STACK, "Id": SET})
    for status in ["CREATE_PENDING"] + ["CREATE_IN_PROGRESS"] * 9:
        cfn.answers("describe_change_set", {"Status": status}, {"ChangeSetName": SET})
    first = change("A", "Modify", PhysicalResourceId="a-1", Replacement="True")
    cfn.answers(
        "describe_change_set",
        {"Status": "CREATE_COMPLETE", "Changes": [first], "NextToken": "t"},
    )
    cfn.answers(
        "describe_change_set",
        {"Status": "CREATE_COMPLETE", "Changes": [change("B")]},
        {"ChangeSetName": SET, "NextToken": "t"},
    )
    plan = planned(stacks)
    assert plan.changes == (
        Change(action="Modify", logical_id="A", physical_id="a-1", type="T", replacement="True"),
        Change(action="Add", logical_id="B", physical_id=None, type="T"),
    )
    assert (plan.stack_id, plan.change_set, plan.creates) == (STACK, SET, True)
    assert clock.slept == sorted(clock.slept)
    assert clock.slept[-1] == 5.0


@pytest.mark.parametrize(
    "reason",
    [
        "The submitted information didn't contain changes. Submit different information.",
        "No updates are to be performed.",
    ],
)
def test_nothing_to_change_is_an_empty_plan_and_leaves_no_change_set(cfn, stacks, reason):
    cfn.answers("create_change_set", {"StackId": STACK, "Id": SET})
    cfn.answers("describe_change_set", {"Status": "FAILED", "StatusReason": reason})
    cfn.answers("delete_change_set", {}, {"ChangeSetName": SET})
    assert planned(stacks, creates=False).changes == ()


def test_a_change_of_outputs_alone_is_a_change_of_the_stack(cfn, stacks):
    cfn.answers("create_change_set", {"StackId": STACK, "Id": SET})
    cfn.answers("describe_change_set", {"Status": "CREATE_COMPLETE", "Changes": []})
    (only,) = planned(stacks, creates=False).changes
    assert (only.logical_id, only.type) == ("approval", "AWS::CloudFormation::Stack")


def test_a_failed_plan_of_a_new_stack_says_why_and_leaves_nothing(cfn, stacks):
    cfn.answers("create_change_set", {"StackId": STACK, "Id": SET})
    cfn.answers("describe_change_set", {"Status": "FAILED", "StatusReason": "no such transform."})
    cfn.answers("describe_events", {"OperationEvents": []})
    cfn.answers("delete_change_set", {}, {"ChangeSetName": SET})
    cfn.answers("describe_stacks", described("REVIEW_IN_PROGRESS"))
    cfn.answers("list_change_sets", {"Summaries": []})
    cfn.answers("delete_stack", {}, {"StackName": STACK})
    with pytest.raises(DeploymentFailed, match=r": no such transform$"):
        planned(stacks)


def test_a_failed_plan_of_an_old_stack_leaves_the_stack(cfn, stacks):
    cfn.answers("create_change_set", {"StackId": STACK, "Id": SET})
    cfn.answers("describe_change_set", {"Status": "FAILED", "StatusReason": "no"})
    cfn.refuses("describe_events", "AccessDenied")
    cfn.answers("delete_change_set")
    with pytest.raises(DeploymentFailed, match="no"):
        planned(stacks, creates=False)


def test_what_cloudformation_found_before_deploying_is_told_resource_by_resource(cfn, stacks):
    cfn.answers("create_change_set", {"StackId": STACK, "Id": SET})
    cfn.answers(
        "describe_change_set",
        {"Status": "FAILED", "StatusReason": "hook(s)/validation failed: [AWS::EarlyValidation]"},
    )
    found = {
        "EventType": "VALIDATION_ERROR",
        "LogicalResourceId": "Group",
        "ValidationStatusReason": "the name is taken",
    }
    warned = {**found, "ValidationFailureMode": "WARN", "ValidationStatusReason": "careful"}
    cfn.answers(
        "describe_events",
        {"OperationEvents": [found, found, warned, {"EventType": "STACK_EVENT"}]},
        {"ChangeSetName": SET, "Filters": {"FailedEvents": True}},
    )
    cfn.answers("delete_change_set")
    with pytest.raises(TemplateRejected, match=r": Group: the name is taken$") as caught:
        planned(stacks, creates=False)
    assert caught.value.reasons == (("Group", "the name is taken"),)


def test_a_change_set_that_is_never_ready_is_given_up_and_deleted(cfn, stacks, clock):
    cfn.answers("create_change_set", {"StackId": STACK, "Id": SET})
    for _ in range(2):
        cfn.answers("describe_change_set", {"Status": "CREATE_IN_PROGRESS"})
    cfn.answers("delete_change_set")
    clock.sleep = lambda _: clock.slept.append(4000.0)
    with pytest.raises(DeploymentFailed, match=r"^CloudFormation did .* 30 minutes$"):
        planned(stacks, creates=False)


def test_a_change_set_whose_making_was_not_answered_is_taken_up(cfn, stacks):
    # Sent again by the SDK, the request meets what the first one made.
    cfn.refuses("create_change_set", "AlreadyExistsException", "ChangeSet [x] already exists")
    made = {"StackId": STACK, "ChangeSetId": SET, "Status": "CREATE_COMPLETE"}
    cfn.answers("describe_change_set", made, {"StackName": "approval", "ChangeSetName": ANY})
    cfn.answers("describe_change_set", {**made, "Changes": [change("A")]})
    plan = planned(stacks)
    assert (plan.stack_id, plan.change_set, len(plan.changes)) == (STACK, SET, 1)


def test_an_interrupted_wait_leaves_nothing(cfn, stacks, clock):
    cfn.answers("create_change_set", {"StackId": STACK, "Id": SET})
    cfn.answers("describe_change_set", {"Status": "CREATE_IN_PROGRESS"})
    cfn.refuses("delete_change_set", "InvalidChangeSetStatus")

    def sleep(seconds, /):
        raise KeyboardInterrupt

    clock.sleep = sleep
    with pytest.raises(KeyboardInterrupt):
        planned(stacks, creates=False)


def test_a_stack_on_which_something_runs_is_busy(cfn, stacks):
    text = f"Stack:{STACK} is in UPDATE_IN_PROGRESS state and can not be updated."
    cfn.refuses("create_change_set", "ValidationError", text)
    with pytest.raises(StackBusy, match=r"^another operation .*UPDATE_IN_PROGRESS"):
        planned(stacks, creates=False)


def test_a_stack_that_cannot_be_updated_is_refused_but_not_busy(cfn, stacks):
    text = f"Stack:{STACK} is in ROLLBACK_COMPLETE state and can not be updated."
    cfn.refuses("create_change_set", "ValidationError", text)
    with pytest.raises(CloudError, match="ROLLBACK_COMPLETE") as caught:
        planned(stacks, creates=False)
    assert not isinstance(caught.value, StackBusy)


# --- discarding, applying, deleting --------------------------------------------------------------


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "CREATE_IN_PROGRESS"])
def test_a_stack_that_somebody_made_since_is_not_discarded(cfn, stacks, status):
    cfn.refuses("delete_change_set", "ChangeSetNotFound")
    cfn.answers("describe_stacks", described(status))
    stacks.discard(PLAN)


def test_a_stack_that_another_change_set_waits_for_is_not_discarded(cfn, stacks):
    cfn.answers("delete_change_set")
    cfn.answers("describe_stacks", described("REVIEW_IN_PROGRESS"))
    cfn.answers("list_change_sets", {"Summaries": [{"ChangeSetId": SET}, {"ChangeSetId": "cdk"}]})
    stacks.discard(PLAN)


def test_a_stack_that_is_gone_needs_no_discarding(cfn, stacks):
    cfn.answers("delete_change_set")
    cfn.refuses("describe_stacks", *NOBODY)
    stacks.discard(PLAN)


def test_applying_twice_is_applying_once(cfn, stacks):
    tokens = []
    cfn.service.client.meta.events.register(
        "provide-client-params.cloudformation.ExecuteChangeSet",
        lambda params, **_: tokens.append(params["ClientRequestToken"]),
    )
    for _ in range(2):
        cfn.answers("execute_change_set", {}, {"ChangeSetName": SET, "ClientRequestToken": ANY})
        stacks.apply(PLAN)
    assert len(set(tokens)) == 1


@pytest.mark.parametrize(
    ("status", "begun"),
    [("AVAILABLE", False), ("EXECUTE_IN_PROGRESS", True), ("EXECUTE_COMPLETE", True)],
)
def test_a_change_set_says_whether_it_was_begun(cfn, stacks, status, begun):
    answer = {"Status": "CREATE_COMPLETE", "ExecutionStatus": status}
    cfn.answers("describe_change_set", answer)
    assert stacks.begun(PLAN) is begun


def test_a_change_set_that_is_gone_was_executed(cfn, stacks):
    cfn.refuses("describe_change_set", "ChangeSetNotFound", "ChangeSet [x] does not exist")
    assert stacks.begun(PLAN)


def test_applying_on_a_busy_stack_is_told(cfn, stacks):
    cfn.refuses("execute_change_set", "ValidationError", "it is in UPDATE_IN_PROGRESS state")
    with pytest.raises(StackBusy):
        stacks.apply(PLAN)


@pytest.mark.parametrize("role", [None, "arn:aws:iam::123456789012:role/cfn"])
def test_deleting_names_a_role_only_where_it_is_given_one(cfn, stacks, role):
    asked = {"StackName": STACK, "ClientRequestToken": ANY}
    cfn.answers("delete_stack", {}, {**asked, "RoleARN": role} if role else asked)
    stacks.delete(STACK, role=role)


def test_a_protected_stack_is_refused_in_cloudformations_words(cfn, stacks):
    text = "Stack [approval] cannot be deleted while TerminationProtection is enabled"
    cfn.refuses("delete_stack", "ValidationError", text)
    with pytest.raises(CloudError, match="TerminationProtection"):
        stacks.delete(STACK, role=None)


# --- events and resources ------------------------------------------------------------------------


def test_events_are_read_back_to_the_time_and_no_further(cfn, stacks):
    page = {"StackEvents": [event(9), event(8)], "NextToken": "t"}
    cfn.answers("describe_stack_events", page, {"StackName": STACK})
    page = {"StackEvents": [event(7), event(6)], "NextToken": "u"}
    cfn.answers("describe_stack_events", page, {"StackName": STACK, "NextToken": "t"})
    events = stacks.events(STACK, THEN + timedelta(seconds=6))
    assert [each.id for each in events] == ["7", "8", "9"]
    assert events[0].time.tzinfo is UTC


def test_resources_that_exist_are_listed_page_by_page(cfn, stacks):
    def resource(name, status, **more):
        return {
            "LogicalResourceId": name,
            "ResourceType": "T",
            "LastUpdatedTimestamp": THEN,
            "ResourceStatus": status,
            **more,
        }

    first = [
        resource("A", "CREATE_COMPLETE", PhysicalResourceId="a"),
        resource("B", "DELETE_COMPLETE", PhysicalResourceId="b"),
        resource("C", "CREATE_FAILED"),
    ]
    cfn.answers("list_stack_resources", {"StackResourceSummaries": first, "NextToken": "t"})
    last = [resource("D", "DELETE_SKIPPED", PhysicalResourceId="d")]
    cfn.answers("list_stack_resources", {"StackResourceSummaries": last})
    found = [(each.logical_id, each.physical_id) for each in stacks.resources(STACK)]
    assert found == [("A", "a"), ("D", "d")]


def test_resources_that_existed_are_listed_where_they_are_wanted(cfn, stacks):
    gone = {
        "LogicalResourceId": "A",
        "PhysicalResourceId": "a",
        "ResourceType": "T",
        "LastUpdatedTimestamp": THEN,
        "ResourceStatus": "DELETE_COMPLETE",
    }
    for wanted in (False, True):
        cfn.answers("list_stack_resources", {"StackResourceSummaries": [gone]})
        assert bool(stacks.resources(STACK, deleted=wanted)) is wanted
