"""A definition's picture as a tree that the page draws element by element, in its own colours.

The page takes no markup: what it draws it makes itself, of the elements and attributes named here.
"""

import hashlib
import json
import xml.etree.ElementTree as ET
from dataclasses import dataclass

from maestro_cdk.model import JSON
from maestro_cdk.picture import chart as charts
from maestro_cdk.picture import svg
from maestro_cdk.picture.chart import Chart
from maestro_cdk.picture.looks import TYPES, Look

ROOM = "999× · 59 min 59 s · 9 retries"
"""What a state may come to say of itself: room is kept for that, so that nothing moves later."""

KEPT = frozenset(
    (
        *("class", "d", "x", "y", "width", "height", "rx", "ry", "cx", "cy", "points", "transform"),
        *("viewBox", "text-anchor", "fill-rule", "data-state", "data-type", "data-from", "data-to"),
    )
)
"""Attributes of the picture that are not colours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A picture: `tree` is an element as [name, attributes, children], `shape` names what it shows.

    Two definitions of one shape have the same states and the same ways between them.
    """

    tree: JSON
    shape: str


def scene(chart: Chart) -> Scene:
    """The picture of a chart.

    Raises:
        DrawingFailed: Graphviz could not lay it out.
    """
    nodes = {node.id: node for node in charts.nodes(chart)}
    looks = {
        node.name: Look(fill=fill, border=border, said=ROOM)
        for node in nodes.values()
        for fill, border in [TYPES.get(node.type, TYPES["Pass"])]
    }
    drawn = ET.fromstring(svg.text(chart, looks))  # noqa: S314 - it is our own
    names = {key: node.name for key, node in nodes.items()}
    return Scene(tree=_tree(drawn, names), shape=shape(chart))


def shape(chart: Chart) -> str:
    """A name for what of a chart stays the same when its substitutions are filled in."""
    return hashlib.sha256(json.dumps(_outline(chart)).encode()).hexdigest()[:16]


def _outline(chart: Chart) -> JSON:
    nodes = [[node.name, node.type, [*map(_outline, node.inside)]] for node in chart.nodes]
    edges = [[edge.source, edge.target, edge.way, edge.label] for edge in chart.edges]
    return [nodes, edges]


def _tree(element: ET.Element, names: dict[str, str]) -> JSON:
    name = element.tag.rpartition("}")[2]
    attributes = {key: value for key, value in element.attrib.items() if key in KEPT}
    if "data-node" in element.attrib:
        attributes["data-state"] = names[element.attrib["data-node"]]
    for end in ("data-from", "data-to"):
        if end in attributes:  # the start and the end have no name
            attributes[end] = names.get(attributes[end], "")
    said = name == "text" and attributes.get("class") == "said"
    text = "" if said else (element.text or "").strip()
    inner = [_tree(child, names) for child in element if not child.tag.endswith("}title")]
    return [name, attributes, [*([text] if text else []), *inner]]
