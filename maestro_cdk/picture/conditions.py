"""The rules of a Choice in a few words, as a person would say them."""

import json
from collections.abc import Mapping

from maestro_cdk.model import JSON

LONGEST = 60
"""Characters; the rest is left out, and stands in the definition."""

_SIGNS = {
    "Equals": "=",
    "LessThan": "<",
    "GreaterThan": ">",
    "LessThanEquals": "≤",
    "GreaterThanEquals": "≥",
}
_TYPES = ("String", "Numeric", "Boolean", "Timestamp")
_WORDS = {
    "IsNull": "is null",
    "IsPresent": "is there",
    "IsNumeric": "is a number",
    "IsString": "is a text",
    "IsBoolean": "is a boolean",
    "IsTimestamp": "is a time",
}


def said(rule: Mapping[str, JSON]) -> str:
    """What has to hold for a rule, in at most `LONGEST` characters."""
    text = _said(rule)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def shown(value: JSON) -> str:
    """A value as it is written; an expression without its braces."""
    if isinstance(value, str):
        expression = value.startswith("{%") and value.endswith("%}")
        return value[2:-2].strip() if expression else value
    return json.dumps(value)


def _said(rule: JSON) -> str:
    if not isinstance(rule, dict):
        return "?"
    if "Condition" in rule:
        return shown(rule["Condition"])
    for member, word in (("And", " and "), ("Or", " or ")):
        inner = rule.get(member)
        if isinstance(inner, list):
            return word.join(_bracketed(each) for each in inner)
    if "Not" in rule:
        return f"not {_bracketed(rule['Not'])}"
    variable = shown(rule.get("Variable", "?"))
    found = (_compared(variable, name, value) for name, value in rule.items())
    return next((text for text in found if text), "?")


def _compared(variable: str, name: str, value: JSON) -> str:
    """What an operator says of a variable; empty for a member that is no operator."""
    if name in _WORDS:
        return f"{variable} {_WORDS[name]}" if value else f"not: {variable} {_WORDS[name]}"
    if name == "StringMatches":
        return f"{variable} like {_quoted(value)}"
    for kind in _TYPES:
        operator = name.removeprefix(kind).removesuffix("Path")
        if name.startswith(kind) and operator in _SIGNS:
            other = shown(value) if name.endswith("Path") else _quoted(value)
            return f"{variable} {_SIGNS[operator]} {other}"
    return ""


def _bracketed(rule: JSON) -> str:
    text = _said(rule)
    whole = not isinstance(rule, dict) or not rule.keys() & {"And", "Or"}
    return text if whole else f"({text})"


def _quoted(value: JSON) -> str:
    return f'"{value}"' if isinstance(value, str) else shown(value)
