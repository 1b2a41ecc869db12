"""A chart as SVG: Graphviz says where things are, this how they look."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from maestro_cdk.picture import chart as charts
from maestro_cdk.picture import dot, graphviz
from maestro_cdk.picture.chart import Chart, Node
from maestro_cdk.picture.looks import COLORS, FADED, TYPES, Look
from maestro_cdk.picture.writing import LINE, NAME_SIZE, PADDING, SMALL_SIZE, written

MARGIN = 12.0
GREY, INK = "#5B6770", "#1D2429"

ICONS = {
    "Task": "M9 2h2l.5 2 1.7.7L15 3.6 16.4 5l-1.1 1.8.7 1.7 2 .5v2l-2 .5-.7 1.7 1.1 1.8-1.4 1.4"
    "-1.8-1.1-1.7.7-.5 2H9l-.5-2-1.7-.7L5 16.4 3.6 15l1.1-1.8L4 11.5 2 11V9l2-.5.7-1.7L3.6 5 5 3.6"
    "l1.8 1.1L8.5 4zM10 7a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
    "Choice": "M10 1l9 9-9 9-9-9zM10 4l-6 6 6 6 6-6z",
    "Parallel": "M3 3h3v14H3zM8.5 3h3v14h-3zM14 3h3v14h-3z",
    "Map": "M2 2h11v3H5v8H2zM6 6h12v12H6z",
    "Wait": "M10 1a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9 5h2v4.6l3.2 3.2-1.4 1.4L9 10.4z",
    "Pass": "M2 8.5h11V4l6 6-6 6v-4.5H2z",
    "Succeed": "M7.5 13.2L3.8 9.5 2 11.3l5.5 5.5L18 6.3l-1.8-1.8z",
    "Fail": "M4 2L2 4l6 6-6 6 2 2 6-6 6 6 2-2-6-6 6-6-2-2-6 6z",
}
"""In a square of 20; holes by the rule of even and odd."""


def text(chart: Chart, looks: Mapping[str, Look] | None = None, *, title: str = "") -> str:
    """The picture, a document of its own.

    Args:
        chart: what is drawn.
        looks: how the states named are drawn, where not as their type is.
        title: what the picture is of, for those who cannot see it.

    Raises:
        DrawingFailed: Graphviz could not lay it out.
    """
    looks = looks or {}
    laid = json.loads(graphviz.laid_out(dot.text(chart, looks)))
    return "\n".join(_Drawing(chart, looks, laid).lines(title)) + "\n"


class _Drawing:
    """What Graphviz laid out, turned over: its y grows upwards."""

    def __init__(self, chart: Chart, looks: Mapping[str, Look], laid: Mapping[str, Any]) -> None:
        self._looks = looks
        self._nodes = {node.id: node for node in charts.nodes(chart)}
        self._objects = laid.get("objects", [])
        self._edges = laid.get("edges", [])
        self._inner = {
            f"cluster_{inner.id}": inner.title
            for node in self._nodes.values()
            for inner in node.inside
        }
        _, _, self._width, self._height = _numbers(laid.get("bb", "0,0,0,0"))

    def lines(self, title: str) -> Iterator[str]:
        wide, high = self._width + 2 * MARGIN, self._height + 2 * MARGIN
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide:.0f}" height="{high:.0f}" '
            f'viewBox="{-MARGIN} {-MARGIN} {wide:.1f} {high:.1f}" role="img" '
            f"font-family=\"'Amazon Ember', Helvetica, Arial, 'Liberation Sans', sans-serif\">"
        )
        yield f"<title>{escape(_shown(title or 'workflow'))}</title>"
        yield (
            f'<rect x="{-MARGIN}" y="{-MARGIN}" width="{wide:.1f}" height="{high:.1f}" '
            'fill="#FFFFFF" class="ground"/>'
        )
        # Boxes come in the order of the text, so that what is inside is drawn above.
        for item in self._objects:
            if item["name"].startswith("cluster_") and "bb" in item:
                yield from self._box(item)
        for edge in self._edges:
            yield from self._edge(edge)
        for item in self._objects:
            if item["name"] in ("start", "end") and "pos" in item:
                yield from self._end(item)
            elif item["name"] in self._nodes and "pos" in item:
                yield from self._node(item)
        yield "</svg>"

    def _box(self, item: Mapping[str, Any]) -> Iterator[str]:
        left, low, right, high = _numbers(item["bb"])
        x, y, wide, tall = left, self._height - high, right - left, high - low
        place = f'x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}" rx="8"'
        name = item["name"]
        if name in self._inner:
            yield (
                f'<rect {place} fill="#FFFFFF" stroke="#C5CCD1" stroke-dasharray="4 3" '
                'class="inside"/>'
            )
            yield _text(x + 10, y + 15, self._inner[name], SMALL_SIZE, GREY, of="small")
            return
        node = self._nodes[name.removeprefix("cluster_")]
        look = self._look(node)
        yield _group(node)
        yield f"<title>{escape(_tip(node, look))}</title>"
        yield (
            f'<rect {place} fill="{look.fill}" stroke="{look.border}" stroke-width="1.4" '
            'class="body"/>'
        )
        yield from self._writing(node, look, x, y + 4)
        yield "</g>"

    def _node(self, item: Mapping[str, Any]) -> Iterator[str]:
        node = self._nodes[item["name"]]
        look, here = self._look(node), written(node, self._look(node))
        middle, up = _numbers(item["pos"])
        x, y = middle - here.width / 2, self._height - up - here.height / 2
        dash = ' stroke-dasharray="4 3"' if look.faded else ""
        yield _group(node)
        yield f"<title>{escape(_tip(node, look))}</title>"
        yield (
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{here.width:.1f}" height="{here.height:.1f}" '
            f'rx="7" fill="{look.fill}" stroke="{look.border}" stroke-width="1.4"{dash} '
            'class="body"/>'
        )
        yield from self._writing(node, look, x, y)
        yield "</g>"

    def _writing(self, node: Node, look: Look, x: float, y: float) -> Iterator[str]:
        """The icon and the lines of a node whose upper left corner is there."""
        here = written(node, look)
        icon = ICONS.get(node.type)
        ink = GREY if look.faded else INK
        if icon:
            color = look.border if look.faded else TYPES.get(node.type, TYPES["Pass"])[1]
            top = y + (here.height - 20) / 2
            yield (
                f'<path transform="translate({x + PADDING:.1f} {top:.1f})" d="{icon}" '
                f'fill="{color}" fill-rule="evenodd" class="icon"/>'
            )
        left = x + PADDING + 30
        used = LINE * (len(here.names) * NAME_SIZE + len(here.smalls) * SMALL_SIZE)
        at = y + (here.height - used) / 2
        for line in here.names:
            at += LINE * NAME_SIZE
            yield _text(left, at - 4, line, NAME_SIZE, ink, of="name", bold=True)
        for line in here.smalls:
            at += LINE * SMALL_SIZE
            kind, color = "small", GREY
            if line.startswith("⚠"):
                kind, color = "warning", COLORS["catch"]
            elif line == look.said:
                kind, color = "said", look.border
            yield _text(left, at - 3.5, line, SMALL_SIZE, color, of=kind)

    def _end(self, item: Mapping[str, Any]) -> Iterator[str]:
        x, up = _numbers(item["pos"])
        y = self._height - up
        yield (
            f'<ellipse cx="{x:.1f}" cy="{y:.1f}" rx="27" ry="13" fill="#FFFFFF" stroke="{GREY}" '
            'class="oval"/>'
        )
        yield _text(x, y + 4, item["name"].title(), SMALL_SIZE, GREY, of="small", middle=True)

    def _edge(self, edge: Mapping[str, Any]) -> Iterator[str]:
        if edge.get("style") == "invis" or "pos" not in edge:
            return
        way = edge.get("id", "")
        color = FADED if edge.get("class") == "faded" else COLORS.get(way, GREY)
        dash = ' stroke-dasharray="5 4"' if way == "catch" else ""
        ends = f'data-from="{edge.get("source", "")}" data-to="{edge.get("target", "")}"'
        points = edge["pos"].split()
        tip = next((point[2:] for point in points if point.startswith("e,")), None)
        spline = [self._point(point) for point in points if point[:2] not in ("e,", "s,")]
        if not spline:
            return
        path = f"M{spline[0]} C{' '.join(spline[1:])}" if len(spline) > 1 else f"M{spline[0]}"
        if tip:
            path += f" L{self._point(tip)}"
        yield (
            f'<path d="{path}" fill="none" stroke="{color}" stroke-width="1.3"{dash} '
            f'class="edge {way}" {ends}/>'
        )
        if tip:
            yield _arrow(spline[-1], self._point(tip), color, f'class="arrow {way}" {ends}')
        if "lp" in edge and edge.get("label", "").strip():
            x, up = _numbers(edge["lp"])
            label = edge["label"].strip()
            yield (
                f'<text x="{x:.1f}" y="{self._height - up + 4:.1f}" font-size="{SMALL_SIZE}" '
                f'fill="{color}" text-anchor="middle" stroke="#FFFFFF" stroke-width="3" '
                f'paint-order="stroke" class="label {way}" {ends}>{escape(_shown(label))}</text>'
            )

    def _point(self, point: str) -> str:
        x, y = _numbers(point)
        return f"{x:.1f},{self._height - y:.1f}"

    def _look(self, node: Node) -> Look:
        fill, border = TYPES.get(node.type, TYPES["Pass"])
        return self._looks.get(node.name, Look(fill=fill, border=border))


def _group(node: Node) -> str:
    name, kind = escape(_shown(node.name)), escape(_shown(node.type))
    return f'<g class="state" data-node="{node.id}" data-state="{name}" data-type="{kind}">'


def _arrow(base: str, tip: str, color: str, more: str) -> str:
    """The head of an edge, from where its line ends to its tip."""
    (x0, y0), (x1, y1) = _numbers(base), _numbers(tip)
    dx, dy = x1 - x0, y1 - y0
    length = (dx * dx + dy * dy) ** 0.5 or 1.0
    dx, dy = dx / length, dy / length
    back = (x1 - 8 * dx, y1 - 8 * dy)
    sides = [(back[0] - side * dy * 3.5, back[1] + side * dx * 3.5) for side in (1, -1)]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in ((x1, y1), *sides))
    return f'<polygon points="{points}" fill="{color}" {more}/>'


def _text(
    x: float,
    y: float,
    text: str,
    size: float,
    color: str,
    *,
    of: str,
    bold: bool = False,
    middle: bool = False,
) -> str:
    weight = ' font-weight="600"' if bold else ""
    anchor = ' text-anchor="middle"' if middle else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{color}"{weight}{anchor} '
        f'class="{of}">'
        f"{escape(_shown(text))}</text>"
    )


def _shown(text: str) -> str:
    """A text without what no XML may hold."""
    return "".join(char if char.isprintable() else "�" for char in text)


def _tip(node: Node, look: Look) -> str:
    parts = (node.name, node.type, node.detail, look.said)
    return _shown(" · ".join(part for part in parts if part))


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(float(part) for part in text.split(","))
