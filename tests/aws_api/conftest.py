"""AWS as moto plays it, and nothing of this machine's."""

import os

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from maestro_cdk.aws.service import Service
from maestro_cdk.aws.session import connect
from tests.fakes.clock import FakeClock

REGION = "eu-west-1"
ACCOUNT = "123456789012"


def pytest_addoption(parser):
    parser.addoption(
        "--update-readme", action="store_true", help="write anew what the README tells of the truth"
    )


class Stubbed:
    """A service that answers from a list, and fails where it is asked anything else."""

    def __init__(self, name, boto):
        client = boto3.client(
            boto, region_name=REGION, aws_access_key_id="key", aws_secret_access_key="secret"
        )
        self.stubber = Stubber(client)
        self.stubber.activate()
        self.service = Service(name, lambda: client, principal=lambda: "arn:aws:iam::1:user/ann")

    def answers(self, operation, answer=None, expected=None):
        self.stubber.add_response(operation, answer or {}, expected)

    def refuses(self, operation, code, message="", expected=None):
        self.stubber.add_client_error(
            operation, service_error_code=code, service_message=message, expected_params=expected
        )

    def is_done(self):
        self.stubber.assert_no_pending_responses()


@pytest.fixture(autouse=True)
def isolated(monkeypatch, tmp_path):
    """Nothing of whoever runs the tests: no profile, no keys, no endpoint, no certificates."""
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return home


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def moto():
    with mock_aws():
        yield


@pytest.fixture
def cloud(moto, clock):
    return connected(clock)


@pytest.fixture
def stubbed():
    made = []

    def make(name, boto):
        made.append(Stubbed(name, boto))
        return made[-1]

    yield make
    for each in made:
        each.is_done()


def connected(clock, region=REGION):
    return connect(
        clock=clock, environ={}, region=region, access_key="testing", secret_key="testing"
    )


@pytest.fixture
def client():
    """Make a client of moto's."""
    return lambda name: boto3.client(
        name, region_name=REGION, aws_access_key_id="key", aws_secret_access_key="secret"
    )


@pytest.fixture
def service():
    """Wrap a client as the adapters want it."""
    return lambda name, made: Service(name, lambda: made)
