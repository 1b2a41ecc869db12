"""AWS's list of aws-sdk integrations, held to the models of its services."""

from pathlib import Path

import pytest

from maestro_cdk.asl.sdk import ENDED, UNSUPPORTED
from maestro_cdk.services.models import BotocoreModels

MODELS = BotocoreModels()
PREFIXES = (Path(__file__).with_name("exception_prefixes.txt")).read_text("utf-8").split()
"""Those of the errors of each service on the list; in small letters, the service's name.

https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
"""


def test_every_service_of_the_list_is_known_by_its_name_or_has_ended():
    listed = {prefix.lower() for prefix in PREFIXES}
    assert len(listed) == 389
    assert listed - {*MODELS.names()} == ENDED


@pytest.mark.parametrize("prefix", [prefix for prefix in PREFIXES if prefix.lower() not in ENDED])
def test_the_prefix_of_a_services_errors_is_that_of_the_list(prefix):
    assert MODELS.service(prefix.lower()).prefix == prefix


@pytest.mark.parametrize("service", UNSUPPORTED)
def test_what_is_unsupported_is_of_a_service_of_the_list(service):
    assert service in {prefix.lower() for prefix in PREFIXES}
    assert all(action[0].islower() for action in UNSUPPORTED[service])


def test_most_of_what_is_unsupported_is_an_action_all_the_same():
    known = [
        action
        for service, actions in UNSUPPORTED.items()
        if (model := MODELS.service(service))
        for action in actions
        if action in model.actions
    ]
    assert {"assumeRole", "invokeAsync", "converseStream", "subscribeToShard"} <= {*known}
