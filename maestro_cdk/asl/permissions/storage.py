"""What calls of S3 need: buckets and objects in their arguments.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from urllib.parse import unquote

from maestro_cdk.asl.permissions import actions
from maestro_cdk.asl.permissions.arguments import Arguments, Value
from maestro_cdk.asl.permissions.calls import Call, Need, Needs, limited, on
from maestro_cdk.asl.permissions.resources import Reach, computed
from maestro_cdk.ports import Authorization

_MORE: Mapping[str, Mapping[str, str]] = {
    "s3:PutObject": {
        "ACL": "s3:PutObjectAcl",
        "GrantFullControl": "s3:PutObjectAcl",
        "GrantRead": "s3:PutObjectAcl",
        "GrantReadACP": "s3:PutObjectAcl",
        "GrantWriteACP": "s3:PutObjectAcl",
        "ObjectLockLegalHoldStatus": "s3:PutObjectLegalHold",
        "ObjectLockMode": "s3:PutObjectRetention",
        "Tagging": "s3:PutObjectTagging",
    },
}
"""What an action needs besides where a parameter is given:
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A bucket and, in it, a key."""

    bucket: Value
    key: Value | None = None

    def reach(self, *, objects: bool) -> Reach:
        """What an action on the bucket, or on its objects, is allowed on."""
        bucket, key = self.bucket, self.key
        names = [bucket.name] if bucket.computed else []
        arn = bucket.text if bucket.text.startswith("arn:") else f"arn:PARTITION:s3:::{bucket.text}"
        if objects:
            names += [key.name] if key and key.computed else []
            between = "/object/" if ":accesspoint" in arn else "/"
            arn = f"{arn}{between}{key.text if key else '*'}"
        return Reach(arns=(arn,), why=computed(*names), wide=bucket.text == "*")


def calls(call: Call) -> Needs:
    """What a call of S3's API needs."""
    service, operation = call.services.service("s3"), call.operation
    if service is None or operation is None:
        return
    bucket = call.arguments.get("Bucket")
    if bucket is None:  # ListBuckets
        yield from call.needs(*actions.of(service, operation, call.known))
        return
    if bucket.text.endswith("--x-s3"):
        yield from _directory(bucket)
        return
    names = actions.of(service, operation, call.known)
    versions = call.arguments.has("VersionId")
    for name in names:
        source = name == "s3:GetObject" and "PutObject" in "".join(names)
        places = _source(call.arguments) if source else _places(call.arguments, bucket)
        actions_ = {_version(name, call.known) if versions else name: None}
        if call.arguments.has("Delete.Objects[].VersionId"):  # some of them may have one
            actions_[_version(name, call.known)] = None
        for place, action in product(places, actions_):
            yield from _owned(call.arguments, allowed(action, place, call.known))
    yield from _besides(call, names, Place(bucket=bucket, key=call.arguments.get("Key")))


def allowed(name: str, place: Place, known: Authorization) -> Needs:
    """An action of S3's on a bucket, or on objects in it, whichever it is for."""
    action = known.action(name)
    kinds = {kind.name for kind in action.resources} if action else set()
    if "object" in kinds or "bucket" in kinds:
        yield Need(action=name, reach=place.reach(objects="object" in kinds))
    else:
        yield on(name, "*")


def _besides(call: Call, names: tuple[str, ...], place: Place) -> Needs:
    found: dict[str, None] = {}
    for name in names:
        for parameter, action in _MORE.get(name, {}).items():
            if call.arguments.has(parameter):
                found[action] = None
    if call.action == "copyObject" and not _replaces_tags(call.arguments):
        # The tags go along: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
        found["s3:PutObjectTagging"] = None
        for source in _source(call.arguments):
            yield from allowed("s3:GetObjectTagging", source, call.known)
    for action in found:
        yield from _owned(call.arguments, allowed(action, place, call.known))


def _replaces_tags(arguments: Arguments) -> bool:
    directive = arguments.get("TaggingDirective")
    return directive is not None and directive.text == "REPLACE"


def _places(arguments: Arguments, bucket: Value) -> Iterator[Place]:
    keys = [*arguments.all("Key"), *arguments.all("Delete.Objects[].Key")]
    if not keys:
        yield Place(bucket=bucket)
    for key in keys:
        yield Place(bucket=bucket, key=key)


def _source(arguments: Arguments) -> Iterator[Place]:
    """Where a copy comes from: `bucket/key`, or the ARN of an access point with the key behind."""
    for value in arguments.all("CopySource"):
        text = unquote(value.text.partition("?")[0]).removeprefix("/")
        point = re.fullmatch(r"(arn:.*):?accesspoint/([^/]+)/object/(.*)", text)
        if point:
            bucket, key = f"{point[1]}:accesspoint/{point[2]}".replace("::", ":"), point[3]
        else:
            bucket, _, key = text.partition("/")
        yield Place(
            bucket=Value(name="CopySource", text=bucket, computed="*" in bucket),
            key=Value(name="CopySource", text=key or "*", computed=value.computed),
        )


def _version(name: str, known: Authorization) -> str:
    """The action on a version of an object."""
    versioned = name.replace("Object", "ObjectVersion", 1)
    return versioned if known.action(versioned) else name


def _directory(bucket: Value) -> Needs:
    """What any call on a directory bucket needs: a session.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-express-security-iam.html
    """
    arn = f"arn:PARTITION:s3express:REGION:ACCOUNT_ID:bucket/{bucket.text}"
    yield on("s3express:CreateSession", bucket.text if bucket.text.startswith("arn:") else arn)


def _owned(arguments: Arguments, needs: Needs) -> Needs:
    """Needs that hold for a bucket of the account that is expected to own it."""
    owner = arguments.get("ExpectedBucketOwner")
    if owner is None or owner.computed:
        yield from needs
        return
    for need in needs:
        if isinstance(need, Need):
            yield limited(need, {"StringEquals": {"aws:ResourceAccount": owner.text}})
