"""Buckets and objects."""

import pytest

from tests.unit.asl.permissions.permitting import of_task, said, table

POINT = "arn:aws:s3:eu-west-1:123456789012:accesspoint/data"


@pytest.mark.parametrize(
    ("action", "arguments", "expected"),
    [
        ("getObject", {"Bucket": "b", "Key": "a/k"}, {"s3:GetObject": ["s3:::b/a/k"]}),
        (
            "getObject",
            {"Bucket": "b", "Key": "k", "VersionId": "1"},
            {"s3:GetObjectVersion": ["s3:::b/k"]},
        ),
        ("headBucket", {"Bucket": "b"}, {"s3:ListBucket": ["s3:::b"]}),
        ("listObjectsV2", {"Bucket": "b", "Prefix": "p"}, {"s3:ListBucket": ["s3:::b"]}),
        (
            "putObject",
            {"Bucket": "b", "Key": "k", "ACL": "private", "Tagging": "a=b"},
            {
                key: ["s3:::b/k"]
                for key in ("s3:PutObject", "s3:PutObjectAcl", "s3:PutObjectTagging")
            },
        ),
        (
            "deleteObjects",
            {"Bucket": "b", "Delete": {"Objects": [{"Key": "x"}, {"Key": "y"}]}},
            {"s3:DeleteObject": ["s3:::b/x", "s3:::b/y"]},
        ),
        (
            "copyObject",
            {"Bucket": "b", "Key": "k", "CopySource": "/from/a%20b", "TaggingDirective": "REPLACE"},
            {"s3:GetObject": ["s3:::from/a b"], "s3:PutObject": ["s3:::b/k"]},
        ),
        (
            "copyObject",
            {"Bucket": "b", "Key": "k", "CopySource": "from/x"},
            {
                "s3:GetObject": ["s3:::from/x"],
                "s3:GetObjectTagging": ["s3:::from/x"],
                "s3:PutObject": ["s3:::b/k"],
                "s3:PutObjectTagging": ["s3:::b/k"],
            },
        ),
        ("getObject", {"Bucket": POINT, "Key": "k"}, {"s3:GetObject": [f"{POINT}/object/k"]}),
        (
            "uploadPartCopy",
            {"Bucket": "b", "Key": "k", "CopySource": f"{POINT}/object/x"},
            {"s3:GetObject": [f"{POINT}/object/x"], "s3:PutObject": ["s3:::b/k"]},
        ),
        (
            "getObject",
            {"Bucket": "fast--euw1-az1--x-s3", "Key": "k"},
            {"s3express:CreateSession": ["s3express::bucket/fast--euw1-az1--x-s3"]},
        ),
    ],
)
def test_what_a_call_is_about(action, arguments, expected):
    found = of_task(f"aws-sdk:s3:{action}", arguments)
    assert table(found) == expected
    assert said(found) == []


def test_a_computed_key_is_any_of_its_bucket_and_worth_a_word():
    found = of_task("aws-sdk:s3:getObject", {"Bucket": "b", "Key": "{% 'in/' & $k %}"})
    assert table(found) == {"s3:GetObject": ["s3:::b/in/*"]}
    assert [severity for _, severity, _ in said(found)] == ["info"]


def test_a_computed_bucket_is_any_and_worth_a_warning():
    found = of_task("aws-sdk:s3:getObject", {"Bucket": "{% $b %}", "Key": "k"})
    assert table(found) == {"s3:GetObject": ["s3:::*/k"]}
    assert [severity for _, severity, _ in said(found)] == ["warning"]


def test_whose_bucket_it_must_be_is_a_condition():
    arguments = {"Bucket": "b", "Key": "k", "ExpectedBucketOwner": "123456789012"}
    (statement,) = of_task("aws-sdk:s3:getObject", arguments).statements
    assert statement.conditions == {"StringEquals": {"aws:ResourceAccount": "123456789012"}}
