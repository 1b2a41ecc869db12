"""What functions' code calls of AWS, as far as a look at it tells."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SdkCall:
    """A call in code: the service and the operation as the SDK names them, and where it stands.

    `arguments` are those that are written out; one that is computed is None. `whole` says whether
    there are no others.
    """

    service: str
    operation: str
    arguments: Mapping[str, str | None]
    whole: bool
    line: int


def plain(name: str) -> str:
    """A name by which SDKs of all languages agree: put_object, putObject and PutObject."""
    return name.replace("_", "").replace("-", "").lower()
