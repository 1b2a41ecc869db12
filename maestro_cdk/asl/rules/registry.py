"""Every rule, and how they are asked."""

from collections.abc import Collection

from maestro_cdk.asl.document import Document
from maestro_cdk.asl.rules import Rule, endings, structure, transitions
from maestro_cdk.model import Finding

RULES: tuple[Rule, ...] = (structure.RULE, transitions.RULE, endings.RULE)


def check(document: Document, *, disabled: Collection[str] = ()) -> tuple[Finding, ...]:
    """What all rules but the disabled ones find, in the order of the text."""
    findings = list(document.findings)
    for rule in RULES:
        if rule.id not in disabled:
            findings += rule.check(document)
    return tuple(sorted(findings, key=lambda finding: (finding.where, finding.rule)))
