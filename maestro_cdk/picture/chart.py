"""A definition to what is drawn of it: states, what leads where and why, and what is inside."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from maestro_cdk.asl import graph, machines
from maestro_cdk.asl.document import Document, Pointer
from maestro_cdk.asl.machines import Machine
from maestro_cdk.model import JSON
from maestro_cdk.picture import conditions

Way: TypeAlias = Literal["start", "next", "rule", "default", "catch", "end"]

_ORDER: tuple[graph.Way, ...] = ("Next", "Choices", "Default", "Catch")
"""In which ways on are told, as they are tried."""

CROWD = 8
"""So many Catch edges into one state are drawn; of more, each state they come from tells of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A state. `detail` is what it calls, or waits for; `catches` tell of edges that are not drawn."""

    id: str
    name: str
    type: str
    detail: str = ""
    catches: tuple[str, ...] = ()
    inside: tuple["Chart", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """What leads from one node to another of its chart, by their ids; None is the start or the end.

    `faded` is one that an execution did not go.
    """

    source: str | None
    target: str | None
    way: Way
    label: str = ""
    faded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A machine: the whole definition, a branch of a Parallel, or what a Map does with each item."""

    id: str
    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def chart(document: Document) -> Chart:
    """What is drawn of a definition; states in the order of its text."""
    found = {machine.pointer: machine for machine in machines.machines(document)}
    ids = {pointer: f"m{n}" for n, pointer in enumerate(found)}
    if () not in found:
        return Chart(id="m0", title="", nodes=(), edges=())
    return _of((), "", found, ids)


def nodes(of: Chart) -> Iterator[Node]:
    """Every state, at any depth."""
    for node in of.nodes:
        yield node
        for inner in node.inside:
            yield from nodes(inner)


def walked(of: Chart, steps: Collection[tuple[str | None, str | None]]) -> Chart:
    """The chart with the ways faded that an execution did not go; `steps` are those it did, by name."""
    names = {node.id: node.name for node in of.nodes}

    def went(edge: Edge) -> bool:
        return (names.get(edge.source or ""), names.get(edge.target or "")) in steps

    return replace(
        of,
        nodes=tuple(
            replace(node, inside=tuple(walked(inner, steps) for inner in node.inside))
            for node in of.nodes
        ),
        edges=tuple(edge if went(edge) else replace(edge, faded=True) for edge in of.edges),
    )


def _of(
    pointer: Pointer, title: str, found: Mapping[Pointer, Machine], ids: Mapping[Pointer, str]
) -> Chart:
    machine, name = found[pointer], ids[pointer]
    flow = graph.graph(machine)
    keys = {state: f"{name}s{n}" for n, state in enumerate(machine.states)}
    edges = _edges(flow, keys)
    catches: dict[str, list[str]] = {}
    crowded = _crowded(edges)
    names = {key: state for state, key in keys.items()}
    drawn = []
    for edge in edges:
        if edge.way == "catch" and edge.target in crowded and edge.source:
            said = f"{edge.label} → {names[edge.target]}"
            catches.setdefault(edge.source, []).append(said)
        else:
            drawn.append(edge)
    return Chart(
        id=name,
        title=title,
        nodes=tuple(
            Node(
                id=keys[state],
                name=state,
                type=str(value.get("Type", "")) if isinstance(value, dict) else "",
                detail=_detail(value) if isinstance(value, dict) else "",
                catches=tuple(catches.get(keys[state], ())),
                inside=tuple(_inside((*pointer, "States", state), value, found, ids)),
            )
            for state, value in machine.states.items()
        ),
        edges=tuple(drawn),
    )


def _inside(
    pointer: Pointer, state: JSON, found: Mapping[Pointer, Machine], ids: Mapping[Pointer, str]
) -> Iterator[Chart]:
    for inner in found:
        if len(inner) > len(pointer) and inner[: len(pointer)] == pointer:
            rest = inner[len(pointer) :]
            if len(rest) == 1:  # ItemProcessor, or Iterator as it was once called
                yield _of(inner, _repeats(state), found, ids)
            elif len(rest) == 2:  # noqa: PLR2004 - Branches, and which
                yield _of(inner, f"branch {int(rest[1]) + 1}", found, ids)


def _repeats(state: Mapping[str, JSON]) -> str:
    """What a Map's inside is: how the items are gone through."""
    processor = state.get("ItemProcessor")
    config = processor.get("ProcessorConfig") if isinstance(processor, dict) else None
    distributed = isinstance(config, dict) and config.get("Mode") == "DISTRIBUTED"
    mode = "in executions of its own" if distributed else ""
    most = state.get("MaxConcurrency")
    side = f"{most} at once" if isinstance(most, int) and most else ""
    return ", ".join(part for part in ("each item", side, mode) if part)


def _edges(flow: graph.Graph, keys: Mapping[str, str]) -> list[Edge]:
    found = []
    if flow.start is not None:
        found.append(Edge(source=None, target=keys[flow.start], way="start"))
    for name, transitions in flow.edges.items():
        state = flow.machine.states[name]
        for each in sorted(transitions, key=lambda each: _ORDER.index(each.way)):
            label, way = _said(state, each)
            found.append(Edge(source=keys[name], target=keys[each.target], way=way, label=label))
        if graph.ends(state):
            found.append(Edge(source=keys[name], target=None, way="end"))
    return found


def _said(state: Mapping[str, JSON], each: graph.Transition) -> tuple[str, Way]:
    """What stands at an edge: a rule's condition, or the errors that are caught."""
    match each.way:
        case "Choices":
            return conditions.said(state["Choices"][each.pointer[-2]]), "rule"
        case "Default":
            return "otherwise", "default"
        case "Catch":
            errors = state["Catch"][each.pointer[-2]].get("ErrorEquals")
            named = errors if isinstance(errors, list) else []
            words = ["any error" if error == "States.ALL" else str(error) for error in named]
            return ", ".join(words), "catch"
        case _:
            return "", "next"


def _crowded(edges: list[Edge]) -> set[str]:
    """The states that more errors lead to than can be drawn."""
    count: dict[str, int] = {}
    for edge in edges:
        if edge.way == "catch" and edge.target:
            count[edge.target] = count.get(edge.target, 0) + 1
    return {target for target, number in count.items() if number > CROWD}


def _detail(state: Mapping[str, JSON]) -> str:
    """What a state calls or waits for, in a few words."""
    match state.get("Type"):
        case "Task":
            return _called(state)
        case "Wait":
            return _waited(state)
        case "Fail":
            return str(state.get("Error") or "")
        case _:
            return ""


def _called(state: Mapping[str, JSON]) -> str:
    resource = str(state.get("Resource", ""))
    if not resource.startswith("arn:"):
        return resource.removeprefix("${").removesuffix("}")
    _, _, service, _, _, *rest = (resource + ":" * 5).split(":")
    action = ":".join(rest).rstrip(":")
    if service == "lambda":
        return rest[1] or resource
    given = state.get("Parameters") or state.get("Arguments")
    named = given.get("FunctionName") if isinstance(given, dict) else None
    if action.startswith("lambda:invoke") and isinstance(named, str):
        called = named.removeprefix("${").removesuffix("}").rpartition(":function:")[2]
        waits = ", waits for its token" if action.endswith(".waitForTaskToken") else ""
        return f"{called}{waits}"
    return action


def _waited(state: Mapping[str, JSON]) -> str:
    for member, word in (("Seconds", "s"), ("SecondsPath", "s")):
        if member in state:
            return f"{conditions.shown(state[member])} {word}"
    for member in ("Timestamp", "TimestampPath"):
        if member in state:
            return f"until {conditions.shown(state[member])}"
    return ""
