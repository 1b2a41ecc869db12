"""Executions as AWS recorded them, and how to compare with them: see shared/truth/README.md."""

import json
import re

from tests.unit.asl.corpus import TRUTH

PRESENT = (TRUTH / "executions.jsonl").is_file()

_ANY = {"date", "timestamp", "datetime", "RequestId", "X-Amzn-Trace-Id"}
_FIXED = {"111111111111": "111111111111", "<region>": "us-east-1", "<partition>": "aws"}
_LEFT_OUT = {
    "SdkHttpMetadata",
    "SdkResponseMetadata",
    "stackTrace",
    "requestId",
    "billingDetails",
}
_TOKEN = re.compile(r"<<[^<>]*>[^<>]*>|<[^<>\s]*>")


def scenarios(*needs):
    """The executions that need no more than is named."""
    return [found for found in _lines("executions.jsonl") if found["needs"] in needs]


def choice_rows():
    """The rows of the tables of Choice rules: (id, row)."""
    for answer in _lines("answers.jsonl"):
        if answer["kind"] == "choice_table":
            for n, row in enumerate(answer["cases"]):
                yield f"{answer['id']}#{n}", row


def validations():
    """What AWS answered about definitions: whether it took them, and what it found."""
    return [found for found in _lines("answers.jsonl") if found["kind"] != "choice_table"]


def _lines(name):
    if PRESENT:
        with (TRUTH / name).open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)


class Comparison:
    """Compares what AWS recorded with what was done here, token by token."""

    def __init__(self, scenario):
        meant = scenario.get("placeholders") or {}
        # The accounts of the recording are all one here.
        self.tokens = {**_FIXED, **{name: meant[name] for name in meant if "account" not in name}}
        names = sorted(self.tokens, key=len, reverse=True)
        self.names = re.compile("|".join([_TOKEN.pattern, *map(re.escape, names)]))

    def same(self, expected, actual):
        """Whether two values are the same; texts that are JSON are compared as JSON."""
        return self._same(_parsed(expected), _parsed(actual))

    def _same(self, expected, actual):
        if isinstance(expected, dict) and isinstance(actual, dict):
            return self._same_objects(_kept(expected), _kept(actual))
        if isinstance(expected, list) and isinstance(actual, list):
            return len(expected) == len(actual) and all(map(self._same, expected, actual))
        if isinstance(expected, str):
            if expected in _ANY or _wild(self.tokens.get(expected)):
                return True
            return isinstance(actual, str) and bool(self._pattern(expected).fullmatch(actual))
        if isinstance(expected, bool) or isinstance(actual, bool):
            return expected is actual
        return expected == actual

    def _same_objects(self, expected, actual):
        if expected.keys() != actual.keys():
            names = {self._plain(key): key for key in expected}
            if names.keys() != actual.keys():
                return False
            expected = {name: expected[key] for name, key in names.items()}
        return all(self._same(value, actual[key]) for key, value in expected.items())

    def _plain(self, text):
        return self.names.sub(lambda found: self.tokens.get(found.group(), found.group()), text)

    def _pattern(self, text):
        parts, at = [], 0
        for found in self.names.finditer(text):
            meant = self.tokens.get(found.group())
            parts.append(re.escape(text[at : found.start()]))
            parts.append(".*" if _wild(meant) or meant is None else re.escape(meant))
            at = found.end()
        return re.compile("".join([*parts, re.escape(text[at:])]), re.DOTALL)


def _wild(meant):
    return meant is not None and (meant.startswith("(") or meant == "fake")


def _kept(value):
    return {
        key: inner
        for key, inner in value.items()
        if key not in _LEFT_OUT and not key.lower().startswith("redrive")
    }


def _parsed(value):
    if isinstance(value, str):
        text = value.strip()
        if text[:1] in ("{", "[", '"') or text in ("null", "true", "false") or _number(text):
            try:
                return _parsed(json.loads(text))
            except ValueError:
                return value
        return value
    if isinstance(value, list):
        return [_parsed(item) for item in value]
    if isinstance(value, dict):
        return {key: _parsed(inner) for key, inner in value.items()}
    return value


def _number(text):
    return bool(re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", text))


class Verdict:
    """How an execution compares with the recorded one: by result, event types, whole events."""

    def __init__(self, scenario, outcome, events):
        self.expected, self.outcome, self.events = scenario["expected"], outcome, events
        self.compare = Comparison(scenario)
        self.result = self._result()
        self.types = self._types()
        self.whole = self.types and self.first_difference() is None

    def _result(self):
        expected, outcome = self.expected, self.outcome
        if expected.get("status") is None:
            return True
        return (
            expected["status"] == outcome.status
            and self.compare.same(expected.get("error"), outcome.error)
            and (
                expected["status"] != "SUCCEEDED"
                or self.compare.same(expected.get("output"), outcome.output)
            )
        )

    def _types(self):
        recorded = self.expected.get("events")
        if not recorded:
            return True
        events = self.events
        if self.expected.get("recording_incomplete"):
            events = events[: len(recorded)]
        return [event["type"] for event in recorded] == [event.type for event in events]

    def first_difference(self):
        """The first recorded event that is another here; None where all are the same."""
        for recorded, event in zip(self.expected.get("events") or (), self.events, strict=False):
            details = next((recorded[key] for key in recorded if key.endswith("Details")), {})
            same = (
                recorded["id"] == event.id
                and recorded["previousEventId"] == event.previous_id
                and recorded["type"] == event.type
                and self.compare.same(details, dict(event.details))
            )
            if not same:
                return recorded, event
        return None
