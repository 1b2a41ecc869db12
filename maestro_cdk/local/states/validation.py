"""Whether a definition is one that AWS takes, by maestro's own rules.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Literal

from maestro_cdk.asl import document
from maestro_cdk.asl.document import Document
from maestro_cdk.asl.rules import Subject, registry
from maestro_cdk.errors import ProjectError
from maestro_cdk.local.states import given as read
from maestro_cdk.local.states.log import group, plain
from maestro_cdk.local.states.refusals import Refusal, invalid
from maestro_cdk.model import JSON, Finding, SourceRef
from maestro_cdk.ports import ServiceModels

Given = dict[str, JSON]

AT_RUN_TIME = frozenset({"jsonata-functions", "jsonata-references", "undefined-variables"})
"""What AWS takes, although it must fail when it runs: what JSONata names is looked up only then."""

_SYNTAX = "INVALID_JSON_DESCRIPTION"
_SCHEMA = "SCHEMA_VALIDATION_FAILED"
_LEADING = ("/Next", "/Default", "/StartAt")
_SEVERITIES = {"error": "ERROR", "warning": "WARNING"}
_NO_OBJECT = "Definition must be a valid JSON object"
MOST = 100


class Validation:
    """Looks at definitions; `models` is what is known of AWS's services."""

    def __init__(self, models: ServiceModels) -> None:
        self._models = models
        self._diagnostics = lru_cache(maxsize=64)(self._look)
        self._references = lru_cache(maxsize=64)(self._read)

    async def validate(self, given: Given) -> JSON:
        """ValidateStateMachineDefinition."""
        kind = read.optional(given, "type") or "STANDARD"
        found = self.diagnostics(read.text(given, "definition"), kind)
        failed = any(diagnostic["severity"] == "ERROR" for diagnostic in found)
        if given.get("severity", "ERROR") == "ERROR":
            found = [diagnostic for diagnostic in found if diagnostic["severity"] == "ERROR"]
        most = read.number(given, "maxResults") or MOST
        return {
            "result": "FAIL" if failed else "OK",
            "diagnostics": found[:most],
            "truncated": len(found) > most,
        }

    def diagnostics(self, definition: str, kind: str) -> list[dict[str, str]]:
        """What is wrong with a definition for a machine of a type."""
        return [dict(found) for found in self._diagnostics(definition, kind)]

    def _look(self, definition: str, kind: str) -> tuple[dict[str, str], ...]:
        if not definition.strip():
            return (_diagnostic(_SCHEMA, _NO_OBJECT),)
        try:
            parsed = document.parse(definition, file="", literals=None)
        except ProjectError as error:
            where = error.where or SourceRef(file="", line=1, column=1)
            place = f"[Source: (String); line: {where.line}, column: {where.column}]"
            return (_diagnostic(_SYNTAX, f"{error.message}\n at {place}", location=place),)
        if not isinstance(parsed.value, dict):
            return (_diagnostic(_SCHEMA, _NO_OBJECT),)
        subject = Subject(
            document=parsed,
            services=self._models,
            type="EXPRESS" if kind == "EXPRESS" else "STANDARD",
        )
        found = (*parsed.findings, *registry.check(subject))
        locate = _locator(parsed)
        return tuple(
            _of(finding, locate(finding.where)) for finding in found if finding.severity != "info"
        )

    def references(self, definition: str) -> dict[str, list[str]]:
        """The variables that each state reads, by the states' names; none of states without.

        https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html
        """
        return {state: list(names) for state, names in self._references(definition)}

    def _read(self, definition: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        try:
            parsed = document.parse(definition, file="", literals=None)
        except ProjectError:
            return ()
        if not isinstance(parsed.value, dict):
            return ()
        found: dict[str, set[str]] = {}
        subject = Subject(document=parsed, services=self._models, type="STANDARD")
        for use in subject.variables.uses:
            found.setdefault(use.site.state.name, set()).add(use.name)
        return tuple((state, tuple(sorted(names))) for state, names in found.items())

    # --- what comes with a definition -----------------------------------------------------------

    def check_creation(self, given: Given, is_group: Callable[[str], bool]) -> None:
        """CreateStateMachine, before the machine is made.

        Raises:
            Refusal: AWS would make none of it.
        """
        read.check_name(read.text(given, "name"))
        if given.get("versionDescription") and not given.get("publish"):
            raise invalid("Version description can only be set when publish is true")
        check_logging(read.mapping(given, "loggingConfiguration"), is_group)
        kind = read.optional(given, "type") or "STANDARD"
        self.check(read.text(given, "definition"), kind)

    def check_update(self, given: Given, kind: str, is_group: Callable[[str], bool]) -> None:
        """UpdateStateMachine, before the machine is changed; `kind` is the machine's type.

        Raises:
            Refusal: AWS would not change it so.
        """
        if not any(given.get(name) for name in _CHANGED):
            raise Refusal(
                "MissingRequiredParameter",
                "Either the definition, the role ARN, the LoggingConfiguration, or the "
                "TracingConfiguration must be specified",
            )
        check_logging(read.mapping(given, "loggingConfiguration"), is_group)
        if given.get("definition") is not None:
            self.check(read.text(given, "definition"), kind)

    def check(self, definition: str, kind: str) -> None:
        """Look at a definition.

        Raises:
            Refusal: AWS takes no such definition.
        """
        found = self.diagnostics(definition, kind)
        wrong = [_said(diagnostic) for diagnostic in found if diagnostic["severity"] == "ERROR"]
        if wrong:
            together = ", ".join(f"'{said}'" for said in wrong)
            said = f"'{together}'" if len(wrong) > 1 else together
            raise Refusal("InvalidDefinition", f"Invalid State Machine Definition: {said}")


_CHANGED = (
    *("definition", "roleArn", "loggingConfiguration", "tracingConfiguration"),
    "encryptionConfiguration",
)


def check_logging(configuration: Mapping[str, JSON], is_group: Callable[[str], bool]) -> None:
    """Look at where a machine should log to; `is_group` tells whether a log group is there.

    Raises:
        Refusal: it cannot.
    """
    configuration = plain(configuration)
    if configuration.get("level", "OFF") == "OFF":
        return
    problem = None
    if len(configuration.get("destinations") or ()) != 1:
        problem = "Must specify exactly one Log Destination."
    elif not is_group(group(configuration) or ""):
        problem = "Log Destination not found."
    if problem is not None:
        message = f"Invalid Logging Configuration: {problem}"
        raise Refusal("InvalidLoggingConfiguration", message)


def _said(diagnostic: Mapping[str, str]) -> str:
    place = diagnostic.get("location", "")
    at = f" at {place}" if place.startswith("/") else ""
    return f"{diagnostic['code']}: {diagnostic['message']}{at}"


def _of(finding: Finding, location: str) -> dict[str, str]:
    severity: Literal["error", "warning", "info"] = finding.severity
    code = _SCHEMA
    leads_nowhere = finding.rule == "transitions" and location.endswith(_LEADING)
    if severity == "error" and (leads_nowhere or finding.rule == "unreachable"):
        code = "MISSING_TRANSITION_TARGET"
    if severity != "error" or finding.rule in AT_RUN_TIME:
        severity, code = "warning", finding.rule.upper().replace("-", "_")
    message = f"{finding.message} ({finding.rule})"
    return _diagnostic(code, message, severity=_SEVERITIES[severity], location=location)


def _diagnostic(
    code: str, message: str, *, severity: str = "ERROR", location: str = ""
) -> dict[str, str]:
    found = {"severity": severity, "code": code, "message": message}
    return {**found, "location": location} if location else found


def _locator(parsed: Document) -> Callable[[SourceRef], str]:
    """What tells the JSON pointer of the value at a place, or whose key is there."""
    known: dict[tuple[int, int], str] = {}

    def locate(where: SourceRef) -> str:
        if not known:
            for pointer in parsed.spans:
                text = "".join(f"/{part}" for part in pointer)
                for place in (parsed.where(pointer), parsed.where(pointer, key=True)):
                    known.setdefault((place.line, place.column), text)
        # A place inside a text belongs to what begins before it.
        begin = max((at for at in known if at <= (where.line, where.column)), default=None)
        return known[begin] if begin else ""

    return locate
