"""Numbers as people say them."""


def counted(count: int, what: str) -> str:
    """A number of things: 1 file, 2 files."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def size(count: int) -> str:
    """Bytes, in the unit that suits them."""
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{max(1, round(count / 1e3))} KB"  # noqa: PLR2004
