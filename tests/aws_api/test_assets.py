import json
from datetime import UTC, datetime

import boto3
import pytest

from maestro_cdk.aws.assets import LARGE, AssetBucket
from maestro_cdk.aws.session import connect
from maestro_cdk.errors import AccessDenied, CloudError, CredentialsError
from maestro_cdk.model import Identity

from .conftest import ACCOUNT, REGION, connected

BUCKET = f"maestro-assets-{ACCOUNT}-{REGION}"
OURS = {"Bucket": BUCKET, "ExpectedBucketOwner": ACCOUNT}


@pytest.fixture
def s3(moto):
    return boto3.client("s3", region_name=REGION)


@pytest.fixture
def bucket(stubbed, clock):
    """The bucket of a service that answers from a list."""

    def make(region=REGION, partition="aws", **options):
        s3 = stubbed("S3", "s3")
        who = Identity(account=ACCOUNT, arn="arn:x:user/ann", region=region, partition=partition)
        assets = AssetBucket(s3.service, who=lambda: who, address=address, clock=clock, **options)
        return s3, assets

    return make


def address(_, name):
    return f"https://{name}"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "code.zip"
    path.write_bytes(b"code")
    return path


def prepare(cloud, s3):
    """Prepare the bucket, without the policy: moto denies by it whatever its condition says."""
    cloud.assets.prepare()
    s3.delete_bucket_policy(Bucket=BUCKET)


SETTING_UP = (
    "put_public_access_block",
    "put_bucket_ownership_controls",
    "put_bucket_encryption",
    "put_bucket_versioning",
    "put_bucket_policy",
    "put_bucket_lifecycle_configuration",
    "put_bucket_tagging",
)


def test_the_bucket_is_made_and_set_up(cloud, s3):
    assert cloud.assets.prepare() == BUCKET
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    blocks = s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"]
    assert list(blocks.values()) == [True] * 4
    rules = s3.get_bucket_ownership_controls(Bucket=BUCKET)["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    encryption = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]
    default = encryption["Rules"][0]["ApplyServerSideEncryptionByDefault"]
    assert default == {"SSEAlgorithm": "AES256"}
    assert s3.get_bucket_location(Bucket=BUCKET)["LocationConstraint"] == REGION
    assert s3.get_bucket_tagging(Bucket=BUCKET)["TagSet"] == [
        {"Key": "maestro:assets", "Value": "1"}
    ]


def test_what_does_not_come_by_tls_is_denied(cloud, s3):
    cloud.assets.prepare()
    (statement,) = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Resource"] == [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_nothing_that_is_current_ever_expires(cloud, s3):
    cloud.assets.prepare()
    rules = s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    assert not any("Expiration" in rule for rule in rules)
    assert rules[0]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
    assert rules[1]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}


@pytest.mark.parametrize(
    ("region", "named"),
    [
        ("us-east-1", {}),
        *(
            (region, {"CreateBucketConfiguration": {"LocationConstraint": region}})
            for region in ("eu-west-1", "cn-north-1", "us-gov-east-1", "eusc-de-east-1")
        ),
    ],
)
def test_the_bucket_is_asked_for_in_its_region(bucket, region, named):
    s3, assets = bucket(region)
    name = f"maestro-assets-{ACCOUNT}-{region}"
    asked = {"Bucket": name, "ObjectOwnership": "BucketOwnerEnforced", **named}
    s3.refuses("get_bucket_tagging", "NoSuchBucket")
    s3.answers("create_bucket", {}, asked)
    for operation in SETTING_UP:
        s3.answers(operation)
    assert assets.prepare() == name


def test_in_us_east_1_no_location_is_named(moto, clock):
    cloud = connected(clock, "us-east-1")
    name = cloud.assets.prepare()
    s3 = boto3.client("s3", region_name="us-east-1")
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] is None


def test_in_another_partition_the_policy_names_that(moto, clock):
    cloud = connected(clock, "cn-north-1")
    name = cloud.assets.prepare()
    policy = boto3.client("s3", region_name="cn-north-1").get_bucket_policy(Bucket=name)["Policy"]
    assert f"arn:aws-cn:s3:::{name}" in policy


def test_a_bucket_that_is_set_up_costs_one_call(bucket):
    s3, assets = bucket()
    s3.answers("get_bucket_tagging", {"TagSet": [{"Key": "maestro:assets", "Value": "1"}]}, OURS)
    assert assets.prepare() == BUCKET


def test_a_bucket_of_a_later_maestro_is_left_as_it_is(bucket):
    s3, assets = bucket()
    s3.answers("get_bucket_tagging", {"TagSet": [{"Key": "maestro:assets", "Value": "99"}]})
    assets.prepare()


def test_a_half_made_bucket_is_finished_and_keeps_its_other_tags(cloud, s3):
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": [{"Key": "team", "Value": "payments"}]})
    cloud.assets.prepare()
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    tags = {each["Key"]: each["Value"] for each in s3.get_bucket_tagging(Bucket=BUCKET)["TagSet"]}
    assert tags == {"team": "payments", "maestro:assets": "1"}


@pytest.mark.parametrize("tag", ["0", "nonsense"])
def test_an_older_configuration_is_brought_up_to_date(bucket, tag):
    s3, assets = bucket()
    s3.answers(
        "get_bucket_tagging",
        {"TagSet": [{"Key": "maestro:assets", "Value": tag}, {"Key": "aws:x", "Value": "y"}]},
    )
    for operation in SETTING_UP[:-1]:
        s3.answers(operation)
    s3.answers(
        "put_bucket_tagging",
        None,
        {**OURS, "Tagging": {"TagSet": [{"Key": "maestro:assets", "Value": "1"}]}},
    )
    assets.prepare()


def test_whoever_was_faster_to_make_it_is_helped(bucket):
    s3, assets = bucket()
    s3.refuses("get_bucket_tagging", "NoSuchBucket")
    s3.refuses("create_bucket", "BucketAlreadyOwnedByYou")
    for operation in SETTING_UP:
        s3.answers(operation)
    assert assets.prepare() == BUCKET


def test_while_s3_holds_the_bucket_it_is_asked_again(bucket, clock):
    s3, assets = bucket()
    s3.refuses("get_bucket_tagging", "NoSuchBucket")
    s3.refuses("create_bucket", "OperationAborted")
    s3.answers("create_bucket")
    s3.refuses("put_public_access_block", "NoSuchBucket")
    s3.refuses("put_public_access_block", "OperationAborted")
    for operation in SETTING_UP:
        s3.answers(operation)
    assets.prepare()
    assert clock.slept == [1.0, 1.0, 2.0]


def test_its_patience_ends(bucket, clock):
    s3, assets = bucket()
    s3.refuses("get_bucket_tagging", "NoSuchBucket")
    for _ in range(15):
        s3.refuses("create_bucket", "OperationAborted")
    with pytest.raises(CloudError, match="OperationAborted"):
        assets.prepare()
    assert 100 < clock.monotonic() <= 120


def test_a_name_that_somebody_else_took_is_told(bucket):
    s3, assets = bucket()
    s3.refuses("get_bucket_tagging", "NoSuchBucket")
    s3.refuses("create_bucket", "BucketAlreadyExists")
    with pytest.raises(
        CloudError, match=f"^the bucket {BUCKET} belongs to an account other than {ACCOUNT}$"
    ):
        assets.prepare()


def test_a_bucket_that_may_not_be_seen_is_told_with_both_reasons(bucket):
    s3, assets = bucket()
    s3.refuses("get_bucket_tagging", "AccessDenied", expected=OURS)
    with pytest.raises(
        AccessDenied, match=r"^the bucket .* other than 123456789012, or .*\(s3:GetBucketTagging\)$"
    ):
        assets.prepare()


def test_what_is_put_is_no_longer_absent(cloud, s3, file):
    prepare(cloud, s3)
    keys = [f"p/{number}" for number in range(20)]
    assert cloud.assets.absent(keys) == tuple(keys)
    cloud.assets.put("p/3", file)
    cloud.assets.put("p/7", file)
    assert cloud.assets.absent(keys) == tuple(k for k in keys if k not in {"p/3", "p/7"})


def test_of_no_keys_none_is_absent_and_nothing_is_asked(clock):
    cloud = connect(clock=clock, environ={}, region=REGION)  # without credentials
    assert cloud.assets.absent([]) == ()


def test_keys_that_may_not_be_looked_at_are_not_taken_for_absent(bucket):
    s3, assets = bucket()
    s3.refuses("head_object", "403", expected={**OURS, "Key": "a"})
    s3.answers("list_objects_v2")
    with pytest.raises(AccessDenied):
        assets.absent(["a"])


@pytest.mark.parametrize("code", ["400", "403"])
def test_why_keys_may_not_be_looked_at_is_told(bucket, code):
    s3, assets = bucket()
    s3.refuses("head_object", code)
    s3.refuses("list_objects_v2", "ExpiredToken", "The provided token has expired")
    with pytest.raises(CredentialsError, match="expired"):
        assets.absent(["a"])


def test_an_object_goes_up_with_a_checksum(cloud, s3, file):
    prepare(cloud, s3)
    cloud.assets.put("p/code.zip", file)
    got = s3.get_object(Bucket=BUCKET, Key="p/code.zip", ChecksumMode="ENABLED")
    assert got["Body"].read() == b"code"
    assert got["ChecksumSHA256"]


def test_an_object_that_is_there_is_not_written_again(cloud, s3, file):
    prepare(cloud, s3)
    cloud.assets.put("p/code.zip", file)
    cloud.assets.put("p/code.zip", file)
    assert len(s3.list_object_versions(Bucket=BUCKET)["Versions"]) == 1


def test_two_who_put_the_same_at_once_both_succeed(bucket, file, clock):
    s3, assets = bucket()
    s3.refuses("put_object", "ConditionalRequestConflict")
    s3.refuses("put_object", "PreconditionFailed")
    assets.put("p/code.zip", file)
    assert clock.slept == [1.0]


def test_a_refused_upload_is_told(bucket, file):
    s3, assets = bucket()
    s3.refuses("put_object", "EntityTooLarge", "too large")
    with pytest.raises(CloudError, match="too large"):
        assets.put("p/code.zip", file)


def test_a_large_file_goes_up_in_parts(cloud, s3, tmp_path):
    prepare(cloud, s3)
    path = tmp_path / "large"
    path.write_bytes(b"x" * (LARGE + 1))
    cloud.assets.put("p/large", path)
    head = s3.head_object(Bucket=BUCKET, Key="p/large")
    assert head["ContentLength"] == LARGE + 1
    assert head["ETag"].strip('"').endswith("-5")


def test_a_large_file_without_a_bucket_is_told(cloud, tmp_path):
    path = tmp_path / "large"
    path.write_bytes(b"x" * LARGE)
    with pytest.raises(CloudError, match="NoSuchBucket"):
        cloud.assets.put("p/large", path)


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("us-east-1", "s3.us-east-1.amazonaws.com"),
        ("eu-west-1", "s3.eu-west-1.amazonaws.com"),
        ("cn-north-1", "s3.cn-north-1.amazonaws.com.cn"),
        ("us-gov-west-1", "s3.us-gov-west-1.amazonaws.com"),
        ("eusc-de-east-1", "s3.eusc-de-east-1.amazonaws.eu"),
    ],
)
def test_an_objects_address_is_of_its_bucket_in_its_region(moto, clock, region, host):
    url = connected(clock, region).assets.url("p/a+b.json")
    assert url == f"https://maestro-assets-{ACCOUNT}-{region}.{host}/p/a%2Bb.json"


def test_at_an_endpoint_an_address_is_a_path(moto, clock, monkeypatch):
    cloud = connected(clock)  # asks moto who it is
    name = cloud.assets.name
    assert (
        cloud._clients.bucket_url(
            boto3.client("s3", region_name=REGION, endpoint_url="http://127.0.0.1:4566/"), name
        )
        == f"http://127.0.0.1:4566/{name}"
    )


def test_removing_takes_every_version_and_marker_under_the_prefix_alone(cloud, s3, file):
    prepare(cloud, s3)
    for key in ("p/a", "p/b", "q/a"):
        cloud.assets.put(key, file)
    s3.put_object(Bucket=BUCKET, Key="p/a", Body=b"again")
    s3.delete_object(Bucket=BUCKET, Key="p/b")
    assert cloud.assets.remove("p/") == 2
    left = s3.list_object_versions(Bucket=BUCKET)
    assert [each["Key"] for each in left["Versions"]] == ["q/a"]
    assert "DeleteMarkers" not in left
    assert cloud.assets.remove("p/") == 0


def test_removing_goes_on_past_what_one_request_can_take(cloud, s3, clock):
    prepare(cloud, s3)
    for number in range(20):
        s3.put_object(Bucket=BUCKET, Key=f"p/{number}", Body=b"")
    assets = AssetBucket(
        cloud.assets._s3, who=lambda: cloud.identity, address=address, clock=clock, batch=7
    )
    assert assets.remove("p/") == 20
    assert "Versions" not in s3.list_object_versions(Bucket=BUCKET)


def test_removing_aborts_uploads_that_were_never_finished(cloud, s3):
    prepare(cloud, s3)
    s3.create_multipart_upload(Bucket=BUCKET, Key="p/a")
    s3.create_multipart_upload(Bucket=BUCKET, Key="q/a")
    cloud.assets.abandon("p/")
    left = s3.list_multipart_uploads(Bucket=BUCKET)["Uploads"]
    assert [each["Key"] for each in left] == ["q/a"]


def test_an_upload_that_ends_meanwhile_is_no_failure(bucket):
    s3, assets = bucket()
    s3.answers("list_multipart_uploads", {"Uploads": [{"Key": "p/a", "UploadId": "u"}]})
    s3.refuses(
        "abort_multipart_upload", "NoSuchUpload", expected={**OURS, "Key": "p/a", "UploadId": "u"}
    )
    assets.abandon("p/")


def test_where_there_is_no_bucket_there_is_nothing_to_remove(cloud):
    assert cloud.assets.remove("p/") == 0
    cloud.assets.abandon("p/")


def test_what_cannot_be_removed_is_told_after_the_rest_is_gone(bucket):
    s3, assets = bucket(batch=1)
    versions = [
        {"Key": key, "VersionId": "1", "LastModified": datetime(2026, 1, 1, tzinfo=UTC)}
        for key in ("p/a", "p/b")
    ]
    s3.answers("list_object_versions", {"Versions": versions}, {**OURS, "Prefix": "p/"})
    error = {"Key": "p/a", "Code": "InternalError", "Message": "try again"}
    s3.answers("delete_objects", {"Errors": [error]})
    s3.answers("delete_objects")
    with pytest.raises(CloudError, match=r"1 object versions .* p/a: try again \(InternalError\)"):
        assets.remove("p/")


def test_an_empty_prefix_would_be_everybodys(bucket):
    with pytest.raises(ValueError, match="every project"):
        bucket()[1].remove("")


def test_files_are_listed_and_go_but_for_their_versions(cloud, s3, file):
    prepare(cloud, s3)
    assert cloud.assets.listed("approval/") == {}
    for key in ("approval/1.zip", "approval/2.zip", "approval-prod/1.zip"):
        cloud.assets.put(key, file)
    listed = cloud.assets.listed("approval/")
    assert list(listed) == ["approval/1.zip", "approval/2.zip"]
    assert all(written.tzinfo is not None for written in listed.values())
    cloud.assets.discard(["approval/1.zip"])
    assert list(cloud.assets.listed("approval/")) == ["approval/2.zip"]
    versions = s3.list_object_versions(Bucket=BUCKET, Prefix="approval/1.zip")["Versions"]
    assert len(versions) == 1


def test_where_there_is_no_bucket_nothing_is_listed(cloud):
    assert cloud.assets.listed("approval/") == {}


def test_objects_are_written_over_and_read(cloud, s3):
    assert cloud.assets.read("approval/versions/1.json") is None  # without a bucket
    prepare(cloud, s3)
    cloud.assets.write("approval/versions/1.json", b"one")
    cloud.assets.write("approval/versions/1.json", b"two")
    assert cloud.assets.read("approval/versions/1.json") == b"two"
    assert cloud.assets.read("approval/versions/2.json") is None
