"""What somebody meant who wrote a name that there is not."""

import pytest

from maestro_cdk.asl.nearest import nearest

NAMES = ("putItem", "getItem", "batchGetItem", "waitForTaskToken")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("PutItem", "putItem"),
        ("put-item", "putItem"),
        ("waitfortasktoken", "waitForTaskToken"),
        ("putItm", "putItem"),
        ("BATCHGETITM", "batchGetItem"),
        ("query", None),
        ("", None),
    ],
)
def test_the_same_but_for_case_is_nearer_than_the_most_like(name, expected):
    assert nearest(name, NAMES) == expected


def test_of_no_names_none_is_near():
    assert nearest("a", ()) is None
