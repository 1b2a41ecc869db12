"""The value of a key that ends with `.$` is a path or an intrinsic function."""

from collections.abc import Iterator

from maestro_cdk.asl.deferred import deferred
from maestro_cdk.asl.expressions import Site
from maestro_cdk.asl.findings import finding, shown
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import Finding


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about values that AWS is told to evaluate, and cannot."""
    for site in subject.sites:
        if site.kind == "dynamic" and site.read is None and not _unknown(subject, site):
            yield _finding(subject, site)
        if site.kind == "dynamic" and (twice := _twice(subject, site)):
            yield twice


def _unknown(subject: Subject, site: Site) -> bool:
    """Whether a value is not known yet: null stands for an unquoted `${...}` too."""
    if site.value is None:
        start, _ = subject.document.spans[site.pointer]
        return subject.document.text.startswith("$", start)
    return deferred(site.value)


def _twice(subject: Subject, site: Site) -> Finding | None:
    """A finding about a member that is there already, without `.$`."""
    *around, key = site.pointer
    plain = str(key).removesuffix(".$")
    if site.field == "Credentials" or (*around, plain) not in subject.document.spans:
        return None
    message = f"{plain} and {key} name the same member"
    hint = "keep one of them"
    return finding(RULE.id, "error", subject.document, site, message, hint=hint)


def _finding(subject: Subject, site: Site) -> Finding:
    key = str(site.pointer[-1])
    plain = key.removesuffix(".$")
    hint = f'a value that stays as it is stands under "{plain}", without .$'
    if isinstance(site.value, str):
        message = f"{key} takes a path or an intrinsic function, not {shown(site.value)}"
        hint = _hint(site.value) or hint
    else:
        message = f"{key} takes a path or an intrinsic function, in quotes"
    return finding(RULE.id, "error", subject.document, site, message, hint=hint)


def _hint(text: str) -> str | None:
    if text.startswith("{%"):
        return "{% %} is JSONata's; set the state's QueryLanguage to JSONata, or write a path"
    if text.lstrip().startswith(("$", "States.")):
        return "remove the blanks before it"
    return None


RULE = Rule(
    id="payload-templates",
    severity="error",
    summary="A key that ends with .$ has a path or an intrinsic function as its value.",
    check=check,
    explanation="""
In a payload template (`Parameters`, `ItemSelector`, `ResultSelector`, `Assign` and the like of a
JSONPath state) the end `.$` of a key tells AWS to evaluate the value, and is taken off the key. AWS
refuses a definition in which such a value is not a text that begins with `$`, or a call of an
intrinsic function: "must be a valid JSONPath or a valid intrinsic function call".

Wrong:

```json
{ "Parameters": { "count.$": 3, "name.$": "customer" } }
```

Right:

```json
{ "Parameters": { "count": 3, "name.$": "$.customer" } }
```

<https://docs.aws.amazon.com/step-functions/latest/dg/input-output-inputpath-params.html>
""",
)
