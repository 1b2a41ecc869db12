"""Every rule, and how they are asked."""

from collections.abc import Collection

from maestro_cdk.asl.rules import (
    FolderRule,
    Rule,
    Subject,
    busy_loop,
    callback_timeout,
    choice_default,
    choice_rules,
    conflicting_fields,
    context_object,
    endings,
    error_names,
    express,
    heartbeat,
    integration_pattern,
    intrinsic_functions,
    item_reader,
    jsonata_functions,
    jsonata_references,
    jsonata_syntax,
    lambda_retry,
    lambda_timeout,
    map_labels,
    map_modes,
    missing_field,
    missing_parameter,
    no_end,
    parameter_value,
    paths,
    payload_templates,
    query_language,
    resource,
    service_errors,
    size,
    state_names,
    structure,
    task_token,
    timeouts,
    transitions,
    undefined_variables,
    unevaluated,
    unknown_field,
    unknown_parameter,
    unreachable,
    unused_function,
    unused_variables,
    values,
    variable_names,
)
from maestro_cdk.model import Finding

RULES: tuple[Rule, ...] = (
    busy_loop.RULE,
    callback_timeout.RULE,
    choice_default.RULE,
    choice_rules.RULE,
    conflicting_fields.RULE,
    context_object.RULE,
    endings.RULE,
    error_names.RULE,
    express.RULE,
    heartbeat.RULE,
    integration_pattern.RULE,
    intrinsic_functions.RULE,
    item_reader.RULE,
    jsonata_functions.RULE,
    jsonata_references.RULE,
    jsonata_syntax.RULE,
    lambda_retry.RULE,
    lambda_timeout.RULE,
    map_labels.RULE,
    map_modes.RULE,
    missing_field.RULE,
    missing_parameter.RULE,
    no_end.RULE,
    parameter_value.RULE,
    paths.RULE,
    payload_templates.RULE,
    query_language.RULE,
    resource.RULE,
    service_errors.RULE,
    size.RULE,
    state_names.RULE,
    structure.RULE,
    task_token.RULE,
    timeouts.RULE,
    transitions.RULE,
    undefined_variables.RULE,
    unevaluated.RULE,
    unknown_field.RULE,
    unknown_parameter.RULE,
    unreachable.RULE,
    unused_function.RULE,
    unused_variables.RULE,
    values.RULE,
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
        id="runtime",
        severity="warning",
        summary="A runtime is one that AWS looks after; one that it takes no more is an error.",
        optional=True,
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
        id="unused-substitution",
        severity="info",
        summary="What infra.py gives to the definition stands in it.",
        optional=True,
    ),
    FolderRule(
        id="infra",
        severity="error",
        summary="infra.py can be run, and has an `extend(workflow)`.",
    ),
    FolderRule(
        id="limits",
        severity="error",
        summary="The workflow is no larger than AWS takes.",
    ),
    FolderRule(
        id="unknown-permission",
        severity="error",
        summary="It is known what the state machine's role needs, or [workflow] policies allow it.",
        explanation="""\
Maestro gives the role what the definition's calls need. Where it does not know what that is, an execution would
end with an AccessDenied: the finding names the action, and a statement with that action in `[workflow]
policies` answers it. It is a note only where there are managed policies, which may allow anything.

See [What the state machine may do](../explanation/permissions.md).
""",
    ),
    FolderRule(
        id="wide-permission",
        severity="warning",
        summary="The state machine's role may do no more than the definition does.",
        explanation="""\
An argument that is computed may name anything, so the action is allowed on everything of its kind. Say in the
definition what it is about; or allow the action on less in `[workflow] policies`, and that counts in
its place. A note says so where only a part of the name is computed, a key in a bucket for instance.

See [What the state machine may do](../explanation/permissions.md).
""",
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
    yielding: list[Finding] = []
    for rule in RULES:
        if rule.id not in disabled:
            (yielding if rule.yields else findings).extend(rule.check(subject))
    wrong = {finding.where for finding in findings if finding.severity == "error"}
    findings += [
        finding for finding in yielding if finding.severity == "error" or finding.where not in wrong
    ]
    return tuple(sorted(findings, key=lambda finding: (finding.where, finding.rule)))
