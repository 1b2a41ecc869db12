"""A definition as Step Functions itself sees it: what it is asked, and where its answers point."""

import json
from dataclasses import replace

import pytest

from maestro_cdk.actions import validation
from maestro_cdk.asl import document, references
from maestro_cdk.cloud import Diagnostic
from maestro_cdk.errors import CredentialsError
from maestro_cdk.model import SourceRef
from tests.fakes.projects import project

TEXT = """{
  "StartAt": "a/b",
  "States": {
    "a/b": {
      "Type": "Task",
      "Resource": "${manager}",
      "Retry": [ { "ErrorEquals": [ "X" ], "IntervalSeconds": ${wait} } ],
      "Next": "1"
    },
    "1": { "Type": "Pass", "Result": "arn:PARTITION:s3:::b-REGION-ACCOUNT_ID", "End": true }
  }
}"""


@pytest.fixture
def found():
    """The project of the definition above."""
    substitutions = {"wait": 3}
    read = document.parse(TEXT, file="definition.asl.json", literals=substitutions)
    definition, problems = references.resolve(
        read, functions={"manager": "Manager"}, workflow="approval", substitutions=substitutions
    )
    assert not problems
    return replace(project(), definition=definition)


def test_aws_sees_real_arns_in_place_of_substitutions(found, cloud):
    assert validation.ask(found, cloud) == ()
    ((_, text, express),) = cloud.called("validate")
    assert not express
    states = json.loads(text)["States"]
    function = "arn:aws:lambda:eu-west-1:123456789012:function:approval_manager"
    assert states["a/b"]["Resource"] == function
    assert states["a/b"]["Retry"][0]["IntervalSeconds"] == 3
    assert states["1"]["Result"] == "arn:aws:s3:::b-eu-west-1-123456789012"


def test_the_type_is_the_machines(cloud):
    validation.ask(project(type="EXPRESS"), cloud)
    ((_, _, express),) = cloud.called("validate")
    assert express


@pytest.mark.parametrize(
    ("location", "line", "state"),
    [
        ("/States/a~1b/Retry/0/IntervalSeconds", 7, "a/b"),
        ("/States/a~1b/Retry/1", 7, "a/b"),
        ("/States/1/Result", 10, "1"),
        ("/States/1", 10, "1"),
        ("/StartAt", 2, None),
        ("/Nowhere", 1, None),
        ('[Source: (String)"x"; line: 1, column: 4]', 1, None),
        (None, 1, None),
    ],
)
def test_an_answer_points_to_the_line_that_it_is_about(found, cloud, location, line, state):
    cloud.machines.diagnostics = (
        Diagnostic(code="C", severity="warning", message="m", location=location),
    )
    (finding,) = validation.ask(found, cloud)
    assert (finding.where.line, finding.state) == (line, state)
    assert (finding.rule, finding.severity) == ("online", "warning")
    assert finding.message == "AWS: m (C)"


def test_a_definition_without_its_text_is_pointed_to_as_a_whole(cloud):
    cloud.machines.diagnostics = (Diagnostic(code="C", severity="error", message="m"),)
    (finding,) = validation.ask(project(), cloud)
    assert finding.where == SourceRef(file="definition.asl.json")


def test_another_account_than_the_stages_is_not_asked(cloud):
    with pytest.raises(CredentialsError):
        validation.ask(project(stage="prod", account="999999999999"), cloud)
    assert not cloud.called("validate")
