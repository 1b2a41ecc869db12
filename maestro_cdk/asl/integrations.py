"""What a Task's Resource calls, and the integrations that Step Functions has been made for.

https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

from maestro_cdk.asl import arns
from maestro_cdk.asl.arns import Arn
from maestro_cdk.asl.machines import State

Kind: TypeAlias = Literal["optimized", "aws-sdk", "lambda", "activity"]

SYNC, SYNC_2, WAIT = "sync", "sync:2", "waitForTaskToken"
"""What stands behind the dot of a Resource; nothing does for "request response"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """What a Resource calls, as it is written there: whether AWS has it is another question.

    `kind` is "optimized" for `arn:aws:states:::SERVICE:ACTION`, "aws-sdk" for
    `arn:aws:states:::aws-sdk:SERVICE:ACTION`, "lambda" for the ARN of a function and "activity"
    for that of an activity; of these two, `action` is the name with what follows it. `pattern` is
    what stands behind the action's dot: `sync`, `sync:2`, `waitForTaskToken`, or nothing.
    """

    kind: Kind
    service: str
    action: str
    pattern: str
    arn: Arn

    @property
    def name(self) -> str:
        """Service and action, as AWS's guide names them: `dynamodb:putItem`."""
        prefix = "aws-sdk:" if self.kind == "aws-sdk" else ""
        return f"{prefix}{self.service}:{self.action}"

    @property
    def optimized(self) -> "Action | None":
        """What an optimized integration is; None where it is of another kind, or there is none."""
        if self.kind != "optimized":
            return None
        return OPTIMIZED.get(self.service, {}).get(self.action)

    @property
    def api(self) -> tuple[str, str] | None:
        """The service and its action, as aws-sdk integrations name them; None where unknown."""
        if self.kind == "aws-sdk":
            return self.service, self.action
        return self.optimized.api if self.optimized else None

    @property
    def invokes(self) -> bool:
        """Whether it invokes a Lambda function."""
        return self.kind == "lambda" or self.api == ("lambda", "invoke")

    @property
    def waits(self) -> bool:
        """Whether it goes on only when somebody else says so, rather than with an answer."""
        return self.kind == "activity" or self.pattern == WAIT


def calls(states: Iterable[State]) -> Iterator[tuple[State, Integration]]:
    """The Tasks of which it is known what they call."""
    for state in states:
        resource = state.value.get("Resource")
        if state.type == "Task" and isinstance(resource, str) and (found := parse(resource)):
            yield state, found


@lru_cache(maxsize=2**14)
def parse(resource: str) -> Integration | None:
    """What a Resource calls; None where it is no ARN of such a thing, or a token hides what.

    Partition, region and account may be anything: `aws-cn`, `${AWS::Partition}`, PARTITION.
    """
    arn = arns.parse(resource)
    if arn is None or "${" in arn.service:
        return None
    head, _, rest = arn.resource.partition(":")
    if arn.service == "lambda":
        if head != "function" or not rest:
            return None
        return Integration(kind="lambda", service="lambda", action=rest, pattern="", arn=arn)
    if arn.service != "states" or not rest:
        return None
    if head == "activity":
        return Integration(kind="activity", service="states", action=rest, pattern="", arn=arn)
    kind: Kind = "optimized"
    if head == "aws-sdk":
        kind = "aws-sdk"
        head, _, rest = rest.partition(":")
    action, _, pattern = rest.partition(".")
    if not action or "${" in arn.resource:
        return None
    return Integration(kind=kind, service=head, action=action, pattern=pattern, arn=arn)


# --- the optimized integrations ----------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """An action of an optimized integration.

    `patterns` are those it knows besides "request response". `api` is the service and the action
    behind it, as aws-sdk integrations name them: None where it is no API of AWS's. Where it is
    `plain`, it takes the parameters of that action, give or take few.
    """

    patterns: tuple[str, ...] = ()
    api: tuple[str, str] | None = None
    plain: bool = True


def _same(service: str, **actions: tuple[str, ...]) -> dict[str, Action]:
    """Actions that are those of an API, each with its patterns."""
    return {
        name: Action(patterns=patterns, api=(service, name)) for name, patterns in actions.items()
    }


def _like(api: tuple[str, str], *patterns: str) -> Action:
    """An action that stands for one of an API, and takes other parameters."""
    return Action(patterns=patterns, api=api, plain=False)


OPTIMIZED: Mapping[str, Mapping[str, Action]] = {
    "apigateway": {"invoke": Action(patterns=(WAIT,), plain=False)},
    "athena": _same(
        "athena",
        startQueryExecution=(SYNC,),
        stopQueryExecution=(),
        getQueryExecution=(),
        getQueryResults=(),
    ),
    "batch": _same("batch", submitJob=(SYNC,)),
    # The table of all integrations grants Bedrock and EKS the token, their own pages do not.
    "bedrock": {
        **_same("bedrock", createModelCustomizationJob=(SYNC, WAIT)),
        **_same("bedrockruntime", invokeModel=(WAIT,)),
    },
    "bedrockagentcore": _same("bedrockagentcore", invokeHarness=()),
    "codebuild": _same(
        "codebuild",
        startBuild=(SYNC,),
        stopBuild=(),
        batchDeleteBuilds=(),
        batchGetReports=(),
        startBuildBatch=(SYNC,),
        stopBuildBatch=(),
        retryBuildBatch=(SYNC,),
        deleteBuildBatch=(),
    ),
    "databrew": _same("databrew", startJobRun=(SYNC,)),
    "dynamodb": _same("dynamodb", getItem=(), putItem=(), updateItem=(), deleteItem=()),
    "ecs": _same("ecs", runTask=(SYNC, WAIT)),
    "eks": {
        **_same(
            "eks",
            createCluster=(SYNC, WAIT),
            deleteCluster=(SYNC, WAIT),
            createFargateProfile=(SYNC, WAIT),
            deleteFargateProfile=(SYNC, WAIT),
            createNodegroup=(SYNC, WAIT),
            deleteNodegroup=(SYNC, WAIT),
        ),
        "call": Action(patterns=(WAIT,), plain=False),
        "runJob": Action(patterns=(SYNC, WAIT), plain=False),
    },
    "elasticmapreduce": {
        "createCluster": _like(("emr", "runJobFlow"), SYNC),
        "setClusterTerminationProtection": _like(("emr", "setTerminationProtection")),
        "terminateCluster": _like(("emr", "terminateJobFlows"), SYNC),
        "addStep": _like(("emr", "addJobFlowSteps"), SYNC),
        "cancelStep": _like(("emr", "cancelSteps")),
        "modifyInstanceFleetByName": _like(("emr", "modifyInstanceFleet")),
        "modifyInstanceGroupByName": _like(("emr", "modifyInstanceGroups")),
    },
    "emr-containers": _same(
        "emrcontainers",
        createVirtualCluster=(),
        deleteVirtualCluster=(SYNC,),
        startJobRun=(SYNC,),
    ),
    "emr-serverless": _same(
        "emrserverless",
        createApplication=(SYNC,),
        startApplication=(SYNC,),
        stopApplication=(SYNC,),
        deleteApplication=(SYNC,),
        startJobRun=(SYNC,),
        cancelJobRun=(SYNC,),
    ),
    "events": _same("eventbridge", putEvents=(WAIT,)),
    "glue": _same("glue", startJobRun=(SYNC,)),
    "http": {"invoke": Action(plain=False)},
    "lambda": _same("lambda", invoke=(WAIT,)),
    "mediaconvert": _same("mediaconvert", createJob=(SYNC,)),
    "sagemaker": _same(
        "sagemaker",
        createEndpoint=(),
        createEndpointConfig=(),
        createHyperParameterTuningJob=(SYNC,),
        createLabelingJob=(SYNC,),
        createModel=(),
        createProcessingJob=(SYNC,),
        createTrainingJob=(SYNC,),
        createTransformJob=(SYNC,),
        updateEndpoint=(),
    ),
    "sns": _same("sns", publish=(WAIT,)),
    "sqs": _same("sqs", sendMessage=(WAIT,)),
    "states": _same("sfn", startExecution=(SYNC, SYNC_2, WAIT)),
}
"""What each service's optimized integration can do: service, action, what that is."""
