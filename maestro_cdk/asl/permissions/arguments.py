"""What a definition says of a call's arguments before it runs."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from maestro_cdk.asl import intrinsics
from maestro_cdk.asl.arns import TOKEN
from maestro_cdk.asl.jsonata import CLOSING, OPENING
from maestro_cdk.model import JSON, FunctionArn, PseudoParameter, Substitution

_LITERAL = re.compile(r"'[^'\\]*'|\"[^\"\\]*\"")
_JOINED = re.compile(r"('[^'\\]*'|\"[^\"\\]*\")\s*&([\w$.&'\"()\[\]\s/-]+)")
_OPERATORS = re.compile(r"\b(?:and|or|in)\b")
_WORDS = {"AWS::Region": "REGION", "AWS::AccountId": "ACCOUNT_ID", "AWS::Partition": "PARTITION"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """An argument, as far as it is known: `*` in its text stands for what is computed.

    `name` is its parameter. The text may hold REGION, ACCOUNT_ID and PARTITION, and `${key}` of
    the definition's substitutions whose values only CloudFormation knows.
    """

    name: str
    text: str
    computed: bool = False

    @property
    def token(self) -> str | None:
        """The key, where all of the text is the value of one that only CloudFormation knows."""
        match = TOKEN.fullmatch(self.text)
        return match.group(1) if match else None

    @property
    def is_arn(self) -> bool:
        """Whether it is an ARN as far as it can be; a token is, where an ARN is meant."""
        return not self.computed and (self.text.startswith("arn:") or self.token is not None)


Tree: TypeAlias = "Value | dict[str, Tree] | list[Tree]"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What the names in a definition stand for.

    `workflow` is the state machine's name, `functions` are those of the folder, each with the
    name that it has in Lambda.
    """

    workflow: str
    substitutions: Mapping[str, Substitution]
    functions: Mapping[str, str]

    @property
    def machine(self) -> str:
        """The ARN of the state machine."""
        return f"arn:PARTITION:states:REGION:ACCOUNT_ID:stateMachine:{self.workflow}"

    def arn(self, function: str) -> str:
        """The ARN of a function of the folder."""
        return f"arn:PARTITION:lambda:REGION:ACCOUNT_ID:function:{self.functions[function]}"

    def value(self, name: str, text: str) -> Value:
        """A text in which the substitutions are filled in that are known."""
        unknown = [key for key in TOKEN.findall(text) if key not in self.substitutions]
        filled = TOKEN.sub(lambda match: self._known(match.group(1)), text)
        return Value(name=name, text=filled, computed=bool(unknown))

    def _known(self, key: str) -> str:
        match self.substitutions.get(key):
            case None:
                return "*"
            case FunctionArn(function=function):
                return self.arn(function)
            case PseudoParameter(name=name):
                return _WORDS.get(name, f"${{{key}}}")
            case bool() as value:
                return str(value).lower()
            case str() | int() | float() as value:
                return str(value)
            case _:  # what only CloudFormation knows
                return f"${{{key}}}"


class Arguments:
    """The arguments of a call, `tree` as far as they are known."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree

    def get(self, path: str) -> Value | None:
        """The first value at a path; see `all`."""
        return next(self.all(path), None)

    def all(self, path: str) -> Iterator[Value]:
        """The values at a path: none of what is not there, one that is computed where the way is.

        `Entries[].EventBusName` is in the objects of a list; `Items{}` are the keys of an object.
        """
        name = path.partition(".")[0].rstrip("[]{}")
        for found in _at(self.tree, tuple(path.split("."))):
            if not isinstance(found, Value):  # what somebody fills in before it is deployed
                yield Value(name=name, text="*", computed=True)
            else:
                yield found if found.name else replace(found, name=name)

    def has(self, path: str) -> bool:
        """Whether anything is there, known or not."""
        return any(True for _ in _at(self.tree, tuple(path.split("."))))

    def leaves(self) -> Iterator[Value]:
        """Every single value, at any depth."""
        waiting = [self.tree]
        while waiting:
            found = waiting.pop()
            if isinstance(found, Value):
                yield found
            else:
                inner = found.values() if isinstance(found, dict) else found
                waiting += reversed(list(inner))


def read(value: JSON, world: World, *, jsonata: bool) -> Arguments:
    """The arguments that an object of a definition holds."""
    return Arguments(_tree(value, "", world, jsonata=jsonata))


COMPUTED = Arguments(Value(name="", text="*", computed=True))
"""Arguments of which nothing is known: a state that has none hands on what it is given."""


def _at(tree: Tree, steps: tuple[str, ...]) -> Iterator[Tree]:
    """What stands at the end of a way; what is computed on it is computed at its end."""
    if not steps:
        yield tree
        return
    if isinstance(tree, Value) and tree.computed:
        yield Value(name=tree.name, text="*", computed=True)
    name = steps[0].rstrip("[]{}").lower()  # AWS's pages and SDKs differ: ACL, Acl
    for key, found in tree.items() if isinstance(tree, dict) else ():
        if key.lower() == name:
            for inner in _inside(found, key, steps[0]):
                yield from _at(inner, steps[1:])


def _inside(tree: Tree, name: str, step: str) -> Iterator[Tree]:
    """What a step leads to: the value itself, or what a list or an object holds."""
    if step[-1] not in "]}":
        yield tree
    elif isinstance(tree, Value):
        if tree.computed:
            yield Value(name=name, text="*", computed=True)
    elif step.endswith("[]") and isinstance(tree, list):
        yield from tree
    elif step.endswith("{}") and isinstance(tree, dict):
        yield from (Value(name=name, text=key) for key in tree)


def _tree(value: JSON, name: str, world: World, *, jsonata: bool) -> Tree:
    if isinstance(value, dict):
        tree: dict[str, Tree] = {}
        for key, inner in value.items():
            if not jsonata and key.endswith(".$"):
                plain = key.removesuffix(".$")
                tree[plain] = _computed(plain, inner, world)
            else:
                tree[key] = _tree(inner, key, world, jsonata=jsonata)
        return tree
    if isinstance(value, list):
        items: list[Tree] = []
        for inner in value:  # no comprehension, which would take the stack's depth twice
            items.append(_tree(inner, name, world, jsonata=jsonata))  # noqa: PERF401
        return items
    if not isinstance(value, str):
        return Value(name=name, text=str(value).lower() if isinstance(value, bool) else str(value))
    text = value.strip()
    if jsonata and text.startswith(OPENING) and text.endswith(CLOSING):
        return _computed(name, text.removeprefix(OPENING).removesuffix(CLOSING), world)
    return world.value(name, value)


def _formatted(name: str, text: str, world: World) -> Value:
    """What is known of a text that States.Format makes: all but its paths and calls."""
    try:
        template, *given = intrinsics.parse(text).arguments
    except (intrinsics.IntrinsicError, ValueError):
        return Value(name=name, text="*", computed=True)
    if not isinstance(template, intrinsics.Text):
        return Value(name=name, text="*", computed=True)
    filled = ""
    computed = False
    for piece in re.split(r"(\{\})", template.value):
        if piece != "{}":
            filled += piece
            continue
        part = given.pop(0) if given else None
        known = isinstance(part, intrinsics.Text)
        computed = computed or not known
        filled += part.value if isinstance(part, intrinsics.Text) else "*"
    value = world.value(name, filled)
    return replace(value, computed=value.computed or computed)


def _computed(name: str, expression: JSON, world: World) -> Value:
    """What is known of an expression's outcome."""
    text = expression.strip() if isinstance(expression, str) else ""
    if text in ("$$.StateMachine.Id", "$states.context.StateMachine.Id"):
        return Value(name=name, text=world.machine)
    if _LITERAL.fullmatch(text):
        return world.value(name, text[1:-1])
    if text.startswith("States.Format"):
        return _formatted(name, text, world)
    joined = _JOINED.fullmatch(text)
    if joined and not _OPERATORS.search(joined.group(2)):
        known = world.value(name, joined.group(1)[1:-1])
        return Value(name=name, text=f"{known.text}*", computed=True)
    return Value(name=name, text="*", computed=True)
