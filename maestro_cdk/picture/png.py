"""SVG to PNG, by resvg."""

ZOOM = 2
"""Pixels to a point: sharp on today's screens."""


def drawn(svg: str) -> bytes:
    """The picture, on white."""
    import resvg_py  # noqa: PLC0415 - for PNG only

    return bytes(resvg_py.svg_to_bytes(svg_string=svg, background="#ffffff", zoom=ZOOM))
