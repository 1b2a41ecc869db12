"""What a deployment would change, in the words of a workflow."""

import json

import pytest

from maestro_cdk.actions.difference import Setting, between, foreseen
from maestro_cdk.cloud import Change


def function(code="1", name="approval_manager", **properties):
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "FunctionName": name,
            "Code": {"S3Bucket": "b", "S3Key": f"approval/{code}.zip"},
            **properties,
        },
    }


def machine(substitutions=None, **states):
    definition = {"StartAt": next(iter(states)), "States": states}
    properties = {"DefinitionString": json.dumps(definition)}
    if substitutions:
        properties["DefinitionSubstitutions"] = substitutions
    return {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}


def template(**resources):
    return {"Resources": resources}


def test_the_same_is_no_difference():
    same = template(F=function(), M=machine(A={"Type": "Pass", "End": True}))
    assert between(same, same).empty


def test_functions_come_and_go():
    found = between(template(F=function()), template(G=function(name="approval_notifier")))
    assert [(item.name, item.verb) for item in found.functions] == [
        ("manager", "removed"),
        ("notifier", "added"),
    ]


def test_code_and_settings_are_told_apart():
    (item,) = between(
        template(F=function("1", MemorySize=256)), template(F=function("2", MemorySize=512))
    ).functions
    assert item.code
    assert item.settings == (Setting(name="MemorySize", before=256, after=512),)


def test_the_values_of_variables_are_not_shown():
    before = function(Environment={"Variables": {"TOKEN": "s3cret", "OLD": "x"}})
    after = function(Environment={"Variables": {"TOKEN": "other"}})
    (item,) = between(template(F=before), template(F=after)).functions
    assert not item.code
    assert [setting.name for setting in item.settings] == [
        "Environment.Variables.OLD",
        "Environment.Variables.TOKEN",
    ]
    assert "s3cret" not in repr(item)


def test_states_come_go_and_change_at_any_depth():
    def loop(seconds, **more):
        inner = {"W": {"Type": "Wait", "Seconds": seconds, "End": True}, **more}
        return {
            "Type": "Map",
            "ItemProcessor": {"StartAt": "W", "States": inner},
            "End": True,
        }

    done = {"Type": "Succeed"}
    found = between(
        template(M=machine(Loop=loop(1), Old=done)),
        template(M=machine(Loop=loop(2, New=done))),
    )
    assert [(item.name, item.verb, item.type) for item in found.states] == [
        ("W", "changed", "Wait"),
        ("New", "added", "Succeed"),
        ("Old", "removed", "Succeed"),
    ]
    assert found.states[0].settings == (Setting(name="Seconds", before=1, after=2),)


def test_a_retry_is_compared_member_by_member():
    def task(attempts):
        return {"Type": "Task", "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": attempts}]}

    found = between(template(M=machine(A=task(1))), template(M=machine(A=task(2))))
    assert found.states[0].settings == (Setting(name="Retry[0].MaxAttempts", before=1, after=2),)


def test_a_key_that_is_renamed_changes_no_state():
    arn = {"Fn::GetAtt": ["F", "Arn"]}
    task = {"Type": "Task", "End": True}
    found = between(
        template(M=machine({"a": arn}, A={**task, "Resource": "${a}"})),
        template(M=machine({"b": arn}, A={**task, "Resource": "${b}"})),
    )
    assert found.states == ()


def test_a_definition_that_stands_elsewhere_is_compared_as_a_whole():
    def elsewhere(key):
        properties = {"DefinitionS3Location": {"Bucket": "b", "Key": key}}
        return template(M={"Type": "AWS::StepFunctions::StateMachine", "Properties": properties})

    assert between(elsewhere("1"), elsewhere("2")).machine == (Setting(name="Definition"),)
    assert between(elsewhere("1"), elsewhere("1")).empty


def test_the_machines_own_settings_are_told():
    before, after = machine(A={"Type": "Pass"}), machine(A={"Type": "Pass"})
    before["Properties"]["LoggingConfiguration"] = {"Level": "ERROR"}
    after["Properties"]["LoggingConfiguration"] = {"Level": "ALL"}
    assert between(template(M=before), template(M=after)).machine == (
        Setting(name="LoggingConfiguration.Level", before="ERROR", after="ALL"),
    )


# --- permissions -------------------------------------------------------------------------------


def role(*statements, **properties):
    document = {"Statement": list(statements)}
    policies = [{"PolicyName": "maestro", "PolicyDocument": document}] if statements else []
    return {"Type": "AWS::IAM::Role", "Properties": {"Policies": policies, **properties}}


def allows(action, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


@pytest.mark.parametrize(
    ("before", "after", "widened", "narrowed"),
    [
        (role(), role(allows("s3:GetObject")), 1, 0),
        (role(allows("s3:GetObject")), role(), 0, 1),
        (role(allows("s3:*")), role(allows("s3:GetObject")), 0, 1),
        (role(allows("s3:GetObject")), role(allows("s3:*")), 1, 0),
        (role(allows("s3:GetObject", "arn:b/*")), role(allows("s3:GetObject", "arn:b/x")), 0, 1),
        (role(allows(["a:B", "a:C"])), role(allows("a:C"), allows("a:B")), 0, 0),
        (role({**allows("a:B"), "Effect": "Deny"}), role(), 1, 0),
        (role(), role({**allows("a:B"), "Effect": "Deny"}), 0, 1),
        (role(allows("a:B", Condition={"x": 1})), role(allows("a:B")), 1, 0),
        (role(allows("a:B")), role(allows("a:B", Condition={"x": 1})), 0, 1),
        (role(), role(ManagedPolicyArns=["arn:aws:iam::aws:policy/X"]), 1, 0),
        (role(), role({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}), 1, 0),
    ],
)
def test_what_widens_is_told_from_what_does_not(before, after, widened, narrowed):
    found = between(template(R=before), template(R=after))
    assert (len(found.widened), len(found.narrowed)) == (widened, narrowed)


def test_a_policy_of_its_own_is_its_roles():
    policy = {
        "Type": "AWS::IAM::Policy",
        "Properties": {
            "Roles": [{"Ref": "R"}],
            "PolicyDocument": {
                "Statement": [allows("lambda:InvokeFunction", {"Fn::GetAtt": ["F", "Arn"]})]
            },
        },
    }
    (grant,) = between(template(R=role()), template(R=role(), P=policy)).widened
    assert (grant.role, grant.action, grant.resource) == ("R", "lambda:InvokeFunction", "${F.Arn}")


def test_who_may_take_a_role_on_is_a_permission():
    trust = {
        "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "arn:of:another"}}
        ]
    }
    (grant,) = between(template(R=role()), template(R=role(AssumeRolePolicyDocument=trust))).widened
    assert (grant.role, grant.action, grant.resource) == ("arn:of:another", "sts:AssumeRole", "R")


# --- what CloudFormation says ------------------------------------------------------------------


def change(action="Modify", key="T", replacement=None):
    return Change(
        action=action, logical_id=key, physical_id="t", type="X::Y::Z", replacement=replacement
    )


def test_replacements_and_deletions_are_told_apart():
    old, new = template(T={"Type": "X::Y::Z"}), template(T={"Type": "X::Y::Z", "Properties": {}})
    sure, maybe, gone = (
        change(replacement="True"),
        change(replacement="Conditional"),
        change("Remove"),
    )
    found = foreseen(between(old, new), (sure, maybe, gone), old, new)
    assert found.replaced == (sure, maybe)
    assert found.deleted == (gone,)


def test_what_only_refers_to_something_that_changes_is_no_replacement():
    same = template(T={"Type": "X::Y::Z"})
    changes = (change(replacement="Conditional"),)
    assert foreseen(between(same, same), changes, same, same).replaced == ()
