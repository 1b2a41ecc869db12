"""A folder to a Project, or to one error with every problem that was found."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path

from maestro_cdk.asl import document, references
from maestro_cdk.asl.names import plain
from maestro_cdk.asl.rules import registry
from maestro_cdk.errors import ProjectError, UsageError
from maestro_cdk.model import (
    Definition,
    Finding,
    Function,
    Project,
    Settings,
    Severity,
    SourceRef,
)
from maestro_cdk.project import runtimes, settings

DEFINITION = "definition.asl.json"
DEFINITIONS = (DEFINITION, "definition.asl.yaml", "definition.asl.yml", "workflow.py")
LAMBDAS = "lambdas"

FUNCTION_NAME_LIMIT = 64  # https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
MACHINE_NAME_LIMIT = (
    80  # https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
)

_HANDLER_STEMS = ("index", "app", "main", "handler")
_IGNORED = re.compile(
    r"\..*|README.*|tests?|__pycache__|__init__\.py|node_modules|conftest\.py"
    r"|.*\.lock|.*-lock\.(json|yaml)|package\.json|tsconfig\.json|requirements.*\.txt"
    r"|pyproject\.toml|.*\.(md|txt|d\.ts|pyc)",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_STACK_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


def find(start: Path) -> Path:
    """The nearest folder upward from `start` that holds a definition.

    Raises:
        UsageError: there is none up to the root.
    """
    for folder in (start, *start.parents):
        if any((folder / name).is_file() for name in DEFINITIONS):
            return folder
    raise UsageError(
        f"no {DEFINITION} in {start}, nor in any folder above it",
        hint="go to a project's folder, name one with --project, or make one with `maestro new`",
    )


def scan(folder: Path, found: Settings) -> Project:
    """Understand a project's folder.

    Args:
        folder: the project's.
        found: its settings, as `settings.load` gives them.

    Raises:
        ProjectError: every problem of the folder and its definition.
    """
    return _Scan(folder, found).project()


def load(folder: Path, flags: settings.Flags, *, environ: Mapping[str, str], home: Path) -> Project:
    """A project with its settings; see `scan` and `settings.load` for what can be wrong."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder", hint="--project names a project's folder")
    return scan(folder, settings.load(folder, flags, environ=environ, home=home))


def logical_id(name: str) -> str:
    """The stem of the logical ids of a function's resources: send-mail is SendMail, 7zip Fn7zip."""
    stem = "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name))
    return f"Fn{stem}" if stem[:1].isdigit() else stem  # an id begins with a letter


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """What in lambdas/ may be a function: `handler` is its file, None where there is none."""

    name: str
    root: Path
    handler: Path | None


@dataclass(slots=True)
class _Scan:
    folder: Path
    settings: Settings
    findings: list[Finding] = field(default_factory=list)

    def project(self) -> Project:
        candidates = self._candidates()
        self._unknown_functions(candidates)
        name = self._name()
        functions = self._functions(candidates, name)
        definition = self._definition(candidates, name)
        errors = [finding for finding in self.findings if finding.severity == "error"]
        if errors or definition is None:
            raise ProjectError(_ordered(self.findings))
        return Project(
            folder=self.folder,
            definition=definition,
            functions=functions,
            shared=tuple(sorted(self._shared())),
            settings=self.settings,
            name=name,
            stack_name=name,
            notes=_ordered(self.findings),
        )

    # --- names -------------------------------------------------------------------------------

    def _name(self) -> str:
        """The workflow's name with its stage, which is the stack's and the state machine's too."""
        workflow = self.settings.workflow.name
        name = f"{workflow}-{self.settings.stage}" if self.settings.stage else workflow
        hint = "set another as [workflow] name in maestro.toml"
        if not _STACK_NAME.fullmatch(workflow):
            self._add(
                "workflow-name",
                f"the workflow's name {workflow!r} does not begin with a letter, as a stack's must",
                SourceRef(file=settings.FILE),
                hint,
            )
        if len(name) > MACHINE_NAME_LIMIT:
            self._add(
                "workflow-name",
                f"the workflow's name {name!r} has {len(name)} characters; "
                f"a state machine's has at most {MACHINE_NAME_LIMIT}",
                SourceRef(file=settings.FILE),
                hint,
            )
        return name

    def _unknown_functions(self, candidates: list[_Candidate]) -> None:
        names = [candidate.name for candidate in candidates]
        file = self.folder / settings.FILE
        for name in self.settings.functions:
            if name in names:
                continue
            near = get_close_matches(name, names, n=1)
            line = self._line_of(name, file.read_text("utf-8-sig"))
            self._add(
                "settings",
                f"[functions.{name}] is of no function in {LAMBDAS}/",
                SourceRef(file=settings.FILE, line=line),
                f"did you mean {near[0]!r}?" if near else f"the functions: {', '.join(names)}",
            )

    def _line_of(self, function: str, text: str) -> int:
        """The line of a function's table, in the project's or in the stage's."""
        own = ("functions", function)
        for path in (own, ("stages", self.settings.stage or "", *own)):
            line = settings.line_of(text, path)
            if line != settings.line_of(text, path[:-1]):
                return line
        return settings.line_of(text, own)

    # --- functions ---------------------------------------------------------------------------

    def _entries(self) -> list[Path]:
        folder = self.folder / LAMBDAS
        if folder.is_file():
            self._add(
                "functions", f"{LAMBDAS} is a file", SourceRef(file=LAMBDAS), "make it a folder"
            )
            return []
        return sorted(folder.iterdir()) if folder.is_dir() else []

    def _shared(self) -> Iterator[Path]:
        """What is packed beside every function."""
        for path in self._entries():
            if path.name.startswith("_") and not _IGNORED.fullmatch(path.name):
                yield path

    def _candidates(self) -> list[_Candidate]:
        found: list[_Candidate] = []
        for path in self._entries():
            if path.name.startswith("_") and not _IGNORED.fullmatch(path.name):
                continue
            if _IGNORED.fullmatch(path.name):
                if not path.name.startswith((".", "__")):
                    self._ignored(path, "it is no function")
            elif path.is_dir():
                if any(path.iterdir()):
                    found.append(_Candidate(name=path.name, root=path, handler=_handler_in(path)))
                else:
                    self._ignored(path, "it is empty")
            elif path.suffix in runtimes.ENDINGS:
                found.append(_Candidate(name=path.stem, root=path, handler=path))
            elif path.suffix in (".ts", ".mts", ".rb", ".go", ".java", ".cs"):
                self._add(
                    "functions",
                    f"a single file ending in {path.suffix} is not something that maestro builds",
                    self._ref(path),
                    "put what you built from it into a folder of its own, and set its handler "
                    f"and runtime in maestro.toml: [functions.{path.stem}]",
                )
            else:
                self._ignored(path, f"no runtime has files ending in {path.suffix or 'nothing'}")
        return found

    def _functions(self, candidates: list[_Candidate], workflow: str) -> tuple[Function, ...]:
        taken: dict[str, _Candidate] = {}
        functions = []
        for candidate in candidates:
            if self._names_ok(candidate, workflow, taken):
                function = self._function(candidate, workflow)
                if function is not None:
                    functions.append(function)
        return tuple(functions)

    def _names_ok(self, candidate: _Candidate, workflow: str, taken: dict[str, _Candidate]) -> bool:
        name, where = candidate.name, self._ref(candidate.root)
        if not _NAME.fullmatch(name):
            hint = "rename it: letters, digits, hyphens and underscores"
            self._add("function-name", f"{name!r} is no name for a function", where, hint)
            return False
        physical = f"{workflow}_{name}"
        if len(physical) > FUNCTION_NAME_LIMIT:
            self._add(
                "function-name",
                f"the function's name {physical!r} has {len(physical)} characters; "
                f"Lambda takes at most {FUNCTION_NAME_LIMIT}",
                where,
                "shorten the file's name or the workflow's",
            )
        other = taken.setdefault(plain(logical_id(name)), candidate)
        if other is not candidate:
            self._add(
                "function-name",
                f"{candidate.root.name} and {other.root.name} would be one resource of the stack",
                where,
                "their names differ in case or punctuation at most; rename one of them",
            )
            return False
        return True

    def _function(self, candidate: _Candidate, workflow: str) -> Function | None:
        own = self.settings.functions.get(candidate.name, self.settings.defaults)
        said = f"functions.{candidate.name}.runtime" in self.settings.origins
        if candidate.handler is None and own.handler is not None:
            candidate = replace(candidate, handler=self._configured(candidate, own.handler))
        if candidate.handler is None:
            if own.handler is None or not said:
                self._no_handler(candidate)
                return None
            runtime = str(own.runtime)  # built for a runtime whose files maestro does not know
            handler = own.handler
        else:
            language = runtimes.ENDINGS[candidate.handler.suffix]
            runtime = own.runtime or runtimes.DEFAULTS[language]
            if runtimes.language(runtime) != language and runtimes.language(runtime) != "provided":
                if said:
                    self._add(
                        "functions",
                        f"{candidate.handler.name} is not for the runtime {runtime}",
                        self._ref(candidate.handler),
                        f"change [functions.{candidate.name}] runtime in maestro.toml",
                    )
                runtime = runtimes.DEFAULTS[language]  # [functions] speaks of the others
            handler = own.handler or f"{candidate.handler.stem}.handler"
            self._check_handler(candidate, handler)
        return Function(
            name=candidate.name,
            root=candidate.root,
            handler=handler,
            runtime=runtime,
            settings=replace(own, runtime=runtime, handler=handler),
            logical_id=logical_id(candidate.name),
            physical_name=f"{workflow}_{candidate.name}",
        )

    def _configured(self, candidate: _Candidate, handler: str) -> Path | None:
        """The file that a handler of maestro.toml names, where maestro knows its language."""
        return _file_of(handler.rpartition(".")[0], candidate.root)

    def _check_handler(self, candidate: _Candidate, handler: str) -> None:
        module, _, name = handler.rpartition(".")
        holder = candidate.root if candidate.root.is_dir() else candidate.root.parent
        file = _file_of(module, holder)
        if file is None:
            self._add(
                "handler",
                f"the handler {handler!r} of {candidate.name!r} is in no file",
                self._ref(candidate.root),
                f"[functions.{candidate.name}] handler is file.function",
            )
            return
        problem = runtimes.missing_handler(file, name)
        if problem is not None:
            where = replace(self._ref(file), line=problem.line, column=problem.column)
            hint = None if problem.line else f"Lambda calls {name}(event, context) in it"
            self._add("handler", problem.message, where, hint)

    def _no_handler(self, candidate: _Candidate) -> None:
        stems = ", ".join((*_HANDLER_STEMS, candidate.name))
        self._add(
            "handler",
            f"the function {candidate.name!r} has no handler file",
            self._ref(candidate.root),
            f"name it one of {stems} (.py, .mjs, .js, .cjs), or set handler and runtime "
            f"in maestro.toml: [functions.{candidate.name}]",
        )

    # --- the definition ----------------------------------------------------------------------

    def _definition(self, candidates: list[_Candidate], workflow: str) -> Definition | None:
        present = [name for name in DEFINITIONS if (self.folder / name).is_file()]
        if len(present) > 1:
            self._add(
                "definition",
                f"there are {len(present)} definitions: {', '.join(present)}",
                SourceRef(file=present[1]),
                "keep one of them",
            )
            return None
        if present != [DEFINITION]:
            message = f"there is no {DEFINITION}"
            if present:
                message += f" (this version does not read {present[0]} yet)"
            self._add("definition", message, SourceRef(file=DEFINITION), "`maestro new` makes one")
            return None
        values = self.settings.workflow.substitutions
        try:
            text = document.decode((self.folder / DEFINITION).read_bytes(), file=DEFINITION)
            parsed = document.parse(text, file=DEFINITION, literals=values)
        except ProjectError as error:
            self.findings += error.findings
            return None
        self.findings += registry.check(parsed, disabled=self.settings.workflow.disable_rules)
        names = {c.name: logical_id(c.name) for c in candidates}
        definition, findings = references.resolve(
            parsed, functions=names, workflow=workflow, substitutions=values
        )
        self.findings += findings
        timeout = self.settings.workflow.timeout
        if timeout is not None and isinstance(parsed.value, dict):
            text = document.with_member(definition.text, "TimeoutSeconds", str(timeout))
            definition = replace(definition, text=text)
        return definition

    # --- findings ----------------------------------------------------------------------------

    def _ref(self, path: Path) -> SourceRef:
        return SourceRef(file=path.relative_to(self.folder).as_posix())

    def _ignored(self, path: Path, why: str) -> None:
        self._add("ignored", f"{path.name} is ignored: {why}", self._ref(path), severity="info")

    def _add(
        self,
        rule: str,
        message: str,
        where: SourceRef,
        hint: str | None = None,
        severity: Severity = "error",
    ) -> None:
        self.findings.append(
            Finding(rule=rule, severity=severity, message=message, hint=hint, where=where)
        )


def _handler_in(folder: Path) -> Path | None:
    for stem in (*_HANDLER_STEMS, folder.name):
        for ending in runtimes.ENDINGS:
            if (folder / f"{stem}{ending}").is_file():
                return folder / f"{stem}{ending}"
    return None


def _file_of(module: str, folder: Path) -> Path | None:
    """The file of a handler's module; Python's may be written with dots for slashes."""
    for ending in runtimes.ENDINGS:
        for name in (module, module.replace(".", "/") if ending == ".py" else module):
            path = folder / f"{name}{ending}"
            if path.is_file():
                return path
    return None


def _ordered(findings: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: (finding.where, finding.rule)))
