"""Answers of MiniStack's services, made what AWS answers."""

import asyncio
import json
from types import SimpleNamespace

import pytest

from maestro_cdk.local import mending

GOOD = {"Source": "shop", "DetailType": "ordered", "Detail": '{"a": 1}'}


def put(*entries):
    """What PutEvents answers, and what MiniStack was given."""
    given = []

    def of_ministack(data, **_):
        given.extend(data["Entries"])
        answer = {"FailedEntryCount": 0, "Entries": [{"EventId": "id"} for _ in data["Entries"]]}
        return 200, {}, json.dumps(answer).encode()

    events = SimpleNamespace(_put_events=of_ministack)
    mending._mend_events(events)
    return json.loads(events._put_events({"Entries": list(entries)})[2]), given


def test_events_that_are_sound_are_put():
    assert put(GOOD, GOOD) == (
        {"FailedEntryCount": 0, "Entries": [{"EventId": "id"}] * 2},
        [GOOD, GOOD],
    )


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"Source": ""}, "InvalidArgument"),
        ({"DetailType": None}, "InvalidArgument"),
        ({"Detail": None}, "InvalidArgument"),
        ({"Detail": "{"}, "MalformedDetail"),
        ({"Detail": "[1]"}, "MalformedDetail"),
        ({"Detail": 7}, "MalformedDetail"),
    ],
)
def test_one_that_lacks_something_is_refused_and_the_others_are_put(wrong, code):
    answer, given = put(GOOD, GOOD | wrong, GOOD)
    assert answer["FailedEntryCount"] == 1
    assert [entry.get("ErrorCode") for entry in answer["Entries"]] == [None, code, None]
    assert given == [GOOD, GOOD]


def stored(method="PUT", told=(("ETag", '"e"'),), **asked):
    """The headers of S3's answer, and those that MiniStack was asked with."""
    seen = {}

    async def of_ministack(_method, _path, headers, *_):
        seen.update(headers)
        return 200, dict(told), b""

    storage = SimpleNamespace(handle_request=of_ministack)
    mending._mend_storage(storage)
    headers = {name.replace("_", "-"): value for name, value in asked.items()}
    answer = asyncio.run(storage.handle_request(method, "/b/k", headers, b"", {}))
    return answer[1], seen


def test_an_object_has_the_type_that_s3_gives_it_or_its_own():
    assert stored()[1]["content-type"] == "binary/octet-stream"
    assert stored(content_type="text/plain")[1]["content-type"] == "text/plain"


def test_an_object_is_encrypted_and_its_checksum_told():
    told, _ = stored(x_amz_checksum_crc32="9NvfIQ==", x_amz_checksum_algorithm="CRC32")
    assert told == {
        "ETag": '"e"',
        "x-amz-server-side-encryption": "AES256",
        "x-amz-checksum-crc32": "9NvfIQ==",
        "x-amz-checksum-type": "FULL_OBJECT",
    }
    assert stored("GET", x_amz_checksum_crc32="x")[0].keys() == {
        *("ETag", "x-amz-server-side-encryption")
    }


def test_what_is_told_already_and_what_is_no_object_stay_as_they_are():
    own = (("ETag", '"e"'), ("x-amz-server-side-encryption", "aws:kms"))
    assert stored("GET", own)[0] == dict(own)
    assert stored("GET", (("Content-Type", "application/xml"),))[0] == {
        "Content-Type": "application/xml"
    }
