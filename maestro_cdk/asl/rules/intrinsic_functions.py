"""Intrinsic functions exist, and are given what they take."""

import re
from collections.abc import Iterator, Mapping

from maestro_cdk.asl import intrinsics
from maestro_cdk.asl.expressions import Site
from maestro_cdk.asl.findings import finding, meant, shown
from maestro_cdk.asl.intrinsics import Argument, Call, Constant, Reference, Text
from maestro_cdk.asl.rules import Rule, Subject
from maestro_cdk.model import Finding

HASHES = ("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512")

_RETURNING_TEXT = (
    "States.Format",
    "States.JsonToString",
    "States.ArrayGetItem",
    "States.Base64Encode",
    "States.Base64Decode",
    "States.Hash",
    "States.UUID",
)
"""What ErrorPath and CausePath take.

https://docs.aws.amazon.com/step-functions/latest/dg/state-fail.html
"""

_SHORTHAND = re.compile(r"[^\W\d]\w*")

_NUMBER = ("a number", (Text, bool, type(None)))
_TEXT = ("a text", (float, bool, type(None)))
_DATA = ("a path to an array or object", (Text, float, bool, type(None)))

_ARGUMENTS: Mapping[str, tuple[tuple[str, tuple[type, ...]] | None, ...]] = {
    "States.ArrayContains": (_DATA,),
    "States.ArrayGetItem": (_DATA, _NUMBER),
    "States.ArrayLength": (_DATA,),
    "States.ArrayPartition": (_DATA, _NUMBER),
    "States.ArrayRange": (_NUMBER, _NUMBER, _NUMBER),
    "States.ArrayUnique": (_DATA,),
    "States.Base64Decode": (_TEXT,),
    "States.Base64Encode": (_TEXT,),
    "States.Format": (_TEXT,),
    "States.Hash": (None, _TEXT),
    "States.JsonMerge": (_DATA, _DATA),
    "States.MathAdd": (_NUMBER, _NUMBER),
    "States.MathRandom": (_NUMBER, _NUMBER, _NUMBER),
    "States.StringSplit": (_TEXT, _TEXT),
    "States.StringToJson": (_TEXT,),
}
"""What the arguments are, and which constants cannot be that; None where any can."""


def check(subject: Subject) -> Iterator[Finding]:
    """Findings about calls that AWS refuses, or that must fail."""
    for site in subject.sites:
        if isinstance(site.read, intrinsics.IntrinsicError):
            error = site.read
            message = f"{shown(str(site.value))} cannot be read: {error.message}"
            at = error.position
            yield finding(
                RULE.id, "error", subject.document, site, message, hint=error.hint, position=at
            )
        elif isinstance(site.read, intrinsics.Call):
            yield from _call(subject, site, site.read)


def _call(subject: Subject, site: Site, outer: Call) -> Iterator[Finding]:
    if site.kind == "path or call" and outer.name not in _RETURNING_TEXT:
        message = f"{site.pointer[-1]} does not take {outer.name}, which returns no text"
        hint = f"it takes {', '.join(_RETURNING_TEXT)}"
        yield finding(RULE.id, "error", subject.document, site, message, hint=hint)
    every = list(intrinsics.calls(outer))
    deepest = max(depth for _, depth in every)
    if deepest > intrinsics.MAX_NESTED:
        message = f"calls are nested {deepest} deep; AWS takes {intrinsics.MAX_NESTED}"
        yield finding(RULE.id, "error", subject.document, site, message)
    elif len(every) > intrinsics.MAX_NESTED:
        message = f"{len(every)} calls in one value; AWS speaks of {intrinsics.MAX_NESTED}"
        hint = "do a part of it in a Pass state"
        yield finding(RULE.id, "warning", subject.document, site, message, hint=hint)
    for call, _ in every:
        for problem, at, advice in _problems(call):
            yield finding(
                RULE.id, "error", subject.document, site, problem, hint=advice, position=at
            )


def _problems(call: Call) -> Iterator[tuple[str, int, str | None]]:
    """What is wrong with a call: in words, where, and what to do."""
    function = intrinsics.FUNCTIONS.get(call.name)
    if function is None:
        hint = meant(call.name, intrinsics.FUNCTIONS)
        yield f"there is no intrinsic function {call.name}", call.position, hint
        return
    given = len(call.arguments)
    if given < function.least or (function.most is not None and given > function.most):
        yield f"{call.name} takes {function}, not {given}", call.position, None
        return
    yield from _kinds(call)
    yield from _constants(call)
    for argument in call.arguments:
        if isinstance(argument, Reference):
            yield from _shorthand(argument)


def _kinds(call: Call) -> Iterator[tuple[str, int, str | None]]:
    wanted = _ARGUMENTS.get(call.name, ())
    for n, (argument, want) in enumerate(zip(call.arguments, wanted, strict=False), 1):
        value = argument.value if isinstance(argument, Constant) else argument
        if want is not None and type(value) in want[1]:
            yield f"argument {n} of {call.name} is {want[0]}", argument.position, None


def _constants(call: Call) -> Iterator[tuple[str, int, str | None]]:
    """What constants cannot be right, by their value."""
    match call.name, call.arguments:
        case "States.Format", (Text() as template, *rest):
            if (places := intrinsics.placeholders(template)) != len(rest):
                message = f"the template has {places} {{}}, and {len(rest)} values follow it"
                yield message, template.position, None
        case "States.Hash", (_, Text() as name) if name.value not in HASHES:
            hint = f"there are {', '.join(HASHES)}"
            yield f"there is no hash {name.value!r}", name.position, hint
        case "States.JsonMerge", (_, _, deep) if _is_constant(deep) and not _is(deep, False):
            hint = "deep merging is not there yet"
            yield "argument 3 of States.JsonMerge is false", deep.position, hint
        case "States.ArrayPartition", (_, Constant(value=float(size)) as part) if size <= 0:
            yield "a chunk holds one item or more", part.position, None
        case "States.ArrayRange", (_, _, Constant(value=float(step)) as part) if step == 0:
            yield "the step of a range is not 0", part.position, None
        case _:
            pass


def _is_constant(argument: Argument) -> bool:
    return isinstance(argument, Text | Constant)


def _is(argument: Argument, value: object) -> bool:
    return isinstance(argument, Constant) and argument.value is value


def _shorthand(argument: Reference) -> Iterator[tuple[str, int, str | None]]:
    """Names with other signs than letters, digits and _ stand in brackets here."""
    for step in argument.path.steps:
        at = argument.position + step.position
        if step.kind != "names" or argument.text[step.position] == "[":
            continue
        name = str(step.values[0])
        if not _SHORTHAND.fullmatch(name):
            hint = f"write ['{name}']"
            yield f"{name!r} stands in brackets in an intrinsic function", at, hint


RULE = Rule(
    id="intrinsic-functions",
    severity="error",
    summary="Intrinsic functions are there, and are given what they take.",
    check=check,
    explanation=r"""
AWS refuses a definition with a call that it cannot read: a function that does not exist, a missing
bracket, a text in double quotes, an escape other than `\'`, `\{`, `\}` and `\\` in a text. With the
wrong number or kind of arguments the execution fails when it gets there.

Calls stand under keys that end with `.$`, and in `ErrorPath` and `CausePath` of a Fail state; not
in `InputPath`, `ItemsPath` or a Choice rule. They nest up to 10 times. In their arguments a name with
a hyphen stands in brackets: `$['first-name']`.

Wrong:

```json
{ "Parameters": { "greeting.$": "States.Format(\"Hello {}, it is {}\", $.name)" } }
```

Right:

```json
{ "Parameters": { "greeting.$": "States.Format('Hello {}, it is {}', $.name, $.time)" } }
```

<https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html>
""",
)
