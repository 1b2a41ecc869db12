"""The ARNs of what a call is about, from IAM's forms of ARNs and the arguments of the call."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product

from maestro_cdk.asl.permissions import naming
from maestro_cdk.asl.permissions.arguments import Arguments, Value
from maestro_cdk.ports import Action, Operation, ResourceType

_VARIABLE = re.compile(r"\$\{(\w+)\}")
_PLACE = {"Partition": "PARTITION", "Region": "REGION", "Account": "ACCOUNT_ID"}

_VAGUE = ("Id", "Name", "ResourceId")
"""Variables that mean something else in each form."""

_TOGETHER = ("ec2",)
"""Services whose calls are about resources that no argument names."""

_MANY = 15
"""Kinds of resources that are worth telling apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What an action is allowed on.

    `why` says why that is more than the call is about, where it is; `wide`, whether it is
    everything of a kind.
    """

    arns: tuple[str, ...]
    why: tuple[str, ...] = ()
    wide: bool = False


EVERYTHING = Reach(arns=("*",))
"""The reach of an action that IAM lets nobody limit."""


def computed(*names: str) -> tuple[str, ...]:
    """That parameters are known only when the definition runs."""
    return tuple(f"{name} is computed" for name in dict.fromkeys(names))


def of(
    action: Action, arguments: Arguments, operation: Operation | None, forms: Mapping[str, str]
) -> Reach:
    """What an action is allowed on, so that a call with these arguments may do it.

    Args:
        action: the action.
        arguments: the call's.
        operation: the call's, for the names of its parameters.
        forms: the forms of the ARNs of the service, by the names of their types.
    """
    if not action.resources:
        return EVERYTHING
    return _Search(action, arguments, operation, forms).reach()


class _Search:
    def __init__(
        self,
        action: Action,
        arguments: Arguments,
        operation: Operation | None,
        forms: Mapping[str, str],
    ) -> None:
        self.prefix = action.name.partition(":")[0]
        self.action, self.arguments = action, arguments
        self.parameters = _names(operation)
        self.written = [value.text for value in _arns(arguments, self.prefix)]
        parts = [part for text in self.written for part in _parts(text, forms)]
        self.parts = sorted(parts, key=len, reverse=True)
        self.mentioned = None if isinstance(arguments.tree, Value) else _keys(arguments)
        self.computed: dict[str, None] = {}
        self.broken: dict[str, None] = {}
        self.wide = False

    def reach(self) -> Reach:
        arns: dict[str, None] = {}
        for kind in self._kinds():
            written = [arn for text in self.written if (arn := _of_form(text, kind.arn))]
            written += self._given_later(kind)
            if written or kind.required or not self._absent(kind.arn):
                arns |= dict.fromkeys(written or self._filled(kind.arn, kind.name))
        if len(arns) > _MANY:
            arns = dict.fromkeys(_summed(arns))
        return Reach(arns=tuple(arns) or ("*",), why=self._why(), wide=self.wide)

    def _why(self) -> tuple[str, ...]:
        """What keeps the resources from being known."""
        return (*computed(*self.computed), *(f"{name} is no ARN" for name in self.broken))

    def _kinds(self) -> Iterable[ResourceType]:
        """The types of resources that the call may be about.

        One that the action does not require is among them where an argument speaks of it. A call
        that speaks of none, where none is required, is about nothing that has an ARN.
        """
        kinds = self.action.resources
        if self.prefix in _TOGETHER:
            return kinds
        required = any(kind.required for kind in kinds)
        if self.mentioned is None:
            return kinds if required else ()
        vague = [value.name for value in _top(self.arguments) if self._is_arn(value)]
        if vague and not required:  # it may be about any of these kinds
            self.computed |= dict.fromkeys(vague)
            self.wide = True
            return kinds
        return [kind for kind in kinds if kind.required or self._spoken_of(kind)]

    @staticmethod
    def _is_arn(value: Value) -> bool:
        """Whether a value is an ARN that is computed."""
        return value.computed and _plain(value.name).endswith("arn")

    def _spoken_of(self, kind: ResourceType) -> bool:
        variables = _variables(kind.arn)
        if any(map(self._nameable, variables)) or any(_of_form(t, kind.arn) for t in self.written):
            return True
        return any(_plain(kind.name) in key for key in self.mentioned or ())

    def _given_later(self, kind: ResourceType) -> list[str]:
        """The ARNs that only CloudFormation knows, under a name of this kind's."""
        stems = _stems(_variables(kind.arn), kind.name)
        return [
            value.text
            for value in _top(self.arguments)
            if value.token and _plain(value.name).endswith("arn")
            if _plain(value.name).removesuffix("arn") in stems
        ]

    def _absent(self, form: str) -> bool:
        """Whether the call could name a resource of this kind, and does not."""
        variables = _variables(form)
        for variable in variables:
            default = len(variables) == 1 and (self.prefix, variable) in naming.DEFAULTS
            if self._nameable(variable) and not self._given(variable) and not default:
                return True
        return False

    def _nameable(self, variable: str) -> bool:
        names = naming.parameters(self.prefix, variable)
        return any(_first(name) in self.parameters for name in names)

    def _filled(self, form: str, kind: str) -> Iterator[str]:
        """The ARNs that a form comes to."""
        variables = _variables(form)
        for part in self.parts:  # the ARN of a table says where its indexes are
            if len(variables) > 1 and variables[0] in part and variables[0] not in _VAGUE:
                yield from self._with(form, variables, part)
                return
        yield from self._with(form, variables, {"Account": self._account(variables, kind)})

    def _with(self, form: str, variables: list[str], part: Mapping[str, str]) -> Iterator[str]:
        choices = [
            [part[variable]] if variable in part else self._texts(variable)
            for variable in variables
        ]
        for choice in product(*choices):
            filled = {**_PLACE, **part, **dict(zip(variables, choice, strict=True))}
            pieces = _VARIABLE.split(form)
            yield "".join(filled[piece] if n % 2 else piece for n, piece in enumerate(pieces))

    def _texts(self, variable: str) -> list[str]:
        """What stands for a variable: `*` where nothing is known of it."""
        texts: dict[str, None] = {}
        for value in self._values(variable):
            if value.computed:
                self.computed[value.name] = None
                self.wide = self.wide or value.text == "*"
            if value.text == "*":
                texts["*"] = None
            elif not value.text.startswith("arn:"):
                texts |= dict.fromkeys(naming.forms(self.prefix, variable, value.text))
        return list(texts) or ["*"]

    def _given(self, variable: str) -> list[Value]:
        """What the arguments say of a variable of an ARN."""
        for path in naming.parameters(self.prefix, variable):
            first = path.partition(".")[0].rstrip("[]{}")
            if not self.parameters or _first(path) in self.parameters or self.arguments.has(first):
                found = list(self.arguments.all(path))
                if found:
                    return found
        return []

    def _values(self, variable: str) -> list[Value]:
        """What the arguments say of a variable of an ARN, or mean by saying nothing."""
        given = self._given(variable)
        default = naming.DEFAULTS.get((self.prefix, variable))
        if given or default is None or not self._nameable(variable):
            return given
        return [Value(name=variable, text=default)]

    def _account(self, variables: list[str], kind: str) -> str:
        """The account of what is named by a computed ARN: any; otherwise this one.

        What is written where an ARN is meant, and is none, says nothing of the resource.
        """
        stems = _stems(variables, kind)
        for value in _top(self.arguments):
            name = _plain(value.name)
            stem = re.sub(r"(arn|url)$", "", name)
            if value.computed and stem != name and stem in stems:
                self.computed[value.name] = None
                self.wide = True
                return "*"
            if name.endswith("arn") and stem in stems and not value.is_arn:
                self.broken[value.name] = None
                self.wide = True
        return _PLACE["Account"]


def _names(operation: Operation | None) -> frozenset[str]:
    """The names of an operation's parameters, in small letters."""
    if operation is None or operation.parameters is None:
        return frozenset()
    return frozenset(name.lower() for name in operation.parameters.members)


def _top(arguments: Arguments) -> Iterator[Value]:
    """The single values that are arguments, and those that are lists."""
    tree = arguments.tree
    for inner in tree.values() if isinstance(tree, dict) else ():
        for value in inner if isinstance(inner, list) else [inner]:
            if isinstance(value, Value):
                yield value


def _keys(arguments: Arguments) -> set[str]:
    """The names of all arguments, at any depth."""
    keys: set[str] = set()
    waiting = [arguments.tree]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            keys.update(map(_plain, found))
            waiting += found.values()
        elif isinstance(found, list):
            waiting += found
    return keys


def _arns(arguments: Arguments, prefix: str) -> Iterator[Value]:
    """The ARNs among the arguments, but for the roles that are handed on."""
    for value in _top(arguments):
        if value.text.startswith("arn:") and (prefix == "iam" or ":iam::" not in value.text):
            yield value


def _summed(arns: Iterable[str]) -> set[str]:
    """All resources of the services whose ARNs these are."""
    heads = {tuple(arn.split(":")[:5]) for arn in arns}
    return {f"{':'.join(head)}:*" for head in heads}


def _first(path: str) -> str:
    """The parameter that a path begins with, in small letters."""
    return re.split(r"[.\[{]", path, maxsplit=1)[0].lower()


def _variables(form: str) -> list[str]:
    """What differs in a form of ARNs, but for the place."""
    return [name for name in _VARIABLE.findall(form) if name not in _PLACE]


def _stems(variables: Iterable[str], kind: str) -> set[str]:
    """What the name of a parameter with the ARN of such a resource begins with."""
    words = {re.sub("(name|id|identifier)$", "", _plain(variable)) for variable in variables}
    return {*words, _plain(kind), "resource"}


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


@cache
def _pattern(form: str) -> re.Pattern[str]:
    """What matches the ARNs of a form."""
    names = _VARIABLE.findall(form)
    pattern = ""
    for n, piece in enumerate(_VARIABLE.split(form)):
        if n % 2 == 0:
            pattern += re.escape(piece).replace(r"\*", ".+")
        elif piece in names[: n // 2]:
            pattern += f"(?P={piece})"
        elif piece in _PLACE:
            pattern += f"(?P<{piece}>[^:]*)"
        else:
            pattern += f"(?P<{piece}>{'.+' if n // 2 == len(names) - 1 else '[^:/]+'})"
    return re.compile(pattern)


def _of_form(text: str, form: str) -> str | None:
    """An ARN where it is of this form; that of what has revisions may lack one."""
    return next((arn for arn in (text, f"{text}:*") if _pattern(form).fullmatch(arn)), None)


def _parts(text: str, forms: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """What the parts of an ARN are called, in each form that it can be of."""
    for form in forms.values():
        if match := _pattern(form).fullmatch(text):
            yield match.groupdict()
