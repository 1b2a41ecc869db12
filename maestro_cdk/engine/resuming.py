"""Where an execution goes on that had failed, read from its history.

Every way through states goes on from the last state that it had entered: the execution itself,
each branch of a Parallel and each item of an inline Map that had not come to its end.

https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from maestro_cdk.engine import data
from maestro_cdk.engine.data import Data
from maestro_cdk.engine.running import Point
from maestro_cdk.model import JSON, ExecutionEvent

Scope = tuple[int, ...]
"""The ids of the events by which the items began that an event is within, the outermost first."""


@dataclass(slots=True)
class _Visit:
    """A visit to a state; `ways` are its branches or items, `left` says that it is over."""

    name: str
    payload: str = "null"
    ways: "dict[int, _Way]" = field(default_factory=dict)
    left: bool = False


@dataclass(slots=True)
class _Way:
    """A way through states: the state that it is in or was in last, and what was assigned on it."""

    scope: Scope = ()
    visit: _Visit | None = None
    over: bool = False
    output: str = "null"
    assigned: dict[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a state stands: its definition, and the branch of the state that it is within."""

    state: Mapping[str, Any]
    around: str | None
    branch: int | None


def point(events: Iterable[ExecutionEvent], definition: Mapping[str, Any]) -> Point:
    """Where an execution goes on that had begun so."""
    reader = _Reader(_places(definition, None, None))
    begun = "{}"
    for event in events:
        if event.type == "ExecutionStarted":
            begun = str(event.details.get("input", begun))
        reader.read(event)
    found = _point(reader.whole, {})
    start = definition["StartAt"]
    return found or Point(at=start, payload=Data(text=begun), variables={}, finished={}, within={})


def _places(
    machine: Mapping[str, Any], around: str | None, branch: int | None
) -> dict[str, _Place]:
    """The states of a machine and of all within it whose events are in its history."""
    found: dict[str, _Place] = {}
    for name, state in machine["States"].items():
        found[name] = _Place(state, around, branch)
        for n, inner in enumerate(state.get("Branches") or ()):
            found |= _places(inner, name, n)
        processor = state.get("ItemProcessor") or state.get("Iterator") or {"States": {}}
        if (processor.get("ProcessorConfig") or {}).get("Mode") != "DISTRIBUTED":
            found |= _places(processor, name, None)
    return found


def _point(way: _Way, variables: Mapping[str, JSON]) -> Point | None:
    if way.visit is None:
        return None
    seen = {**variables, **way.assigned}
    ways = way.visit.ways
    inner = {n: _point(inside, seen) for n, inside in ways.items() if not inside.over}
    return Point(
        at=way.visit.name,
        payload=Data(text=way.visit.payload),
        variables=seen,
        finished={n: data.loads(inside.output) for n, inside in ways.items() if inside.over},
        within={n: found for n, found in inner.items() if found is not None},
    )


class _Reader:
    """Reads a history, event by event."""

    def __init__(self, places: Mapping[str, _Place]) -> None:
        self.whole = _Way()
        self._places = places
        self._scopes: dict[int, Scope] = {}
        self._items: dict[int, int] = {}
        self._ways: dict[tuple[str, Scope], _Way] = {}

    def read(self, event: ExecutionEvent) -> None:
        """Note what an event says."""
        scope = self._scopes.get(event.previous_id, ())
        name = str(event.details.get("name", ""))
        if event.type.startswith("Execution"):
            scope = ()
        elif event.type == "MapIterationStarted":
            scope = self._begun(event, name, scope)
        elif event.type.endswith("StateEntered"):
            self._entered(event, name, scope)
        elif event.type.endswith("StateExited"):
            scope = self._exited(event, name, scope)
        self._scopes[event.id] = scope

    def _found(self, name: str, scope: Scope) -> _Way | None:
        """The way that is in a state, among those that a scope is within: the innermost."""
        keys = ((name, scope[:end]) for end in range(len(scope), -1, -1))
        return next((self._ways[key] for key in keys if key in self._ways), None)

    def _begun(self, event: ExecutionEvent, name: str, scope: Scope) -> Scope:
        """An item begins; the scope of what happens with it."""
        around = self._found(name, scope)
        self._items[event.id] = int(event.details["index"])
        return (*(around.scope if around else ()), event.id)

    def _entered(self, event: ExecutionEvent, name: str, scope: Scope) -> None:
        way = self._way(name, scope)
        if way.visit is None or way.visit.name != name or way.visit.left:
            way.visit = _Visit(name)
        # Else it is entered anew by a retry of what is around it, or after a redrive: what had
        # come to its end within it by then is only done again where it is seen to begin again.
        way.visit.payload, way.over = str(event.details.get("input", "null")), False
        self._ways[name, way.scope] = way

    def _way(self, name: str, scope: Scope) -> _Way:
        """The way that enters a state."""
        place = self._places[name]
        around = self._found(place.around, scope) if place.around is not None else None
        if around is None or around.visit is None:
            return self.whole
        inside, branch = around.scope, place.branch
        if branch is None:
            inside = scope[: len(inside) + 1]
            branch = self._items[inside[-1]]
        way = around.visit.ways.setdefault(branch, _Way())
        way.scope = inside
        return way

    def _exited(self, event: ExecutionEvent, name: str, scope: Scope) -> Scope:
        way = self._found(name, scope)
        if way is None or way.visit is None:
            return scope
        assigned = event.details.get("assignedVariables") or {}
        way.assigned |= {key: data.loads(str(text)) for key, text in assigned.items()}
        state = self._places[name].state
        way.visit.left = True
        # Where a Catch leads on, the next state is entered at once, and it is not over.
        way.over = bool(state.get("End")) or state["Type"] == "Succeed"
        way.output = str(event.details.get("output", "null"))
        return way.scope
