"""What can be wrong with a definition: one rule, one module."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from maestro_cdk.asl import (
    expressions,
    graph,
    integrations,
    invocations,
    machines,
    parameters,
    places,
    variables,
)
from maestro_cdk.asl.document import Document, Pointer
from maestro_cdk.asl.expressions import Site
from maestro_cdk.asl.graph import Graph
from maestro_cdk.asl.integrations import Integration
from maestro_cdk.asl.invocations import Invocation
from maestro_cdk.asl.machines import Machine, State
from maestro_cdk.asl.parameters import Call
from maestro_cdk.asl.places import Place
from maestro_cdk.asl.variables import Variables
from maestro_cdk.model import Finding, FunctionSettings, Severity
from maestro_cdk.ports import ServiceModels


@dataclass(
    frozen=True, kw_only=True
)  # without slots, which would leave no place for what is cached
class Subject:
    """What rules look at: a definition, and what is known around it.

    `services` is what AWS's services look like, `type` the state machine's. `functions` are those
    of the folder by name, `called` their names by the place in the definition that names one
    statically; both are None for a definition that is looked at by itself, in which `${...}` may
    stand for anything. `elsewhere` are the functions that other code uses. `timeout` is what the
    settings give the whole machine, in seconds.
    """

    document: Document
    services: ServiceModels
    type: Literal["STANDARD", "EXPRESS"] = "STANDARD"
    functions: Mapping[str, FunctionSettings] | None = None
    called: Mapping[Pointer, str] | None = None
    elsewhere: frozenset[str] = frozenset()
    timeout: int | None = None

    @cached_property
    def machines(self) -> tuple[Machine, ...]:
        """The definition, and the machines inside it."""
        return tuple(machines.machines(self.document))

    @cached_property
    def graphs(self) -> tuple[Graph, ...]:
        """What leads where, in each machine."""
        return tuple(map(graph.graph, self.machines))

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Every object of the language: first the machines, in their order."""
        return tuple(places.places(self.machines, self.states))

    @cached_property
    def states(self) -> tuple[State, ...]:
        """Every state, at any depth."""
        return tuple(machines.states(self.document))

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """Every value that AWS evaluates, or that could be meant so."""
        return tuple(expressions.sites(self.states))

    @cached_property
    def variables(self) -> Variables:
        """The variables, where they are assigned and where they are read."""
        return variables.found(self.document, self.states, self.sites)

    @cached_property
    def calls(self) -> tuple[tuple[State, Integration], ...]:
        """Every Task of which it is known what it calls."""
        return tuple(integrations.calls(self.states))

    @cached_property
    def passed(self) -> tuple[Call, ...]:
        """Every call of which it is known what it passes, and what may be passed."""
        return tuple(parameters.known(self.states, self.services))

    @cached_property
    def invocations(self) -> tuple[Invocation, ...]:
        """Every Task that invokes a Lambda function."""
        return tuple(invocations.invocations(self.states, self.called or {}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule of the language.

    `summary` is what it is about in one sentence, `explanation` the page on it: why it matters,
    what AWS does, where that is written; Markdown. `severity` is that of its gravest findings.
    What one that `yields` finds at the very place of an error comes of the same mistake, and is
    left out.
    """

    id: str
    severity: Severity
    summary: str
    check: Callable[[Subject], Iterator[Finding]]
    explanation: str = ""
    optional: bool = True
    yields: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderRule:
    """A rule that is not asked: its findings come up while a folder is read.

    `severity` is that of most of its findings. Switched off, an `optional` one is quiet but for
    errors that stand in the way of a deployment.
    """

    id: str
    severity: Severity
    summary: str
    explanation: str = ""
    optional: bool = False
