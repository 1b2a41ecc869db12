"""Runtimes that AWS no longer looks after."""

import json
from datetime import date
from pathlib import Path

import cfnlint
import pytest

from maestro_cdk.project import lifecycles, runtimes

RECORDED = "data/AdditionalSpecs/LmbdRuntimeLifecycle.json"


def complaint(runtime, day):
    return lifecycles.complaint(runtime, date.fromisoformat(day))


def test_a_runtime_that_is_looked_after_is_fine():
    assert complaint("python3.13", "2029-06-29") is None


@pytest.mark.parametrize(
    ("day", "said", "fatal"),
    [
        ("2029-06-30", "python3.13 was deprecated on 2029-06-30", False),
        ("2029-07-31", "Lambda makes no new functions of python3.13 since 2029-07-31", False),
        ("2029-08-31", "Lambda takes no functions of python3.13 any more", True),
    ],
)
def test_first_it_is_a_warning_then_an_error(day, said, fatal):
    found = complaint("python3.13", day)
    assert found.message.startswith(said)
    assert found.hint == "change it to python3.14"
    assert found.fatal == fatal


def test_one_that_is_not_known_may_be_newer_than_we_are():
    found = complaint("python3.31", "2026-11-22")
    assert not found.fatal
    assert found.hint.startswith("did you mean 'python3.1")


@pytest.mark.parametrize(
    ("runtime", "system"),
    [
        ("python3.11", "al2"),
        ("python3.12", "al2023"),
        ("nodejs18.x", "al2"),
        ("python3.99", "al2023"),
    ],
)
def test_what_is_under_a_runtime_is_known(runtime, system):
    assert lifecycles.system(runtime) == system


def test_the_defaults_are_looked_after_for_a_year_at_least():
    for runtime in runtimes.DEFAULTS.values():
        assert complaint(runtime, "2027-11-22") is None


def test_the_table_is_what_others_read_on_the_same_page():
    """cfn-lint keeps the same table of AWS's, and renews it; ours follows."""
    recorded = json.loads((Path(cfnlint.__file__).parent / RECORDED).read_text())
    ours = {
        name: {
            "deprecated": str(known.deprecated),
            "create-block": str(known.no_creation),
            "update-block": str(known.no_update),
            "successor": known.successor,
        }
        for name, known in lifecycles.LIFECYCLES.items()
    }
    # Those are not for functions in zips: one of Lambda@Edge, and one of images.
    theirs = {
        name: recorded[name] for name in recorded if name not in ("nodejs4.3-edge", "dotnet9")
    }
    assert ours == theirs
