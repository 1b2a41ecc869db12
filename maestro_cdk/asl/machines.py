"""The machines of a definition, itself and those inside it, and their states."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from maestro_cdk.asl.document import Document, Pointer
from maestro_cdk.model import JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A set of states with a StartAt: the whole definition, a branch, or what a Map repeats."""

    pointer: Pointer
    value: Mapping[str, JSON]

    @property
    def states(self) -> Mapping[str, JSON]:
        """The states by name; none where there is no such object."""
        states = self.value.get("States")
        return states if isinstance(states, dict) else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A state that is a JSON object, and the machine that it belongs to."""

    name: str
    pointer: Pointer
    value: Mapping[str, JSON]
    machine: Machine

    @property
    def type(self) -> str:
        """Its Type; empty where there is none."""
        kind = self.value.get("Type")
        return kind if isinstance(kind, str) else ""


def machines(document: Document) -> Iterator[Machine]:
    """The definition, and every branch and item processor in it, outermost first."""
    if not isinstance(document.value, dict):
        return
    waiting = [Machine(pointer=(), value=document.value)]
    while waiting:
        machine = waiting.pop()
        yield machine
        waiting += reversed([inner for state in _states(machine) for inner in _inside(state)])


def states(document: Document) -> Iterator[State]:
    """Every state, at any depth."""
    for machine in machines(document):
        yield from _states(machine)


def _states(machine: Machine) -> Iterator[State]:
    for name, value in machine.states.items():
        if isinstance(value, dict):
            pointer = (*machine.pointer, "States", name)
            yield State(name=name, pointer=pointer, value=value, machine=machine)


def _inside(state: State) -> Iterator[Machine]:
    for key in ("ItemProcessor", "Iterator"):
        if isinstance(value := state.value.get(key), dict):
            yield Machine(pointer=(*state.pointer, key), value=value)
    branches = state.value.get("Branches")
    for n, value in enumerate(branches if isinstance(branches, list) else ()):
        if isinstance(value, dict):
            yield Machine(pointer=(*state.pointer, "Branches", n), value=value)
