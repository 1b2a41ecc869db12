"""A text that was meant to be evaluated is: AWS takes it as it stands otherwise."""

import re
from collections.abc import Iterator

from maestro_cdk.asl import intrinsics, jsonpath
from maestro_cdk.asl.expressions import Site
from maestro_cdk.asl.findings import finding, shown
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import Finding

_STATES = re.compile(r"\$states\.(?:input|result|errorOutput|context)\b")


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about texts that look like expressions, where none is evaluated."""
    foreign = {
        (*place.pointer, name) for place in subject.places for name in place.foreign()
    }  # of which `query-language` tells
    for site in subject.sites:
        if foreign and not foreign.isdisjoint(
            site.pointer[:n] for n in range(len(site.pointer) + 1)
        ):
            continue
        if site.language == "JSONata":
            problem = _jsonata(subject, site)
        elif site.kind in ("literal", "operand"):
            problem = _jsonpath(subject, site)
        else:
            continue
        if problem:
            message, hint = problem
            yield finding(RULE.id, "warning", subject.document, site, message, hint=hint)


def _jsonpath(subject: Subject, site: Site) -> tuple[str, str] | None:
    text, key = site.text or "", site.pointer[-1]
    if text.startswith("{%"):
        message = f"{shown(text)} is JSONata, and this state's query language is JSONPath"
        return message, 'set "QueryLanguage": "JSONata" in the state or the definition'
    if site.field == "Result" and str(key).endswith(".$"):
        return f"{key} is taken as it stands: a Result is static", "use Parameters in its place"
    if not _dynamic(subject, text):
        return None
    message = f"{shown(text)} is taken as a text, not evaluated"
    if site.field == "Result":
        return message, "a Result is static; use Parameters in its place"
    if site.kind == "operand" or site.field in ("Error", "Cause"):
        return message, f'write "{key}Path"'
    if key == site.field:
        return message, f'{key} is an object; its keys that end with ".$" are evaluated'
    if isinstance(key, str):
        return message, f'write "{key}.$"'
    return message, "items of an array are not evaluated; States.Array(...) makes one"


def _dynamic(subject: Subject, text: str) -> bool:
    """Whether a text looks like a path or a call, so much that it cannot be anything else."""
    if intrinsics.looks_like_call(text):
        return text.partition("(")[0].strip() in intrinsics.FUNCTIONS
    if not text.startswith("$"):
        return False
    try:
        path = jsonpath.parse(text)
    except jsonpath.PathError:
        return False
    return path.variable is None or subject.variables.assigned(path.variable)


def _jsonata(subject: Subject, site: Site) -> tuple[str, str] | None:
    key = str(site.pointer[-1])
    if site.kind == "jsonata" and not key.endswith(".$"):
        return None
    text = site.text
    if text is None:
        return None
    if key.endswith(".$"):
        message = "the key keeps its .$: this state's query language is JSONata"
        return message, f'write "{key.removesuffix(".$")}": "{{% ... %}}"'
    if "{%" in text and "%}" in text:
        message = f"{shown(text)} is taken as a text: it does not begin with {{%"
        return message, "an expression is the whole text; join its parts with &"
    if _STATES.match(text) or _dynamic(subject, text):
        return f"{shown(text)} is taken as a text, not evaluated", _in_jsonata(text)
    return None


def _in_jsonata(text: str) -> str:
    """What to write for a path in a JSONata state."""
    if text.startswith("States."):
        return "JSONata has functions of its own, in {% ... %}"
    for root, written in (("$$", "$states.context"), ("$.", "$states.input.")):
        if text.startswith(root):
            return f'write "{{% {written}{text.removeprefix(root)} %}}"'
    return f'write "{{% {"$states.input" if text == "$" else text} %}}"'


RULE = Rule(
    id="unevaluated",
    severity="warning",
    summary="What looks like a path or an expression is evaluated.",
    check=check,
    yields=True,
    explanation="""
AWS evaluates a value of a payload template if its key ends with `.$`, and a text of a JSONata state
if it begins with `{%` and ends with `%}`. All else is handed on as it stands: the function is given
the text `$.customer`. Nothing fails, so this is seen late. (AWS's own validation warns of it, under
the names NO_DOLLAR, NO_PATH and PASS_RESULT_IS_STATIC.)

This rule looks for texts that are a path, a call of an intrinsic function or an expression of the
state's language or the other, under a key without `.$`, in the static `Result` of a Pass state, in
a Choice rule that compares with a constant (`StringEquals` where `StringEqualsPath` is meant), and
in `Error` and `Cause`.

Wrong:

```json
{ "Parameters": { "name": "$.customer" } }
```

Right:

```json
{ "Parameters": { "name.$": "$.customer" } }
```

<https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinitionDiagnostic.html>
""",
)
