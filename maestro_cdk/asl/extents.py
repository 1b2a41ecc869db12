"""Which lines of a definition tell of which state."""

from collections.abc import Mapping

from maestro_cdk.asl import machines
from maestro_cdk.asl.document import Document, Pointer, walk
from maestro_cdk.asl.offsets import place


def extents(document: Document) -> Mapping[str, tuple[int, int]]:
    """The first and the last line of each state, counted from 1, in the file that was written.

    Of two states of one name, which AWS refuses, the first counts.
    """
    found: dict[str, tuple[int, int]] = {}
    for state in machines.states(document):
        found.setdefault(state.name, _lines(document, state.pointer))
    return found


def _lines(document: Document, pointer: Pointer) -> tuple[int, int]:
    first = document.where(pointer, key=True).line
    if document.written is None:
        last = place(document.file, document.lines, document.spans[pointer][1] - 1).line
        return first, last
    # In YAML and Python only beginnings are known: it reaches to where the last thing in it begins.
    inside = (document.where(each).line for each, _ in walk(document, pointer))
    return first, max(first, *inside)
