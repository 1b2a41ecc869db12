"""What AWS's messages are to the user: a place, and something to do."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from maestro_cdk.actions import diagnosis
from maestro_cdk.actions.remedies import REMEDIES, propagates
from maestro_cdk.asl import document
from maestro_cdk.cloud import Stack
from maestro_cdk.errors import TemplateRejected
from maestro_cdk.model import StackEvent
from tests.fakes.projects import project
from tests.scripted.stacks import handler_said

DEFINITION = """{
  "StartAt": "First step",
  "States": {
    "First step": {"Type": "Pass", "Next": "Nowhere"}
  }
}"""


def event(reason, key="ManagerFunction", kind="AWS::Lambda::Function", status="CREATE_FAILED"):
    return StackEvent(
        id="1",
        time=datetime(2026, 1, 1, tzinfo=UTC),
        logical_id=key,
        physical_id="p",
        type=kind,
        status=status,
        reason=reason,
    )


MESSAGES = [
    ("The role defined for the function cannot be assumed by Lambda.", "Lambda of the new role"),
    (
        (
            "Neither the global service principal states.amazonaws.com, nor the regional one is "
            "authorized to assume the provided role."
        ),
        "Step Functions of the new role",
    ),
    (
        "The state machine IAM Role is not authorized to access the Log Destination",
        "CloudWatch Logs of the new role",
    ),
    (
        (
            "User: arn:aws:iam::1:user/ann is not authorized to perform: iam:CreateRole on resource: "
            "arn:aws:iam::1:role/x because no identity-based policy allows the iam:CreateRole action"
        ),
        "allow iam:CreateRole to arn:aws:iam::1:user/ann",
    ),
    (
        (
            "User: arn:aws:iam::1:user/ann is not authorized to perform: lambda:CreateFunction on "
            "resource: arn:x with an explicit deny in a service control policy"
        ),
        "a service control policy of your organization denies lambda:CreateFunction",
    ),
    ("Policy statement must contain resources. (Service: Iam, Status Code: 400)", "`policies`"),
    ("Policy arn:aws:iam::aws:policy/Nope does not exist or is not attachable.", "managed policy"),
    ("Maximum policy size of 10240 bytes exceeded for role x", "too long"),
    ("Cannot exceed quota for PoliciesPerRole: 10", "quota of PoliciesPerRole"),
    (
        (
            "The runtime parameter of python3.8 is no longer supported for creating or updating AWS "
            "Lambda functions."
        ),
        "for python3.8",
    ),
    (
        "Value python9 at 'runtime' failed to satisfy constraint: Member must satisfy enum value set",
        "no runtime python9",
    ),
    ("Unzipped size must be smaller than 262144000 bytes", "too large"),
    ("'MemorySize' value failed to satisfy constraint: less than or equal to 3008", "`memory`"),
    (
        (
            "Specified ReservedConcurrentExecutions for function decreases account's "
            "UnreservedConcurrentExecution below its minimum value of [10]."
        ),
        "`reserved_concurrency`",
    ),
    (
        (
            "Lambda was unable to configure your environment variables because the environment "
            "variables you have provided exceeded the 4KB limit"
        ),
        "4 KB",
    ),
    (
        (
            "Lambda was unable to configure your environment variables because the environment "
            "variables you have provided contains reserved keys that are currently not supported for "
            "modification. Reserved keys used in this request: AWS_REGION"
        ),
        "Lambda sets AWS_REGION itself",
    ),
    (
        (
            "The provided execution role does not have permissions to call CreateNetworkInterface on "
            "EC2"
        ),
        "AWSLambdaVPCAccessExecutionRole",
    ),
    ("Layer version arn:aws:lambda:x:1:layer:l:1 does not exist.", "`layers`"),
    (
        (
            "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified "
            "key does not exist."
        ),
        "NoSuchKey",
    ),
    (
        "The operation cannot be performed at this time. An update is in progress for resource: x",
        "still busy",
    ),
    ("Code storage limit exceeded.", "storage"),
    ("State Machine is being deleted: 'arn:aws:states:x'", "still being deleted"),
    (
        (
            "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Value is not a valid "
            "resource ARN at /States/A/Resource'"
        ),
        "no ARN that Step Functions knows",
    ),
    (
        "'arn:aws:iam::1:role/r' is not authorized to create managed-rule.",
        "events:PutTargets",
    ),
    ("Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: x'", "validate --online"),
    ("CloudWatch Logs Resource Policy size was exceeded for x", "describe-resource-policies"),
    ("Resource of type 'LogGroup' with identifier '/maestro/x' already exists.", "log group"),
    (
        (
            "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
            "Rename approval and update the stack again."
        ),
        "another name",
    ),
    (
        "Replacement type updates not supported on stack with disable-rollback.",
        "what was there before",
    ),
    ("approval_manager already exists in stack arn:of:other", "outside of this stack"),
    ("Rate exceeded", "asked too often"),
    ("Exceeded attempts to wait", "in time"),
    ("Limits exceeded for resource of type 'AWS::Lambda::Function'.", "AWS::Lambda::Function"),
    ("The bucket you tried to delete is not empty", "empty the bucket"),
]


@pytest.mark.parametrize(("reason", "said"), MESSAGES)
@pytest.mark.parametrize("wrap", [str, handler_said])
def test_a_known_message_is_translated(reason, said, wrap):
    assert said in diagnosis.of(event(wrap(reason)), project()).hint


def test_every_remedy_is_tried():
    tried = {
        next(n for n, remedy in enumerate(REMEDIES) if remedy.match(reason))
        for reason, _ in MESSAGES
    }
    untried = [REMEDIES[n].says for n in range(len(REMEDIES)) if n not in tried]
    # An organization's boundary and a machine's name are told of in words that come after others.
    assert len(untried) <= 2, untried


def test_a_message_that_nobody_knows_has_no_remedy():
    assert diagnosis.of(event("something new"), project()).hint is None


def test_only_iams_propagation_is_tried_again():
    again = [reason for reason, _ in MESSAGES if propagates(reason)]
    assert again == [reason for reason, _ in MESSAGES[:3]]


@pytest.mark.parametrize(
    ("reason", "tidy"),
    [
        (handler_said("It is no good."), "It is no good."),
        (
            handler_said("No. (Service: Lambda, Status Code: 400, Request ID: 1-2)"),
            "No.",
        ),
        (
            "No (Service: AWSLambdaInternal; Status Code: 400; Error Code: X; Request ID: 5)",
            "No",
        ),
        ("No. (Service: Sfn, Status Code: 400, Request ID: 1) (SDK Attempt Count: 1)", "No."),
        ("as it is", "as it is"),
    ],
)
def test_a_reason_is_told_without_its_wrapping(reason, tidy):
    assert diagnosis.tidied(reason) == tidy


def test_a_mistake_in_the_definition_has_its_line():
    written = project()
    source = document.parse(DEFINITION, file="definition.asl.json")
    definition = replace(written.definition, source=source)
    said = (
        "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: "
        "Nowhere at /States/First step/Next'"
    )
    found = diagnosis.of(
        event(handler_said(said), "StateMachine", "AWS::StepFunctions::StateMachine"),
        replace(written, definition=definition),
    )
    assert str(found.where) == "definition.asl.json:4:44"


def test_the_first_failure_of_the_last_operation_is_found():
    stack = Stack(id="s", name="s", status="x", reason=None, outputs={}, owner=None)

    def of_stack(status):
        return replace(event(None, "s", "AWS::CloudFormation::Stack", status), physical_id="s")

    events = (
        of_stack("CREATE_IN_PROGRESS"),
        event("old", "Old"),
        of_stack("UPDATE_IN_PROGRESS"),
        event("Resource update cancelled", "B", status="UPDATE_FAILED"),
        event("no", "A", status="UPDATE_FAILED"),
        of_stack("UPDATE_ROLLBACK_COMPLETE"),
    )
    assert diagnosis.first_failure(events, stack).logical_id == "A"
    assert diagnosis.first_failure(events[:1], stack) is None


def test_a_template_that_is_rejected_is_told_with_what_made_it():
    error = TemplateRejected([("ManagerFunction", "Code storage limit exceeded."), ("X", "no")])
    found = diagnosis.rejected(error, project())
    assert found.message.endswith("ManagerFunction: Code storage limit exceeded.; X: no")
    assert str(found.where) == "lambdas/manager.py"
    assert "storage" in found.hint
    assert "the stack is as it was" in found.hint


def test_a_template_that_is_rejected_for_no_resource_has_no_place():
    found = diagnosis.rejected(TemplateRejected([("", "no such transform")]), project())
    assert found.where is None
    assert "mend that" in found.hint
