"""Calls of boto3 in Python."""

import ast
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from maestro_cdk.project.calls import SdkCall

_MAKERS = ("client", "resource")

_NAMING = {"Table": "TableName", "Bucket": "Bucket", "Queue": "QueueUrl", "Topic": "TopicArn"}
"""The parameter that a resource of boto3's was made with, and hands to each call."""

_OTHERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "upload_file": ("put_object", ("", "Bucket", "Key")),
    "upload_fileobj": ("put_object", ("", "Bucket", "Key")),
    "download_file": ("get_object", ("Bucket", "Key")),
    "download_fileobj": ("get_object", ("Bucket", "Key")),
    "copy": ("copy_object", ()),
    "batch_writer": ("batch_write_item", ()),
    "send_messages": ("send_message_batch", ()),
}
"""Methods that are no operation of the API's: the one that they come to, and what is given them
in which order; what a resource is bound to is not among it.

https://docs.aws.amazon.com/boto3/latest/guide/s3-uploading-files.html
"""


def find(text: str, environment: Mapping[str, str]) -> list[SdkCall]:
    """The calls in a module.

    Args:
        text: the module.
        environment: the function's variables, which names are often read from.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes in texts, at each parse
            tree = ast.parse(text)
        module = _Module(environment)
        nodes = list(ast.walk(tree))
        for _ in range(2):  # what is made of what is made further down
            for node in nodes:
                module.learn(node)
        calls = (module.call(node) for node in nodes if isinstance(node, ast.Call))
        return [call for call in calls if call is not None]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


@dataclass(frozen=True, slots=True, kw_only=True)
class _Client:
    """A client, or a resource, of a service.

    `bound` are the arguments that it hands to each call; `operation` is what a paginator calls.
    """

    service: str
    bound: Mapping[str, str | None] = field(default_factory=dict)
    operation: str = ""


class _Module:
    """What the names in a module stand for, whatever scope they are in."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._texts: dict[str, str | None] = {}
        self._clients: dict[str, _Client] = {}

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
        client, method = self._client(node.func.value), node.func.attr
        if client is None or method in {*_NAMING, "Object", "get_paginator"}:
            return None  # which make what is called
        arguments = {item.arg: self._text(item.value) for item in node.keywords if item.arg}
        whole = all(item.arg for item in node.keywords)
        if method == "generate_presigned_url":
            named = self._text(node.args[0]) if node.args else None
            method, arguments, whole = named or "", {}, False
        elif method in _OTHERS:
            method, order = _OTHERS[method]
            names = [name for name in order if name not in client.bound]
            given = zip(names, map(self._text, node.args), strict=False)
            arguments = {**dict(given), **arguments}
            arguments = {name: arguments[name] for name in order if name in arguments and name}
            whole = False
        elif node.args:
            whole = False
        return SdkCall(
            service=client.service,
            operation=client.operation or method,
            arguments={**client.bound, **arguments},
            whole=whole,
            line=node.lineno,
        )

    def _given(self, target: ast.expr, value: ast.expr) -> None:
        name = _dotted(target)
        if not name:
            return
        if (client := self._client(value)) is not None:
            self._clients[name] = client
        elif (text := self._text(value)) is not None:
            # A name that is given two texts is neither.
            self._texts[name] = text if self._texts.get(name, text) == text else None

    def _client(self, node: ast.expr) -> _Client | None:
        """The client, or resource, that an expression is; None: it is none."""
        if isinstance(node, ast.Name | ast.Attribute):
            return self._clients.get(_dotted(node))
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            return None
        maker = node.func.attr
        given = [self._text(argument) for argument in node.args]
        if maker in _MAKERS and given and given[0]:
            return _Client(service=given[0])
        of = self._client(node.func.value)
        if of is None:
            return None
        match maker, given:
            case "batch_writer", _:
                return of
            case "Object", [bucket, key]:
                return replace(of, bound={**of.bound, "Bucket": bucket, "Key": key})
            case "get_paginator", [str(operation)]:
                return replace(of, operation=operation)
            case _ if parameter := _NAMING.get(maker):
                named = given[0] if given else None
                return replace(of, bound={**of.bound, parameter: named})
            case _:
                return None

    def _text(self, node: ast.expr) -> str | None:
        """A text that an expression is known to be."""
        match node:
            case ast.Constant(value=str(text)):
                return text
            case ast.Name() | ast.Attribute():
                return self._texts.get(_dotted(node))
            case ast.Subscript(value=holder, slice=ast.Constant(value=str(name))):
                return self._environment.get(name) if _is_environ(holder) else None
            case ast.Call(func=function, args=[ast.Constant(value=str(name)), *rest]):
                if _dotted(function) in {
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
    return _dotted(node) in {"os.environ", "environ"}


def _dotted(node: ast.expr) -> str:
    """A name, or one within another: `self.table`; empty for any other expression."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(names)]) if isinstance(node, ast.Name) else ""
