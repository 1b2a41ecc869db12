"""Calls of the AWS SDK for JavaScript, version 3, in JavaScript and TypeScript."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from maestro_cdk.project.calls import SdkCall

_IMPORT = re.compile(
    r"""(?:import\s*(?:type\s*)?\{([^}]{0,1000})\}\s*from"""
    r"""|(?:const|let|var)\s*\{([^}]{0,1000})\}\s*=\s*require\s*\()"""
    r"""\s*["']@aws-sdk/((?:client|lib)-[\w-]+)["']"""
)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|(?<![:\"'`])//[^\n]*", re.DOTALL)
_MEMBER = re.compile(
    r"""(?P<name>\w+)\s*(?::\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'"""
    r"""|process\.env\.(?P<variable>\w+)|(?P<value>[\w$]+))?|(?=[,}]))"""
)
_CONSTANT = re.compile(
    r"""\bconst\s+(\w+)\s*(?::\s*string)?\s*=\s*(?:"([^"]*)"|'([^']*)'|process\.env\.(\w+))"""
)

_LONGEST = 2_000
"""Characters of a call's arguments that are looked at: bundled code may have no end of them."""

_DOCUMENTS = {
    "BatchGet": "BatchGetItem", "BatchWrite": "BatchWriteItem", "Delete": "DeleteItem",
    "Get": "GetItem", "Put": "PutItem", "TransactGet": "TransactGetItems",
    "TransactWrite": "TransactWriteItems", "Update": "UpdateItem",
}  # fmt: skip
"""What lib-dynamodb's commands are called in the API."""


def find(text: str, environment: Mapping[str, str]) -> Iterator[SdkCall]:
    """The calls in a module.

    Args:
        text: the module.
        environment: the function's variables, which names are often read from.
    """
    plain = _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)
    constants = {
        name: double or single or environment.get(variable)
        for name, double, single, variable in _CONSTANT.findall(plain)
    }
    for found in _IMPORT.finditer(plain):
        service = found.group(3).partition("-")[2]
        for name, local in _names(found.group(1) or found.group(2)):
            if name.endswith("Command"):
                pattern = rf"\bnew\s+{re.escape(local)}\s*\("
                operation = name.removesuffix("Command")
                if found.group(3) == "lib-dynamodb":
                    operation = _DOCUMENTS.get(operation, operation)
                yield from _calls(plain, pattern, service, operation, environment, constants)
            elif name.startswith("paginate"):
                pattern = rf"(?<![\w$.]){re.escape(local)}\s*\("
                operation = name.removeprefix("paginate")
                for call in _calls(plain, pattern, service, operation, environment, constants):
                    yield replace(call, arguments={}, whole=False)
            elif not name.endswith("Client"):
                yield from _of_client(plain, local, service, environment, constants)


def _names(imported: str) -> Iterator[tuple[str, str]]:
    """What is imported, and what it is called here: `A`, `A as B`, `A: B`."""
    for part in imported.split(","):
        words = re.findall(r"[\w$]+", part.replace("type ", ""))
        if words:
            yield words[0], words[-1]


def _of_client(
    plain: str,
    kind: str,
    service: str,
    environment: Mapping[str, str],
    constants: Mapping[str, str | None],
) -> Iterator[SdkCall]:
    """Calls of methods: `const s3 = new S3({}); await s3.putObject({ ... })`."""
    # Each name from its beginning, and without a step back: bundled code has long ones.
    made = re.findall(
        rf"(?<![\w$.#])([\w$.#]++)\s*+(?::\s*\w++)?\s*+=\s*+new\s++{re.escape(kind)}\s*\(", plain
    )
    for variable in map(re.escape, dict.fromkeys(made)):
        for method in sorted(set(re.findall(rf"(?<![\w$.]){variable}\s*\.\s*(\w+)\s*\(", plain))):
            pattern = rf"(?<![\w$.]){variable}\s*\.\s*{method}\s*\("
            yield from _calls(plain, pattern, service, method, environment, constants)


def _calls(
    plain: str,
    pattern: str,
    service: str,
    operation: str,
    environment: Mapping[str, str],
    constants: Mapping[str, str | None],
) -> Iterator[SdkCall]:
    for found in re.finditer(pattern, plain):
        given = _object(plain[found.end() : found.end() + _LONGEST])
        yield SdkCall(
            service=service,
            operation=operation,
            arguments=_arguments(given or "", environment, constants),
            whole=given is not None and "..." not in given,
            line=plain.count("\n", 0, found.start()) + 1,
        )


def _object(rest: str) -> str | None:
    """What stands in the braces that a text begins with, what is nested in it left out."""
    text = rest.lstrip()
    if not text.startswith("{"):
        return None
    depth, kept = 0, []
    for character in text:
        depth += (character in "{[(") - (character in "}])")
        if depth == 0:
            break
        if depth == 1 and character not in "{}[]()":
            kept.append(character)
    return "".join(kept) + ","


def _arguments(
    given: str, environment: Mapping[str, str], constants: Mapping[str, str | None]
) -> dict[str, str | None]:
    arguments: dict[str, str | None] = {}
    for found in _MEMBER.finditer(given):
        text = found["double"] if found["double"] is not None else found["single"]
        if text is None and found["variable"]:
            text = environment.get(found["variable"])
        if text is None:
            text = constants.get(found["value"] or found["name"])
        arguments[found["name"]] = text
    return arguments
