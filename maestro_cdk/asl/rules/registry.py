"""Every rule, and how they are asked."""

from collections.abc import Collection

from maestro_cdk.asl.rules import (
    FolderRule,
    Rule,
    Subject,
    callback_timeout,
    context_object,
    endings,
    error_name,
    express,
    heartbeat,
    integration_pattern,
    intrinsic_functions,
    jsonata_functions,
    jsonata_references,
    jsonata_syntax,
    lambda_retry,
    lambda_timeout,
    missing_parameter,
    parameter_value,
    paths,
    payload_templates,
    resource,
    structure,
    task_token,
    transitions,
    undefined_variables,
    unevaluated,
    unknown_parameter,
    unused_function,
    unused_variables,
    variable_names,
)
from maestro_cdk.model import Finding

RULES: tuple[Rule, ...] = (
    callback_timeout.RULE,
    context_object.RULE,
    endings.RULE,
    error_name.RULE,
    express.RULE,
    heartbeat.RULE,
    integration_pattern.RULE,
    intrinsic_functions.RULE,
    jsonata_functions.RULE,
    jsonata_references.RULE,
    jsonata_syntax.RULE,
    lambda_retry.RULE,
    lambda_timeout.RULE,
    missing_parameter.RULE,
    parameter_value.RULE,
    paths.RULE,
    payload_templates.RULE,
    resource.RULE,
    structure.RULE,
    task_token.RULE,
    transitions.RULE,
    undefined_variables.RULE,
    unevaluated.RULE,
    unknown_parameter.RULE,
    unused_function.RULE,
    unused_variables.RULE,
    variable_names.RULE,
)
"""Those of the language: each is asked about a definition, and can be switched off."""

FOLDER_RULES: tuple[FolderRule, ...] = (
    FolderRule(
        id="settings",
        severity="error",
        summary="maestro.toml holds settings that there are, with values that they take.",
    ),
    FolderRule(
        id="workflow-name",
        severity="error",
        summary="The workflow's name, with its stage, is one that a stack and a machine can have.",
    ),
    FolderRule(
        id="functions",
        severity="error",
        summary="What stands in lambdas/ can be read, packed and run.",
    ),
    FolderRule(
        id="function-name",
        severity="error",
        summary="A function's name is one that Lambda takes, and unlike the others'.",
    ),
    FolderRule(
        id="handler",
        severity="error",
        summary="A function's handler is there.",
    ),
    FolderRule(
        id="dependencies",
        severity="error",
        summary="What functions ask for can be installed for the runtime that they run on.",
    ),
    FolderRule(
        id="definition",
        severity="error",
        summary="The folder holds one definition, which can be read.",
    ),
    FolderRule(
        id="json-syntax",
        severity="error",
        summary="The definition is JSON.",
    ),
    FolderRule(
        id="yaml-syntax",
        severity="error",
        summary="A definition in YAML is YAML, and says what JSON can say.",
    ),
    FolderRule(
        id="python-syntax",
        severity="error",
        summary="A workflow in Python is one that sfnx compiles.",
    ),
    FolderRule(
        id="duplicate-key",
        severity="error",
        summary="No key is written twice in one object.",
        optional=True,
    ),
    FolderRule(
        id="unknown-function",
        severity="error",
        summary="What names a function names one of the folder, or another by its ARN.",
    ),
    FolderRule(
        id="unknown-substitution",
        severity="warning",
        summary="A ${token} names something; in an ARN it has to, whatever is switched off.",
        optional=True,
    ),
    FolderRule(
        id="limits",
        severity="error",
        summary="The workflow is no larger than AWS takes.",
    ),
    FolderRule(
        id="ungranted",
        severity="warning",
        summary="The state machine's role may do what the definition calls.",
        optional=True,
    ),
    FolderRule(
        id="cdk-validation",
        severity="error",
        summary="The template passes CDK's validator (`--strict`).",
        optional=True,
    ),
    FolderRule(
        id="cfn-lint",
        severity="error",
        summary="The template passes cfn-lint (`--strict`).",
        optional=True,
    ),
    FolderRule(
        id="online",
        severity="error",
        summary="Step Functions itself takes the definition (`--online`).",
    ),
    FolderRule(
        id="ignored",
        severity="info",
        summary="What stands in lambdas/ is a function, or shared by all.",
        optional=True,
    ),
)
"""Those that are seen to while a folder is read: the rest needs what they ask for."""

EVERY: tuple[Rule | FolderRule, ...] = (*RULES, *FOLDER_RULES)

OPTIONAL: tuple[str, ...] = tuple(rule.id for rule in EVERY if rule.optional)
"""The ids of those that `disable_rules` may name."""


def check(subject: Subject, *, disabled: Collection[str] = ()) -> tuple[Finding, ...]:
    """What all rules but the disabled ones find, in the order of the text."""
    findings = [finding for finding in subject.document.findings if finding.rule not in disabled]
    for rule in RULES:
        if rule.id not in disabled:
            findings += rule.check(subject)
    return tuple(sorted(findings, key=lambda finding: (finding.where, finding.rule)))
