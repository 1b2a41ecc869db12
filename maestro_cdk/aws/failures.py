"""Where what botocore raises becomes ours: the only place that knows both."""

from collections.abc import Callable
from types import MappingProxyType

from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from maestro_cdk.errors import AccessDenied, CloudError, CredentialsError, MaestroError, Unreachable

NO_REGION = "say --region, or set AWS_REGION, or `region` in [stages.X] of maestro.toml"
LOCAL = "`--local` needs none: it uses the AWS on this machine"

EXPIRED = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
)
UNKNOWN = frozenset(
    {
        "AuthFailure",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSecurity",
        "InvalidSignatureException",
        "InvalidToken",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "NotAuthorized",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
DENIED = frozenset(
    {
        "403",  # S3 answers HEAD without a body, so without a code
        "AccessDenied",
        "AccessDeniedException",
        "AllAccessDisabled",
        "UnauthorizedOperation",
    }
)

_SSO = (boto.SSOError, boto.TokenRetrievalError, boto.NoAuthTokenError)
_LOGIN = (boto.LoginError,)
_CREDENTIALS = (
    boto.NoCredentialsError,
    boto.PartialCredentialsError,
    boto.CredentialRetrievalError,
    boto.UnknownCredentialError,
    boto.InfiniteLoopConfigError,
    boto.InvalidConfigError,
)
_UNREACHABLE = (boto.ConnectionError, boto.HTTPClientError)


class Refusal(CloudError):
    """A service's answer that is an error, with the code by which an adapter may know it.

    Args:
        service: the service as people call it.
        operation: the operation as the API calls it.
        code: the error's code.
        text: what the service says about it.
    """

    def __init__(self, *, service: str, operation: str, code: str, text: str) -> None:
        super().__init__(f"{service} refused {operation}: {text} ({code})")
        self.service = service
        self.operation = operation
        self.code = code
        self.text = text


def translated(
    error: Exception,
    *,
    service: str,
    endpoint: str,
    profile: str | None,
    principal: Callable[[], str | None],
) -> MaestroError | None:
    """Say in our words what botocore raised.

    Args:
        error: what was raised.
        service: the service that was asked, as people call it.
        endpoint: its address.
        profile: the profile in use, which hints name.
        principal: tells whose credentials were refused; asked only then.

    Returns:
        The error to raise; None where `error` is not botocore's, which is a bug of ours.
    """
    if isinstance(error, boto.ClientError):
        return _refused(error, service=service, profile=profile, principal=principal)
    if isinstance(error, boto.NoRegionError):
        return CloudError("no region is set", hint=NO_REGION)
    told = str(error).rstrip(".")
    if isinstance(error, _UNREACHABLE):
        at = "" if "URL" in told else f" at {endpoint}"
        return Unreachable(
            f"{service} does not answer{at}: {told}",
            hint="check the network, a proxy (HTTPS_PROXY), and AWS_ENDPOINT_URL if it is set",
        )
    if isinstance(error, ValueError) and "Invalid endpoint" in told:
        return Unreachable(
            f"{service} has no address: {told}",
            hint="AWS_ENDPOINT_URL is an address like http://127.0.0.1:4566",
        )
    if isinstance(error, ResponseParserError):
        return Unreachable(
            f"what answers at {endpoint} is not {service}",
            hint="a proxy or a login page may stand between, or AWS_ENDPOINT_URL may be wrong",
        )
    if isinstance(error, boto.BotoCoreError):
        return _credentials(error, profile) or CloudError(f"{service} could not be asked: {told}")
    return None


def _credentials(error: Exception, profile: str | None) -> CredentialsError | None:
    option = f" --profile {profile}" if profile else ""
    text = str(error).rstrip(".")
    if isinstance(error, boto.ProfileNotFound):
        return CredentialsError(
            f"there is no profile {error.kwargs.get('profile')!r} in the AWS configuration",
            hint="`aws configure list-profiles` names those that there are; choose one by --profile",
        )
    if isinstance(error, _SSO):
        return CredentialsError(
            f"the SSO session is over, or was never begun: {text}",
            hint=f"run `aws sso login{option}`",
        )
    if isinstance(error, _LOGIN):
        return CredentialsError(f"the login is over: {text}", hint=f"run `aws login{option}`")
    if isinstance(error, boto.NoCredentialsError):
        return CredentialsError(
            "no AWS credentials were found",
            hint=f"run `aws configure` or `aws sso login`, or choose a profile by --profile; {LOCAL}",
        )
    if isinstance(error, _CREDENTIALS):
        return CredentialsError(
            f"the AWS credentials cannot be used: {text}",
            hint=f"run `aws configure{option}`, or choose another profile by --profile",
        )
    return None


def _refused(
    error: boto.ClientError,
    *,
    service: str,
    profile: str | None,
    principal: Callable[[], str | None],
) -> CloudError:
    answer = error.response.get("Error", {})
    code = str(answer.get("Code") or "Unknown")
    text = str(answer.get("Message") or "no reason given").rstrip(".")
    operation = str(error.operation_name)
    option = f" --profile {profile}" if profile else ""
    if operation.startswith("AssumeRole"):  # asked by boto3, to get credentials at all
        return CredentialsError(
            f"the role of these credentials cannot be assumed: {text} ({code})",
            hint="check role_arn and source_profile of the profile, and whom the role trusts",
        )
    if code in EXPIRED:
        return CredentialsError(
            f"the AWS credentials have expired: {text}",
            hint=f"run `aws sso login{option}`, or renew them however they were got",
        )
    if code in UNKNOWN:
        return CredentialsError(
            f"AWS does not accept these credentials: {text} ({code})",
            hint=f"run `aws configure{option}`, check the clock of this machine, or choose another "
            f"profile by --profile; {LOCAL}",
        )
    if code in DENIED:
        who = principal() or "whoever has these credentials"
        return AccessDenied(
            f"{who} may not do {operation} of {service}: {text}",
            hint=f"the action to allow is {_ACTIONS.get(service, service.lower())}:{operation}, "
            "or one that it needs in turn",
        )
    return Refusal(service=service, operation=operation, code=code, text=text)


_ACTIONS = MappingProxyType(
    {
        "CloudFormation": "cloudformation",
        "CloudWatch Logs": "logs",
        "IAM": "iam",
        "Lambda": "lambda",
        "S3": "s3",
        "STS": "sts",
        "Step Functions": "states",
    }
)
