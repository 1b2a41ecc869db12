"""Findings as text with the line they speak of, as JSON, as SARIF, and as GitHub reads them."""

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import click

from maestro_cdk import __version__
from maestro_cdk.model import JSON, Finding

if TYPE_CHECKING:
    from maestro_cdk.asl.rules import FolderRule, Rule

FORMATS = ("text", "json", "sarif", "github")

_COLORS = {"error": "red", "warning": "yellow", "info": "blue"}
_SARIF_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_GITHUB_LEVELS = {"error": "error", "warning": "warning", "info": "notice"}
_WIDEST = 100


def one_line(finding: Finding, style: Callable[..., str] = click.style) -> str:
    """A finding, its place first, as compilers write it."""
    severity = style(f"{finding.severity}:", fg=_COLORS[finding.severity], bold=True)
    hint = f" - {finding.hint}" if finding.hint else ""
    return f"{finding.where}: {severity} {finding.message}{hint} [{finding.rule}]"


def rebased(findings: Iterable[Finding], folder: Path) -> tuple[Finding, ...]:
    """Findings whose files are named as seen from the current folder, those at home as they are."""
    return tuple(
        replace(finding, where=replace(finding.where, file=_seen(folder, finding.where.file)))
        for finding in findings
    )


def _seen(folder: Path, file: str) -> str:
    if file.startswith("~/"):
        return file
    return Path(os.path.relpath(folder / file)).as_posix()  # noqa: TID251 - Path cannot do it


def as_text(findings: Iterable[Finding], folder: Path) -> str:
    """Each finding with its line of the source and a marker under the place."""
    blocks = []
    read = cache(_lines)  # many findings may speak of one file
    for finding in findings:
        severity = click.style(finding.severity, fg=_COLORS[finding.severity], bold=True)
        lines = [f"{severity}: {finding.message} [{finding.rule}]", f"  --> {finding.where}"]
        if finding.where.line:
            lines += _source(finding, read(folder / finding.where.file))
        if finding.hint:
            lines.append(f"  = {finding.hint}")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _lines(file: Path) -> list[str]:
    """The lines of a file; none where it cannot be read."""
    try:
        return file.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError):
        return []


def _source(finding: Finding, lines: list[str]) -> list[str]:
    if finding.where.line > len(lines):
        return []
    line = lines[finding.where.line - 1].rstrip("\r")
    column = max(finding.where.column, 1) - 1
    start = max(0, column - _WIDEST // 2) if len(line) > _WIDEST else 0
    shown = line[start : start + _WIDEST].replace("\t", " ")
    number = str(finding.where.line)
    gutter = " " * len(number)
    marked = [f"{gutter} |", f"{number} | {shown}"]
    if finding.where.column:
        marker = click.style("^", fg=_COLORS[finding.severity], bold=True)
        marked.append(f"{gutter} | {' ' * (column - start)}{marker}")
    return marked


def as_values(findings: Iterable[Finding]) -> list[dict[str, JSON]]:
    """The findings as JSON values."""
    return [
        {
            "rule": finding.rule,
            "severity": finding.severity,
            "message": finding.message,
            "hint": finding.hint,
            "file": finding.where.file,
            "line": finding.where.line or None,
            "column": finding.where.column or None,
            "state": finding.state,
        }
        for finding in findings
    ]


def as_github(findings: Iterable[Finding]) -> str:
    """Workflow commands, which GitHub shows beside the line.

    https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    lines = []
    for finding in findings:
        text = f"{finding.message} - {finding.hint}" if finding.hint else finding.message
        file = _github(finding.where.file).replace(":", "%3A").replace(",", "%2C")
        place = f"file={file}"
        place += f",line={finding.where.line}" if finding.where.line else ""
        place += f",col={finding.where.column}" if finding.where.column else ""
        level = _GITHUB_LEVELS[finding.severity]
        lines.append(f"::{level} {place},title={finding.rule}::{_github(text)}")
    return "\n".join(lines)


def _github(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def as_sarif(findings: Iterable[Finding], rules: "Iterable[Rule | FolderRule]") -> str:
    """SARIF 2.1.0, which code scanning pages load.

    https://docs.github.com/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning
    """
    return json.dumps(
        {
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {
                        "driver": {
                            "name": "maestro",
                            "version": __version__,
                            "rules": [_sarif_rule(rule) for rule in rules],
                        }
                    },
                    "results": [_sarif_result(finding) for finding in findings],
                }
            ],
        },
        indent=2,
    )


def _sarif_rule(rule: "Rule | FolderRule") -> dict[str, JSON]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.summary},
        "help": {"text": rule.summary, "markdown": rule.explanation or rule.summary},
        "defaultConfiguration": {"level": _SARIF_LEVELS[rule.severity]},
    }


def _sarif_result(finding: Finding) -> dict[str, JSON]:
    text = f"{finding.message}. {finding.hint}" if finding.hint else finding.message
    place: dict[str, JSON] = {"artifactLocation": {"uri": quote(finding.where.file)}}
    if finding.where.line:
        region = {"startLine": finding.where.line}
        if finding.where.column:
            region["startColumn"] = finding.where.column
        place["region"] = region
    return {
        "ruleId": finding.rule,
        "level": _SARIF_LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [{"physicalLocation": place}],
    }
