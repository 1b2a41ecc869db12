"""The definition, as Step Functions itself sees it."""

import json

from maestro_cdk.actions.guards import check_account
from maestro_cdk.asl.arns import TOKEN
from maestro_cdk.asl.references import state_of
from maestro_cdk.cloud import Cloud, Diagnostic
from maestro_cdk.model import (
    JSON,
    Finding,
    FunctionArn,
    Identity,
    Project,
    Provided,
    PseudoParameter,
    SourceRef,
    Substitution,
)

RULE = "online"

_SUFFIXES = {
    "aws-cn": "amazonaws.com.cn",
    "aws-eusc": "amazonaws.eu",
    "aws-iso": "c2s.ic.gov",
    "aws-iso-b": "sc2s.sgov.gov",
    "aws-iso-e": "cloud.adc-e.uk",
    "aws-iso-f": "csp.hci.ic.gov",
}
"""What services' addresses end with, by partition: botocore's partitions.json says so."""


def ask(project: Project, cloud: Cloud) -> tuple[Finding, ...]:
    """Have Step Functions validate a project's definition, without anything being made.

    Args:
        project: the project.
        cloud: the account and region that it is meant for.

    Raises:
        CredentialsError: the credentials are of another account than the stage's.
        CloudError: AWS refused to look at it.
    """
    check_account(project, cloud.identity)
    definition = project.definition
    filled = TOKEN.sub(
        lambda match: (
            _text(definition.substitutions[match.group(1)], project, cloud.identity)
            if match.group(1) in definition.substitutions
            else match.group()
        ),
        definition.text,
    )
    express = project.settings.workflow.type == "EXPRESS"
    said = cloud.machines.validate(filled, express=express)
    written = json.loads(filled)
    return tuple(_finding(diagnostic, project, written) for diagnostic in said)


def _text(value: Substitution, project: Project, identity: Identity) -> str:
    """What a substitution becomes in this account, as a part of a JSON text."""
    place = f"{identity.region}:{identity.account}"
    match value:
        case FunctionArn(function=name):
            (function,) = (each for each in project.functions if each.name == name)
            return f"arn:{identity.partition}:lambda:{place}:function:{function.physical_name}"
        case Provided(name=name):  # only CDK knows it: an ARN is what Step Functions looks at
            return f"arn:{identity.partition}:lambda:{place}:function:{name}"
        case PseudoParameter(name=name):
            return {
                "AWS::AccountId": identity.account,
                "AWS::Partition": identity.partition,
                "AWS::Region": identity.region,
                "AWS::StackName": project.stack_name,
                "AWS::URLSuffix": _SUFFIXES.get(identity.partition, "amazonaws.com"),
            }[name]
        case str():
            return json.dumps(value, ensure_ascii=False)[1:-1]
        case _:
            return json.dumps(value)


def _finding(diagnostic: Diagnostic, project: Project, written: JSON) -> Finding:
    pointer = _pointer(diagnostic.location or "", written)
    source = project.definition.source
    return Finding(
        rule=RULE,
        severity=diagnostic.severity,
        message=f"AWS: {diagnostic.message} ({diagnostic.code})",
        where=source.where(pointer) if source else SourceRef(file=project.definition.file),
        state=state_of((*pointer, "")),
    )


def _pointer(location: str, value: JSON) -> tuple[str | int, ...]:
    """The steps of a JSON pointer into a value, as far as they lead; none for other words.

    https://www.rfc-editor.org/rfc/rfc6901
    """
    steps: list[str | int] = []
    for word in location.split("/")[1:]:
        step = word.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and step in value:
            steps.append(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            steps.append(int(step))
        else:
            break
        value = value[steps[-1]]
    return tuple(steps)
