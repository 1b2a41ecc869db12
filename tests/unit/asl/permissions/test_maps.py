"""What a Map in distributed mode needs."""

import pytest

from tests.unit.asl.permissions.permitting import allowed, of_states, said, table, task

OWN = "arn:aws:states:eu-west-1:123456789012"


def distributed(mode="DISTRIBUTED", inner=None, **more):
    processor = {
        "ProcessorConfig": {"Mode": mode, "ExecutionType": "STANDARD"},
        "StartAt": "In",
        "States": {"In": inner or {"Type": "Pass", "End": True}},
    }
    return {"Each": {"Type": "Map", "ItemProcessor": processor, "End": True, **more}}


def reader(action, arguments, **config):
    return {
        "Resource": f"arn:aws:states:::s3:{action}",
        "Arguments": arguments,
        **({"ReaderConfig": config} if config else {}),
    }


def test_it_starts_executions_of_its_own_machine():
    found = of_states(distributed())
    assert allowed(found, "states:StartExecution", f"{OWN}:stateMachine:flow")
    for action in ("states:DescribeExecution", "states:StopExecution", "states:RedriveExecution"):
        assert allowed(found, action, f"{OWN}:execution:flow/Each:one")
        assert not allowed(found, action, f"{OWN}:execution:flower/Each:one")
    assert said(found) == []


def test_with_a_label_only_those_of_its_own_are_started_again():
    found = of_states(distributed(Label="Copy"))
    assert table(found)["states:RedriveExecution"] == ["states::execution:flow/Copy:*"]


def test_one_that_is_not_distributed_needs_nothing_itself():
    assert of_states(distributed("INLINE")).statements == ()


def test_what_its_children_need_is_needed_of_the_same_role():
    inner = task("sqs:sendMessage", {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/1/q"})
    (statement,) = [
        item
        for item in of_states(distributed(inner=inner)).statements
        if "sqs:SendMessage" in item.actions
    ]
    assert statement.states == ("In",)


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (
            reader("getObject", {"Bucket": "b", "Key": "in.csv"}, InputType="CSV"),
            {"s3:GetObject": ["s3:::b/in.csv"]},
        ),
        (
            reader("listObjectsV2", {"Bucket": "b", "Prefix": "in/"}),
            {"s3:ListBucket": ["s3:::b"]},
        ),
        (
            reader(
                "listObjectsV2",
                {"Bucket": "b", "Prefix": "in/"},
                InputType="JSON",
                Transformation="LOAD_AND_FLATTEN",
            ),
            {"s3:GetObject": ["s3:::b/in/*"], "s3:ListBucket": ["s3:::b"]},
        ),
        (
            reader(
                "getObject",
                {"Bucket": "b", "Key": "inv/src/all/2026-01-01T00-00Z/manifest.json"},
                InputType="MANIFEST",
            ),
            {"s3:GetObject": ["s3:::b/inv/src/all/*"]},
        ),
        (
            reader("getObject", {"Bucket": "b", "Key": "x-manifest.csv"}, InputType="MANIFEST"),
            {"s3:GetObject": ["s3:::b/*"]},
        ),
    ],
)
def test_what_it_reads(read, expected):
    found = table(of_states(distributed(ItemReader=read)))
    assert {key: value for key, value in found.items() if key.startswith("s3:")} == expected


def test_a_reader_that_is_not_known_is_an_error():
    read = {"Resource": "arn:aws:states:::s3:getBucketAcl", "Arguments": {"Bucket": "b"}}
    assert said(of_states(distributed(ItemReader=read)))[0][:2] == ("unknown-permission", "error")


@pytest.mark.parametrize(
    ("arguments", "below"),
    [
        ({"Bucket": "b", "Prefix": "out"}, "s3:::b/out/*"),
        ({"Bucket": "b", "Prefix": "out/"}, "s3:::b/out/*"),
        ({"Bucket": "b"}, "s3:::b/*"),
        ({"Bucket": "b", "Prefix": "{% 'run-' & $id %}"}, "s3:::b/run-*"),
    ],
)
def test_where_it_writes(arguments, below):
    writer = {"Resource": "arn:aws:states:::s3:putObject", "Arguments": arguments}
    found = table(of_states(distributed(ResultWriter=writer)))
    assert {key: value for key, value in found.items() if key.startswith("s3:")} == {
        key: [below]
        for key in (
            "s3:AbortMultipartUpload",
            "s3:GetObject",
            "s3:ListMultipartUploadParts",
            "s3:PutObject",
        )
    }


def test_arguments_in_jsonpath():
    read = {
        "Resource": "arn:aws:states:::s3:getObject",
        "Parameters": {"Bucket": "b", "Key.$": "$.key"},
    }
    found = of_states(distributed(ItemReader=read), language="JSONPath")
    assert table(found)["s3:GetObject"] == ["s3:::b/*"]


def test_whose_bucket_it_must_be_is_a_condition():
    read = reader("getObject", {"Bucket": "b", "Key": "k", "ExpectedBucketOwner": "123456789012"})
    (statement,) = [
        item
        for item in of_states(distributed(ItemReader=read)).statements
        if "s3:GetObject" in item.actions
    ]
    assert statement.conditions == {"StringEquals": {"aws:ResourceAccount": "123456789012"}}
