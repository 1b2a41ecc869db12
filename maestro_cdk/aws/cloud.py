"""An account in a region, by its services."""

from threading import Lock
from typing import Any

from maestro_cdk.aws.assets import AssetBucket
from maestro_cdk.aws.boto import Clients
from maestro_cdk.aws.express import AnyMachines
from maestro_cdk.aws.functions import Lambda
from maestro_cdk.aws.logs import CloudWatchLogs
from maestro_cdk.aws.roles import Iam
from maestro_cdk.aws.service import Service
from maestro_cdk.aws.stacks import CloudFormation
from maestro_cdk.aws.versions import StateMachineVersions
from maestro_cdk.errors import CloudError
from maestro_cdk.model import Identity
from maestro_cdk.ports import Clock


class AwsCloud:
    """AWS as the port `Cloud` wants it; any number of threads may use it.

    Args:
        clients: makes boto3's clients, each when first needed.
        clock: what waiting goes by.
        profile: the profile in use, for hints.
    """

    def __init__(self, clients: Clients, *, clock: Clock, profile: str | None) -> None:
        self._clients = clients
        self._profile = profile
        self._asking = Lock()
        self._identity: Identity | None = None
        self._sts = Service("STS", lambda: clients.make("sts"), profile=profile)
        self.assets = AssetBucket(
            self._service("S3", "s3"),
            who=lambda: self.identity,
            address=clients.bucket_url,
            clock=clock,
        )
        self.stacks = CloudFormation(self._service("CloudFormation", "cloudformation"), clock=clock)
        states = self._service("Step Functions", "stepfunctions")
        self.logs = CloudWatchLogs(self._service("CloudWatch Logs", "logs"))
        self.machines = AnyMachines(
            states,
            patient=self._service("Step Functions", "stepfunctions", patient=True),
            logs=self.logs,
            clock=clock,
        )
        functions = self._service("Lambda", "lambda")
        self.functions = Lambda(functions)
        watch = self._service("CloudWatch", "cloudwatch")
        self.versions = StateMachineVersions(states, functions, watch)
        self.roles = Iam(self._service("IAM", "iam"))

    @property
    def region(self) -> str:
        """The region; known without asking AWS."""
        return self._clients.region

    @property
    def identity(self) -> Identity:
        """Whose credentials these are; AWS is asked once, whoever asks here first.

        Raises:
            CloudError: AWS does not accept them, or does not answer.
        """
        with self._asking:
            if self._identity is None:
                answer = self._sts.call("get_caller_identity")
                arn = str(answer["Arn"])
                self._identity = Identity(
                    account=str(answer["Account"]),
                    arn=arn,
                    region=self._clients.region,
                    partition=arn.split(":")[1],
                )
            return self._identity

    def _principal(self) -> str | None:
        try:
            return self.identity.arn
        except CloudError:
            return None  # the refusal that is being told is the news, not this one

    def _service(self, name: str, boto: str, **options: Any) -> Service:
        return Service(
            name,
            lambda: self._clients.make(boto, **options),
            profile=self._profile,
            principal=self._principal,
        )
