"""The variables of a definition: where each is assigned and read, and who can see it.

The states of a machine share a scope. What a Parallel or Map holds has a scope of its own for each
branch or item, and reads the outer ones; only a distributed Map's does not.

https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from maestro_cdk.asl import jsonata
from maestro_cdk.asl.deferred import deferred
from maestro_cdk.asl.document import Document, Pointer
from maestro_cdk.asl.expressions import Site, paths
from maestro_cdk.asl.machines import Machine, State, machines
from maestro_cdk.model import JSON

RESERVED = "states"

_PATIENCE = 50
"""So often, on the average, a state's variables are worked out anew; then they count as unknown."""


class Assignment(NamedTuple):
    """Where a state assigns a variable: the pointer of the key's value."""

    name: str
    pointer: Pointer
    state: State


class Use(NamedTuple):
    """Where a variable is read; `vital` where the expression fails without it."""

    name: str
    site: Site
    position: int
    vital: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scope:
    """A machine's variables, by their names.

    `holder` is the state of the outer scope that the machine is in, `sealed` whether nothing
    outside can be seen. `unknown` holds the states that assign nobody knows what yet.
    """

    machine: Machine
    outer: "Scope | None" = None
    holder: State | None = None
    sealed: bool = False
    assignments: dict[str, list[Assignment]] = field(default_factory=dict)
    unknown: list[State] = field(default_factory=list)

    def enclosing(self) -> "Iterator[Scope]":
        """The scopes around this one, innermost first, whether they can be seen or not."""
        scope = self.outer
        while scope is not None:
            yield scope
            scope = scope.outer

    def visible(self) -> "Iterator[Scope]":
        """This scope, and those around it that can be seen."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = None if scope.sealed else scope.outer


@dataclass(frozen=True, slots=True, kw_only=True)
class Variables:
    """The variables of a definition.

    `scopes` holds every machine's, by the machine's pointer, outer ones first; `uses` where they
    are read.
    """

    scopes: Mapping[Pointer, Scope]
    uses: tuple[Use, ...]

    def of(self, state: State) -> Scope:
        """The scope that a state stands in."""
        return self.scopes[state.machine.pointer]

    def assigned(self, name: str) -> bool:
        """Whether any state assigns a variable."""
        return any(name in scope.assignments for scope in self.scopes.values())


def found(document: Document, states: Iterable[State], sites: Iterable[Site]) -> Variables:
    """The variables of a definition, by its states and what they evaluate."""
    scopes: dict[Pointer, Scope] = {}
    for machine in machines(document):
        scopes[machine.pointer] = _scope(machine, scopes)
    for state in states:
        scope = scopes[state.machine.pointer]
        for assignment in _assignments(state):
            if assignment is None:
                scope.unknown.append(state)
            else:
                scope.assignments.setdefault(assignment.name, []).append(assignment)
    uses = tuple(use for site in sites for use in _uses(site))
    return Variables(scopes=scopes, uses=uses)


def _uses(site: Site) -> Iterator[Use]:
    """Where a site reads a variable that its expression does not bind itself."""
    for path, position in paths(site):
        if path.variable is not None:
            yield Use(path.variable, site, position, vital=True)
    if isinstance(site.read, jsonata.Expression):
        for use in site.read.variables:
            if use.name != RESERVED:
                yield Use(use.name, site, use.position, vital=site.read.sole)


def _scope(machine: Machine, known: Mapping[Pointer, Scope]) -> Scope:
    if not machine.pointer:
        return Scope(machine=machine)
    branch = isinstance(machine.pointer[-1], int)
    at = machine.pointer[:-2] if branch else machine.pointer[:-1]
    outer = known[at[:-2]]
    value = outer.machine.states[str(at[-1])]
    holder = State(name=str(at[-1]), pointer=at, value=value, machine=outer.machine)
    config = machine.value.get("ProcessorConfig")
    mode = config.get("Mode") if isinstance(config, dict) else None
    return Scope(machine=machine, outer=outer, holder=holder, sealed=mode == "DISTRIBUTED")


def _assignments(state: State) -> Iterator[Assignment | None]:
    """What a state assigns; None for what is not known yet."""
    holders: list[tuple[Pointer, JSON]] = [(state.pointer, state.value)]
    for key in ("Choices", "Catch"):
        entries = state.value.get(key)
        for n, entry in enumerate(entries if isinstance(entries, list) else ()):
            holders.append(((*state.pointer, key, n), entry))
    for pointer, holder in holders:
        if not isinstance(holder, dict) or "Assign" not in holder:
            continue
        values = holder["Assign"]
        if not isinstance(values, dict) or deferred(values):
            yield None
            continue
        suffix = "" if state.language == "JSONata" else ".$"
        for key in values:
            name = key.removesuffix(suffix)
            yield None if "${" in key else Assignment(name, (*pointer, "Assign", key), state)


# --- what comes before what ------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the states of a machine can find assigned: for each a set of bits, one a variable.

    States that are never reached are left out.
    """

    bits: Mapping[str, int]
    found: Mapping[str, int]

    def can_follow(self, state: str, variable: str) -> bool:
        """Whether a state can come after one that assigns the variable."""
        return state not in self.found or bool(self.found[state] & self.bits[variable])


@lru_cache(maxsize=1024)  # nested scopes take turns
def order(scope: Scope) -> Order | None:
    """What comes after what in a scope's machine; None where transitions are not known."""
    following = {name: _following(value) for name, value in scope.machine.states.items()}
    start = scope.machine.value.get("StartAt")
    if (
        not isinstance(start, str)
        or start not in following
        or any("${" in name for names in following.values() for name in names)
    ):
        return None
    bits = {name: 1 << n for n, name in enumerate(scope.assignments)}
    assigns = dict.fromkeys(following, 0)
    for assignment in (one for several in scope.assignments.values() for one in several):
        assigns[assignment.state.name] |= bits[assignment.name]
    found = {start: 0}
    waiting = dict.fromkeys([start])  # a queue in which each stands once
    patience = _PATIENCE * len(following)
    while waiting and patience:
        patience -= 1
        state = next(iter(waiting))
        del waiting[state]
        known = found[state] | assigns[state]
        for name in following[state]:
            if name in following and (name not in found or known & ~found[name]):
                found[name] = found.get(name, 0) | known
                waiting[name] = None
    return None if waiting else Order(bits=bits, found=found)


def _following(state: JSON) -> list[str]:
    """The names that a state goes on to; `${}` where one is not a name."""
    if not isinstance(state, dict):
        return []
    holders: list[JSON] = [state]
    for key in ("Choices", "Catch"):
        entries = state.get(key)
        holders += entries if isinstance(entries, list) else []
    values = [
        holder[key]
        for holder in holders
        if isinstance(holder, dict)
        for key in ("Next", "Default")
        if key in holder
    ]
    return [value if isinstance(value, str) else "${}" for value in values]
