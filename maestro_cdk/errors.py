"""What can go wrong, as one tree.

MaestroError
├── UsageError            it was asked wrongly: exit 2
├── ProjectError          the folder, its settings or its definition: every problem at once
├── TemplateError         a template of `new`, or the place it should go to
├── SynthesisError        CDK, or code of the user's that CDK runs
├── CloudError            AWS, or whatever answers at its endpoint
│   ├── CredentialsError  none, expired, or of another account
│   ├── AccessDenied      the caller may not do this
│   ├── Unreachable       nobody answers at the endpoint
│   ├── StackBusy         another operation runs on the stack
│   ├── StackForeign      the stack is not this project's
│   ├── ReleaseUnderway   live goes over to another version just now
│   └── DeploymentFailed  CloudFormation could not make it so
│       └── TemplateRejected  and said so before it began
├── LocalError            the AWS on this machine
├── ExecutionFailed       an execution that did not succeed
└── Aborted               the user said no
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maestro_cdk.model import Finding, SourceRef


class MaestroError(Exception):
    """A reason to stop that a user can act on.

    Args:
        message: what is wrong, with the value that is.
        hint: what to do about it.
        where: the place in the user's files that made it.
    """

    exit_code = 1
    in_result = False
    """Whether the result that was printed tells of it: then JSON output has no second document."""

    def __init__(
        self, message: str, *, hint: str | None = None, where: "SourceRef | None" = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.where = where


class UsageError(MaestroError):
    """It was asked wrongly."""

    exit_code = 2


class ProjectError(MaestroError):
    """The folder cannot be deployed; `findings` holds every reason found."""

    def __init__(self, findings: "Sequence[Finding]") -> None:
        errors = [finding for finding in findings if finding.severity == "error"]
        first = errors[0] if errors else findings[0]
        super().__init__(first.message, hint=first.hint, where=first.where)
        self.findings = tuple(findings)


class TemplateError(MaestroError):
    """A template, or the place where a project should go."""


class SynthesisError(MaestroError):
    """CDK could not make the cloud assembly."""


class CloudError(MaestroError):
    """AWS refused, or did not answer."""


class CredentialsError(CloudError):
    """No credentials, expired ones, or those of another account."""


class AccessDenied(CloudError):
    """The caller may not do this."""


class Unreachable(CloudError):
    """Nobody answers at the endpoint."""


class StackBusy(CloudError):
    """Another operation runs on the stack."""


class StackForeign(CloudError):
    """The stack is not this project's, so it is left alone."""


class ReleaseUnderway(CloudError):
    """The alias live goes over from one version to another just now."""


class DeploymentFailed(CloudError):
    """CloudFormation could not make the stack as it should be."""


class TemplateRejected(DeploymentFailed):
    """CloudFormation found mistakes in a template before it deployed any of it.

    Args:
        reasons: the logical id of each resource, and what is wrong with it.
    """

    def __init__(self, reasons: "Sequence[tuple[str, str]]") -> None:
        said = "; ".join(f"{name}: {reason}" if name else reason for name, reason in reasons)
        super().__init__(f"CloudFormation cannot deploy the template: {said}")
        self.reasons = tuple(reasons)


class LocalError(MaestroError):
    """The AWS on this machine could not be started or stopped."""


class ExecutionFailed(MaestroError):
    """An execution ended otherwise than by success."""


class Aborted(MaestroError):
    """The user said no; nothing was changed."""
