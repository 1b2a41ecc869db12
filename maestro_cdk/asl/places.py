"""The objects of a definition, with what each should look like."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from maestro_cdk.asl.deferred import deferred
from maestro_cdk.asl.document import Pointer
from maestro_cdk.asl.fields import SHAPES, STATES, Shape
from maestro_cdk.asl.machines import Language, Machine, State
from maestro_cdk.asl.nearest import nearest
from maestro_cdk.model import JSON

_NONE: Mapping[str, str | None] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An object of the language: a machine, a state, or one inside a state.

    `language` is the query language of the state around it, None where any may be meant.
    `misspelt` are the fields that there are none of, each with the nearest that is not there yet.
    """

    pointer: Pointer
    value: Mapping[str, JSON]
    shape: Shape
    language: Language | None
    state: str | None = None
    misspelt: Mapping[str, str | None]

    def foreign(self) -> list[str]:
        """The fields that only the other query language has."""
        if self.language is None:
            return []
        fields = self.shape.fields
        return [
            name for name in self.value if name in fields and not fields[name].speaks(self.language)
        ]


def places(machines: Iterable[Machine], states: Iterable[State]) -> Iterator[Place]:
    """Every object whose shape is known: first the machines, in their order, then the others.

    What is in a field of the other query language is left out.
    """
    around = [
        _place(machine.pointer, machine.value, SHAPES[_kind(machine)], machine.language, None)
        for machine in machines
    ]
    yield from around
    for place in around:
        yield from _inside(place)
    for state in states:
        if state.type in STATES:
            shape = STATES[state.type]
            place = _place(state.pointer, state.value, shape, state.language, state.name)
            yield place
            yield from _inside(place)


def _kind(machine: Machine) -> str:
    """What a machine is, by where it stands."""
    if not machine.pointer:
        return "machine"
    return "processor" if machine.pointer[-1] in ("ItemProcessor", "Iterator") else "branch"


def _place(
    pointer: Pointer,
    value: Mapping[str, JSON],
    shape: Shape,
    language: Language | None,
    state: str | None,
) -> Place:
    misspelt: Mapping[str, str | None] = _NONE
    if not (value.keys() <= shape.fields.keys() or shape.lenient):
        free = tuple(name for name in shape.fields if name not in value)
        unknown = (name for name in value if name not in shape.fields)
        misspelt = {name: nearest(name, free) for name in unknown}
    return Place(
        pointer=pointer,
        value=value,
        shape=shape,
        language=language,
        state=state,
        misspelt=misspelt,
    )


def _inside(outermost: Place) -> Iterator[Place]:
    """The objects in the fields of an object, at any depth."""
    waiting = [outermost]
    while waiting:
        place = waiting.pop()
        for name, value in place.value.items():
            field = place.shape.fields.get(name)
            if field is None or field.holds is None or not field.speaks(place.language):
                continue
            inside = [
                _place(pointer, inner, SHAPES[field.holds], place.language, place.state)
                for pointer, inner in _objects((*place.pointer, name), value)
            ]
            yield from inside
            waiting += inside


def _objects(pointer: Pointer, value: JSON) -> Iterator[tuple[Pointer, Mapping[str, JSON]]]:
    items = [(pointer, value)]
    if isinstance(value, list):
        items = [((*pointer, n), item) for n, item in enumerate(value)]
    for at, item in items:
        if isinstance(item, dict) and not deferred(item):
            yield at, item
