"""How the tests of permissions make definitions, and ask what the policies of these allow."""

import json
from dataclasses import replace

from ministack.core.iam_evaluator import EvalContext, evaluate, parse_policy_document

from maestro_cdk.asl import document, permissions, references
from maestro_cdk.model import WorkflowSettings
from maestro_cdk.services.authorization import IamReference
from maestro_cdk.services.models import BotocoreModels

MODELS = BotocoreModels()
IAM = IamReference()
PLACE = {"PARTITION": "aws", "REGION": "eu-west-1", "ACCOUNT_ID": "123456789012"}


def of_text(text, *, functions=("manager",), substitutions=None, **workflow):
    """What a definition needs, in a folder with these functions."""
    parsed = document.parse(text, file="d", literals=substitutions or {})
    definition, _ = references.resolve(
        parsed,
        functions={name: name.capitalize() for name in functions},
        workflow="flow",
        substitutions=substitutions or {},
    )
    # A substitution is known where nothing but a function could be meant, too.
    known = {**(substitutions or {}), **definition.substitutions}
    definition = replace(definition, substitutions=known)
    settings = WorkflowSettings(name="flow", **{"logging": "OFF", **workflow})
    return permissions.of(
        parsed,
        definition,
        workflow="flow",
        functions={name: f"flow_{name}" for name in functions},
        settings=settings,
        services=MODELS,
        known=IAM,
    )


def of_states(states, *, language="JSONata", **around):
    """What a machine of these states needs."""
    names = list(states)
    value = {"QueryLanguage": language, "StartAt": names[0], "States": states}
    return of_text(json.dumps(value, indent=1), **around)


def task(resource, arguments=None, **more):
    """A Task of `sqs:sendMessage` and the like, or of the ARN of anything."""
    arn = resource if resource.startswith(("arn:", "$")) else f"arn:aws:states:::{resource}"
    given = {} if arguments is None else {"Arguments": arguments}
    return {"Type": "Task", "Resource": arn, **given, "End": True, **more}


def of_task(resource, arguments=None, *, more=None, **around):
    """What a machine of one Task, `A`, needs."""
    return of_states({"A": task(resource, arguments, **(more or {}))}, **around)


def table(found):
    """Each action with what it is allowed on, without the beginning that all ARNs have."""
    rows = {}
    for statement in found.statements:
        for action in statement.actions:
            short = [arn.replace(":REGION:ACCOUNT_ID:", "::") for arn in statement.resources]
            rows.setdefault(action, []).extend(arn.removeprefix("arn:PARTITION:") for arn in short)
    return {action: sorted(arns) for action, arns in rows.items()}


def said(found):
    """What there is to say about them: rule, severity, message."""
    return [(item.rule, item.severity, item.message) for item in found.findings]


def placed(text):
    """A text with the place where it is deployed."""
    for word, value in PLACE.items():
        text = text.replace(word, value)
    return text


def policy(found):
    """The policy that statements come to, as AWS would be given it."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": list(statement.actions),
                "Resource": [placed(arn) for arn in statement.resources],
                **(
                    {
                        "Condition": {
                            operator: {key: placed(value) for key, value in keys.items()}
                            for operator, keys in statement.conditions.items()
                        }
                    }
                    if statement.conditions
                    else {}
                ),
            }
            for statement in found.statements
        ],
    }


def allowed(found, action, resource="*", **context):
    """Whether the policy allows an action on a resource, by MiniStack's evaluation of it."""
    request = EvalContext(
        principal_arn="arn:aws:iam::123456789012:role/machine",
        principal_type="AssumedRole",
        principal_account="123456789012",
        action=action,
        resource_arn=resource,
        region="eu-west-1",
        source_ip="127.0.0.1",
        secure_transport=True,
        service_context={key.replace("_", ":").lower(): value for key, value in context.items()},
    )
    statements = parse_policy_document(policy(found))
    return evaluate(request, [statements]).decision == "Allow"
