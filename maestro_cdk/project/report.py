"""What is found while a folder is read, each finding with its place in the folder."""

from dataclasses import dataclass, field
from pathlib import Path

from maestro_cdk.model import Finding, Severity, SourceRef
from maestro_cdk.project import files, settings, tables
from maestro_cdk.project.ignoring import Ignoring


@dataclass(slots=True)
class Report:
    """The findings about one folder, as far as it is read."""

    folder: Path
    stage: str | None
    findings: list[Finding] = field(default_factory=list)
    ignoring: Ignoring = field(init=False)

    def __post_init__(self) -> None:
        """What the folder's own files say is left out of it."""
        self.ignoring = Ignoring(self.folder)

    def add(
        self,
        rule: str,
        message: str,
        where: SourceRef | Path,
        hint: str | None = None,
        severity: Severity = "error",
    ) -> None:
        """Note a finding about a file, or a place in one."""
        place = self.ref(where) if isinstance(where, Path) else where
        self.findings.append(
            Finding(rule=rule, severity=severity, message=message, hint=hint, where=place)
        )

    def ref(self, path: Path, line: int = 0, column: int = 0) -> SourceRef:
        """A place in a file of the folder."""
        name = files.shown(path.relative_to(self.folder).as_posix())
        return SourceRef(file=name, line=line, column=column)

    def setting(self, *path: str) -> SourceRef:
        """Where maestro.toml holds a setting: in the stage's tables, or in the project's."""
        try:
            text = (self.folder / settings.FILE).read_text("utf-8-sig")
        except OSError:
            text = ""
        line = tables.line_of(text, path)
        for whole in (path, ("stages", self.stage or "", *path)):  # the last one counts
            found = tables.line_of(text, whole)
            if found != tables.line_of(text, whole[:-1]):
                line = found
        return SourceRef(file=settings.FILE, line=line)
