"""What others' tools say of the template: CDK's own validator, and cfn-lint."""

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from maestro_cdk.model import JSON, Bundle, Finding, Project, Severity, SourceRef
from maestro_cdk.stack import synth

_REPORT = "validation-report.json"
"""The file in which CDK's validator says what it found."""

_DEFINITION_RULE = "E3601"
"""cfn-lint's look at the definition: maestro's rules see more of it, and this one takes ARNs of
other partitions than `aws`, and a substitution with a version behind it, for mistakes."""

_SEVERITIES: dict[str, Severity] = {
    "fatal": "error",
    "error": "error",
    "warning": "warning",
    "info": "info",
    "informational": "info",
}


_LONGEST = 240
"""Characters of a message: cfn-lint lists all of IAM's services where one is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Complaint:
    """What a tool says of a resource; `number` is the same in both tools' names of one rule."""

    tool: str
    resource: str
    number: str
    severity: Severity
    message: str
    hint: str | None


def check(project: Project, bundles: Sequence[Bundle]) -> tuple[Finding, ...]:
    """Synthesize a project, and have its template looked at.

    Each finding stands at the user's file that its resource was made of. What both tools say is
    told once.

    Args:
        project: the project.
        bundles: what its functions are made of.

    Raises:
        SynthesisError: CDK could not make the template.
    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        synth.run_cdk(project, bundles, out, bootstrapped=False, validated=True)
        report = json.loads((out / _REPORT).read_bytes()) if (out / _REPORT).is_file() else {}
        texts = synth.tidied(out, project)
    by_cdk = tuple(_by_cdk(report))
    told = {(complaint.resource, complaint.number) for complaint in by_cdk}
    by_cfn_lint = _by_cfn_lint(texts[f"{project.stack_name}.template.json"], project)
    complaints = [*by_cdk, *(c for c in by_cfn_lint if (c.resource, c.number) not in told)]
    disabled = project.settings.workflow.disable_rules
    found = {_finding(complaint, project) for complaint in complaints}
    return tuple(
        sorted(
            (finding for finding in found if finding.rule not in disabled),
            key=lambda finding: (finding.where, finding.rule, finding.message),
        )
    )


def _by_cdk(report: JSON) -> Iterator[_Complaint]:
    for plugin in report.get("pluginReports", ()):
        for violation in plugin["violations"]:
            for construct in violation["violatingConstructs"]:
                resource = construct.get("cloudFormationResource") or {}
                yield _Complaint(
                    tool="cdk-validation",
                    resource=resource.get("logicalId") or construct["constructPath"],
                    number=violation["ruleName"][1:],
                    severity=_SEVERITIES.get(violation["severity"], "warning"),
                    message=f"{violation['description']} ({violation['ruleName']})",
                    hint=violation.get("suggestedFix"),
                )


def _by_cfn_lint(template: str, project: Project) -> Iterator[_Complaint]:
    from cfnlint.api import lint  # noqa: PLC0415 - a second, for --strict only
    from cfnlint.config import ManualArgs  # noqa: PLC0415

    region = project.settings.target.region
    config = ManualArgs(regions=[region] if region else [], ignore_checks=[_DEFINITION_RULE])
    for match in lint(template, config=config):
        path = [str(step) for step in match.path or ()]  # Resources, the resource, Properties, ...
        resource, place = path[1] if path[1:] else "", ".".join(path[3:])
        message = match.message[:_LONGEST] + ("..." if len(match.message) > _LONGEST else "")
        yield _Complaint(
            tool="cfn-lint",
            resource=resource,
            number=match.rule.id[1:],
            severity=_SEVERITIES.get(match.rule.severity, "warning"),
            message=f"{place}: {message} ({match.rule.id})" if place else message,
            hint=match.rule.source_url or None,
        )


def _finding(complaint: _Complaint, project: Project) -> Finding:
    return Finding(
        rule=complaint.tool,
        severity=complaint.severity,
        message=f"{complaint.resource or 'the template'}: {complaint.message}",
        hint=complaint.hint,
        where=_place(project, complaint.resource),
    )


def _place(project: Project, logical_id: str) -> SourceRef:
    """The user's file that a resource was made of."""
    made = [f for f in project.functions if logical_id.startswith(f"{f.logical_id}Function")]
    if made:
        function = max(made, key=lambda function: len(function.logical_id))
        return SourceRef(file=function.root.relative_to(project.folder).as_posix())
    if project.infra is not None and not logical_id.startswith("StateMachine"):
        return SourceRef(file=project.infra.name)
    return SourceRef(file=project.definition.file)
