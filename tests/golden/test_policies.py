"""What a large project's role comes to: IAM refuses policies that are too long, and only on AWS."""

import json
from itertools import pairwise

import pytest

from maestro_cdk.project import scanner
from maestro_cdk.project.settings import Flags
from maestro_cdk.stack import app, kernel
from tests.fakes.bundles import bundles

INLINE_LIMIT = 10_240  # of all inline policies of a role together
MANAGED_LIMIT = 6_144
MANAGED_POLICIES = 10  # of a role
ARN = "arn:aws:lambda:ap-southeast-2:123456789012:function:a-workflow-of-some-length_function_100"


@pytest.fixture
def synthesize(tmp_path, home):
    """The template of a project of so many functions, with these substitutions."""

    def synthesized(functions, substitutions="", text="nothing", topics=0):
        kernel.choose_node()
        folder = tmp_path / "a-workflow-of-some-length"
        (folder / "lambdas").mkdir(parents=True)
        for n in range(functions):
            source = folder / "lambdas" / f"function_{n}.py"
            source.write_text("def handler(event, context): ...\n")
        tasks = {f"function_{n}": {"Resource": f"${{function_{n}}}"} for n in range(functions)}
        for n in range(topics):
            arn = f"arn:aws:sns:eu-west-1:123456789012:a-topic-with-a-name-of-some-length-{n}"
            publish = {"Resource": "arn:aws:states:::sns:publish"}
            tasks[f"topic_{n}"] = {**publish, "Parameters": {"TopicArn": arn, "Message": "x"}}
        states = {
            name: {"Type": "Task", **tasks[name], "Next": after}
            for name, after in pairwise([*tasks, "End"])
        }
        states["End"] = {"Type": "Pass", "Comment": text, "End": True}
        definition = {"StartAt": next(iter(states)), "States": states}
        (folder / "definition.asl.json").write_text(json.dumps(definition))
        (folder / "maestro.toml").write_text(f"[workflow.substitutions]\n{substitutions}\n")
        project = scanner.load(folder, Flags(), environ={}, home=home)
        out = tmp_path / "out"
        app.write(project, bundles(project), out, bootstrapped=False)
        return json.loads((out / f"{project.stack_name}.template.json").read_text())

    return synthesized


def resolved(value):
    """A policy document with ARNs in place of references, as IAM counts it: without white space."""
    if isinstance(value, dict):
        if "Fn::GetAtt" in value or "Ref" in value:
            return ARN
        if "Fn::Join" in value:
            return "".join(resolved(part) for part in value["Fn::Join"][1])
        return {key: resolved(item) for key, item in value.items()}
    return [resolved(item) for item in value] if isinstance(value, list) else value


def size(policy):
    return len(json.dumps(resolved(policy["Properties"]["PolicyDocument"]), separators=(",", ":")))


@pytest.mark.parametrize("functions", [1, 40, 100, 160])
def test_the_state_machines_policies_are_within_iams_limits(synthesize, functions):
    resources = synthesize(functions)["Resources"].values()
    inline = [size(each) for each in resources if each["Type"] == "AWS::IAM::Policy"]
    managed = [size(each) for each in resources if each["Type"] == "AWS::IAM::ManagedPolicy"]
    assert sum(inline) <= INLINE_LIMIT
    assert all(each <= MANAGED_LIMIT for each in managed)
    assert len(managed) <= MANAGED_POLICIES
    allowed = [
        target
        for each in resources
        if each["Type"].startswith("AWS::IAM::") and "PolicyDocument" in each["Properties"]
        for statement in each["Properties"]["PolicyDocument"]["Statement"]
        if statement["Action"] == "lambda:InvokeFunction"
        for target in statement["Resource"]
    ]
    assert len(allowed) == 2 * functions


def test_what_no_role_could_hold_is_shortened(synthesize):
    """A statement on all functions at once, where one on each of them is too much."""
    resources = synthesize(160, topics=250)["Resources"].values()
    managed = [size(each) for each in resources if each["Type"] == "AWS::IAM::ManagedPolicy"]
    assert len(managed) <= MANAGED_POLICIES
    assert all(each <= MANAGED_LIMIT for each in managed)
    (targets,) = [
        statement["Resource"]
        for each in resources
        if each["Type"].startswith("AWS::IAM::") and "PolicyDocument" in each["Properties"]
        for statement in each["Properties"]["PolicyDocument"]["Statement"]
        if statement["Action"] == "lambda:InvokeFunction"
    ]
    assert "a-workflow-of-some-length_*" in json.dumps(targets)


def test_a_substitution_stays_within_its_quotes(synthesize):
    """CloudFormation puts the value where the token stands, and does not look at what is around."""
    value = 'a "quoted" word, a \\ and a\nline'
    text = "before ${Text} after"
    machine = synthesize(0, f"Text = {json.dumps(value)}", text)["Resources"]["StateMachine"]
    filled = machine["Properties"]["DefinitionString"]
    for key, given in machine["Properties"]["DefinitionSubstitutions"].items():
        filled = filled.replace(f"${{{key}}}", given)
    assert json.loads(filled)["States"]["End"]["Comment"] == f"before {value} after"
