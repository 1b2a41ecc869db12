"""What AWS says of its aws-sdk integrations that no model of its services tells.

https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
"""

from collections.abc import Mapping

UPGRADE = "if it is newer than this boto3, upgrade boto3 or disable the rule"
"""What to do about a name that boto3 does not know, and AWS may."""

UNSUPPORTED: Mapping[str, frozenset[str]] = {
    service: frozenset(actions.split())
    for service, actions in {
        "applicationdiscovery": "describeExportConfigurations exportConfigurations",
        "bedrockagentruntime": "invokeAgent invokeFlow invokeInlineAgent optimizePrompt "
        "retrieveAndGenerateStream",
        "bedrockruntime": "invokeModelWithResponseStream converseStream",
        "cloudwatchlogs": "startLiveTail",
        "codedeploy": "batchGetDeploymentInstances getDeploymentInstance listDeploymentInstances "
        "skipWaitTimeForInstanceTermination",
        "comprehendmedical": "detectEntities",
        "dataexchange": "sendApiAsset",
        "directconnect": "allocateConnectionOnInterconnect describeConnectionLoa "
        "describeConnectionsOnInterconnect describeInterconnectLoa",
        "efs": "createTags",
        "elastictranscoder": "testRole",
        "emr": "describeJobFlows",
        "iot": "attachPrincipalPolicy listPrincipalPolicies detachPrincipalPolicy "
        "listPolicyPrincipals",
        "iotdeviceadvisor": "listTestCases",
        "iotsitewise": "invokeAssistant",
        "kinesis": "subscribeToShard",
        "lambda": "invokeAsync invokeWithResponseStream",
        "lexruntimev2": "startConversation",
        "mediapackage": "rotateChannelCredentials",
        "qbusiness": "chat",
        "rdsdata": "executeSql",
        "s3": "selectObjectContent",
        "s3control": "selectObjectContent",
        "sagemakerruntime": "invokeEndpointWithResponseStream",
        "securitylake": "getDatalake getDatalakeAutoEnable getDatalakeExceptionsExpiry "
        "getDatalakeExceptionsSubscription getDatalakeStatus "
        "createSubscriptionNotificationConfiguration createDatalake createDatalakeAutoEnable "
        "createDatalakeDelegatedAdmin createDatalakeExceptionsSubscription deleteDatalake "
        "updateDatalake updateSubscriptionNotificationConfiguration "
        "updateDatalakeExceptionsExpiry updateDatalakeExceptionsSubscription "
        "deleteDatalakeAutoEnable deleteDatalakeDelegatedAdmin "
        "deleteDatalakeExceptionsSubscription deleteSubscriptionNotificationConfiguration "
        "listDatalakeExceptions",
        "shield": "deleteSubscription",
        "sts": "assumeRole assumeRoleWithSAML assumeRoleWithWebIdentity",
    }.items()
}
"""The actions of each service that Step Functions does not call."""

ENDED = frozenset(
    {
        "apptest", "elasticinference", "elastictranscoder", "evidently", "honeycode",
        "iotanalytics", "iotevents", "ioteventsdata", "iotfleethub", "lookoutmetrics",
        "lookoutvision", "opsworks", "opsworkscm", "panorama", "privatenetworks", "qldb",
        "qldbsession", "robomaker", "simspaceweaver", "sms",
    }
)  # fmt: skip
"""Services that AWS lists, and whose end has come: no model tells what they could do."""
