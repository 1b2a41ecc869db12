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
    optional: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderRule:
    """A rule that is not asked: its findings come up while a folder is read.

    `severity` is that of most of its findings. Switched off, an `optional` one is quiet but for
    errors that stand in the way of a deployment.
    """

    id: str
    severity: Severity
    summary: str
    optional: bool = False
