"""JSONata as Step Functions takes it: what an expression refers to, or why it is none.

jsonata-python reads the grammar. It is imported only when an expression needs more than a look.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

import re
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, NamedTuple, TypeAlias

MAX_LENGTH = 16_000
"""Longer expressions are not read: the parser takes its time with them, and nobody writes them."""

MAX_STEPS = 200
"""Nor those with a longer path, of which the parser looks at all steps for each of them."""

_BUILT_IN = """
    sum count max min average string substring substringBefore substringAfter lowercase uppercase
    length trim pad match contains replace split join formatNumber formatBase formatInteger
    parseInteger number floor ceil round abs sqrt power random boolean not map zip filter single
    reduce sift keys lookup append exists spread merge reverse each error assert type sort shuffle
    distinct base64encode base64decode encodeUrlComponent encodeUrl decodeUrlComponent decodeUrl
    toMillis fromMillis clone now millis partition range hash uuid parse
"""

OPENING, CLOSING = "{%", "%}"

FUNCTIONS = frozenset(_BUILT_IN.split())
"""JSONata 2.0.6's own without $eval, which AWS does not have, and those that AWS adds."""

Span: TypeAlias = tuple[int, int]

_PATH = re.compile(r"\s*\$([A-Za-z_]\w*)((?:\.[A-Za-z_]\w*)*)\s*")
_NAME = re.compile(r"\w+")
_PATH_ENDS = re.compile(r"[,;:(){}&|<>=!?+]")
_CONSTANTS = frozenset({"true", "false", "null"})
_FIELD = re.compile(r"(?<=\.)(?!true\b|false\b|null\b)[A-Za-z_]\w*")
_SHAPE = {ord(digit): "1" for digit in "023456789"}
_PADDING = "  "  # the parser looks that far ahead, without asking whether the text goes on
_OF_LATER_VERSIONS = ("?:", "??")
_INNER = ("lhs", "rhs", "expression", "condition", "then", "_else", "body")
_LOOKING = ("name", "wildcard", "descendant")
_INSTEAD = {
    "=": "JSONata compares with one =",
    "&": "JSONata says `and`; & joins texts",
    "|": "JSONata says `or`",
    "!": "JSONata says $not(...)",
    "?:": "AWS runs JSONata 2.0.6, which has no ?: yet; write $exists(a) ? a : b",
    "??": "AWS runs JSONata 2.0.6, which has no ?? yet; write $exists(a) ? a : b",
}
_WHOLE = f"an expression is the whole text, from {OPENING} to {CLOSING}; join its parts with &"


class Use(NamedTuple):
    """Where an expression names something: `name` without its $, and where that begins.

    `following` are the names behind it in a path, each with its place: `input` and `id` behind
    `states` in `$states.input.id`.
    """

    name: str
    position: int
    following: tuple[tuple[str, int], ...] = ()


class Expression(NamedTuple):
    """What an expression refers to, but for what it binds itself.

    `variables` are those that are read, `calls` those that are called, `bare` the functions that
    are called without a $. `outermost` are the names, `$`, `$$` and wildcards that look for something
    in what the whole expression is about, which is nothing in Step Functions.
    `sole` says that the whole is a path from one variable: it is nothing where the variable is.
    """

    variables: tuple[Use, ...] = ()
    calls: tuple[Use, ...] = ()
    bare: tuple[Use, ...] = ()
    outermost: tuple[Use, ...] = ()
    sole: bool = False


def of_jsonpath(text: str, use: Use) -> bool:
    """Whether a function that is called without a $ is called as JSONPath's are: States.Format."""
    return text[: use.position].endswith("States.")


class JsonataError(ValueError):
    """A text is no expression: why, and where."""

    def __init__(self, message: str, position: int, hint: str | None = None) -> None:
        super().__init__(message)
        self.message, self.position, self.hint = message, position, hint


class TooLargeError(JsonataError):
    """An expression is too long, or nested too deep, to be read."""


def parse(text: str) -> Expression:
    """Read an expression with the `{%` and `%}` around it.

    Raises:
        JsonataError: it is none.
        TooLargeError: nothing is known of it.
    """
    if not text.startswith(OPENING):
        raise JsonataError(f"it does not begin with {OPENING}", 0, _WHOLE)
    if not text.endswith(CLOSING) or len(text) < len(OPENING + CLOSING):
        raise JsonataError(f"it does not end with {CLOSING}", _last(text), _WHOLE)
    text = f"  {text.removeprefix(OPENING).removesuffix(CLOSING)}"  # each character in its place
    if path := _PATH.fullmatch(text):
        following = tuple(
            (name.group(), name.start()) for name in _NAME.finditer(text, *path.span(2))
        )
        if _CONSTANTS.isdisjoint(name for name, _ in following):
            use = Use(name=path.group(1), position=path.start(1) - 1, following=following)
            return Expression(variables=(use,), sole=True)
    if len(text) > MAX_LENGTH:
        raise TooLargeError(f"the expression is longer than {MAX_LENGTH} characters", 0)
    if max(part.count(".") for part in _PATH_ENDS.split(text)) > MAX_STEPS:
        raise TooLargeError(f"a path has more than {MAX_STEPS} steps", 0)
    # Expressions that differ in digits and in names behind a dot have one shape, parsed once.
    shape = _FIELD.sub(lambda name: "a" * len(name.group()), text.translate(_SHAPE))
    found = _found(shape) or _walk(_tree(text), text)
    return found.named(text)


@lru_cache(maxsize=1024)
def _found(shape: str) -> "_Found | None":
    """What stands in all expressions of a shape; None where they are none."""
    try:
        return _walk(_tree(shape), shape)
    except TooLargeError:
        raise
    except JsonataError:
        return None


# --- the parser ------------------------------------------------------------------------------


@cache
def _parser() -> Any:
    from jsonata.parser import Parser  # noqa: PLC0415 - 40 ms, for those who use JSONata

    parser = Parser()
    for operator in _OF_LATER_VERSIONS:
        del parser.symbol_table[operator]
    return parser


def _tree(text: str) -> Any:
    from jsonata.jexception import JException  # noqa: PLC0415 - as above

    parser = _parser()
    parser.errors, parser.ancestry, parser.ancestor_label, parser.ancestor_index = [], [], 0, 0
    try:
        return parser.parse(text + _PADDING, lambda _pattern, _flags: None)
    except JException as error:
        raise _error(text, error) from error
    except KeyError as error:  # a symbol that is no operator
        symbol = str(error.args[0])
        raise _refused(text, symbol, parser.lexer.position - len(symbol)) from error
    except RecursionError as error:
        raise TooLargeError("the expression is nested too deep", 0) from error
    except Exception as error:
        if parser.lexer.position < len(text.rstrip()):  # the parser's fault, not the expression's
            raise TooLargeError("the expression cannot be read here", 0) from error
        # It looks beyond the end of a text that is cut off.
        raise JsonataError("the expression ends in the middle", _last(text)) from error


def _error(text: str, error: Any) -> JsonataError:
    """What the parser has to say; it names the end of what it stumbled over."""
    current = str(error.current)
    if error.error in ("S0201", "S0211"):
        return _refused(text, current, error.location - len(current))
    message = str(error).replace("of Object definition", "of a function")
    if error.error == "S0301" and error.current is not None:
        message = f"\\{current} is no escape"
    position = min(max(error.location - 1, 0), _last(text))
    return JsonataError(message[0].lower() + message[1:], position)


def _refused(text: str, symbol: str, position: int) -> JsonataError:
    position = min(max(position, 0), _last(text))
    hint = _INSTEAD.get(symbol)
    if symbol == "?" and text[:position].endswith("["):
        hint = "that is JSONPath; JSONata filters with [price < 10]"
    if symbol == "}" and text[:position].endswith("%"):
        hint = _WHOLE
    return JsonataError(f"{symbol} cannot stand here", position, hint)


def _last(text: str) -> int:
    return max(len(text.rstrip()) - 1, 0)


# --- the tree --------------------------------------------------------------------------------


@dataclass(slots=True)
class _Found:
    """What stands in a tree, by the spans of the names."""

    sole: bool
    variables: list[list[Span]] = field(default_factory=list)
    calls: list[Span] = field(default_factory=list)
    bare: list[Span] = field(default_factory=list)
    outermost: list[Span] = field(default_factory=list)
    bound: set[str] = field(default_factory=set)

    def named(self, text: str) -> Expression:
        """The same, with the names that a text has at these places."""

        def use(span: Span, *rest: Span) -> Use:
            start, end = span
            following = tuple((text[slice(*span)], span[0]) for span in rest)
            return Use(name=text[start:end].removeprefix("$"), position=start, following=following)

        return Expression(
            variables=tuple(use(*spans) for spans in self.variables),
            calls=tuple(use(span) for span in self.calls),
            bare=tuple(use(span) for span in self.bare),
            outermost=tuple(
                Use(name=text[start:end], position=start) for start, end in self.outermost
            ),
            sole=self.sole,
        )


def _walk(tree: Any, text: str) -> _Found:
    """Note what a tree names; without recursion, and without the names that it binds."""
    first = tree.steps[0] if tree.type == "path" else tree
    found = _Found(sole=first.type == "variable" and tree.group is None)
    waiting = [(tree, True)]
    while waiting:
        node, outermost = waiting.pop()
        _note(found, node, text, outermost=outermost)
        waiting += [(part, outermost) for part in reversed(_parts(node))]
        waiting += [(part, False) for part in reversed(_later(node))]
    found.variables = [
        spans for spans in found.variables if text[slice(*spans[0])][1:] not in found.bound
    ]
    found.calls = [span for span in found.calls if text[slice(*span)][1:] not in found.bound]
    return found


def _note(found: _Found, node: Any, text: str, *, outermost: bool) -> None:
    kind = node.type
    if kind == "path" and node.steps[0].type == "variable":
        _variable(found, node.steps, text, outermost=outermost)
    elif kind == "path" and outermost and node.steps[0].type in _LOOKING:
        found.outermost.append(_span(node.steps[0], text))
    elif kind in _LOOKING and outermost:
        found.outermost.append(_span(node, text))
    elif kind == "variable":
        _variable(found, [node], text, outermost=outermost)
    elif kind in ("function", "partial"):
        procedure = node.procedure
        if procedure.type == "variable":
            found.calls.append(_span(procedure, text))
        elif _is_name(procedure):
            found.bare.append(_span(procedure.steps[0], text))
    elif kind == "lambda":
        found.bound |= {argument.value for argument in node.arguments}
    elif kind == "bind":
        found.bound.add(node.lhs.value)
    found.bound |= {name for name in (node.focus, node.index) if isinstance(name, str)}
    found.bound |= {stage.value for stage in _stages(node) if stage.type == "index"}


def _variable(found: _Found, steps: list[Any], text: str, *, outermost: bool) -> None:
    variable, *rest = steps
    span = _span(variable, text)
    if variable.value in ("", "$"):
        if outermost or variable.value:
            found.outermost.append(span)
        return
    spans = [span]
    for step in rest if not _stages(variable) else ():
        if step.type != "name":
            break
        spans.append(_span(step, text))
        if _stages(step):
            break
    found.variables.append(spans)


def _span(node: Any, text: str) -> Span:
    """Where a name stands: the parser says where it ends, with the quotes around it."""
    end, length = node.position, len(str(node.value))
    if node.type == "variable":
        return end - length - 1, end
    if text[max(end - length, 0) : end] != node.value and text[end - 1 : end] in ("`", '"', "'"):
        end -= 1
    return max(end - length, 0), end


def _is_name(node: Any) -> bool:
    return node.type == "path" and len(node.steps) == 1 and node.steps[0].type == "name"


def _is_known(procedure: Any) -> bool:
    """Whether what is called is noted as a call already."""
    return procedure.type == "variable" or _is_name(procedure)


def _stages(node: Any) -> list[Any]:
    return [*(node.predicate or ()), *(node.stages or ())]


def _parts(node: Any) -> list[Any]:
    """What is in a node, and is about the same as the node."""
    parts = [getattr(node, name) for name in _INNER]
    parts += [*(node.arguments or ()), *(node.expressions or ())]
    parts += [part for pair in node.lhs_object or () for part in pair]
    if node.procedure is not None and not _is_known(node.procedure):
        parts.append(node.procedure)
    if node.type == "path" and node.steps[0].type not in ("variable", *_LOOKING):
        parts.append(node.steps[0])
    return [part for part in parts if part is not None]


def _later(node: Any) -> list[Any]:
    """What is in a node, and is about what the node comes to: later steps, filters, groups."""
    parts = []
    if node.type == "path":
        parts += node.steps[1:]
        parts += [part.expr for part in _stages(node.steps[0]) if part.type == "filter"]
    elif node.type == "sort":
        parts += [term.expression for term in node.terms]
    elif node.type == "transform":
        parts += [part for part in (node.pattern, node.update, node.delete) if part is not None]
    parts += [part.expr for part in _stages(node) if part.type == "filter"]
    if node.group is not None:
        parts += [part for pair in node.group.lhs_object for part in pair]
    return parts
