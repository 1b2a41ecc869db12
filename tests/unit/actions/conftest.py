"""A cloud, a clock and a reporter for each test, and a deployment in one call."""

import pytest

from maestro_cdk.actions import deploy as deploying
from tests.fakes.clock import FakeClock
from tests.fakes.cloud import FakeCloud
from tests.fakes.projects import FakeSynthesizer, project
from tests.fakes.reporter import FakeReporter


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def cloud(clock):
    return FakeCloud(clock)


@pytest.fixture
def reporter():
    return FakeReporter()


@pytest.fixture
def synthesizer():
    return FakeSynthesizer()


@pytest.fixture
def prepare(tmp_path, cloud, clock, reporter, synthesizer):
    """Plan the deployment of a project."""
    runs = iter(range(100))

    def prepared(wanted=None, **more):
        return deploying.prepare(
            wanted or project(),
            (),
            tmp_path / f"assembly-{next(runs)}",
            **{
                "cloud": cloud,
                "clock": clock,
                "reporter": reporter,
                "synthesizer": synthesizer,
                **more,
            },
        )

    return prepared


@pytest.fixture
def deploy(prepare, cloud, clock, reporter):
    """Plan a deployment and carry it out."""

    def deployed(wanted=None):
        return deploying.apply(prepare(wanted), cloud=cloud, reporter=reporter, clock=clock)

    return deployed
