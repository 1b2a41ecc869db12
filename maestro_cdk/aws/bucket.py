"""How the asset bucket is set up, and what sets it up."""

import json
from collections.abc import Callable
from typing import Any

from maestro_cdk.aws.failures import Refusal
from maestro_cdk.aws.service import Service
from maestro_cdk.errors import AccessDenied, CloudError
from maestro_cdk.model import Identity
from maestro_cdk.ports import Clock

TAG = "maestro:assets"
VERSION = 1
"""The number of this configuration: raise it with any change below, and every bucket follows."""

PATIENCE = 120.0
"""Seconds to wait for S3 to let go of a bucket that another operation holds."""

_HELD = frozenset({"OperationAborted", "NoSuchBucket"})
"""What S3 answers while a bucket of that name is being made or deleted elsewhere."""


def make_sure(s3: Service, bucket: str, who: Identity, clock: Clock) -> None:
    """Make the bucket, or finish making it, where that is needed.

    The tag is written last, so a bucket that carries it is set up to the end, and asking for it
    is all that there is to do on most days. A bucket with a higher number was set up by a later
    maestro and is left as it is.

    Args:
        s3: the service.
        bucket: the bucket's name.
        who: the account that must own it, and the region that it is in.
        clock: what waiting goes by.

    Raises:
        AccessDenied: the caller may not look at it, or it belongs to another account.
        CloudError: it belongs to another account, or S3 refused.
    """
    tags = _tags(s3, bucket, who)
    if tags is None:
        _create(s3, bucket, who, clock)
        tags = {}
    if _number(tags.get(TAG)) >= VERSION:
        return
    for operation, parameters in _configuration(bucket, who, tags):
        patiently(
            clock,
            _asker(s3, operation, Bucket=bucket, **parameters, ExpectedBucketOwner=who.account),
        )


def _tags(s3: Service, bucket: str, who: Identity) -> dict[str, str] | None:
    """The bucket's tags; None where there is no bucket."""
    try:
        answer = s3.call("get_bucket_tagging", Bucket=bucket, ExpectedBucketOwner=who.account)
    except Refusal as refusal:
        if refusal.code == "NoSuchBucket":
            return None
        if refusal.code == "NoSuchTagSet":
            return {}
        raise
    except AccessDenied as denied:
        # S3 answers the same to both: that is what ExpectedBucketOwner is for.
        raise AccessDenied(
            f"the bucket {bucket} belongs to an account other than {who.account}, "
            f"or {who.arn} may not read its tags (s3:GetBucketTagging)",
            hint=f"`aws s3api head-bucket --bucket {bucket} --expected-bucket-owner {who.account}` "
            "by an administrator of the account tells which",
        ) from denied
    return {tag["Key"]: tag["Value"] for tag in answer["TagSet"]}


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0


def _create(s3: Service, bucket: str, who: Identity, clock: Clock) -> None:
    # us-east-1 is said by saying nothing, and may not be named
    # (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html).
    place: dict[str, Any] = (
        {}
        if who.region == "us-east-1"
        else {"CreateBucketConfiguration": {"LocationConstraint": who.region}}
    )
    ask = _asker(s3, "create_bucket", Bucket=bucket, ObjectOwnership="BucketOwnerEnforced", **place)
    try:
        patiently(clock, ask)
    except Refusal as refusal:
        if refusal.code == "BucketAlreadyExists":
            raise CloudError(
                f"the bucket {bucket} belongs to an account other than {who.account}",
                hint="its name holds your account's number, so nobody else has use for it: report it "
                "to AWS, and deploy to another region until then",
            ) from refusal
        if refusal.code != "BucketAlreadyOwnedByYou":  # somebody beside us was faster
            raise


def _asker(s3: Service, operation: str, **parameters: Any) -> Callable[[], None]:
    def ask() -> None:
        s3.call(operation, **parameters)

    return ask


def patiently(clock: Clock, ask: Callable[[], None], *, codes: frozenset[str] = _HELD) -> None:
    """Ask again while S3 says that another operation is under way.

    Args:
        clock: what waiting goes by.
        ask: what to do.
        codes: the codes by which S3 says so.

    Raises:
        CloudError: any other refusal, or one of these after `PATIENCE`.
    """
    deadline = clock.monotonic() + PATIENCE
    pause = 1.0
    while True:
        try:
            return ask()
        except Refusal as refusal:
            if refusal.code not in codes or clock.monotonic() + pause > deadline:
                raise
        clock.sleep(pause)
        pause = min(pause * 2, 10.0)


def _configuration(
    bucket: str, who: Identity, tags: dict[str, str]
) -> tuple[tuple[str, dict[str, Any]], ...]:
    """The calls that set the bucket up, in their order; each may be made again."""
    # PutBucketTagging replaces every tag, and refuses AWS's own.
    kept = {key: value for key, value in tags.items() if not key.startswith("aws:")}
    return (
        (
            "put_public_access_block",
            {
                "PublicAccessBlockConfiguration": {
                    "BlockPublicAcls": True,
                    "IgnorePublicAcls": True,
                    "BlockPublicPolicy": True,
                    "RestrictPublicBuckets": True,
                }
            },
        ),
        (
            "put_bucket_ownership_controls",
            {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}},
        ),
        (
            "put_bucket_encryption",
            {
                "ServerSideEncryptionConfiguration": {
                    "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
                }
            },
        ),
        ("put_bucket_versioning", {"VersioningConfiguration": {"Status": "Enabled"}}),
        ("put_bucket_policy", {"Policy": json.dumps(_policy(bucket, who.partition))}),
        ("put_bucket_lifecycle_configuration", {"LifecycleConfiguration": {"Rules": _lifecycle()}}),
        ("put_bucket_tagging", {"Tagging": {"TagSet": _tag_set({**kept, TAG: str(VERSION)})}}),
    )


def _policy(bucket: str, partition: str) -> dict[str, Any]:
    arn = f"arn:{partition}:s3:::{bucket}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "OnlyByTls",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [arn, f"{arn}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }


def _lifecycle() -> list[dict[str, Any]]:
    """What nothing needs any more goes; what is current never does, for a stack may need it."""
    return [
        {
            "ID": "replaced-versions",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
        },
        {
            "ID": "unfinished-uploads",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        },
    ]


def _tag_set(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
