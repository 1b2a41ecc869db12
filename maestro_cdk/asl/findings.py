"""Findings about a text that AWS evaluates, at the very character."""

from collections.abc import Iterable

from maestro_cdk.asl.document import Document
from maestro_cdk.asl.expressions import Site
from maestro_cdk.asl.nearest import nearest
from maestro_cdk.model import Finding, Severity

_LINE = 60
"""So much of a text is shown in a message."""


def finding(
    rule: str,
    severity: Severity,
    document: Document,
    site: Site,
    message: str,
    *,
    hint: str | None = None,
    position: int | None = None,
) -> Finding:
    """A finding at a site; at a character of its text where `position` is given."""
    if position is None or not isinstance(site.value, str):
        where = document.where(site.pointer)
    else:
        where = document.inside(site.pointer, position)
    return Finding(
        rule=rule,
        severity=severity,
        message=message,
        hint=hint,
        where=where,
        state=site.state.name,
    )


def meant(name: str, known: Iterable[str], *, sign: str = "") -> str | None:
    """A hint at the name that was meant, if one comes near."""
    near = nearest(name, tuple(sorted(known)))
    return f"did you mean {sign}{near}?" if near else None


def shown(text: str) -> str:
    """A text for a message: its beginning, where it is long."""
    short = text if len(text) <= _LINE else f"{text[: _LINE - 3]}..."
    return f"'{short}'" if short.isprintable() else repr(short)
