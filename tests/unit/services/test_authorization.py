"""What the installed reference of IAM's says."""

import pytest

from maestro_cdk.services.authorization import IamReference

IAM = IamReference()


def test_an_action_is_found_in_any_case_and_named_as_iam_does():
    assert IAM.action("dynamodb:getitem").name == "dynamodb:GetItem"


def test_an_action_knows_what_it_can_be_limited_to():
    (kind,) = IAM.action("dynamodb:GetItem").resources
    assert (kind.name, kind.required) == ("table", True)
    assert kind.arn == "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}"


def test_one_that_cannot_be_limited_has_no_resources():
    assert IAM.action("s3:ListAllMyBuckets").resources == ()


@pytest.mark.parametrize("name", ["dynamodb:Frobnicate", "frobnicate:GetItem", "", "../x:y"])
def test_what_iam_does_not_have_is_none(name):
    assert IAM.action(name) is None


def test_the_forms_of_a_services_arns():
    forms = IAM.arns("sqs")
    assert forms == {"queue": "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}"}
    assert IAM.arns("frobnicate") == {}
