"""The machines of a definition, itself and those inside it, and their states."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal, TypeAlias

from maestro_cdk.asl.deferred import deferred
from maestro_cdk.asl.document import Document, Pointer
from maestro_cdk.model import JSON

Language: TypeAlias = Literal["JSONPath", "JSONata"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A set of states with a StartAt: the whole definition, a branch, or what a Map repeats.

    `language` is the query language of the whole definition, which each state has that names
    none: a Map or a Parallel does not hand its own down. None where it is not known.
    """

    pointer: Pointer
    value: Mapping[str, JSON]
    language: Language | None

    @property
    def states(self) -> Mapping[str, JSON]:
        """The states by name; none where there is no such object."""
        states = self.value.get("States")
        return states if isinstance(states, dict) else {}

    @property
    def express(self) -> bool:
        """Whether each item of a distributed Map is an EXPRESS execution of this machine."""
        config = self.value.get("ProcessorConfig")
        if not isinstance(config, dict) or self.pointer[-1:] != ("ItemProcessor",):
            return False
        return config.get("Mode") == "DISTRIBUTED" and config.get("ExecutionType") == "EXPRESS"


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

    @property
    def language(self) -> Language | None:
        """Its query language.

        None where it is not known: a substitution stands for it, or the state says JSONPath in a
        machine of JSONata, which AWS refuses.
        """
        own = _language(self.value, self.machine.language)
        return None if own == "JSONPath" and self.machine.language == "JSONata" else own


def machines(document: Document) -> Iterator[Machine]:
    """The definition, and every branch and item processor in it, outermost first."""
    if not isinstance(document.value, dict) or deferred(document.value):
        return
    language = _language(document.value, "JSONPath")
    waiting = [Machine(pointer=(), value=document.value, language=language)]
    while waiting:
        machine = waiting.pop()
        yield machine
        waiting += reversed([inner for state in _states(machine) for inner in _inside(state)])


def states(document: Document) -> Iterator[State]:
    """Every state, at any depth."""
    for machine in machines(document):
        yield from _states(machine)


def _language(value: Mapping[str, JSON], otherwise: Language | None) -> Language | None:
    """The query language that a machine or a state has: what is none of the two counts as JSONata.

    AWS reads `jsonpath`, 5 and `foo` so, and refuses them: https://github.com/floci-io/floci/issues/2968
    """
    if "QueryLanguage" not in value:
        return otherwise
    named = value["QueryLanguage"]
    if deferred(named):
        return None
    return "JSONPath" if named == "JSONPath" else "JSONata"


def _states(machine: Machine) -> Iterator[State]:
    for name, value in machine.states.items():
        if isinstance(value, dict):
            pointer = (*machine.pointer, "States", name)
            yield State(name=name, pointer=pointer, value=value, machine=machine)


def _inside(state: State) -> Iterator[Machine]:
    language = state.machine.language
    for key in ("ItemProcessor", "Iterator"):
        value = state.value.get(key)
        if isinstance(value, dict) and not deferred(value):
            yield Machine(pointer=(*state.pointer, key), value=value, language=language)
    branches = state.value.get("Branches")
    for n, value in enumerate(branches if isinstance(branches, list) else ()):
        if isinstance(value, dict) and not deferred(value):
            pointer = (*state.pointer, "Branches", n)
            yield Machine(pointer=pointer, value=value, language=language)


def within(pointer: Pointer, outer: AbstractSet[Pointer]) -> bool:
    """Whether a pointer leads into one of others, or is one."""
    return bool(outer) and any(pointer[:n] in outer for n in range(len(pointer) + 1))
