"""What can be wrong with a definition: one rule, one module."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from maestro_cdk.asl.document import Document
from maestro_cdk.model import Finding, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule: its id, what it is about in one sentence, and the check that yields findings."""

    id: str
    severity: Severity
    summary: str
    check: Callable[[Document], Iterator[Finding]]
