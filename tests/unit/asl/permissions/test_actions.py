"""Every operation of every service, held to the actions that IAM has."""

import pytest

from maestro_cdk.asl.permissions import actions
from tests.unit.asl.permissions.permitting import IAM, MODELS

pytestmark = pytest.mark.xdist_group("actions")  # what they share takes 10 s to make

# Operations whose actions IAM's reference does not have: new ones, and those of services that take
# no signed requests (codecatalyst, sso) or that are gone (cloudhsm, iotthingsgraph).
ABSENT = {
    "agentregistry": 1,
    "applicationcostprofiler": 6,
    "appstream": 1,
    "batch": 3,
    "bcmpricingcalculator": 9,
    "bedrockagent": 4,
    "bedrockagentcore": 1,
    "bedrockagentcorecontrol": 1,
    "bedrockagentruntime": 1,
    "bedrockruntime": 1,
    "cloudfront": 1,
    "cloudhsm": 18,
    "cloudsearchdomain": 1,
    "cloudtrail": 1,
    "cloudwatch": 3,
    "cloudwatchlogs": 1,
    "codecatalyst": 38,
    "cognitoidentityprovider": 7,
    "comprehendmedical": 1,
    "connect": 20,
    "connectparticipant": 11,
    "customerprofiles": 2,
    "databasemigration": 14,
    "datazone": 1,
    "deadline": 8,
    "detective": 1,
    "ec2": 5,
    "ecr": 1,
    "elementalinference": 2,
    "emrcontainers": 1,
    "finspacedata": 30,
    "geomaps": 3,
    "glue": 44,
    "iam": 2,
    "iamtoolbox": 1,
    "iotfleetwise": 2,
    "iotjobsdataplane": 1,
    "iotthingsgraph": 35,
    "kafkaconnect": 1,
    "lakeformation": 2,
    "lexmodelsv2": 3,
    "lightsail": 1,
    "marketplacecatalog": 1,
    "mediaconnect": 6,
    "mediaconvert": 2,
    "mediatailor": 4,
    "networkfirewall": 1,
    "outposts": 1,
    "qapps": 1,
    "quicksight": 11,
    "rds": 1,
    "redshiftdata": 1,
    "resourceexplorer2": 1,
    "route53globalresolver": 1,
    "route53resolver": 3,
    "sagemakerfeaturestoreruntime": 1,
    "securityhub": 4,
    "signin": 3,
    "sso": 4,
    "ssooidc": 3,
    "support": 4,
    "taxsettings": 4,
    "vpclattice": 1,
    "wickr": 1,
}


@pytest.fixture(scope="module")
def every():
    """The actions of each operation, by service and operation."""
    found = {}
    for name in MODELS.names():
        service = MODELS.service(name)
        for action in service.actions:
            operation = service.operation(action)
            found[name, operation.name] = actions.of(service, operation, IAM)
    return found


def test_the_action_of_every_operation_exists_or_is_known_not_to(every):
    absent = {}
    for (service, _), names in every.items():
        missing = sum(IAM.action(name) is None for name in names)
        if missing:
            absent[service] = absent.get(service, 0) + missing
    assert absent == ABSENT
    assert len(every) > 19_000


def test_every_operation_needs_an_action(every):
    assert all(every.values())


def test_an_exception_is_of_an_operation_whose_own_name_is_no_action(every):
    for service, table in actions.EXCEPTIONS.items():
        prefix = actions.prefix(MODELS.service(service))
        for operation in table:
            assert (service, operation) in every
            if service != "s3control":  # whose bucket operations are those of Outposts
                named = IAM.action(f"{prefix}:{operation}")
                assert named is None or named.name.partition(":")[2] in table[operation]


@pytest.mark.parametrize(
    ("service", "operation", "expected"),
    [
        ("s3", "ListObjectsV2", ("s3:ListBucket",)),
        ("s3", "HeadObject", ("s3:GetObject",)),
        ("s3", "CopyObject", ("s3:GetObject", "s3:PutObject")),
        ("lambda", "Invoke", ("lambda:InvokeFunction",)),
        ("bedrockruntime", "InvokeModel", ("bedrock:InvokeModel",)),
        ("bedrockruntime", "Converse", ("bedrock:InvokeModel",)),
        ("sesv2", "SendEmail", ("ses:SendEmail",)),
        ("cloudwatchlogs", "PutLogEvents", ("logs:PutLogEvents",)),
        ("efs", "CreateFileSystem", ("elasticfilesystem:CreateFileSystem",)),
        (
            "elasticloadbalancingv2",
            "DeregisterTargets",
            ("elasticloadbalancing:DeregisterTargets",),
        ),
        ("iotdataplane", "Publish", ("iot:Publish",)),
        ("opensearch", "DescribeDomain", ("es:DescribeDomain",)),
        ("s3control", "CreateJob", ("s3:CreateJob",)),
        ("cloudwatch", "PutMetricData", ("cloudwatch:PutMetricData",)),
        ("sfn", "StartExecution", ("states:StartExecution",)),
        ("eventbridge", "PutEvents", ("events:PutEvents",)),
        ("resourcegroupstaggingapi", "GetResources", ("tag:GetResources",)),
        ("apigateway", "GetRestApi", ("apigateway:GET",)),
        ("apigatewayv2", "CreateApi", ("apigateway:POST",)),
        ("kms", "ReEncrypt", ("kms:ReEncryptFrom", "kms:ReEncryptTo")),
    ],
)
def test_names_that_differ_from_the_services(every, service, operation, expected):
    assert every[service, operation] == expected
