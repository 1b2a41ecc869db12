"""ARNs in pieces, and the placeholders in them."""

import pytest

from maestro_cdk.asl import arns
from maestro_cdk.model import PseudoParameter

REGION = PseudoParameter(name="AWS::Region")
ACCOUNT = PseudoParameter(name="AWS::AccountId")
PARTITION = PseudoParameter(name="AWS::Partition")


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("arn:aws:s3:::b", ["arn:aws:s3:::b"]),
        ("REGION", [REGION]),
        (
            "arn:aws:s3:::data-ACCOUNT_ID-REGION/*",
            ["arn:aws:s3:::data-", ACCOUNT, "-", REGION, "/*"],
        ),
        (
            "arn:PARTITION:sns:REGION:ACCOUNT_ID:t",
            ["arn:", PARTITION, ":sns:", REGION, ":", ACCOUNT, ":t"],
        ),
        ("log_REGION.txt", ["log_", REGION, ".txt"]),
        ("REGIONAL/SUBREGION/REGION1/1REGION", ["REGIONAL/SUBREGION/REGION1/1REGION"]),
        ("${REGION}:${My-REGION}", ["${REGION}:${My-REGION}"]),
        ("region", ["region"]),
    ],
)
def test_placeholders_are_whole_words(text, pieces):
    assert arns.words(text) == pieces


@pytest.mark.parametrize(
    "region", ["eu-west-1", "us-gov-east-1", "us-iso-east-1", "eusc-de-east-1", "ap-southeast-12"]
)
def test_a_region_is_one(region):
    assert arns.REGION.fullmatch(region)


@pytest.mark.parametrize("region", ["eu", "EU-WEST-1", "e-west-1", "eu-west", "eu-1", "region"])
def test_what_is_no_region_is_none(region):
    assert not arns.REGION.fullmatch(region)
