"""A folder to a Project, or to one error with every problem that was found."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from maestro_cdk.asl import document, references
from maestro_cdk.asl.names import NOTHING_PROMISED, Promised, plain
from maestro_cdk.asl.rules import Subject, registry
from maestro_cdk.errors import ProjectError
from maestro_cdk.model import (
    Definition,
    Finding,
    Function,
    PolicyStatement,
    Project,
    Settings,
    Severity,
    SourceRef,
)
from maestro_cdk.project import (
    definitions,
    entries,
    handlers,
    infra,
    lifecycles,
    outline,
    roles,
    settings,
)
from maestro_cdk.project.dependencies import needs
from maestro_cdk.project.dependencies.failures import Failure
from maestro_cdk.project.entries import LAMBDAS, Candidate
from maestro_cdk.project.infra import Infra
from maestro_cdk.project.report import Report
from maestro_cdk.services.models import BotocoreModels
from maestro_cdk.versions import RELEASER

FUNCTION_NAME_LIMIT = 64  # https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
MACHINE_NAME_LIMIT = (
    80  # https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
)

DEFINITION_LIMIT = 1_048_576  # characters: the same page
RESOURCE_LIMIT = (
    500  # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
)
RESOURCES_OF_A_FUNCTION = 3  # itself, its role and its log group
RESOURCES_OF_A_MACHINE = 4  # the same, and the role's policy
RESOURCES_OF_A_RELEASE = 2  # a machine and its role, besides the alarms

_NAME = re.compile(r"[A-Za-z0-9_-]+")
_STACK_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


def scan(
    folder: Path,
    found: Settings,
    today: date | None = None,
    promised: Promised = NOTHING_PROMISED,
) -> Project:
    """Understand a project's folder.

    Args:
        folder: the project's.
        found: its settings, as `settings.load` gives them.
        today: the day on which its runtimes are looked at; None: they are not.
        promised: the substitutions that whoever asks for it will give, besides infra.py.

    Raises:
        ProjectError: every problem of the folder and its definition.
    """
    return _Scan(folder, found, today, promised).project()


def load(
    folder: Path,
    flags: settings.Flags,
    *,
    environ: Mapping[str, str],
    home: Path,
    today: date | None = None,
    promised: Promised = NOTHING_PROMISED,
) -> Project:
    """A project with its settings; see `scan`.

    Raises:
        ProjectError: every problem of its settings, its folder and its definition.
    """
    found, wrong = outline.read(folder, flags, environ=environ, home=home)
    if not wrong:
        return scan(folder, found, today, promised)
    try:
        scan(folder, found, today, promised)
    except ProjectError as error:
        wrong += error.findings
    raise ProjectError(_ordered(list(wrong)))


def logical_id(name: str) -> str:
    """The stem of the logical ids of a function's resources: send-mail is SendMail, 7zip Fn7zip."""
    stem = "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name))
    return f"Fn{stem}" if stem[:1].isdigit() else stem  # an id begins with a letter


class _Scan:
    def __init__(
        self, folder: Path, found: Settings, today: date | None, promised: Promised
    ) -> None:
        self.folder, self.settings, self.today = folder, found, today
        self.promised = promised
        self.report = Report(folder=folder, stage=found.stage)
        self.permissions: tuple[PolicyStatement, ...] = ()

    def project(self) -> Project:
        read = entries.read(self.report)
        self._unknown_functions(read.candidates)
        name = self._name()
        functions = self._functions(read.candidates, name)
        self._needs(functions, read.shared)
        self._runtimes(functions)
        code = infra.read(
            self.report,
            functions=[candidate.name for candidate in read.candidates],
            settings=self.settings.workflow.substitutions,
        )
        definition = self._definition(read.candidates, name, code)
        if definition is not None:
            infra.unused(code, definition.substitutions, self.report)
        disabled = self.settings.workflow.disable_rules
        findings = [
            finding
            for finding in self.report.findings
            if finding.severity == "error" or finding.rule not in disabled
        ]
        errors = [finding for finding in findings if finding.severity == "error"]
        if errors or definition is None:
            raise ProjectError(_ordered(findings))
        return Project(
            folder=self.folder,
            definition=definition,
            functions=functions,
            shared=read.shared,
            settings=self.settings,
            name=name,
            stack_name=name,
            permissions=self.permissions,
            notes=_ordered(findings),
            infra=code.path,
        )

    # --- names -------------------------------------------------------------------------------

    def _name(self) -> str:
        """The workflow's full name, looked at."""
        workflow, name = self.settings.workflow.name, outline.full_name(self.settings)
        where = SourceRef(file=settings.FILE)
        hint = "set another as [workflow] name in maestro.toml"
        if not _STACK_NAME.fullmatch(workflow):
            self.report.add(
                "workflow-name",
                f"the workflow's name {workflow!r} does not begin with a letter, as a stack's must",
                where,
                hint,
            )
        more = len(RELEASER) if self.settings.workflow.release.gradual else 0
        if len(name) + more > MACHINE_NAME_LIMIT:
            self.report.add(
                "workflow-name",
                f"the workflow's name {name!r} has {len(name)} characters; "
                f"a state machine's has at most {MACHINE_NAME_LIMIT}"
                + (f", {more} of which a gradual release needs" if more else ""),
                where,
                hint,
            )
        return name

    def _unknown_functions(self, candidates: Sequence[Candidate]) -> None:
        names = [candidate.name for candidate in candidates]
        for name in self.settings.functions:
            if name not in names:
                near = get_close_matches(name, names, n=1)
                self.report.add(
                    "settings",
                    f"[functions.{name}] is of no function in {LAMBDAS}/",
                    self.report.setting("functions", name),
                    f"did you mean {near[0]!r}?" if near else f"the functions: {', '.join(names)}",
                )

    # --- functions ---------------------------------------------------------------------------

    def _functions(self, candidates: Sequence[Candidate], workflow: str) -> tuple[Function, ...]:
        taken: dict[str, Candidate] = {}
        functions = []
        for candidate in candidates:
            if candidate.readable and self._names_ok(candidate, workflow, taken):
                function = self._function(candidate, workflow)
                if function is not None:
                    functions.append(function)
        release = self.settings.workflow.release
        resources = RESOURCES_OF_A_FUNCTION * len(candidates) + RESOURCES_OF_A_MACHINE
        resources += len(release.alarms) + RESOURCES_OF_A_RELEASE if release.gradual else 0
        if resources > RESOURCE_LIMIT:
            self.report.add(
                "limits",
                f"{len(candidates)} functions make a stack of {resources} resources; "
                f"CloudFormation takes at most {RESOURCE_LIMIT}",
                SourceRef(file=LAMBDAS),
                "divide the workflow into several, which call each other",
            )
        return tuple(functions)

    def _names_ok(self, candidate: Candidate, workflow: str, taken: dict[str, Candidate]) -> bool:
        name = candidate.name
        if not _NAME.fullmatch(name):
            hint = "rename it: letters, digits, hyphens and underscores"
            message = f"{name!r} is no name for a function"
            self.report.add("function-name", message, candidate.root, hint)
            return False
        physical = f"{workflow}_{name}"
        if len(physical) > FUNCTION_NAME_LIMIT:
            self.report.add(
                "function-name",
                f"the function's name {physical!r} has {len(physical)} characters; "
                f"Lambda takes at most {FUNCTION_NAME_LIMIT}",
                candidate.root,
                "shorten the file's name or the workflow's",
            )
        other = taken.setdefault(plain(logical_id(name)), candidate)
        if other is not candidate:
            self.report.add(
                "function-name",
                f"{candidate.root.name} and {other.root.name} would be one resource of the stack",
                candidate.root,
                "their names differ in case or punctuation at most; rename one of them",
            )
            return False
        return True

    def _function(self, candidate: Candidate, workflow: str) -> Function | None:
        name = candidate.name
        handler = handlers.find(name, candidate.root, candidate.handler, self.settings, self.report)
        if handler is None:
            return None
        own = self.settings.functions.get(name, self.settings.defaults)
        return Function(
            name=name,
            root=candidate.root,
            handler=handler.text,
            runtime=handler.runtime,
            settings=replace(own, runtime=handler.runtime, handler=handler.text),
            logical_id=logical_id(name),
            physical_name=f"{workflow}_{name}",
        )

    def _needs(self, functions: Sequence[Function], shared: tuple[Path, ...]) -> None:
        """Say what functions ask for that cannot be had, as far as that shows from here."""
        failures: dict[tuple[Path, str], Failure] = {}
        for function in functions:
            try:
                needs.of(function, shared, self.folder)
            except Failure as failure:  # what several ask for is told once
                failures[failure.path, failure.message] = failure
        for told in failures.values():
            self.report.add("dependencies", told.message, told.path, told.hint)

    def _runtimes(self, functions: Sequence[Function]) -> None:
        """Say which runtimes AWS looks after no longer; one that many have is told once."""
        if self.today is None:
            return
        told = set()
        for function in functions:
            complaint = lifecycles.complaint(function.runtime, self.today)
            own = self.settings.functions.get(function.name)
            if own and own.runtime:
                where = self.report.setting("functions", function.name, "runtime")
            elif self.settings.defaults.runtime:
                where = self.report.setting("functions", "runtime")
            else:
                where = self.report.ref(function.root)
            if complaint is not None and (where, complaint.message) not in told:
                told.add((where, complaint.message))
                severity: Severity = "error" if complaint.fatal else "warning"
                message, hint = complaint.message, complaint.hint
                self.report.add("runtime", message, where, hint, severity=severity)

    # --- the definition ----------------------------------------------------------------------

    def _definition(
        self, candidates: Sequence[Candidate], workflow: str, code: Infra
    ) -> Definition | None:
        found = self.settings.workflow
        parsed = definitions.of_folder(self.report, found.substitutions)
        if parsed is None:
            return None
        definition, findings = references.resolve(
            parsed,
            functions={c.name: logical_id(c.name) for c in candidates},
            workflow=workflow,
            substitutions=found.substitutions,
            promised=self.promised | code.promised,
        )
        self.report.findings += findings
        own = self.settings.functions
        subject = Subject(
            document=parsed,
            services=BotocoreModels(),
            type=found.type,
            functions={c.name: own.get(c.name, self.settings.defaults) for c in candidates},
            called=definition.called,
            elsewhere=code.functions,
            timeout=found.timeout,
        )
        self.report.findings += registry.check(subject, disabled=found.disable_rules)
        needed = roles.of_machine(subject, definition, workflow, found, self.report.findings)
        self.permissions, self.report.findings = needed
        if found.timeout is not None and isinstance(parsed.value, dict):
            text = document.with_member(definition.text, "TimeoutSeconds", str(found.timeout))
            definition = replace(definition, text=text)
        if len(definition.text) > DEFINITION_LIMIT:
            self.report.add(
                "limits",
                f"the definition has {len(definition.text):,} characters; "
                f"Step Functions takes at most {DEFINITION_LIMIT:,}",
                SourceRef(file=definition.file),
                "move a part of it into a workflow of its own",
            )
        return definition


def _ordered(findings: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: (finding.where, finding.rule)))
