"""What the core says to whoever watches, and asks of whoever acts for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeAlias

from maestro_cdk.model import (
    Assembly,
    Bundle,
    ExecutionEvent,
    Finding,
    Identity,
    Project,
    StackEvent,
)

# --- what is said ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """A piece of work begins."""

    text: str


@dataclass(frozen=True, slots=True)
class Advanced:
    """One part of the work that began last is done: `done` parts of `total` by now."""

    text: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth knowing."""

    text: str


@dataclass(frozen=True, slots=True)
class Identified:
    """Whose account this is, and in which region the work is done."""

    identity: Identity


@dataclass(frozen=True, slots=True)
class Noticed:
    """A rule's finding that stops nothing."""

    finding: Finding


@dataclass(frozen=True, slots=True)
class Planned:
    """What the step that began last is about: the logical ids of the resources it changes."""

    resources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing was heard for a while: so many seconds since the work began."""

    seconds: float


@dataclass(frozen=True, slots=True)
class ResourceChanged:
    """CloudFormation took a step on a resource of the stack."""

    event: StackEvent


@dataclass(frozen=True, slots=True)
class ExecutionMoved:
    """An execution took a step."""

    event: ExecutionEvent


@dataclass(frozen=True, slots=True)
class Logged:
    """A function wrote a line; `call` is the id of the event of the execution that called it."""

    call: int
    time: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Counted:
    """So many of the items of a distributed Map are done; `run` is the id of the event it began with."""

    run: int
    done: int
    total: int
    failed: int


Event: TypeAlias = (
    Step
    | Advanced
    | Note
    | Identified
    | Noticed
    | Planned
    | Waiting
    | ResourceChanged
    | ExecutionMoved
    | Logged
    | Counted
)


class Reporter(Protocol):
    """Whoever watches: a terminal, a log, a test."""

    def emit(self, event: Event, /) -> None:
        """Take note of an event."""


# --- what is asked ---------------------------------------------------------------------------


class Clock(Protocol):
    """Time, so that tests need not wait for it."""

    def now(self) -> datetime:
        """The time of day, in UTC."""

    def monotonic(self) -> float:
        """Seconds that only grow."""

    def sleep(self, seconds: float, /) -> None:
        """Let time pass."""


class Synthesizer(Protocol):
    """Turns a project into a cloud assembly."""

    def synthesize(self, project: Project, bundles: Sequence[Bundle], out: Path, /) -> Assembly:
        """Write the assembly to `out`, in place of what an earlier one left there."""


# --- what AWS's services look like -----------------------------------------------------------


class Shape(Protocol):
    """What a parameter or a result looks like.

    `type` is structure, list, map, string, integer and so on, "document" where any JSON may stand;
    `enum` holds the values that a text can have. Members are named as definitions name them: in
    PascalCase.
    """

    @property
    def type(self) -> str:
        """What kind of value it is."""

    @property
    def enum(self) -> tuple[str, ...]:
        """The values that a text can have, where they are known."""

    @property
    def range(self) -> tuple[float | None, float | None]:
        """The least and the most that a number can be; of anything else, that it can hold."""

    @property
    def required(self) -> tuple[str, ...]:
        """The names of the members that a structure must have."""

    @property
    def members(self) -> Mapping[str, "Shape"]:
        """The members of a structure, by name."""

    @property
    def streaming(self) -> bool:
        """Whether it is a blob of any length: what an object of S3's holds."""

    @property
    def wire(self) -> Mapping[str, str]:
        """What the API itself calls each member."""

    @property
    def element(self) -> "Shape | None":
        """What a list or the values of a map hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An operation of a service.

    `name` is the API's, in PascalCase; `errors` is what it can raise, as Retry and Catch name it
    behind the service's prefix, `codes` which of them each code of the API's stands for.

    `method` and `path` are those of its HTTP request; in the path, `{name}` stands for a parameter.
    """

    name: str
    parameters: Shape | None
    result: Shape | None
    errors: tuple[str, ...]
    codes: Mapping[str, str] = field(default_factory=dict)
    deprecated: bool = False
    method: str = "POST"
    path: str = "/"


class Service(Protocol):
    """A service.

    `name` is the one it has in a definition, `client` the one that the SDK for Python has for it,
    `signing_name` that of its requests, `prefix` what the errors of its aws-sdk integration begin
    with.
    """

    name: str
    client: str
    signing_name: str
    prefix: str

    @property
    def actions(self) -> tuple[str, ...]:
        """The names of its actions, as definitions write them: in camelCase."""

    @property
    def codes(self) -> Mapping[str, str]:
        """The errors of all of its operations, by the API's codes, as Retry and Catch name them."""

    def operation(self, action: str) -> Operation | None:
        """What an action does; None where there is none of this name."""


class ServiceModels(Protocol):
    """What is known of AWS's services."""

    def names(self) -> tuple[str, ...]:
        """The names of all services, as `aws-sdk:<name>:<action>` has them."""

    def service(self, name: str) -> Service | None:
        """A service by its name; None where it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceType:
    """What an action of IAM's can be limited to: the form of its ARNs, `${Name}` for what differs.

    An action that is allowed on nothing of a required type is not allowed.
    """

    name: str
    arn: str
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """An action of IAM's, `dynamodb:GetItem`; one without resources is allowed on `*` or not."""

    name: str
    resources: tuple[ResourceType, ...]


class Authorization(Protocol):
    """What IAM knows of the actions of services."""

    def action(self, name: str) -> Action | None:
        """An action by its name with the service's prefix, in any case; None where IAM has none."""

    def arns(self, prefix: str) -> Mapping[str, str]:
        """The forms of the ARNs of a service's resources, by the names of their types."""
