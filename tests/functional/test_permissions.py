"""`permissions`: what it prints."""

import json

import pytest

PYTHON = "def handler(event, context):\n    return event\n"
QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/orders"
STATES = {
    "Call": {"Type": "Task", "Resource": "${greet}", "Next": "Train"},
    "Train": {
        "Type": "Task",
        "Resource": "arn:aws:states:::sagemaker:createModel",
        "Parameters": {
            "ModelName": "m",
            "ExecutionRoleArn": "arn:aws:iam::123456789012:role/model",
            "PrimaryContainer": {},
        },
        "Next": "Send",
    },
    "Send": {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl.$": "$.queue", "MessageBody": "x"},
        "End": True,
    },
}
SETTINGS = """
[workflow]
name = "flow"
logging = "OFF"
policies = ["ReadOnlyAccess", { actions = ["s3:GetObject"], resources = ["arn:PARTITION:s3:::b/*"] }]

[functions.greet]
tracing = true
policies = [{ actions = ["sns:Publish"], resources = ["*"] }]
"""


@pytest.fixture
def calling(project, folder):
    """A project that calls things."""
    project({"StartAt": "Call", "States": STATES}, greet_py=PYTHON)
    (folder / "maestro.toml").write_text(SETTINGS)


def test_each_statement_with_the_states_that_need_it(maestro, calling):
    result = maestro("permissions")
    assert result.code == 0
    assert result.out == (
        "the state machine flow\n"
        "  iam:PassRole\n"
        "    on arn:aws:iam::123456789012:role/model\n"
        "    if iam:PassedToService StringEquals sagemaker.amazonaws.com\n"
        "    for Train\n"
        "  lambda:InvokeFunction\n"
        "    on arn:PARTITION:lambda:REGION:ACCOUNT_ID:function:flow_greet\n"
        "    on arn:PARTITION:lambda:REGION:ACCOUNT_ID:function:flow_greet:*\n"
        "    for Call\n"
        "  sagemaker:CreateModel\n"
        "    on arn:PARTITION:sagemaker:REGION:ACCOUNT_ID:model/m\n"
        "    for Train\n"
        "  sagemaker:ListTags\n"
        "    on *\n"
        "    for Train\n"
        "  sqs:SendMessage\n"
        "    on arn:PARTITION:sqs:REGION:*:*\n"
        "    for Send\n"
        "  s3:GetObject\n"
        "    on arn:PARTITION:s3:::b/*\n"
        "    for maestro.toml\n"
        "  what the managed policy ReadOnlyAccess allows\n"
        "    for maestro.toml\n"
    )


def test_what_is_wide_is_told_beside(maestro, calling):
    result = maestro("permissions")
    assert "warning: QueueUrl is computed, so the role has sqs:SendMessage" in result.err
    assert result.err.startswith("definition.asl.json:21:")
    assert len(result.err.splitlines()) == 1


def test_the_functions_roles_too(maestro, calling):
    shown = maestro("permissions", "--functions").out
    assert shown.partition("the function greet\n")[2] == (
        "  logs:CreateLogStream\n"
        "  logs:PutLogEvents\n"
        "    on arn:PARTITION:logs:REGION:ACCOUNT_ID:log-group:/maestro/flow/greet:*\n"
        "    for its log\n"
        "  xray:PutTraceSegments\n"
        "  xray:PutTelemetryRecords\n"
        "    on *\n"
        "    for its traces\n"
        "  sns:Publish\n"
        "    on *\n"
        "    for maestro.toml\n"
    )


def test_as_json(maestro, calling):
    shown = maestro("permissions", "--format", "json", "--functions").json
    machine = shown["state_machine"]
    assert machine["name"] == "flow"
    assert machine["statements"][0] == {
        "actions": ["iam:PassRole"],
        "resources": ["arn:aws:iam::123456789012:role/model"],
        "conditions": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        "states": ["Train"],
    }
    assert machine["policies"]["managed"] == ["ReadOnlyAccess"]
    assert [item["actions"] for item in machine["policies"]["statements"]] == [["s3:GetObject"]]
    assert list(shown["functions"]) == ["greet"]
    assert "functions" not in maestro("permissions", "--format", "json").json


def test_a_machine_that_calls_nothing_may_do_nothing(maestro, project, folder):
    project()
    (folder / "maestro.toml").write_text('[workflow]\nname = "flow"\nlogging = "OFF"\n')
    assert maestro("permissions").out == "the state machine flow\n  may do nothing\n"


def test_what_is_not_known_is_refused_with_the_way_out(maestro, project):
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:glue:createGlossary",
        "Parameters": {"Name": "words"},
        "End": True,
    }
    project({"StartAt": "A", "States": {"A": task}})
    result = maestro("permissions")
    assert (result.code, result.out) == (1, "")
    assert "unknown-permission" in result.err
    assert 'policies = [{ actions = ["glue:CreateGlossary"]' in result.err


# --- what is wrong beside it hides no gap ----------------------------------------------------------


@pytest.mark.parametrize(
    "beside",
    [
        {},
        {"Comment": "${TICKET}"},
        {"Resource": "arn:aws:states:::aws-sdk:applicationcostprofiler:listReportDefinitions"},
    ],
)
def test_a_permission_that_is_not_known_is_an_error_whatever_else_is_told(
    maestro, project, folder, beside
):
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:applicationcostprofiler:listReportDefinitions",
        "End": True,
    }
    project({"StartAt": "A", "States": {"A": {**task, **beside}}, "Comment": "${OTHER}"})
    result = maestro("validate", "--format", "json")
    found = {(each["rule"], each["severity"]) for each in result.json["findings"]}
    assert ("unknown-permission", "error") in found
    assert result.code == 1


def test_a_role_that_is_too_small_is_an_error_whatever_else_is_told(maestro, project):
    topic = "arn:aws:sns:eu-west-1:123456789012:topic-with-a-rather-long-name"
    states = {
        f"S{n}": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sns:publish",
            "Parameters": {"TopicArn": f"{topic}-{n}", "Message": "m"},
            "End": True,
        }
        for n in range(900)
    }
    branches = [{"StartAt": name, "States": {name: state}} for name, state in states.items()]
    every = {"Type": "Parallel", "Branches": branches, "End": True}
    project({"StartAt": "All", "States": {"All": every}, "Comment": "${TICKET}"})
    result = maestro("validate", "--format", "json")
    rules = {each["rule"] for each in result.json["findings"] if each["severity"] == "error"}
    assert "limits" in rules


def test_what_a_functions_code_calls_is_suggested_and_not_granted(maestro, calling, folder):
    (folder / "lambdas" / "greet.py").write_text(
        "import boto3\n\ndef handler(event, context):\n"
        "    boto3.client('sqs').send_message(QueueUrl=event['q'], MessageBody='m')\n"
    )
    shown = maestro("permissions", "--functions").out
    assert shown.endswith(
        "  its code calls what nothing here allows:\n"
        "    sqs:SendMessage\n"
        "      on arn:PARTITION:sqs:REGION:*:*\n"
        "      for lambdas/greet.py:4\n"
        "  if it shall, write in maestro.toml:\n"
        "    [functions.greet]\n"
        "    policies = [\n"
        '      { actions = ["sqs:SendMessage"], '
        'resources = ["arn:PARTITION:sqs:REGION:*:*"] },\n'
        "    ]\n"
    )
    made = maestro("permissions", "--functions", "--format", "json").json["functions"]["greet"]
    assert made["suggested"] == [
        {
            "actions": ["sqs:SendMessage"],
            "resources": ["arn:PARTITION:sqs:REGION:*:*"],
            "calls": ["lambdas/greet.py:4"],
        }
    ]
    assert "sqs:SendMessage" not in str(made["statements"])


def test_dead_letters_are_what_a_statement_is_for(maestro, project, folder):
    project(greet_py=PYTHON)
    queue = "arn:aws:sqs:eu-west-1:123456789012:dead"
    (folder / "maestro.toml").write_text(f'[functions.greet]\ndead_letter = "{queue}"\n')
    shown = maestro("permissions", "--functions").out
    assert f"  sqs:SendMessage\n    on {queue}\n    for its dead letters\n" in shown


def test_the_machines_log_and_traces_are_what_statements_are_for(maestro, project, folder):
    project()
    (folder / "maestro.toml").write_text('[workflow]\nname = "flow"\ntracing = true\n')
    shown = maestro("permissions").out
    assert "  logs:DescribeLogGroups\n    on *\n    for its log\n" in shown
    assert shown.endswith("  xray:GetSamplingTargets\n    on *\n    for its traces\n")


# --- what the page on permissions says -------------------------------------------------------

UNKNOWN = {
    "Type": "Task",
    "Resource": "arn:aws:states:::aws-sdk:glue:createGlossary",
    "Parameters": {"Name": "words"},
    "End": True,
}


def workflow(policies):
    return f'[workflow]\nname = "flow"\nlogging = "OFF"\npolicies = [{policies}]\n'


@pytest.fixture
def unknown(project, folder):
    """A project with a call that is not understood, and these policies."""
    project({"StartAt": "A", "States": {"A": UNKNOWN}})

    def allow(policies):
        (folder / "maestro.toml").write_text(workflow(policies))

    return allow


def test_the_action_in_a_policy_of_the_users_is_the_answer(maestro, unknown):
    unknown('{ actions = ["glue:CreateGlossary"], resources = ["*"] }')
    result = maestro("permissions")
    assert result.code == 0
    assert "unknown-permission" not in result.err
    assert result.out.endswith("  glue:CreateGlossary\n    on *\n    for maestro.toml\n")
    unknown('{ actions = ["glue:GetJob"], resources = ["*"] }')
    assert maestro("permissions").code == 1


def test_with_a_managed_policy_it_is_a_note(maestro, unknown):
    unknown('"AWSGlueConsoleFullAccess"')
    result = maestro("validate", "--format", "json")
    assert result.code == 0
    notes = [item for item in result.json["findings"] if item["rule"] == "unknown-permission"]
    assert [item["severity"] for item in notes] == ["info"]


MAKING = {
    "Type": "Task",
    "Resource": "arn:aws:states:::aws-sdk:cloudformation:createStack",
    "Parameters": {"StackName": "s"},
    "End": True,
}


def test_what_a_stack_makes_is_a_warning_that_a_role_answers(maestro, project):
    project({"StartAt": "A", "States": {"A": MAKING}})
    result = maestro("permissions")
    assert result.code == 0
    assert "warning: what cloudformation:createStack makes" in result.err
    role = "arn:aws:iam::123456789012:role/maker"
    given = {**MAKING, "Parameters": {"StackName": "s", "RoleARN": role}}
    project({"StartAt": "A", "States": {"A": given}})
    result = maestro("permissions")
    assert (result.code, result.err) == (0, "")
    assert f"  iam:PassRole\n    on {role}\n" in result.out


def test_where_no_action_is_known_any_statement_of_the_users_makes_it_a_note(
    maestro, project, folder
):
    project({"StartAt": "A", "States": {"A": MAKING}})
    (folder / "maestro.toml").write_text(workflow('{ actions = ["s3:*"], resources = ["*"] }'))
    found = maestro("validate", "--format", "json").json["findings"]
    assert [(item["rule"], item["severity"]) for item in found] == [("unknown-permission", "info")]


def test_a_computed_function_is_any_of_the_folder_and_a_note(maestro, project):
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName.$": "$.f"},
        "End": True,
    }
    project({"StartAt": "A", "States": {"A": task}}, one_py=PYTHON, two_py=PYTHON)
    result = maestro("permissions")
    assert (result.code, result.err) == (0, "")
    assert "function:flow_one\n" in result.out
    assert "function:flow_two\n" in result.out
    found = maestro("validate", "--format", "json").json["findings"]
    notes = [item["message"] for item in found if item["severity"] == "info"]
    assert len(notes) == 1
    assert notes[0].startswith("FunctionName is computed, so the role has lambda:InvokeFunction")


def chain(states):
    """A machine of these states, one after another."""
    last = {"Last": {"Type": "Succeed"}}
    following = [*[f"S{n}" for n in range(1, len(states))], "Last"]
    made = {
        f"S{n}": {"Type": "Task", **state, "Next": following[n]} for n, state in enumerate(states)
    }
    return {"StartAt": "S0", "States": {**made, **last}}


def test_more_functions_than_a_role_can_name_are_one_resource(maestro, project, folder):
    names = [f"f{n}" for n in range(40)]
    files = {f"{name}_py": PYTHON for name in names}
    project(chain([{"Resource": f"${{{name}}}"} for name in names]), **files)
    managed = ", ".join(f'"Policy{n}"' for n in range(10))  # no more fit on a role
    (folder / "maestro.toml").write_text(workflow(managed))
    result = maestro("permissions")
    assert result.code == 0
    assert "it may invoke every function named flow_*" in result.err
    assert "on arn:PARTITION:lambda:REGION:ACCOUNT_ID:function:flow_*\n" in result.out
    assert "function:flow_f1\n" not in result.out


def test_what_is_suggested_can_be_taken_as_it_is(maestro, calling, folder):
    (folder / "lambdas" / "greet.py").write_text(
        "import boto3\n\ndef handler(event, context):\n"
        "    boto3.client('s3').upload_file('f', 'letters', event['to'])\n"
        "    boto3.client('ssm').get_parameter(Name='/greeting/\"word\"')\n"
    )
    shown = maestro("permissions", "--functions").out
    suggested = shown.partition("write in maestro.toml:\n")[2]
    settings = (folder / "maestro.toml").read_text().partition("[functions.greet]")[0]
    (folder / "maestro.toml").write_text(settings + suggested)
    assert maestro("validate").code == 0
    made = maestro("permissions", "--functions", "--format", "json").json["functions"]["greet"]
    assert made["suggested"] == []
    template = json.dumps(maestro("synth", "--format", "json").json["Resources"])
    assert "s3:PutObject" in template
    assert "ssm:GetParameter" in template
