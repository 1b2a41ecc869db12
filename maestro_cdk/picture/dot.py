"""A chart to the language that Graphviz lays out, each node as large as what is written in it."""

from collections.abc import Iterator, Mapping

from maestro_cdk.picture.chart import Chart, Edge, Node
from maestro_cdk.picture.looks import COLORS, FADED, TYPES, Look
from maestro_cdk.picture.writing import Writing, written

POINTS = 72
"""Of an inch, in which Graphviz measures nodes."""


def text(chart: Chart, looks: Mapping[str, Look] | None = None) -> str:
    """The chart in DOT.

    Args:
        chart: what is drawn.
        looks: how the states named are drawn, where not as their type is.
    """
    return "\n".join(_lines(chart, looks or {})) + "\n"


def _lines(chart: Chart, looks: Mapping[str, Look]) -> Iterator[str]:
    yield "digraph workflow {"
    # A chain whose every state may fail into the same one costs Graphviz minutes without limits.
    yield "  compound=true; nodesep=0.4; ranksep=0.45; nslimit=0.5; nslimit1=1; mclimit=0.1;"
    yield '  fontname="Helvetica"; fontsize=11; bgcolor=transparent;'
    yield '  node [fontname="Helvetica", fontsize=11, shape=box, style="rounded,filled", '
    yield "    fixedsize=true];"
    yield '  edge [fontname="Helvetica", fontsize=11, color="#5B6770", arrowsize=0.7];'
    if chart.nodes:
        for end in ("start", "end"):
            yield (
                f'  {end} [label="{end.title()}", shape=oval, width=0.75, height=0.36, '
                'fillcolor="#FFFFFF", color="#5B6770"];'
            )
    yield from _chart(chart, looks, "  ")
    yield "}"


def _chart(chart: Chart, looks: Mapping[str, Look], indent: str) -> Iterator[str]:
    nodes = {node.id: node for node in chart.nodes}
    for node in chart.nodes:
        yield from _node(node, looks, indent)
    for edge in chart.edges:
        if edge.way not in ("start", "end") or chart.id == "m0":
            yield f"{indent}{_edge(edge, nodes)}"


def _node(node: Node, looks: Mapping[str, Look], indent: str) -> Iterator[str]:
    fill, border = TYPES.get(node.type, TYPES["Pass"])
    look = looks.get(node.name, Look(fill=fill, border=border))
    here = written(node, look)
    colors = f"fillcolor={quoted(look.fill)}, color={quoted(look.border)}"
    if not node.inside:
        yield (
            f"{indent}{node.id} [label={_label(here)}, {colors}, "
            f"width={here.width / POINTS:.3f}, height={here.height / POINTS:.3f}];"
        )
        return
    yield f"{indent}subgraph cluster_{node.id} {{"
    yield (
        f'{indent}  label={_label(here)}; labeljust=l; style="rounded,filled"; '
        f"{colors.replace(', ', '; ')}; margin=12;"
    )
    # Edges need nodes to begin and end at; Graphviz cuts them at the box.
    for end in ("in", "out"):
        yield f'{indent}  {node.id}{end} [shape=point, style=invis, width=0.01, label=""];'
    for inner in node.inside:
        yield f"{indent}  subgraph cluster_{inner.id} {{"
        yield (
            f'{indent}    label={quoted(inner.title)}; labeljust=l; style="rounded,dashed"; '
            f"color={quoted(look.border)}; margin=10;"
        )
        yield from _chart(inner, looks, f"{indent}    ")
        yield f"{indent}  }}"
        yield from (f"{indent}  {line}" for line in _held(node.id, inner))
    yield f"{indent}}}"


def _held(node: str, inner: Chart) -> Iterator[str]:
    """What holds a branch between the top and the bottom of its box."""
    boxes = {each.id for each in inner.nodes if each.inside}
    for edge in inner.edges:
        if edge.way == "start" and edge.target:
            yield f"{node}in -> {edge.target}{'in' * (edge.target in boxes)} [style=invis];"
        if edge.way == "end" and edge.source:
            yield f"{edge.source}{'out' * (edge.source in boxes)} -> {node}out [style=invis];"


def _edge(edge: Edge, nodes: Mapping[str, Node]) -> str:
    source, tail = _end(edge.source, nodes, "start", "out")
    target, head = _end(edge.target, nodes, "end", "in")
    color = FADED if edge.faded else COLORS.get(edge.way)
    attributes = {
        "id": quoted(edge.way),
        "source": quoted(edge.source or "start"),
        "target": quoted(edge.target or "end"),
        "class": quoted("faded") if edge.faded else None,
        "label": quoted(f" {edge.label} ") if edge.label else None,
        "color": quoted(color) if color else None,
        "fontcolor": quoted(color) if color else None,
        "style": "dashed" if edge.way == "catch" else None,
        "ltail": tail,
        "lhead": head,
    }
    said = ", ".join(f"{key}={value}" for key, value in attributes.items() if value)
    return f"{source} -> {target} [{said}];"


def _end(
    node: str | None, nodes: Mapping[str, Node], otherwise: str, side: str
) -> tuple[str, str | None]:
    """Where an edge begins or ends, and at which box it is cut."""
    if node is None:
        return otherwise, None
    if nodes[node].inside:
        return f"{node}{side}", f"cluster_{node}"
    return node, None


def _label(here: Writing) -> str:
    return '"' + "\\n".join(quoted(line)[1:-1] for line in here.lines) + '"'


def quoted(text: str) -> str:
    """A text as DOT has it; what cannot be shown is replaced."""
    clean = "".join(char if char.isprintable() else "�" for char in text)
    return '"' + clean.replace("\\", "\\\\").replace('"', '\\"') + '"'
