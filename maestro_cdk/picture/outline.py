"""A chart in lines of text: each state, and below it what it leads to and why."""

from collections.abc import Iterator, Mapping

from maestro_cdk.picture.chart import Chart, Edge, Node
from maestro_cdk.picture.looks import UNSEEN, Look

_MARKS = {"next": "→", "rule": "?", "default": "?", "catch": "!", "end": "■", "start": "●"}


def lines(
    chart: Chart, looks: Mapping[str, Look] | None = None
) -> Iterator[tuple[str, Look | None]]:
    """The lines, and how the state or the way of each looks; None for any other line.

    States come in the order in which an execution would come to them, as far as one can tell.
    """
    yield from _chart(chart, looks or {}, "")


def _chart(
    chart: Chart, looks: Mapping[str, Look], indent: str
) -> Iterator[tuple[str, Look | None]]:
    names = {node.id: node.name for node in chart.nodes}
    after: dict[str | None, list[Edge]] = {}
    for edge in chart.edges:
        after.setdefault(edge.source, []).append(edge)
    for node in _ordered(chart, after):
        look = looks.get(node.name)
        what = " · ".join(part for part in (node.type, node.detail) if part)
        said = f"  [{look.said}]" if look and look.said else ""
        yield f"{indent}{node.name}  ({what}){said}", look
        for inner in node.inside:
            yield f"{indent}  ┌ {inner.title}", None
            yield from _chart(inner, looks, f"{indent}  │ ")
        for edge in after.get(node.id, ()):
            target = "end" if edge.target is None else names[edge.target]
            label = f"{edge.label} → " if edge.label else ""
            yield f"{indent}  {_MARKS[edge.way]} {label}{target}", UNSEEN if edge.faded else None
        for caught in node.catches:
            yield f"{indent}  {_MARKS['catch']} {caught}", None


def _ordered(chart: Chart, after: Mapping[str | None, list[Edge]]) -> Iterator[Node]:
    """From the start on, first what follows; then what nothing leads to."""
    nodes = {node.id: node for node in chart.nodes}
    seen: set[str] = set()
    waiting = [edge.target for edge in after.get(None, ()) if edge.target]
    while waiting or len(seen) < len(nodes):
        name = waiting.pop() if waiting else next(key for key in nodes if key not in seen)
        if name in seen:
            continue
        seen.add(name)
        yield nodes[name]
        waiting += [edge.target for edge in reversed(after.get(name, [])) if edge.target]
