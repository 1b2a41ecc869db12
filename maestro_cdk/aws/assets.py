"""The bucket that maestro keeps in an account and region for what templates refer to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

from maestro_cdk.aws.bucket import make_sure, patiently
from maestro_cdk.aws.failures import Refusal
from maestro_cdk.aws.service import Service
from maestro_cdk.errors import AccessDenied, CloudError
from maestro_cdk.model import Identity
from maestro_cdk.ports import Clock

LARGE = 32 * 1024 * 1024
"""Bytes from which a file goes up in parts."""

BATCH = 1000
"""The most objects of one DeleteObjects
(https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html)."""

SIDE_BY_SIDE = 16


class AssetBucket:
    """The bucket `maestro-assets-<account>-<region>`, which no `cdk bootstrap` needs to make.

    Every call names the account that must own it, so that nothing goes to, or comes from, a
    bucket of that name that somebody else was quick to make.

    Args:
        s3: the service.
        who: tells the account and region.
        address: the address of a bucket, given the S3 client and the bucket's name.
        clock: what waiting goes by.
        batch: the most objects to delete by one request.
    """

    def __init__(
        self,
        s3: Service,
        *,
        who: Callable[[], Identity],
        address: Callable[[Any, str], str],
        clock: Clock,
        batch: int = BATCH,
    ) -> None:
        self._s3 = s3
        self._who = who
        self._address = address
        self._clock = clock
        self._batch = batch

    @property
    def name(self) -> str:
        """The bucket's name."""
        who = self._who()
        return f"maestro-assets-{who.account}-{who.region}"

    def prepare(self) -> str:
        """Make the bucket, or finish making it, where that is needed.

        Returns:
            The bucket's name.

        Raises:
            CloudError: it belongs to another account, or S3 refused.
        """
        make_sure(self._s3, self.name, self._who(), self._clock)
        return self.name

    def absent(self, keys: Sequence[str], /) -> tuple[str, ...]:
        """Those of `keys` that the bucket does not hold, in their order.

        Raises:
            CloudError: S3 refused.
        """
        if not keys:
            return ()
        _ = self._s3.client, self._bucket  # once, before the threads ask for them together
        with ThreadPoolExecutor(min(SIDE_BY_SIDE, len(keys))) as threads:
            there = list(threads.map(self._holds, keys))
        return tuple(key for key, held in zip(keys, there, strict=True) if not held)

    def put(self, key: str, path: Path, /) -> None:
        """Upload a file, with a checksum that S3 verifies.

        A key names its content, so an object that is there already stays as it is.

        Args:
            key: the object's key.
            path: the file.

        Raises:
            CloudError: S3 refused.
        """
        with path.open("rb") as body:
            if path.stat().st_size < LARGE:
                self._put_whole(key, body)
            else:
                self._put_in_parts(key, body)

    def write(self, key: str, content: bytes, /) -> None:
        """Put an object there, in place of one of that key, with a checksum that S3 verifies.

        The bucket is made where it is not there yet.

        Raises:
            CloudError: S3 refused.
        """
        wanted = {**self._bucket, "Key": key, "Body": content, "ChecksumAlgorithm": "SHA256"}
        try:
            self._s3.call("put_object", **wanted)
        except Refusal as refusal:
            if refusal.code != "NoSuchBucket":
                raise
            self.prepare()
            self._s3.call("put_object", **wanted)

    def read(self, key: str, /) -> bytes | None:
        """An object's content; None where there is none, or no bucket.

        Raises:
            CloudError: S3 refused.
        """
        try:
            answer = self._s3.call("get_object", **self._bucket, Key=key)
        except Refusal as refusal:
            if refusal.code in {"NoSuchKey", "NoSuchBucket"}:
                return None
            raise
        with self._s3.told():
            return bytes(answer["Body"].read())

    def url(self, key: str, /) -> str:
        """The address by which CloudFormation reads an object."""
        return f"{self._address(self._s3.client, self.name)}/{quote(key)}"

    def listed(self, prefix: str, /) -> dict[str, datetime]:
        """The keys under a prefix, and when each was written; none where there is no bucket.

        Raises:
            CloudError: S3 refused.
        """
        try:
            return {
                each["Key"]: each["LastModified"].astimezone(UTC)
                for page in self._s3.pages("list_objects_v2", **self._bucket, Prefix=prefix)
                for each in page.get("Contents", [])
            }
        except Refusal as refusal:
            if refusal.code == "NoSuchBucket":
                return {}
            raise

    def discard(self, keys: Sequence[str], /) -> None:
        """Delete objects; the bucket keeps their versions for as long as its lifecycle says.

        Raises:
            CloudError: S3 refused.
        """
        for start in range(0, len(keys), self._batch):
            batch = [{"Key": key} for key in keys[start : start + self._batch]]
            self._s3.call(
                "delete_objects", **self._bucket, Delete={"Objects": batch, "Quiet": True}
            )

    def remove(self, prefix: str, /) -> int:
        """Delete every object under `prefix` in all its versions.

        Args:
            prefix: what the keys begin with; a folder's ends with a slash.

        Returns:
            How many objects there were; none where there is no bucket.

        Raises:
            CloudError: some objects could not be deleted; the others are.
            ValueError: the prefix is empty, which would mean every project's.
        """
        _check(prefix)
        try:
            return self._remove_objects(prefix)
        except Refusal as refusal:
            if refusal.code == "NoSuchBucket":
                return 0
            raise

    def abandon(self, prefix: str, /) -> None:
        """Abort the uploads under `prefix` that nobody ended.

        Args:
            prefix: what the keys begin with; a folder's ends with a slash.

        Raises:
            CloudError: S3 refused.
            ValueError: the prefix is empty, which would mean every project's.
        """
        _check(prefix)
        try:
            self._abort_uploads(prefix)
        except Refusal as refusal:
            if refusal.code != "NoSuchBucket":
                raise

    @property
    def _bucket(self) -> Mapping[str, str]:
        return {"Bucket": self.name, "ExpectedBucketOwner": self._who().account}

    def _holds(self, key: str) -> bool:
        try:
            self._s3.call("head_object", **self._bucket, Key=key)
        except Refusal as refusal:
            if refusal.code in {"404", "NoSuchKey", "NotFound"}:
                return False
            self._explain()
            raise
        except AccessDenied:
            self._explain()
            raise
        return True

    def _explain(self) -> None:
        """Have S3 say why it refuses: to HEAD it answers with a number and no more.

        Raises:
            CloudError: the reason, such as credentials that have expired.
        """
        self._s3.call("list_objects_v2", **self._bucket, MaxKeys=1)

    def _put_in_parts(self, key: str, body: BinaryIO) -> None:
        from s3transfer.manager import (  # noqa: PLC0415 - 0.1 s, for large files only
            TransferConfig,
            TransferManager,
        )

        config = TransferConfig(multipart_threshold=LARGE)
        checked = {
            "ChecksumAlgorithm": "SHA256",
            "ExpectedBucketOwner": self._who().account,
        }
        client = self._s3.client
        with self._s3.told(), TransferManager(client, config) as manager:
            manager.upload(body, self.name, key, extra_args=checked).result()

    def _put_whole(self, key: str, body: BinaryIO) -> None:
        def put() -> None:
            body.seek(0)
            self._s3.call(
                "put_object",
                **self._bucket,
                Key=key,
                Body=body,
                ChecksumAlgorithm="SHA256",
                IfNoneMatch="*",
            )

        # The second code means that it is there, the first that somebody beside us is just
        # putting it there, and may yet fail
        # (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html).
        try:
            patiently(self._clock, put, codes=frozenset({"ConditionalRequestConflict"}))
        except Refusal as refusal:
            if refusal.code != "PreconditionFailed":
                raise

    def _remove_objects(self, prefix: str) -> int:
        keys: set[str] = set()
        failed: list[Mapping[str, str]] = []
        versions = self._versions(prefix)
        while batch := list(islice(versions, self._batch)):
            answer = self._s3.call(
                "delete_objects", **self._bucket, Delete={"Objects": batch, "Quiet": True}
            )
            keys.update(each["Key"] for each in batch)
            failed += answer.get("Errors", [])
        if failed:
            first = failed[0]
            reason = f"{first.get('Message', 'no reason given')} ({first.get('Code', 'Unknown')})"
            raise CloudError(
                f"{len(failed)} object versions could not be deleted from {self.name}; "
                f"the first, {first.get('Key')}: {reason}",
                hint="the others are gone; the same command again tries what is left",
            )
        return len(keys)

    def _versions(self, prefix: str) -> Iterator[dict[str, str]]:
        for page in self._s3.pages("list_object_versions", **self._bucket, Prefix=prefix):
            for each in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
                yield {"Key": each["Key"], "VersionId": each["VersionId"]}

    def _abort_uploads(self, prefix: str) -> None:
        for page in self._s3.pages("list_multipart_uploads", **self._bucket, Prefix=prefix):
            for each in page.get("Uploads", []):
                try:
                    self._s3.call(
                        "abort_multipart_upload",
                        **self._bucket,
                        Key=each["Key"],
                        UploadId=each["UploadId"],
                    )
                except Refusal as refusal:
                    if refusal.code != "NoSuchUpload":
                        raise


def _check(prefix: str) -> None:
    if not prefix:
        raise ValueError("an empty prefix is every project's")
