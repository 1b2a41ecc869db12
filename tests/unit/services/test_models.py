"""What the installed botocore's data files say, as definitions name it."""

import botocore.loaders
import pytest

from maestro_cdk.services.models import BotocoreModels

MODELS = BotocoreModels()


@pytest.mark.slow
def test_each_service_of_botocore_is_named_as_its_own_model_names_it():
    loader = botocore.loaders.create_loader()
    installed = {
        loader.load_service_model(name, "service-2")["metadata"]["serviceId"]
        for name in loader.list_available_services("service-2")
    }
    # The guide strikes the last word of "Directory Service", and of the others that end so.
    expected = {
        "".join(filter(str.isalnum, name.lower())).removesuffix("service") for name in installed
    }
    assert {name.removesuffix("service") for name in MODELS.names()} == expected


@pytest.mark.parametrize(
    ("name", "action", "parameter"),
    [
        ("sfn", "startExecution", "StateMachineArn"),
        ("eventbridge", "putEvents", "Entries"),
        ("dynamodb", "putItem", "TableName"),
        ("cloudwatchlogs", "createLogGroup", "LogGroupName"),
        ("costandusagereport", "deleteReportDefinition", "ReportName"),
        ("bedrockagent", "getPrompt", "PromptIdentifier"),
        ("ecs", "runTask", "Cluster"),
    ],
)
def test_actions_are_in_camel_case_and_parameters_in_pascal_case(name, action, parameter):
    service = MODELS.service(name)
    assert action in service.actions
    assert parameter in service.operation(action).parameters.members


def test_what_is_not_there_is_none():
    assert MODELS.service("nosuch") is None
    assert MODELS.service("dynamodb").operation("PutItem") is None


def test_shapes_that_hold_themselves_are_followed_as_far_as_asked():
    put = MODELS.service("dynamodb").operation("putItem")
    assert put.name == "PutItem"
    assert put.parameters.required == ("TableName", "Item")
    attribute = put.parameters.members["Item"].element
    assert attribute.members["L"].element.members["S"].type == "string"
    assert "ConditionalCheckFailedException" in put.errors
    assert put.parameters.members["ReturnValues"].enum[0] == "NONE"


def test_an_action_without_parameters_has_no_input():
    assert MODELS.service("sts").operation("getCallerIdentity").parameters.members == {}


@pytest.mark.parametrize(
    ("service", "action", "path"),
    [
        ("rds", "stopDBInstance", ["DbInstanceIdentifier"]),
        ("s3", "putObject", ["Acl"]),
        ("s3", "copyObject", ["SseCustomerKeyMD5"]),
        ("s3", "putObject", ["ContentMD5"]),
        ("autoscaling", "createAutoScalingGroup", ["VpcZoneIdentifier"]),
        ("dynamodb", "putItem", ["Item", "", "Bool"]),
        ("ssmincidents", "updateReplicationSet", ["Arn"]),
        ("cloudtrail", "putEventSelectors", ["AdvancedEventSelectors", "", "FieldSelectors"]),
        ("ssmincidents", "listTimelineEvents", ["Filters", "", "Condition", "EqualsValue"]),
    ],
)
def test_parameters_are_named_as_the_sdk_for_java_names_them(service, action, path):
    shape = MODELS.service(service).operation(action).parameters
    for step in path:
        shape = shape.members[step] if step else shape.element


def test_a_token_that_the_caller_makes_up_is_not_required():
    start = MODELS.service("fis").operation("startExperiment")
    assert start.parameters.required == ("ExperimentTemplateId",)
    assert "ClientToken" in start.parameters.members


def test_an_operation_is_made_once_and_knows_whether_it_is_deprecated():
    lambda_ = MODELS.service("lambda")
    assert lambda_.operation("invoke") is lambda_.operation("invoke")
    assert not lambda_.operation("invoke").deprecated
    assert lambda_.operation("invokeAsync").deprecated


def test_where_any_json_may_stand_is_a_document():
    converse = MODELS.service("bedrockruntime").operation("converse").parameters
    assert converse.members["AdditionalModelRequestFields"].type == "document"


@pytest.mark.parametrize(
    ("service", "action", "error"),
    [
        ("dynamodb", "putItem", "ConditionalCheckFailedException"),
        ("s3", "createBucket", "BucketAlreadyExistsException"),
        ("rds", "createDBInstance", "DbInstanceAlreadyExistsException"),
        ("sfn", "sendTaskSuccess", "InvalidTokenException"),
    ],
)
def test_errors_are_named_as_step_functions_raises_them(service, action, error):
    assert error in MODELS.service(service).operation(action).errors
