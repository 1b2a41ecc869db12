"""A chart in Mermaid's language, which GitHub and many editors draw.

https://mermaid.js.org/syntax/flowchart.html
"""

from collections.abc import Iterator, Mapping

from maestro_cdk.picture.chart import Chart, Edge, Node
from maestro_cdk.picture.looks import FADED, TYPES, Look

_SHAPES = {"Choice": ("{{", "}}"), "Succeed": ("([", "])"), "Fail": ("([", "])")}

_ENTITIES = str.maketrans(
    {
        "#": "#35;",
        '"': "#quot;",
        "<": "#lt;",
        ">": "#gt;",
        "&": "#amp;",
        "|": "#124;",
        "`": "#96;",
        "\\": "#92;",
        "\n": " ",
    }
)


def text(chart: Chart, looks: Mapping[str, Look] | None = None) -> str:
    """The chart as a flowchart."""
    edges = list(_edges(chart))
    pale = [str(n) for n, edge in enumerate(edges) if edge.faded]
    styled = [f"  linkStyle {','.join(pale)} stroke:{FADED}"] if pale else []
    return "\n".join(["flowchart TD", *_chart(chart, looks or {}, "  "), *styled]) + "\n"


def _edges(chart: Chart) -> Iterator[Edge]:
    """The edges in the order in which they are written, by which Mermaid counts them."""
    for node in chart.nodes:
        for inner in node.inside:
            yield from _edges(inner)
    yield from chart.edges


def _chart(chart: Chart, looks: Mapping[str, Look], indent: str) -> Iterator[str]:
    for way in ("start", "end"):
        if any(edge.way == way for edge in chart.edges):
            yield f"{indent}{chart.id}{way}([{way.title()}])"
    for node in chart.nodes:
        yield from _node(node, looks, indent)
    for edge in chart.edges:
        yield f"{indent}{_edge(edge, chart)}"


def _node(node: Node, looks: Mapping[str, Look], indent: str) -> Iterator[str]:
    fill, border = TYPES.get(node.type, TYPES["Pass"])
    look = looks.get(node.name, Look(fill=fill, border=border))
    what = " · ".join(part for part in (node.type, node.detail) if part)
    lines = [node.name, what, *(f"⚠ {each}" for each in node.catches), look.said]
    label = "<br/>".join(_escaped(line) for line in lines if line)
    if node.inside:
        yield f'{indent}subgraph {node.id}["{label}"]'
        for inner in node.inside:
            yield f'{indent}  subgraph {inner.id}["{_escaped(inner.title)}"]'
            yield from _chart(inner, looks, f"{indent}    ")
            yield f"{indent}  end"
        yield f"{indent}end"
    else:
        left, right = _SHAPES.get(node.type, ("[", "]"))
        yield f'{indent}{node.id}{left}"{label}"{right}'
    dash = ",stroke-dasharray:4 3" if look.faded else ""
    yield f"{indent}style {node.id} fill:{look.fill},stroke:{look.border},color:#1D2429{dash}"


def _edge(edge: Edge, chart: Chart) -> str:
    source = f"{chart.id}start" if edge.source is None else edge.source
    target = f"{chart.id}end" if edge.target is None else edge.target
    arrow = "-.->" if edge.way == "catch" else "-->"
    label = f'|"{_escaped(edge.label)}"|' if edge.label else ""
    return f"{source} {arrow}{label} {target}"


def _escaped(text: str) -> str:
    clean = "".join(char if char.isprintable() else " " for char in text)
    return clean.translate(_ENTITIES)
