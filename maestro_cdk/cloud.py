"""An account of AWS, as the actions know it: what is there, and what can be asked of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from maestro_cdk.model import (
    JSON,
    Execution,
    ExecutionEvent,
    Identity,
    PastExecution,
    Severity,
    StackEvent,
)
from maestro_cdk.versions import Versions

# --- what is there -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """What a template's metadata says of its project."""

    project: str
    stage: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A stack as CloudFormation describes it; `owner` is None for one that is not maestro's.

    `express` and `rolls_back` are those of the operation before.
    """

    id: str
    name: str
    status: str
    reason: str | None
    outputs: Mapping[str, str]
    owner: Owner | None
    role: str | None = None
    protected: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)
    express: bool = False
    rolls_back: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StackResource:
    """A resource of a stack."""

    logical_id: str
    physical_id: str
    type: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a change set would do to one resource."""

    action: str
    logical_id: str
    physical_id: str | None
    type: str
    replacement: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """How CloudFormation goes about an operation.

    `express` says that it does not wait until resources are ready:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeploymentConfig.html
    `reverts_drift` that it looks at what lives, and makes again what is not there any more:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/drift-aware-change-sets.html
    """

    express: bool = False
    rolls_back: bool = True
    reverts_drift: bool = False


STANDARD = Mode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A change set, ready to be executed; without changes there is nothing to do."""

    stack_id: str
    change_set: str
    creates: bool
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFunction:
    """A function as it lives: `properties` as a template names them, `code` the zip's SHA-256.

    `code` is base64, as Lambda tells it. `settled` is False while an update of it goes on;
    `trouble` is why the last one failed.
    """

    name: str
    code: str
    properties: Mapping[str, JSON]
    settled: bool = True
    trouble: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveMachine:
    """A state machine as it lives; `role` is its role's name, `revision` changes with each update.

    `logging` and `tracing` are as the API writes them; empty where it does not say.
    """

    arn: str
    definition: str
    role: str
    revision: str
    deleting: bool = False
    logging: Mapping[str, JSON] = field(default_factory=dict)
    tracing: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MapRun:
    """How many items of a distributed Map there are, are done, and failed."""

    total: int
    done: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """A line of a log."""

    id: str
    time: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """What Step Functions says of a definition; `location` is a JSON pointer, or other words."""

    code: str
    severity: Severity
    message: str
    location: str | None = None


# --- what is asked ------------------------------------------------------------------------------


class Assets(Protocol):
    """The bucket that maestro keeps in an account and region for what templates refer to."""

    @property
    def name(self) -> str:
        """The bucket's name."""

    def prepare(self) -> str:
        """Make the bucket, or finish making it, where that is needed; return its name."""

    def absent(self, keys: Sequence[str], /) -> tuple[str, ...]:
        """Those of `keys` that the bucket does not hold, in their order."""

    def put(self, key: str, path: Path, /) -> None:
        """Upload a file."""

    def write(self, key: str, content: bytes, /) -> None:
        """Put an object there, in place of one of that key; make the bucket where there is none."""

    def read(self, key: str, /) -> bytes | None:
        """An object's content; None where there is none."""

    def url(self, key: str, /) -> str:
        """The address by which CloudFormation reads an object."""

    def listed(self, prefix: str, /) -> Mapping[str, datetime]:
        """The keys under `prefix`, and when each was written; none where there is no bucket."""

    def discard(self, keys: Sequence[str], /) -> None:
        """Delete these objects, so that they can be brought back for a while."""

    def remove(self, prefix: str, /) -> int:
        """Delete every object under `prefix` in all its versions; return how many objects.

        A bucket that is not there has none.
        """

    def abandon(self, prefix: str, /) -> None:
        """Abort the uploads under `prefix` that nobody ended."""


class Stacks(Protocol):
    """CloudFormation."""

    def describe(self, name: str, /) -> Stack | None:
        """The stack of that name or id; None where there is none (or only a deleted one)."""

    def template(self, stack_id: str, /) -> JSON:
        """The stack's template, as it was deployed; None where it is not JSON."""

    def plan(
        self,
        name: str,
        *,
        creates: bool,
        template: str | None,
        template_url: str | None,
        tags: Mapping[str, str],
        role: str | None,
        mode: Mode,
    ) -> Plan:
        """Make a change set from the template's text or address, and wait until it can be read.

        A change set that holds no changes is deleted again, and the plan's changes are empty.
        """

    def discard(self, plan: Plan, /) -> None:
        """Delete the change set, and the stack too where only the change set had made it."""

    def apply(self, plan: Plan, /) -> None:
        """Begin to execute the change set."""

    def begun(self, plan: Plan, /) -> bool:
        """Whether the change set is being executed, or was."""

    def events(self, stack_id: str, since: datetime, /) -> tuple[StackEvent, ...]:
        """The stack's events after `since`, oldest first."""

    def resources(self, stack_id: str, /, *, deleted: bool = False) -> tuple[StackResource, ...]:
        """The stack's resources that exist; with `deleted` those that existed, too."""

    def protect(self, stack_id: str, /, *, on: bool) -> None:
        """Switch the stack's termination protection."""

    def roll_back(self, stack_id: str, /) -> None:
        """Begin to roll back an update that failed and was left so."""

    def continue_rollback(self, stack_id: str, /, *, skip: Sequence[str]) -> None:
        """Begin to continue a rollback that failed, leaving out the resources named."""

    def cancel(self, stack_id: str, /) -> None:
        """Begin to cancel an update that runs: it is rolled back."""

    def delete(self, stack_id: str, /, *, role: str | None, express: bool = False) -> None:
        """Begin to delete the stack; in express mode this ends before its resources do."""


class Functions(Protocol):
    """Lambda."""

    def describe(self, name: str, /) -> LiveFunction | None:
        """The function of that name; None where there is none."""

    def update_code(self, name: str, /, *, bucket: str, key: str) -> None:
        """Begin to give a function the code that stands in a bucket."""

    def configure(self, name: str, properties: Mapping[str, JSON], /) -> None:
        """Begin to give a function these properties, named as in a template."""


class Roles(Protocol):
    """IAM's roles, and the policies that stand in them."""

    def policy(self, role: str, name: str, /) -> JSON:
        """A policy of a role's; None where there is none of this name."""

    def put_policy(self, role: str, name: str, document: JSON, /) -> None:
        """Put a policy into a role, in place of one of the same name."""

    def exists(self, role: str, /) -> bool:
        """Whether there is a role of that name."""

    def delete(self, role: str, /) -> bool:
        """Delete a role, its policies first; return whether there was one."""


class Logs(Protocol):
    """CloudWatch Logs."""

    def groups(self, prefix: str, /) -> tuple[str, ...]:
        """The names of the log groups that begin so."""

    def lines(
        self, group: str, since: datetime, /, *, until: datetime | None = None
    ) -> tuple[LogLine, ...]:
        """What was written to a group in a time, in order; none where there is no such group."""


class Machines(Protocol):
    """Step Functions."""

    def live(self, machine: str, /) -> LiveMachine | None:
        """A machine as it lives; None where there is none."""

    def update(self, machine: str, changed: Mapping[str, JSON], /) -> str:
        """Change members of a machine, named as the API names them; return the new revision."""

    def start(self, machine: str, /, *, name: str, payload: str) -> str:
        """Start an execution with JSON text; return its ARN."""

    def start_sync(self, machine: str, /, *, name: str, payload: str) -> Execution:
        """Run an EXPRESS machine to its end."""

    def express(self, machine: str, /) -> bool:
        """Whether a machine is of type EXPRESS."""

    def describe(self, execution: str, /) -> Execution:
        """How an execution stands."""

    def history(self, execution: str, /, after: int) -> tuple[ExecutionEvent, ...]:
        """The events whose id is above `after`, in order."""

    def map_run(self, arn: str, /) -> MapRun:
        """How far a distributed Map is."""

    def pages(self, execution: str, /) -> Iterator[tuple[ExecutionEvent, ...]]:
        """The events from the first on, as many at a time as one answer holds."""

    def definition(self, execution: str, /) -> str:
        """The definition that an execution began with."""

    def listed(self, machine: str, /, *, most: int) -> tuple[str, ...]:
        """The ARNs of the executions that were started last, newest first; of EXPRESS none."""

    def recent(self, machine: str, /, *, most: int) -> tuple[PastExecution, ...]:
        """The executions that were started last, newest first, without what they hold."""

    def past(self, execution: str, /) -> PastExecution:
        """An execution with its times and its input."""

    def redrive(self, execution: str, /) -> None:
        """Have an execution that failed go on from where it did."""

    def running(self, machine: str, /) -> tuple[str, ...]:
        """The ARNs of the executions that run; none where the machine is gone."""

    def stop(self, execution: str, /, *, cause: str) -> None:
        """Stop an execution; one that has ended is left as it is."""

    def validate(self, definition: str, /, *, express: bool) -> tuple[Diagnostic, ...]:
        """What Step Functions says of a definition, without a machine being made."""

    def gone(self, machine: str, /) -> bool:
        """Whether a machine is deleted to the end (its name is free again)."""


class Cloud(Protocol):
    """An account in a region, by its services."""

    @property
    def identity(self) -> Identity:
        """Whose it is; asks AWS once."""

    @property
    def assets(self) -> Assets:
        """Its asset bucket."""

    @property
    def stacks(self) -> Stacks:
        """Its CloudFormation."""

    @property
    def machines(self) -> Machines:
        """Its Step Functions."""

    @property
    def versions(self) -> Versions:
        """The versions of its state machines and functions."""

    @property
    def functions(self) -> Functions:
        """Its Lambda."""

    @property
    def roles(self) -> Roles:
        """Its IAM."""

    @property
    def logs(self) -> Logs:
        """Its CloudWatch Logs."""
