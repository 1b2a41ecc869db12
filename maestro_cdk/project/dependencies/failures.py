"""Why what a function needs cannot be had."""

from pathlib import Path


class Failure(Exception):
    """A reason that the user can act on.

    Args:
        path: the file that asked for it.
        message: what is wrong.
        hint: what to do about it.
        line, column: the place in the file, where it is known.
    """

    def __init__(
        self,
        path: Path,
        message: str,
        hint: str | None = None,
        *,
        line: int = 0,
        column: int = 0,
    ) -> None:
        super().__init__(message)
        self.path, self.message, self.hint = path, message, hint
        self.line, self.column = line, column
