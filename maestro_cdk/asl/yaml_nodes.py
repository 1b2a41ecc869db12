"""A YAML text to nodes: its events put together, its aliases and merges resolved.

The parser's own composer goes into nesting by recursion, and after aliases however much they come
to; here both are bounded, for they are data of somebody's.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from maestro_cdk.asl.document import MAX_DEPTH
from maestro_cdk.asl.yaml_scalars import Scalar, UnclearScalar, meaning
from maestro_cdk.model import JSON

if TYPE_CHECKING:
    import yaml

REPEATED_LIMIT = 2_097_152
"""Characters that aliases may come to: twice what Step Functions takes as a definition."""

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TOKEN = re.compile(r"\$\{([^}]*)\}")

_STANDARD = "tag:yaml.org,2002:"
_TAGS = {
    "scalar": {"!", f"{_STANDARD}str"},
    "list": {f"{_STANDARD}seq"},
    "mapping": {f"{_STANDARD}map"},
}
"""The tags that say what a node is anyway."""

_BRACKETS = "a text that begins with { or [ goes in quotes"
_INDENTATION = "look at the indentation of this line and of those above, and at quotes"
_HINTS = (
    ("mapping values are not allowed", 'a text that holds ": " goes in quotes'),
    ("did not find expected key", _INDENTATION),
    ("did not find expected '-' indicator", _INDENTATION),
    ("did not find expected ',' or", f"{_BRACKETS}; so does ${{...}} between them"),
    ("found unexpected end of stream", "a closing quote is missing"),
    ("could not find expected ':'", "a colon is missing, or quotes around a text of several lines"),
    ("found unknown escape character", "write the backslash twice, or the text in '...'"),
    ("found a tab character", "indent by spaces"),
    ("did not find expected <document start>", _INDENTATION),
    (
        "did not find expected alphabetic or numeric character",
        "a text that begins with * or & goes in quotes",
    ),
    (
        "block sequence entries are not allowed",
        'a list begins in a line of its own; a text that begins with "- " goes in quotes',
    ),
)
"""What to do, by a part of what the parser says."""


class YamlError(Exception):
    """The text is not YAML, or holds what a definition cannot."""

    def __init__(self, message: str, offset: int, hint: str | None = None) -> None:
        super().__init__(message)
        self.message, self.offset, self.hint = message, offset, hint


@dataclass(slots=True, kw_only=True)
class Node:
    """A value and where it stands; an alias's is where the alias does.

    `plain` tells a scalar without quotes, `size` about how many characters of JSON it comes to,
    `height` how many levels are in it.
    """

    offset: int
    content: "Scalar | list[Node] | dict[str, Member]"
    plain: bool = False
    size: int = 1
    height: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A value of a mapping, and where its key stands."""

    offset: int
    node: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """A key that its mapping has already: where it stands, and where the first one does."""

    key: str
    offset: int
    first: int


@dataclass(slots=True, kw_only=True)
class _Open:
    """A list or mapping whose end has not been read yet; `key` waits for its value."""

    offset: int
    anchor: str | None
    content: list[Node] | dict[str, Member]
    key: Node | None = None
    merged: list[dict[str, Member]] = field(default_factory=list)

    @property
    def wants_key(self) -> bool:
        return isinstance(self.content, dict) and self.key is None


class Composer:
    """Reads one document.

    A plain scalar that is a `${name}` and no more becomes the number or the boolean that
    `literals` has by that name. `duplicates` tells of keys that came twice: the last one counts.
    """

    def __init__(self, text: str, literals: Mapping[str, JSON]) -> None:
        self.text, self.literals = text, literals
        self.opened: list[_Open] = []
        self.anchors: dict[str, Node | None] = {}  # None for what has not ended yet
        self.root: Node | None = None
        self.repeated = 0
        self.duplicates: list[Duplicate] = []

    def compose(self) -> Node:
        """The one document of the text.

        Raises:
            YamlError: there is none.
        """
        import yaml  # noqa: PLC0415 - spares the projects without YAML

        if odd := _UNPRINTABLE.search(self.text):
            message = f"the character U+{ord(odd.group()):04X} cannot stand in YAML"
            raise YamlError(message, odd.start(), 'write it in quotes, as "\\u..."')
        try:
            for event in yaml.parse(self.text, Loader=yaml.CSafeLoader):
                self._event(event)
        except yaml.YAMLError as error:
            raise self._fault(error) from error
        if self.root is None or self.root.content is None:
            hint = "it is a mapping with StartAt and States"
            raise YamlError("the definition is empty", 0, hint)
        return self.root

    def _event(self, event: Any) -> None:
        import yaml  # noqa: PLC0415 - as above

        offset = self._offset(event)
        match event:
            case yaml.ScalarEvent():
                _check_tag(event.tag, "scalar", offset)
                self._ended(self._scalar(event, offset), event.anchor)
            case yaml.AliasEvent():
                self._put(self._alias(str(event.anchor), offset))
            case yaml.MappingStartEvent():
                _check_tag(event.tag, "mapping", offset)
                self._open(_Open(offset=offset, anchor=event.anchor, content={}))
            case yaml.SequenceStartEvent():
                _check_tag(event.tag, "list", offset)
                self._open(_Open(offset=offset, anchor=event.anchor, content=[]))
            case yaml.CollectionEndEvent():
                self._close(self.opened.pop())
            case yaml.DocumentStartEvent() if self.root is not None:
                raise YamlError("a second document begins", offset, "a definition is one")

    def _offset(self, event: Any) -> int:
        """Where a value is looked for: one that no character begins, at its key."""
        start: int = event.start_mark.index
        if start == event.end_mark.index and self.opened and self.opened[-1].key:
            return self.opened[-1].key.offset
        return start

    # --- what holds no others ----------------------------------------------------------------

    def _scalar(self, event: "yaml.ScalarEvent", offset: int) -> Node:
        text: str = event.value
        size = len(text) + 1
        if event.style or event.tag:
            return Node(offset=offset, content=text, size=size)
        holder = self.opened[-1] if self.opened else None
        token = None if holder and holder.wants_key else _TOKEN.fullmatch(text)
        content: Scalar = text
        if token:
            value = self.literals.get(token.group(1))
            content = value if isinstance(value, bool | int | float) else text
        else:
            try:
                content = meaning(text)
            except UnclearScalar as error:
                raise YamlError(error.message, offset, error.hint) from error
        return Node(offset=offset, content=content, plain=True, size=size)

    def _alias(self, name: str, offset: int) -> Node:
        if name not in self.anchors:
            hint = (
                f"write &{name} before what it stands for; a text that begins with * goes in quotes"
            )
            raise YamlError(f"*{name} stands for nothing above it", offset, hint)
        node = self.anchors[name]
        if node is None:
            raise YamlError(f"*{name} stands inside of what it stands for", offset)
        self.repeated += node.size
        if self.repeated > REPEATED_LIMIT:
            message = f"aliases make more than {REPEATED_LIMIT:,} characters of it"
            raise YamlError(message, offset, "Step Functions takes at most 1,048,576")
        _check_depth(len(self.opened) + node.height, offset)
        return replace(node, offset=offset)

    # --- what holds others -------------------------------------------------------------------

    def _open(self, opened: _Open) -> None:
        if self.opened and self.opened[-1].wants_key:
            message = "a key is a text, and neither mapping nor list"
            raise YamlError(message, opened.offset, _BRACKETS)
        _check_depth(len(self.opened) + 1, opened.offset)
        if opened.anchor:
            self.anchors[opened.anchor] = None
        self.opened.append(opened)

    def _close(self, closed: _Open) -> None:
        content = closed.content
        if isinstance(content, dict):
            taken: dict[str, Member] = {}
            for merged in closed.merged:
                for key, member in merged.items():
                    taken.setdefault(key, member)  # the first that has it counts
            content = {**taken, **content}
            held = [member.node for member in content.values()]
            size = sum(len(key) for key in content)
        else:
            held, size = content, 0
        node = Node(
            offset=closed.offset,
            content=content,
            size=size + sum(node.size + 1 for node in held) + 2,
            height=max((node.height for node in held), default=0) + 1,
        )
        self._ended(node, closed.anchor)

    def _ended(self, node: Node, anchor: str | None) -> None:
        if anchor:
            self.anchors[anchor] = node
        self._put(node)

    def _put(self, node: Node) -> None:
        """Hand a node to what holds it."""
        if not self.opened:
            self.root = node
            return
        holder = self.opened[-1]
        if isinstance(holder.content, list):
            holder.content.append(node)
        elif holder.key is None:
            holder.key = self._key(node)
        else:
            self._member(holder, holder.content, holder.key, node)
            holder.key = None

    def _key(self, node: Node) -> Node:
        if not isinstance(node.content, str):
            written = re.match(r"[^\s:#]*", self.text[node.offset : node.offset + 40])
            hint = f'write it in quotes: "{written.group() if written else ""}"'
            raise YamlError("a key is a text", node.offset, hint)
        return node

    def _member(self, holder: _Open, content: dict[str, Member], key: Node, node: Node) -> None:
        name = str(key.content)
        if key.plain and name == "<<":
            holder.merged += _merged(node)
            return
        if name in content:
            first = content[name].offset
            self.duplicates.append(Duplicate(key=name, offset=key.offset, first=first))
        content[name] = Member(offset=key.offset, node=node)

    # --- what is no YAML ---------------------------------------------------------------------

    def _fault(self, error: "yaml.YAMLError") -> YamlError:
        """What the parser says, with what to do."""
        begun: Any = getattr(error, "context_mark", None)
        mark: Any = getattr(error, "problem_mark", None) or begun
        offset = min(mark.index if mark else 0, len(self.text.rstrip()))
        message = str(getattr(error, "problem", None) or error)
        if message == "found character that cannot start any token":
            return self._odd_character(offset)
        hint = next((hint for words, hint in _HINTS if words in message), None)
        if begun and begun.line != mark.line:
            what = str(getattr(error, "context", "")).removeprefix("while ")
            message = f"{message}, {what} from line {begun.line + 1} on"
        return YamlError(message, offset, hint)

    def _odd_character(self, offset: int) -> YamlError:
        found = self.text[offset : offset + 1]
        if found == "\t":
            return YamlError("a tab stands where only spaces may", offset, "indent by spaces")
        if found == "%" and self.text[:offset].endswith("{"):
            hint = "write it in quotes: '{% ... %}'"
            return YamlError("a JSONata expression without quotes", offset - 1, hint)
        hint = "a text that begins with it goes in quotes"
        return YamlError(f"{found!r} cannot begin a text", offset, hint)


def _check_depth(depth: int, offset: int) -> None:
    if depth > MAX_DEPTH:
        raise YamlError(f"nested deeper than {MAX_DEPTH} levels", offset)


def _check_tag(tag: str | None, kind: str, offset: int) -> None:
    """Refuse a tag that would make something else of a node."""
    if tag is None or tag in _TAGS[kind]:
        return
    shown = tag.replace(_STANDARD, "!!")
    hint = "write the value itself"
    if not shown.startswith("!!"):
        hint = (
            'CloudFormation\'s functions have no meaning here: "${name}" stands for a function of '
            "the folder, or for what [workflow.substitutions] defines"
        )
    raise YamlError(f"the tag {shown[:40]} means nothing in a definition", offset, hint)


def _merged(node: Node) -> Iterator[dict[str, Member]]:
    """The mappings that `<<` takes in: https://yaml.org/type/merge.html ."""
    for source in node.content if isinstance(node.content, list) else [node]:
        if not isinstance(source.content, dict):
            raise YamlError("<< takes a mapping, or a list of mappings", source.offset)
        yield source.content
