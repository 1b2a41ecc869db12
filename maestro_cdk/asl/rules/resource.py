"""What a Task calls is something that Step Functions can call."""

import re
from collections.abc import Iterator

from maestro_cdk.asl import arns, integrations
from maestro_cdk.asl.deferred import deferred, unclosed
from maestro_cdk.asl.document import Pointer
from maestro_cdk.asl.integrations import OPTIMIZED, Integration
from maestro_cdk.asl.machines import State
from maestro_cdk.asl.nearest import nearest
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.asl.sdk import ENDED, UNSUPPORTED, UPGRADE
from maestro_cdk.model import Finding, Severity
from maestro_cdk.ports import ServiceModels

_OPTIMIZED_NAMES = {"emr": "elasticmapreduce", "eventbridge": "events", "sfn": "states"}
_SDK_NAMES = {
    "ce": "costexplorer",
    "cognitoidp": "cognitoidentityprovider",
    "elasticmapreduce": "emr",
    "events": "eventbridge",
    "logs": "cloudwatchlogs",
    "states": "sfn",
    "stepfunctions": "sfn",
}
"""Names that services have elsewhere, and those that they have here."""

_FUNCTION = re.compile(r"(?:\w+:)?(?:function:)?[\w-]+(?::(?:\$LATEST|[\w-]+))?", re.ASCII)
"""A function's name, with its account before it and a version or an alias behind it."""

ACCOUNT = 12
"""So many digits has the number of an account."""

_QUALIFIER = re.compile(r"\$LATEST|[\w-]+", re.ASCII)
_NO_NAME = re.compile(r"""[\s?*<>{}\[\]"#%\\^|~`$&,;:/]""")
"""What the name of an activity has none of.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateActivity.html
"""

Problem = tuple[Severity, str, str | None]
"""How bad it is, what is wrong, and what to do."""


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about Resources that are no ARN, or the ARN of nothing that can be called."""
    for state in subject.states:
        resource = state.value.get("Resource")
        if state.type != "Task" or not isinstance(resource, str):
            continue
        found = integrations.parse(resource)
        problem: Problem | None
        if unclosed(resource):
            problem = "error", f"{resource!r} has a ${{ that never closes", 'it ends with "}"'
        elif deferred(resource):
            continue
        else:
            problem = _of(found, subject.services) if found else _of_text(resource, subject)
        if problem is not None:
            yield _finding(subject, state, (*state.pointer, "Resource"), problem)
    if subject.functions is None:  # in a folder, `unknown-function` tells of its names
        yield from _names(subject)


def _names(subject: Subject) -> Iterator[Finding]:
    """Findings about what stands as FunctionName and is none."""
    for call in subject.passed:
        arguments, name = call.places[0].value, "FunctionName"
        if not call.integration.invokes or not isinstance(arguments, dict):
            continue
        value = arguments.get(name)
        if not isinstance(value, str) or deferred(value) or value.startswith(("{%", "$")):
            continue
        arn = arns.parse(value)
        right = arn.service == "lambda" if arn else _FUNCTION.fullmatch(value)
        if not right:
            problem: Problem = (
                "error",
                f"{value!r} is neither a function's name nor its ARN",
                None,
            )
            yield _finding(subject, call.state, (*call.pointer, name), problem)


def _finding(subject: Subject, state: State, pointer: Pointer, problem: Problem) -> Finding:
    severity, message, hint = problem
    where = subject.document.where(pointer)
    return Finding(
        rule=RULE.id, severity=severity, message=message, hint=hint, where=where, state=state.name
    )


def _of_text(resource: str, subject: Subject) -> Problem | None:
    """What is wrong with a text that is no integration."""
    arn = arns.parse(resource)
    in_folder = subject.functions is not None  # there, `unknown-function` tells of these
    if arn is None:
        hint = "a Resource cannot be computed; lambda:invoke takes a FunctionName that is"
        if not resource.startswith(("$", "{%")):
            hint = "such as arn:aws:states:::lambda:invoke"
        return None if in_folder else ("error", f"{resource!r} is not an ARN", hint)
    if arn.service == "lambda":
        return None if in_folder else ("error", f"{resource!r} is no function's ARN", None)
    if arn.service == "states":
        return "error", f"{resource!r} names no action", "such as arn:aws:states:::lambda:invoke"
    ours = nearest(arn.service, tuple(OPTIMIZED))
    action = f"{ours}:{next(iter(OPTIMIZED[ours]))}" if ours else f"aws-sdk:{arn.service}:ACTION"
    return (
        "error",
        f"a Task cannot call {resource!r} itself",
        f"call an action, such as arn:aws:states:::{action}, and pass it this ARN",
    )


def _of(found: Integration, services: ServiceModels) -> Problem | None:
    """What is wrong with an integration."""
    if not found.arn.partition:
        return "error", "the ARN names no partition", 'it begins with "arn:aws:"'
    if found.kind == "optimized":
        return None if found.optimized else _not_optimized(found, services)
    if found.kind == "aws-sdk":
        return _not_called(found.service, found.action, services)
    return _of_own(found)


def _of_own(found: Integration) -> Problem | None:
    """What is wrong with the ARN of a function or an activity."""
    if found.kind == "activity" and _NO_NAME.search(found.action):
        return "error", f"{found.action!r} is no name of an activity", None
    if found.kind == "lambda":
        name, colon, qualifier = found.action.partition(":")
        if colon and not _QUALIFIER.fullmatch(qualifier):
            return "error", f"{qualifier!r} is no version or alias of a function", None
        name, dot, pattern = name.partition(".")
        if dot:
            hint = f'write "arn:aws:states:::lambda:invoke.{pattern}", and {name!r} as FunctionName'
            return "error", "a function's ARN takes no pattern", hint
    if found.arn.account.isdecimal() and len(found.arn.account) != ACCOUNT:
        return "warning", f"an account has {ACCOUNT} digits, not {len(found.arn.account)}", None
    return None


def _not_optimized(found: Integration, services: ServiceModels) -> Problem:
    """Why there is no such optimized integration, and what there is instead."""
    service = found.service
    if service in ("stateMachine", "express", "execution"):
        return (
            "error",
            "a Task cannot call a state machine itself",
            'write "arn:aws:states:::states:startExecution.sync:2", and the ARN as StateMachineArn',
        )
    known = service if service in OPTIMIZED else _OPTIMIZED_NAMES.get(service)
    known = known or nearest(service, tuple(OPTIMIZED))
    near = nearest(found.action, tuple(OPTIMIZED[known])) if known else None
    sdk = _sdk(service, found.action, services)
    if near != found.action and sdk and sdk.endswith(f":{found.action}"):
        hint = f"did you mean aws-sdk:{sdk}?"
    elif near:
        hint = f"did you mean {known}:{near}?"
    elif sdk:
        hint = f"did you mean aws-sdk:{sdk}?"
    elif known:
        hint = f"its actions: {', '.join(OPTIMIZED[known])}; those of the API: aws-sdk:..."
    else:
        hint = f"aws-sdk:SERVICE:ACTION calls any API; optimized are: {', '.join(OPTIMIZED)}"
    if known is None:
        hint += "; if it is newer than this maestro, upgrade maestro or disable the rule"
    return "error", f"there is no optimized integration {found.name}", hint


def _sdk(service: str, action: str, services: ServiceModels) -> str | None:
    """The aws-sdk integration of these names, or of those that they stand for."""
    name = nearest(_SDK_NAMES.get(service.replace("-", ""), service), services.names())
    known = services.service(name) if name else None
    near = nearest(action, known.actions) if known else None
    return f"{name}:{near}" if near else None


def _not_called(service: str, action: str, services: ServiceModels) -> Problem | None:
    """Why an aws-sdk integration is not one."""
    if action in UNSUPPORTED.get(service, ()):
        message = f"Step Functions does not support {service}:{action}"
        return "error", message, "call it in a function"
    if service in ENDED:
        return None
    known = services.service(service)
    if known is None:
        sdk = _sdk(service, action, services)
        hint = f"did you mean aws-sdk:{sdk}?" if sdk else UPGRADE
        return "error", f"aws-sdk knows no service {service!r}", hint
    operation = known.operation(action)
    if operation is None:
        near = nearest(action, known.actions)
        hint = f"did you mean {near}?" if near else UPGRADE
        return "error", f"{service} has no action {action!r}", hint
    if operation.deprecated:
        return "info", f"AWS calls {service}:{action} deprecated", "see what took its place"
    return None


RULE = Rule(
    id="resource",
    severity="error",
    summary="What a Task calls is something that Step Functions can call.",
    check=check,
    explanation="""\
A Task's `Resource` is an ARN that says what to call: a function, an activity, an *optimized*
integration (`arn:aws:states:::SERVICE:ACTION`) or any API of AWS's
(`arn:aws:states:::aws-sdk:SERVICE:ACTION`). AWS refuses a definition with any other: "The resource
provided ... is not recognized". Actions begin with a small letter; optimized are only some actions
of some services, the others are called by `aws-sdk`.

```text
"Resource": "arn:aws:states:::dynamodb:query"            wrong: not an optimized one
"Resource": "arn:aws:states:::aws-sdk:dynamodb:Query"    wrong: a capital letter
"Resource": "arn:aws:states:::aws-sdk:dynamodb:query"    right
```

The services and actions are those that the installed boto3 knows: what is newer than that is
reported too. Then upgrade boto3, or disable the rule.

- <https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html>
- <https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html>
""",
)
