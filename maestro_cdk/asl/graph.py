"""The flow of control in one machine: which state leads to which, what is reached, and what loops."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from maestro_cdk.asl.deferred import deferred
from maestro_cdk.asl.document import Pointer
from maestro_cdk.asl.machines import Machine
from maestro_cdk.model import JSON

Way: TypeAlias = Literal["Next", "Default", "Choices", "Catch"]

DIRECT: tuple[Way, ...] = ("Next", "Default")
LISTED: tuple[Way, ...] = ("Choices", "Catch")


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A name of a state that another state goes on to; `target` may be of any kind, as written."""

    source: str
    target: JSON
    way: Way
    pointer: Pointer


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """What leads where among the states of a machine, in the order of the text.

    `following` are the states that each leads to, each once.

    `loose` are the states that lead to somewhere unknown: a substitution stands for the name, no
    state has it, or there should be one and is not.
    """

    machine: Machine
    start: str | None
    edges: Mapping[str, tuple[Transition, ...]]
    following: Mapping[str, tuple[str, ...]]
    loose: frozenset[str]


def transitions(name: str, pointer: Pointer, state: Mapping[str, JSON]) -> Iterator[Transition]:
    """Where a state goes on to, as written."""
    for way in DIRECT:
        if way in state:
            yield Transition(source=name, target=state[way], way=way, pointer=(*pointer, way))
    for way in LISTED:
        entries = state.get(way)
        for n, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, dict) and "Next" in entry:
                at = (*pointer, way, n, "Next")
                yield Transition(source=name, target=entry["Next"], way=way, pointer=at)


def graph(machine: Machine) -> Graph:
    """The graph of a machine. A transition to no state of it is left out."""
    states = machine.states
    edges: dict[str, tuple[Transition, ...]] = {}
    unknown = set()
    for name, state in states.items():
        pointer = (*machine.pointer, "States", name)
        all_of_it = list(transitions(name, pointer, state)) if isinstance(state, dict) else []
        edges[name] = tuple(edge for edge in all_of_it if _named(edge.target, states))
        if len(edges[name]) < len(all_of_it) or _lacking(state, edges[name]):
            unknown.add(name)
    start = machine.value.get("StartAt")
    return Graph(
        machine=machine,
        start=start if _named(start, states) else None,
        edges=edges,
        following={
            name: tuple(dict.fromkeys(edge.target for edge in following))
            for name, following in edges.items()
        },
        loose=frozenset(unknown),
    )


def ends(state: JSON) -> bool:
    """Whether an execution can end in a state, as far as can be seen."""
    if not isinstance(state, dict):
        return False
    if state.get("Type") in ("Succeed", "Fail"):
        return True
    return "End" in state and (state["End"] is True or deferred(state["End"]))


def reachable(found: Graph, names: Iterable[str]) -> set[str]:
    """The states that some states lead to, and they themselves."""
    return _spread(names, found.following)


def leading_to(found: Graph, names: Iterable[str]) -> set[str]:
    """The states that lead to some states, and they themselves."""
    return _spread(names, _before(found, found.edges))


def components(found: Graph, among: Collection[str]) -> list[tuple[str, ...]]:
    """States in groups, of which each leads to each other of its group; earlier groups first.

    A group is in the order of the text.

    Kosaraju's way, without recursion: a chain of ten thousand states is no reason to fail.
    """
    before = _before(found, among)
    order = {name: n for n, name in enumerate(found.edges)}
    seen: set[str] = set()
    groups = []
    for name in reversed(_finished(found, among)):
        if name not in seen:
            group = _spread([name], before, seen)
            seen |= group
            groups.append(tuple(sorted(group, key=order.__getitem__)))
    return groups


def sources(found: Graph, among: Collection[str]) -> list[tuple[str, int]]:
    """The states, of some, that no others of them lead to, and how many are behind each.

    One stands for all that lead to each other; each state is behind one.
    """
    edges = {name: [n for n in found.following[name] if n in among] for name in among}
    seen: set[str] = set()
    first = []
    for group in components(found, among):
        if group[0] not in seen:
            behind = _spread(group, edges, seen)
            seen |= behind
            first.append((group[0], len(behind) - 1))
    return first


def loops(found: Graph, among: Collection[str]) -> list[tuple[str, ...]]:
    """The groups of states, of some, that an execution can go round in."""
    return [
        group
        for group in components(found, among)
        if len(group) > 1 or group[0] in found.following[group[0]]
    ]


def _before(found: Graph, among: Collection[str]) -> dict[str, list[str]]:
    """The states that each state follows on."""
    before: dict[str, list[str]] = {}
    for source in among:
        for target in found.following[source]:
            if target in among:
                before.setdefault(target, []).append(source)
    return before


def _spread(
    names: Iterable[str], edges: Mapping[str, Iterable[str]], without: Collection[str] = ()
) -> set[str]:
    """What is found along edges from some names."""
    waiting = list(names)
    seen = set(waiting)
    while waiting:
        for name in edges.get(waiting.pop(), ()):
            if name not in seen and name not in without:
                seen.add(name)
                waiting.append(name)
    return seen


def _finished(found: Graph, among: Collection[str]) -> list[str]:
    """States in the order in which a walk in depth is done with them."""
    order: list[str] = []
    seen: set[str] = set()
    for root in found.edges:
        if root not in among or root in seen:
            continue
        seen.add(root)
        walking = [(root, iter(found.following[root]))]
        while walking:
            name, following = walking[-1]
            other = next(following, None)
            if other is None:
                order.append(name)
                walking.pop()
            elif other in among and other not in seen:
                seen.add(other)
                walking.append((other, iter(found.following[other])))
    return order


def _lacking(state: JSON, edges: tuple[Transition, ...]) -> bool:
    """Whether a state should lead to more than it does."""
    if not isinstance(state, dict):
        return True
    entries = [state[way] for way in LISTED if way in state]
    whole = all(
        isinstance(entry, dict) and "Next" in entry
        for listed in entries
        for entry in (listed if isinstance(listed, list) else [listed])
    )
    return not whole or not (edges or ends(state))


def _named(name: JSON, states: Mapping[str, JSON]) -> bool:
    return isinstance(name, str) and name in states
