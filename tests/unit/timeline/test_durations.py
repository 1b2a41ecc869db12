"""Times in words."""

import pytest

from maestro_cdk.timeline.durations import duration


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.0123, "12 ms"), (1, "1.0 s"), (59.9, "59.9 s"), (61, "1 min 1 s"), (7260, "2 h 1 min")],
)
def test_times_are_said_as_a_person_reads_them(seconds, said):
    assert duration(seconds) == said
