"""Each function of the folder is used by the workflow."""

import re
from collections.abc import Iterator

from maestro_cdk.asl import arns, integrations
from maestro_cdk.asl.arns import TOKEN
from maestro_cdk.asl.machines import State
from maestro_cdk.asl.names import Names
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import Finding

_NAMED = re.compile(r":function:([A-Za-z0-9_-]+)")


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about functions that nothing in the definition names."""
    if not subject.functions or any(_open(subject, state) for state in subject.states):
        return
    names = Names(functions=dict.fromkeys(subject.functions, ""), workflow="", substitutions={})
    text = subject.document.text
    used = {*(subject.called or {}).values(), *subject.elsewhere}
    used |= {name for token in set(TOKEN.findall(text)) if (name := names.of_token(token))}
    used |= {name for found in set(_NAMED.findall(text)) if (name := names.of_text(found))}
    for name in sorted(set(subject.functions) - used):
        yield Finding(
            rule=RULE.id,
            severity="warning",
            message=f"nothing in the definition uses the function {name!r}",
            hint=f'invoke it as "${{{name}}}", or remove it: it is deployed all the same',
            where=subject.document.where(()),
        )


def _open(subject: Subject, state: State) -> bool:
    """Whether it is not known what a Task invokes: it is computed, or a name that means nothing."""
    called, resource = subject.called or {}, state.value.get("Resource")
    if state.type != "Task" or not isinstance(resource, str):
        return False
    found = integrations.parse(resource)
    if found is None:
        return arns.parse(resource) is None and (*state.pointer, "Resource") not in called
    if found.kind == "lambda" or not found.invokes:
        return False
    key = "Parameters" if "Parameters" in state.value else "Arguments"
    arguments = state.value.get(key)
    name = arguments.get("FunctionName") if isinstance(arguments, dict) else None
    if (*state.pointer, key, "FunctionName") in called:
        return False
    return not isinstance(name, str) or arns.parse(name) is None


RULE = Rule(
    id="unused-function",
    severity="warning",
    summary="The definition uses each function of the folder.",
    check=check,
    explanation="""\
Every file and folder in `lambdas/` becomes a function in AWS. One that no Task names is deployed and
does nothing: perhaps a name is misspelt, perhaps the function is left over. What several functions
share belongs into a folder whose name begins with an underscore (`lambdas/_shared/`).

Nothing is said where a Task computes which function to invoke: it may be any of them; nor of one that
infra.py names.

- <https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html>
""",
)
