"""Which of IAM's actions a call of an API needs.

Most have the name of the operation, under the prefix that the service's requests are signed for.
The others stand here, each with the page that says so; the reference of all actions is
https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html
"""

from collections.abc import Mapping

from maestro_cdk.ports import Authorization, Operation, Service

PREFIXES = {
    "cloudcontrol": "cloudformation",
    "cloudwatch": "cloudwatch",
    "iotdataplane": "iot",
    "iotjobsdataplane": "iotjobsdata",
    "iotsecuretunneling": "iot",
    "mturk": "mechanicalturk",
    "partnercentralaccount": "partnercentral",
    "partnercentralbenefits": "partnercentral",
    "partnercentralchannel": "partnercentral",
    "partnercentralselling": "partnercentral",
    "resourcegroupstaggingapi": "tag",
}
"""IAM's prefix of a service whose requests are signed for another name."""

_PARTIQL = ("PartiQLSelect", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete")
_NEPTUNE_QUERY = ("ReadDataViaQuery", "WriteDataViaQuery", "DeleteDataViaQuery")
_OUTPOSTS = (
    "CreateBucket", "DeleteBucket", "DeleteBucketPolicy", "GetBucket", "GetBucketPolicy",
    "GetBucketTagging", "GetBucketVersioning", "ListRegionalBuckets", "PutBucketPolicy",
    "PutBucketTagging", "PutBucketVersioning",
)  # fmt: skip

EXCEPTIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-filter-keys.html
    "accessanalyzer": {"GetFindingV2": ("GetFinding",), "ListFindingsV2": ("ListFindings",)},
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-control-access-iam.html
    "apigatewaymanagementapi": {
        "DeleteConnection": ("ManageConnections",),
        "GetConnection": ("ManageConnections",),
        "PostToConnection": ("ManageConnections",),
    },
    # https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-call.html
    "bedrockruntime": {
        "Converse": ("InvokeModel",),
        "ConverseStream": ("InvokeModelWithResponseStream",),
        "StartAsyncInvoke": ("InvokeModel",),
    },
    # https://docs.aws.amazon.com/cost-management/latest/userguide/billing-permissions-ref.html
    "budgets": {
        **dict.fromkeys(
            (
                "CreateBudget", "CreateNotification", "CreateSubscriber", "DeleteBudget",
                "DeleteNotification", "DeleteSubscriber", "UpdateBudget", "UpdateNotification",
                "UpdateSubscriber",
            ),
            ("ModifyBudget",),
        ),
        **dict.fromkeys(
            (
                "DescribeBudget", "DescribeBudgetNotificationsForAccount",
                "DescribeBudgetPerformanceHistory", "DescribeBudgets",
                "DescribeNotificationsForBudget", "DescribeSubscribersForNotification",
            ),
            ("ViewBudget",),
        ),
    },
    # https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateDistributionWithTags.html
    "cloudfront": {"CreateDistributionWithTags": ("CreateDistribution", "TagResource")},
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html
    "dynamodb": {
        "BatchExecuteStatement": _PARTIQL,
        "ExecuteStatement": _PARTIQL,
        "ExecuteTransaction": _PARTIQL,
        "TransactGetItems": ("GetItem",),
        "TransactWriteItems": ("ConditionCheckItem", "DeleteItem", "PutItem", "UpdateItem"),
    },
    # https://docs.aws.amazon.com/keyspaces/latest/devguide/security_iam_id-based-policy-examples.html
    "keyspaces": {
        **dict.fromkeys(("CreateKeyspace", "CreateTable", "CreateType"), ("Create",)),
        **dict.fromkeys(("DeleteKeyspace", "DeleteTable", "DeleteType"), ("Drop",)),
        **dict.fromkeys(
            (
                "GetKeyspace", "GetTable", "GetTableAutoScalingSettings", "GetType",
                "ListKeyspaces", "ListTables", "ListTagsForResource", "ListTypes",
            ),
            ("Select",),
        ),
        "RestoreTable": ("Restore",),
        **dict.fromkeys(("UpdateKeyspace", "UpdateTable"), ("Alter",)),
    },
    # https://docs.aws.amazon.com/kms/latest/APIReference/API_ReEncrypt.html
    "kms": {"ReEncrypt": ("ReEncryptFrom", "ReEncryptTo")},
    # https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
    "lambda": {
        "GetLayerVersionByArn": ("GetLayerVersion",),
        "Invoke": ("InvokeFunction",),
        "InvokeWithResponseStream": ("InvokeFunction",),
    },
    # https://docs.aws.amazon.com/neptune/latest/userguide/iam-dp-actions.html
    "neptunedata": {
        "CancelGremlinQuery": ("CancelQuery",),
        "CancelOpenCypherQuery": ("CancelQuery",),
        "DeletePropertygraphStatistics": ("DeleteStatistics",),
        "DeleteSparqlStatistics": ("DeleteStatistics",),
        "ExecuteFastReset": ("ResetDatabase",),
        **dict.fromkeys(
            (
                "ExecuteGremlinExplainQuery", "ExecuteGremlinProfileQuery", "ExecuteGremlinQuery",
                "ExecuteOpenCypherExplainQuery", "ExecuteOpenCypherQuery",
            ),
            _NEPTUNE_QUERY,
        ),
        "GetGremlinQueryStatus": ("GetQueryStatus",),
        "GetMLDataProcessingJob": ("GetMLDataProcessingJobStatus",),
        "GetMLEndpoint": ("GetMLEndpointStatus",),
        "GetMLModelTrainingJob": ("GetMLModelTrainingJobStatus",),
        "GetMLModelTransformJob": ("GetMLModelTransformJobStatus",),
        "GetOpenCypherQueryStatus": ("GetQueryStatus",),
        "GetPropertygraphStatistics": ("GetStatisticsStatus",),
        "GetPropertygraphStream": ("GetStreamRecords",),
        "GetPropertygraphSummary": ("GetGraphSummary",),
        "GetRDFGraphSummary": ("GetGraphSummary",),
        "GetSparqlStatistics": ("GetStatisticsStatus",),
        "GetSparqlStream": ("GetStreamRecords",),
        "ListGremlinQueries": ("GetQueryStatus",),
        "ListOpenCypherQueries": ("GetQueryStatus",),
        "ManagePropertygraphStatistics": ("ManageStatistics",),
        "ManageSparqlStatistics": ("ManageStatistics",),
    },
    # https://docs.aws.amazon.com/neptune-analytics/latest/userguide/query-APIs-IAM-operations.html
    "neptunegraph": {"ExecuteQuery": _NEPTUNE_QUERY, "GetQuery": ("GetQueryStatus",)},
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
    "s3": {
        "CompleteMultipartUpload": ("PutObject",),
        "CopyObject": ("GetObject", "PutObject"),
        "CreateBucketMetadataConfiguration": ("CreateBucketMetadataTableConfiguration",),
        "CreateMultipartUpload": ("PutObject",),
        "CreateSession": ("s3express:CreateSession",),
        # https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html
        "GetObjectAttributes": ("GetObject", "GetObjectAttributes"),
        "DeleteBucketAnalyticsConfiguration": ("PutAnalyticsConfiguration",),
        "DeleteBucketCors": ("PutBucketCORS",),
        "DeleteBucketEncryption": ("PutEncryptionConfiguration",),
        "DeleteBucketIntelligentTieringConfiguration": ("PutIntelligentTieringConfiguration",),
        "DeleteBucketInventoryConfiguration": ("PutInventoryConfiguration",),
        "DeleteBucketLifecycle": ("PutLifecycleConfiguration",),
        "DeleteBucketMetadataConfiguration": ("DeleteBucketMetadataTableConfiguration",),
        "DeleteBucketMetricsConfiguration": ("PutMetricsConfiguration",),
        "DeleteBucketOwnershipControls": ("PutBucketOwnershipControls",),
        "DeleteBucketReplication": ("PutReplicationConfiguration",),
        "DeleteBucketTagging": ("PutBucketTagging",),
        "DeleteObjects": ("DeleteObject",),
        "DeletePublicAccessBlock": ("PutBucketPublicAccessBlock",),
        "GetBucketAccelerateConfiguration": ("GetAccelerateConfiguration",),
        "GetBucketAnalyticsConfiguration": ("GetAnalyticsConfiguration",),
        "GetBucketEncryption": ("GetEncryptionConfiguration",),
        "GetBucketIntelligentTieringConfiguration": ("GetIntelligentTieringConfiguration",),
        "GetBucketInventoryConfiguration": ("GetInventoryConfiguration",),
        "GetBucketLifecycle": ("GetLifecycleConfiguration",),
        "GetBucketLifecycleConfiguration": ("GetLifecycleConfiguration",),
        "GetBucketMetadataConfiguration": ("GetBucketMetadataTableConfiguration",),
        "GetBucketMetricsConfiguration": ("GetMetricsConfiguration",),
        "GetBucketNotificationConfiguration": ("GetBucketNotification",),
        "GetBucketReplication": ("GetReplicationConfiguration",),
        "GetObjectLockConfiguration": ("GetBucketObjectLockConfiguration",),
        "GetPublicAccessBlock": ("GetBucketPublicAccessBlock",),
        "HeadBucket": ("ListBucket",),
        "HeadObject": ("GetObject",),
        "ListBucketAnalyticsConfigurations": ("GetAnalyticsConfiguration",),
        "ListBucketIntelligentTieringConfigurations": ("GetIntelligentTieringConfiguration",),
        "ListBucketInventoryConfigurations": ("GetInventoryConfiguration",),
        "ListBucketMetricsConfigurations": ("GetMetricsConfiguration",),
        "ListBuckets": ("ListAllMyBuckets",),
        "ListDirectoryBuckets": ("s3express:ListAllMyDirectoryBuckets",),
        "ListMultipartUploads": ("ListBucketMultipartUploads",),
        "ListObjectVersions": ("ListBucketVersions",),
        "ListObjects": ("ListBucket",),
        "ListObjectsV2": ("ListBucket",),
        "ListParts": ("ListMultipartUploadParts",),
        "PutBucketAccelerateConfiguration": ("PutAccelerateConfiguration",),
        "PutBucketAnalyticsConfiguration": ("PutAnalyticsConfiguration",),
        "PutBucketEncryption": ("PutEncryptionConfiguration",),
        "PutBucketIntelligentTieringConfiguration": ("PutIntelligentTieringConfiguration",),
        "PutBucketInventoryConfiguration": ("PutInventoryConfiguration",),
        "PutBucketLifecycle": ("PutLifecycleConfiguration",),
        "PutBucketLifecycleConfiguration": ("PutLifecycleConfiguration",),
        "PutBucketMetricsConfiguration": ("PutMetricsConfiguration",),
        "PutBucketNotificationConfiguration": ("PutBucketNotification",),
        "PutBucketReplication": ("PutReplicationConfiguration",),
        "PutObjectLockConfiguration": ("PutBucketObjectLockConfiguration",),
        "PutPublicAccessBlock": ("PutBucketPublicAccessBlock",),
        "RenameObject": ("s3express:CreateSession",),
        "SelectObjectContent": ("GetObject",),
        "UploadPart": ("PutObject",),
        "UploadPartCopy": ("GetObject", "PutObject"),
        "WriteGetObjectResponse": ("s3-object-lambda:WriteGetObjectResponse",),
    },
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/S3OutpostsIAM.html
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-directory-buckets-manage-scope.html
    "s3control": {
        **{name: (f"s3-outposts:{name}",) for name in _OUTPOSTS},
        "DeleteAccessPointScope": ("s3express:DeleteAccessPointScope",),
        "DeleteBucketLifecycleConfiguration": ("s3-outposts:PutLifecycleConfiguration",),
        "DeleteBucketReplication": ("s3-outposts:PutReplicationConfiguration",),
        "DeleteBucketTagging": ("s3-outposts:PutBucketTagging",),
        "DeletePublicAccessBlock": ("PutAccountPublicAccessBlock",),
        "GetAccessPointScope": ("s3express:GetAccessPointScope",),
        "GetBucketLifecycleConfiguration": ("s3-outposts:GetLifecycleConfiguration",),
        "GetBucketReplication": ("s3-outposts:GetReplicationConfiguration",),
        "GetPublicAccessBlock": ("GetAccountPublicAccessBlock",),
        "ListAccessPointsForDirectoryBuckets": ("s3express:ListAccessPointsForDirectoryBuckets",),
        "PutAccessPointScope": ("s3express:PutAccessPointScope",),
        "PutBucketLifecycleConfiguration": ("s3-outposts:PutLifecycleConfiguration",),
        "PutBucketReplication": ("s3-outposts:PutReplicationConfiguration",),
        "PutPublicAccessBlock": ("PutAccountPublicAccessBlock",),
    },
    # https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html
    "sns": {"PublishBatch": ("Publish",)},
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
    "sqs": {
        "ChangeMessageVisibilityBatch": ("ChangeMessageVisibility",),
        "DeleteMessageBatch": ("DeleteMessage",),
        "SendMessageBatch": ("SendMessage",),
    },
    # https://docs.aws.amazon.com/timestream/latest/developerguide/security_iam_service-with-iam.html
    "timestreamquery": {"Query": ("Select",)},
    # https://docs.aws.amazon.com/verifiedpermissions/latest/apireference/API_BatchIsAuthorized.html
    "verifiedpermissions": {
        "BatchGetPolicy": ("GetPolicy",),
        "BatchIsAuthorized": ("IsAuthorized",),
        "BatchIsAuthorizedWithToken": ("IsAuthorizedWithToken",),
    },
}  # fmt: skip
"""The actions that an operation needs, by service, where they are not called as it is."""

BY_METHOD = ("apigateway", "apigatewayv2")
"""Services whose actions are HTTP's methods:
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-iam-policy-examples.html"""


def prefix(service: Service) -> str:
    """What stands before the colon of the service's actions."""
    return PREFIXES.get(service.name, service.signing_name)


def of(service: Service, operation: Operation, known: Authorization) -> tuple[str, ...]:
    """The actions that an operation needs, as they are probably called: IAM need not have them."""
    own = prefix(service)
    names = EXCEPTIONS.get(service.name, {}).get(operation.name)
    if names is not None:
        return tuple(name if ":" in name else f"{own}:{name}" for name in names)
    name = f"{own}:{operation.name}"
    if service.name in BY_METHOD and known.action(name) is None:
        return (f"{own}:{operation.method}",)
    return (name,)
