"""Names that something outside of a stack has."""

import pytest

from maestro_cdk.actions.naming import taken
from maestro_cdk.errors import AccessDenied

LOGS = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/maestro/a/f"}}
TOPIC = {"Type": "AWS::SNS::Topic"}
UNNAMED = {"Type": "AWS::Logs::LogGroup"}


@pytest.fixture
def found(cloud, clock):
    def ask(new, old=None):
        template = {"Resources": new}
        return taken(
            {"Resources": old} if old else None, template, cloud.identity, cloud=cloud, clock=clock
        )

    return ask


def test_a_log_group_that_something_left_is_found(found, cloud):
    cloud.logs.names = {"/maestro/a/f", "/maestro/a/function"}
    assert found({"L": LOGS}) == ("AWS::Logs::LogGroup /maestro/a/f",)


def test_a_name_that_only_begins_so_is_another(found, cloud):
    cloud.logs.names = {"/maestro/a/function"}
    assert found({"L": LOGS}) == ()


def test_what_the_stack_has_is_its_own(found, cloud):
    cloud.logs.names = {"/maestro/a/f"}
    assert found({"L": LOGS}, old={"L": LOGS}) == ()


def test_what_has_no_name_of_its_own_cannot_be_taken(found):
    assert found({"T": TOPIC, "U": UNNAMED}) == ()


def test_where_nobody_may_look_cloudformation_tells(found, cloud):
    def groups(_):
        raise AccessDenied("no")

    cloud.logs.groups = groups
    assert found({"L": LOGS}) == ()
