"""What a YAML scalar without quotes stands for.

It is what YAML 1.2's core schema says, so that `yes`, `on` and `2030-01-01` are texts; what other
versions read differently, and what JSON cannot say, is refused.
https://yaml.org/spec/1.2.2/#103-core-schema
"""

import math
import re
from typing import TypeAlias

Scalar: TypeAlias = str | int | float | bool | None

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_FIRST = frozenset("tTfF+-.0123456789")
"""What booleans and numbers begin with."""

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_OTHER_BASE = re.compile(r"[-+]?0[0-7]+|0o[0-7]+|0x[0-9a-fA-F]+")
_DIGITS = re.compile(r"[-+]?0[0-9]+")
"""If 8 or 9 is one of them, as in an account's number, YAML 1.1 and all that writes it take a text."""

_NO_NUMBER = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


class UnclearScalar(Exception):
    """A scalar that no value of JSON is certain for."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def meaning(text: str) -> Scalar:
    """The value that a plain scalar stands for.

    Raises:
        UnclearScalar: there is none in JSON, or another in another version of YAML.
    """
    if text in _NULL:
        return None
    if text[0] not in _FIRST:
        return text  # most are
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    return _number(text)


def _number(text: str) -> int | float | str:
    """The number that a text is; the text where it is none."""
    shown = text[:40]
    if _INTEGER.fullmatch(text):
        try:
            return int(text)
        except ValueError as error:
            raise UnclearScalar("a number of too many digits") from error
    if _OTHER_BASE.fullmatch(text):
        hint = (
            f'write "{shown}" in quotes if it is a text, or else a number without zeros before it'
        )
        raise UnclearScalar(f"{shown} may be a number to another base than ten", hint)
    if _NO_NUMBER.fullmatch(text):
        raise UnclearScalar(f"JSON has no {text}", f'write "{text}" in quotes if it is a text')
    if _DIGITS.fullmatch(text) or not _FLOAT.fullmatch(text):
        return text
    number = float(text)
    if math.isinf(number):
        raise UnclearScalar(f"{shown} is too large for a number")
    return number
