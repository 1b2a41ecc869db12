"""The values that pass between the rooms: frozen, and free of behaviour beyond reading themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

JSON: TypeAlias = Any
"""A value that JSON can hold: None, bool, int, float, str, list of these, dict of str to these."""

Severity: TypeAlias = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SourceRef:
    """A place in a user's file; line and column count from 1, 0 where the whole file is meant."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """The place as editors and terminals understand it: file:line:column."""
        return ":".join([self.file, *(str(n) for n in (self.line, self.column) if n)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a rule has to say about a project."""

    rule: str
    severity: Severity
    message: str
    where: SourceRef
    hint: str | None = None
    state: str | None = None


# --- the project -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyStatement:
    """An IAM statement that allows something.

    Its resources and the values of its conditions (operator, key, value) may hold REGION,
    ACCOUNT_ID and PARTITION. In one that a definition needs they may hold `${key}` of its
    substitutions too, `${key:queue-arn}` for the ARN of the queue whose URL that is, and
    `${key:executions}` for the executions of the machine whose ARN that is. An ARN with `${key}`
    for a name is the key's value where that is an ARN. `states` are those that need it;
    `reason` is what it is for where no state needs it.
    """

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    states: tuple[str, ...] = ()
    reason: str = ""


Policy: TypeAlias = PolicyStatement | str
"""A statement, or the name or ARN of a managed policy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vpc:
    """Where in a network a function stands."""

    subnets: tuple[str, ...]
    security_groups: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionSettings:
    """What `[functions]` and `[functions.NAME]` come to; None is "not said"."""

    runtime: str | None = None
    handler: str | None = None
    memory: int = 256
    timeout: int = 30
    architecture: str = "arm64"
    environment: Mapping[str, str] = field(default_factory=dict)
    log_retention: int = 14
    ephemeral_storage: int = 512
    tracing: bool = False
    reserved_concurrency: int | None = None
    vpc: Vpc | None = None
    dead_letter: str | None = None
    policies: tuple[Policy, ...] = ()
    layers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseSettings:
    """What `[workflow.release]` comes to: how the alias `live` goes over to a new version.

    `percentage` of the executions go to it at first, and so many more every `interval` minutes
    where the strategy is linear; after an interval all of them where it is canary. `alarms` are
    `failed`, `timed_out` and `throttled`, which maestro makes, or names of others. `keep` versions
    are kept; 0 publishes none.
    """

    strategy: Literal["all", "canary", "linear"] = "all"
    percentage: int = 10
    interval: int = 5
    alarms: tuple[str, ...] = ("failed", "timed_out", "throttled")
    keep: int = 20

    @property
    def gradual(self) -> bool:
        """Whether a new version is given the executions step by step."""
        return self.strategy != "all" and self.keep > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowSettings:
    """What `[workflow]` comes to."""

    name: str
    type: Literal["STANDARD", "EXPRESS"] = "STANDARD"
    logging: Literal["OFF", "ERROR", "FATAL", "ALL"] = "ERROR"
    execution_data: bool = False
    tracing: bool = False
    timeout: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    protected: bool = False
    express: bool = False
    policies: tuple[Policy, ...] = ()
    permissions_boundary: str | None = None
    cloudformation_role: str | None = None
    disable_rules: tuple[str, ...] = ()
    substitutions: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    release: ReleaseSettings = field(default_factory=ReleaseSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a project goes: account, region and profile as far as anything said so.

    `outranked` is the region that the stage names, where a variable of AWS's stands above that.
    """

    account: str | None = None
    region: str | None = None
    profile: str | None = None
    outranked: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that was set, from flags to defaults, and who set it."""

    workflow: WorkflowSettings
    defaults: FunctionSettings
    functions: Mapping[str, FunctionSettings]
    target: Target
    stage: str | None = None
    origins: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function of the folder: `root` is its file or its folder.

    `logical_id` is the stem of its resources' ids in the template, `physical_name` the name
    that it has in Lambda.
    """

    name: str
    root: Path
    handler: str
    runtime: str
    settings: FunctionSettings
    logical_id: str
    physical_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionArn:
    """A substitution that becomes the ARN of a function of the project."""

    function: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PseudoParameter:
    """A substitution that becomes what CloudFormation knows: AWS::Region and the like."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provided:
    """A substitution that code of the user's gives when the template is made.

    `where` is the first place that names it. One that is not `needed` stays as it is where
    nothing is given: it stands in text in which `${` may mean something else.
    """

    name: str
    where: SourceRef
    needed: bool = True


Substitution: TypeAlias = FunctionArn | PseudoParameter | Provided | str | int | float | bool


class Places(Protocol):
    """Where the values of a definition stand in the file that the user wrote."""

    def where(self, pointer: tuple[str | int, ...], *, key: bool = False) -> SourceRef:
        """The place of a value, or of its key; of what holds it, where it is not there itself."""

    def inside(self, pointer: tuple[str | int, ...], position: int) -> SourceRef:
        """The place of a character of a text value, or of the whole where that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A definition as it is deployed.

    `text` holds a `${key}` for each key of `substitutions`. `called` says by the place of a name
    which function of the project it names, `file` is what the user wrote, `source` where in it each
    value stands.
    """

    text: str
    substitutions: Mapping[str, Substitution]
    file: str = "definition.asl.json"
    called: Mapping[tuple[str | int, ...], str] = field(default_factory=dict)
    source: Places | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A folder, understood: `permissions` its machine needs, `infra` is the user's CDK code."""

    folder: Path
    definition: Definition
    functions: tuple[Function, ...]
    shared: tuple[Path, ...]
    settings: Settings
    name: str
    stack_name: str
    permissions: tuple[PolicyStatement, ...] = ()
    notes: tuple[Finding, ...] = ()
    infra: Path | None = None

    @property
    def tags(self) -> dict[str, str]:
        """The tags of its resources, and of its stack."""
        own = {"maestro:project": self.settings.workflow.name}
        if self.settings.stage:
            own["maestro:stage"] = self.settings.stage
        return {**self.settings.workflow.tags, **own}


# --- what is made of it ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedFile:
    """A file of a bundle: its name in the zip, where its content is, whether it may be executed.

    It is the file `path` in the folder `root`: thousands of them make a path each only when they
    are read. `digest` is the SHA-256 of the content that the bundle's own digest was made of,
    `size` its bytes.
    """

    name: str
    root: Path
    path: str
    digest: str
    size: int
    executable: bool = False

    @property
    def source(self) -> Path:
        """The file."""
        return self.root / self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A function's code, ready to be zipped; `digest` names its content, runtime and processor."""

    function: str
    digest: str
    files: tuple[PackedFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file that the stack needs in a bucket, under a key that names its content."""

    path: Path
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """A cloud assembly on disk: the template's text, and the files it refers to."""

    directory: Path
    stack_name: str
    template: str
    template_key: str
    assets: tuple[Asset, ...]


# --- the cloud -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whose credentials these are, and where they are used."""

    account: str
    arn: str
    region: str
    partition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StackEvent:
    """One step of CloudFormation's on a resource."""

    id: str
    time: datetime
    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionEvent:
    """One event of an execution's history, whoever ran it.

    `details` holds the members of the event's own ...EventDetails, named as the API names them.
    """

    id: int
    previous_id: int
    type: str
    time: datetime
    details: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """An execution's outcome so far; output is JSON text."""

    arn: str
    name: str
    status: str
    output: str | None = None
    error: str | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastExecution:
    """An execution that may have ended: its outcome so far, its times, and its input, JSON text."""

    outcome: Execution
    began: datetime
    ended: datetime | None = None
    input: str | None = None

    def seconds(self, now: datetime) -> float:
        """How long it took; of one that goes on, how long until now."""
        return ((self.ended or now) - self.began).total_seconds()
