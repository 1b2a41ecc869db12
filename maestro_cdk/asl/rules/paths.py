"""What stands where a path is taken is a path, of the kind that the field takes."""

from collections.abc import Iterator

from maestro_cdk.asl import jsonpath
from maestro_cdk.asl.expressions import Site, paths
from maestro_cdk.asl.findings import finding, meant, shown
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import Finding

_NO_CONTEXT = frozenset(
    {
        "MaxConcurrencyPath",
        "MaxItemsPath",
        "MaxItemsPerBatchPath",
        "MaxInputBytesPerBatchPath",
        "ToleratedFailureCountPath",
        "ToleratedFailurePercentagePath",
    }
)
"""Reference paths in which AWS takes no context object."""

_TAKING = ("path", "reference", "result", "path or call")

_WHAT = {
    "slice": "a slice",
    "any": "a wildcard",
    "descendants": "..",
    "filter": "a filter",
    "function": "a function",
    "names": "several names",
    "indices": "several indices",
}


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about paths that AWS refuses, or that can come to nothing."""
    for site in subject.sites:
        if isinstance(site.read, jsonpath.PathError):
            message = f"{shown(str(site.value))} is no path: {site.read.message}"
            at = site.read.position
            yield finding(RULE.id, "error", subject.document, site, message, position=at)
        elif site.kind in _TAKING and site.text is not None and site.read is None:
            yield _none(subject, site, site.text)
        for path, position in paths(site):
            yield from _functions(subject, site, path, position)
            if site.kind in ("reference", "result"):
                yield from _reference(subject, site, path)


def _none(subject: Subject, site: Site, text: str) -> Finding:
    hint = "it begins with $"
    if text.startswith("States."):
        hint = "compute it in a Pass state before this one, and name the result here"
    message = f"{site.pointer[-1]} takes a path, not {shown(text)}"
    return finding(RULE.id, "error", subject.document, site, message, hint=hint)


def _functions(
    subject: Subject, site: Site, path: jsonpath.JSONPath, position: int
) -> Iterator[Finding]:
    for step in path.steps:
        name = step.values[0] if step.kind == "function" else None
        if isinstance(name, str) and name not in jsonpath.FUNCTIONS:
            yield finding(
                RULE.id,
                "error",
                subject.document,
                site,
                f"a path has no function {name}()",
                hint=meant(name, jsonpath.FUNCTIONS)
                or f"there are {', '.join(jsonpath.FUNCTIONS)}",
                position=position + step.position,
            )


def _reference(subject: Subject, site: Site, path: jsonpath.JSONPath) -> Iterator[Finding]:
    """What a reference path may not hold: it names one value, and no more."""
    name = str(site.pointer[-1])
    if step := path.plural:
        message = f"{name} takes a path to one value, without {_WHAT[step.kind]}"
        yield finding(RULE.id, "error", subject.document, site, message, position=step.position)
    elif site.kind == "result" and path.variable is not None:
        message = f"{name} puts the result into the state's input, not into a variable"
        hint = 'write "$.name", or assign the variable with "Assign"'
        yield finding(RULE.id, "error", subject.document, site, message, hint=hint)
    elif path.root == "$$" and (site.kind == "result" or name in _NO_CONTEXT):
        message = f"{name} does not take the context object, $$"
        yield finding(
            RULE.id, "error", subject.document, site, message, hint="begin the path with $."
        )


RULE = Rule(
    id="paths",
    severity="error",
    summary="Paths are paths that AWS can read, and name one value where one is taken.",
    check=check,
    explanation="""
States whose query language is JSONPath say with paths what they read and write. AWS refuses a
definition with a path that it cannot read, and fails the execution where a path calls a function
that does not exist.

Most fields take a *reference path*: one that names a single value, with names and indices only.
They are `ResultPath`, `ItemsPath`, what Choice rules compare, and the fields that end with `Path`
in place of a number or a time, `SecondsPath` and the like. `InputPath`, `OutputPath` and values in
payload templates may also filter (`$.items[?(@.price < 10)]`), slice (`[1:3]`), search (`$..id`)
and compute (`$.items.length()`). A name with a blank or other signs in it stands in brackets:
`$['first name']`. `ResultPath` says where in the input the result goes, so it takes neither a
variable nor `$$`.

Wrong:

```json
{ "Type": "Map", "ItemsPath": "$.orders[*].items" }
```

Right:

```json
{ "Type": "Map", "ItemsPath": "$.items" }
```

<https://docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html>
""",
)
