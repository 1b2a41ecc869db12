"""How many parameters a handler in JavaScript or TypeScript takes, as far as a look at it tells."""

import re
from dataclasses import dataclass

_SKIPPED = re.compile(
    r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`"""
    # A slash divides behind a value; behind these it begins a regular expression.
    r"""|(?<=[(,=:\[!&|?{};])\s*/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/""",
    re.DOTALL,
)

_OPENING, _CLOSING = "([{<", ")]}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    """A function that a module exports: how many parameters it has, and where they begin."""

    parameters: int
    line: int
    column: int


def handler(text: str, name: str) -> Handler | None:
    """The function that is exported as `name`, where it is written out in the module itself.

    None is every other case: what a wrapper returns, or another module exports, has as many
    parameters as only running it tells.
    """
    plain = _SKIPPED.sub(_blank, text)
    for start in _places(plain, name):
        end = _end(plain, start)
        if end is not None and _is_function(plain, start, end):
            return Handler(
                parameters=_count(plain[start + 1 : end]),
                line=plain.count("\n", 0, start) + 1,
                column=start - plain.rfind("\n", 0, start),
            )
    return None


def _blank(found: re.Match[str]) -> str:
    """Nothing, of the same length in the same lines."""
    return re.sub(r"[^\n]", " ", found.group())


def _places(plain: str, name: str) -> list[int]:
    """Where the parameters of what may be the function begin."""
    exported = re.search(rf"\bexport\s*\{{[^}}]*?([\w$]+)\s+as\s+{re.escape(name)}\b", plain)
    word = rf"(?<![\w$.])(?:{re.escape(exported.group(1) if exported else name)})"
    assigned = rf"(?:{word}|\bexports\s*\.\s*{re.escape(name)})\s*(?::[^=;]*?[^=!<>])?=(?![=>])\s*"
    function = r"(?:async\s+)?(?:function\s*\*?\s*[\w$]*\s*)?(?:<[^(]*>\s*)?"
    patterns = (
        rf"\bfunction\s*\*?\s+{word}\s*(?:<[^(]*>\s*)?\(",
        rf"{assigned}{function}\(",
        rf"[{{,]\s*(?:async\s+)?{word}\s*\(",  # a method: module.exports = { handler(event) {} }
        rf"[{{,]\s*{word}\s*:\s*{function}\(",
    )
    return sorted(found.end() - 1 for pattern in patterns for found in re.finditer(pattern, plain))


def _end(plain: str, start: int) -> int | None:
    """Where what opens at `start` closes again."""
    depth = 0
    for at in range(start, len(plain)):
        if plain[at] in "([{":
            depth += 1
        elif plain[at] in ")]}":
            depth -= 1
            if depth == 0:
                return at
    return None


def _is_function(plain: str, start: int, end: int) -> bool:
    """Whether a body follows, rather than that something is called or put in brackets."""
    before = plain[max(0, start - 60) : start]
    rest = plain[end + 1 : end + 400].lstrip()
    if rest.startswith(("=>", "{")):
        return True
    # A type stands between the parameters and the body.
    return rest.startswith(":") and ("=>" in rest or "function" in before or "{" in rest)


def _count(parameters: str) -> int:
    """The parameters that JavaScript counts: those before the first with a default, or the rest.

    https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/Function/length
    """
    depth, parts = 0, [""]
    for character in parameters.replace("=>", "  "):
        depth += (character in _OPENING) - (character in _CLOSING)
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    count = 0
    for part in parts:
        if part.strip().startswith("...") or _has_default(part):
            break
        count += bool(part.strip()) and not re.match(r"\s*this\s*:", part)
    return count


def _has_default(part: str) -> bool:
    depth = 0
    for character in part:
        depth += (character in _OPENING) - (character in _CLOSING)
        if character == "=" and depth == 0:
            return True
    return False
