"""Calls of boto3 in Python."""

import ast
from collections.abc import Iterator, Mapping

from maestro_cdk.project.calls import SdkCall

_MAKERS = ("client", "resource")

_NAMING = {"Table": "TableName", "Bucket": "Bucket", "Queue": "QueueUrl", "Topic": "TopicArn"}
"""The parameter that a resource of boto3's was made with, and hands to each call."""

_OTHERS = {
    "upload_file": "put_object",
    "upload_fileobj": "put_object",
    "download_file": "get_object",
    "download_fileobj": "get_object",
    "copy": "copy_object",
    "batch_writer": "batch_write_item",
    "send_messages": "send_message_batch",
}
"""Methods that are no operation of the API's, and the one that they come to."""


def find(text: str, environment: Mapping[str, str]) -> Iterator[SdkCall]:
    """The calls in a module.

    Args:
        text: the module.
        environment: the function's variables, which names are often read from.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    module = _Module(environment)
    nodes = list(ast.walk(tree))
    for _ in range(2):  # what is made of what is made further down
        for node in nodes:
            module.learn(node)
    for node in nodes:
        if isinstance(node, ast.Call) and (found := module.call(node)) is not None:
            yield found


class _Module:
    """What the names in a module stand for, whatever scope they are in."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._texts: dict[str, str | None] = {}
        self._clients: dict[str, tuple[str, dict[str, str | None]]] = {}

    def learn(self, node: ast.AST) -> None:
        """Take note of what a name is given."""
        match node:
            case ast.Assign(targets=[target], value=value):
                self._given(target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._given(target, value)
            case ast.withitem(context_expr=value, optional_vars=ast.expr() as target):
                self._given(target, value)
            case _:
                pass

    def call(self, node: ast.Call) -> SdkCall | None:
        """The call of an operation; None: it is none."""
        if not isinstance(node.func, ast.Attribute):
            return None
        client = self._client(node.func.value)
        if client is None:
            return None
        service, bound = client
        method = node.func.attr
        if method in _NAMING or method == "Object":  # which only hand on a name
            return None
        if method in {"get_paginator", "generate_presigned_url"}:
            named = self._text(node.args[0]) if node.args else None
            arguments: dict[str, str | None] = {}
            method, whole = named or "", False
        else:
            arguments = {item.arg: self._text(item.value) for item in node.keywords if item.arg}
            whole = not node.args and all(item.arg for item in node.keywords)
        return SdkCall(
            service=service,
            operation=_OTHERS.get(method, method),
            arguments={**bound, **arguments},
            whole=whole and method not in _OTHERS,
            line=node.lineno,
        )

    def _given(self, target: ast.expr, value: ast.expr) -> None:
        name = ast.unparse(target)
        if (client := self._client(value)) is not None:
            self._clients[name] = client
        elif (text := self._text(value)) is not None:
            # A name that is given two texts is neither.
            self._texts[name] = text if self._texts.get(name, text) == text else None

    def _client(self, node: ast.expr) -> tuple[str, dict[str, str | None]] | None:
        """The service whose client, or resource, an expression is, and what that is bound to."""
        if isinstance(node, ast.Name | ast.Attribute):
            return self._clients.get(ast.unparse(node))
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            return None
        first = self._text(node.args[0]) if node.args else None
        if node.func.attr in _MAKERS and first:
            return first, {}
        of = self._client(node.func.value)
        if of is not None and (parameter := _NAMING.get(node.func.attr)):
            return of[0], {**of[1], parameter: first}
        if of is not None and node.func.attr == "Object" and len(node.args) == 2:  # noqa: PLR2004 - bucket, key
            return of[0], {"Bucket": first, "Key": self._text(node.args[1])}
        if of is not None and node.func.attr == "batch_writer":
            return of
        return None

    def _text(self, node: ast.expr) -> str | None:
        """A text that an expression is known to be."""
        match node:
            case ast.Constant(value=str(text)):
                return text
            case ast.Name() | ast.Attribute():
                return self._texts.get(ast.unparse(node))
            case ast.Subscript(value=holder, slice=ast.Constant(value=str(name))):
                return self._environment.get(name) if _is_environ(holder) else None
            case ast.Call(func=function, args=[ast.Constant(value=str(name)), *rest]):
                if ast.unparse(function) in {
                    "os.environ.get",
                    "environ.get",
                    "os.getenv",
                    "getenv",
                }:
                    default = self._text(rest[0]) if rest else None
                    return self._environment.get(name, default)
            case _:
                pass
        return None


def _is_environ(node: ast.expr) -> bool:
    return ast.unparse(node) in {"os.environ", "environ"}
