"""What the local Step Functions asks of the AWS around it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from maestro_cdk.model import JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A state machine, as an ARN names it: by itself, by a version or by an alias.

    `definition` is its text; `version` and `alias` are the ARNs that led here, where one did.
    """

    arn: str
    name: str
    type: Literal["STANDARD", "EXPRESS"]
    role: str
    definition: str
    logging: Mapping[str, JSON] = field(default_factory=dict)
    revision: str = ""
    created: float = 0.0
    version: str | None = None
    alias: str | None = None


class Around(Protocol):
    """The AWS that the machines are kept in. What is asked, is asked for the caller's account."""

    def find(self, arn: str, /) -> Found | None:
        """The machine that an ARN names: of an alias one of its versions, by their weights."""

    def place(self) -> tuple[str, str]:
        """The region and the account of whoever asks."""

    def credentials(self, role: str, /) -> Mapping[str, str] | None:
        """Keys to act as a role, named as botocore's clients take them; None: it is not here."""

    def connection(self, arn: str, /) -> Mapping[str, str] | None:
        """The headers that a connection of EventBridge's adds; None: there is no such."""

    def scale(self) -> float:
        """What waits are multiplied by."""

    def tag(self, arn: str, tags: Sequence[Mapping[str, str]], /) -> None:
        """Keep the tags of something that is not kept there itself."""

    def announce(self, detail: Mapping[str, Any], /) -> None:
        """Tell EventBridge that an execution stands otherwise."""
