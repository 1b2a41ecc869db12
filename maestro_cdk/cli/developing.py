"""`validate`, `compile` and `synth`: what needs no AWS."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from maestro_cdk.asl.rules import Subject, registry
from maestro_cdk.cli.context import Context, users_code
from maestro_cdk.cli.examples import examples
from maestro_cdk.cli.findings import (
    FORMATS,
    as_github,
    as_sarif,
    as_text,
    as_values,
    rebased,
)
from maestro_cdk.cli.options import PROJECT, shared
from maestro_cdk.errors import ProjectError, UsageError
from maestro_cdk.model import JSON, Finding, SourceRef
from maestro_cdk.project import definitions
from maestro_cdk.services.models import BotocoreModels


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE ...]")
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="How findings are printed.",
)
@click.option("--strict", is_flag=True, help="Have CDK and cfn-lint look at the template too.")
@click.option("--online", is_flag=True, help="Have AWS look at the definition too.")
@click.option("--rules", is_flag=True, help="List the rules.")
@shared(*PROJECT, "profile", "region", "local")
@examples(
    ("maestro validate", "the project here"),
    ("maestro validate --strict", "and what CDK and cfn-lint say of its template"),
    ("maestro validate --format github", "as annotations of GitHub's"),
    ("maestro validate one.asl.json other.asl.yaml", "definitions by themselves"),
)
def validate(
    context: Context,
    *,
    files: tuple[Path, ...],
    format_: str,
    strict: bool,
    online: bool,
    rules: bool,
) -> None:
    """Find every problem of the project, without AWS.

    With FILES, look at these definitions by themselves: JSON, YAML and Python, by their
    endings.
    """
    if rules:
        for rule in registry.EVERY:
            click.echo(f"{rule.id:<20} {rule.severity:<8} {rule.summary}")
        return
    if files and (strict or online):
        raise UsageError(
            "--strict and --online look at a project, not at files by themselves",
            hint="leave the files out; --project names the project's folder",
        )
    if files:
        findings = [finding for file in files for finding in _of_file(file)]
    else:
        findings = list(_of_project(context, strict=strict, online=online))
    _print(findings, format_)
    if any(finding.severity == "error" for finding in findings):
        raise click.exceptions.Exit(1)


def _of_project(context: Context, *, strict: bool, online: bool) -> Iterable[Finding]:
    """Everything about the project; others are asked only about one without errors of its own."""
    try:
        project = context.project()
    except ProjectError as error:
        if strict or online:
            what = "the template was not looked at" if strict else "AWS was not asked"
            context.reporter.line(f"{what}: the project's own errors come first")
        return error.findings
    found = list(project.notes)
    if strict:
        from maestro_cdk.stack.strict import check  # noqa: PLC0415 - CDK, for --strict only

        bundles = context.bundles(project)
        with users_code(project):
            seen = check(project, bundles)
        found += rebased(seen, project.folder)
    if online:
        from maestro_cdk.actions import validation  # noqa: PLC0415 - spares its imports

        found += rebased(validation.ask(project, context.cloud(project)), project.folder)
    return sorted(found, key=lambda finding: (finding.where, finding.rule))


def _of_file(file: Path) -> tuple[Finding, ...]:
    try:
        parsed = definitions.read(file, file=file.as_posix(), literals=None)
    except ProjectError as error:
        return error.findings
    except OSError as error:
        where = SourceRef(file=file.as_posix())
        message = f"it cannot be read: {error.strerror}"
        return (Finding(rule="definition", severity="error", message=message, where=where),)
    return registry.check(Subject(document=parsed, services=BotocoreModels()))


def _print(findings: list[Finding], format_: str) -> None:
    if format_ == "json":
        click.echo(json.dumps({"findings": as_values(findings)}, indent=2))
    elif format_ == "sarif":
        click.echo(as_sarif(findings, registry.EVERY))
    elif format_ == "github":
        if findings:
            click.echo(as_github(findings))
    elif findings:
        click.echo(as_text(findings, Path.cwd()))
        click.echo()
    if format_ == "text":
        counts = [
            f"{count} {severity}{'s' if count != 1 else ''}"
            for severity in ("error", "warning")
            if (count := sum(finding.severity == severity for finding in findings))
        ]
        click.echo(", ".join(counts) if counts else "no problems")


@click.command("compile")
@shared(*PROJECT)
@examples(
    ("maestro compile", "to look at"),
    ("maestro compile | jq .States", "to work with"),
)
def compile_(context: Context) -> None:
    """Print the definition as it will be deployed."""
    click.echo(context.project().definition.text.rstrip("\n"))


@click.command()
@click.option(
    "--format",
    "format_",
    type=click.Choice(["yaml", "json"]),
    default="yaml",
    show_default=True,
    help="How the template is printed.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print nothing.")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), metavar="DIR", help="[default: cdk.out]"
)
@shared(*PROJECT)
@examples(
    ("maestro synth", "look at the template"),
    ("maestro synth -q -o build", "write the assembly elsewhere"),
    ("cdk diff", "the CDK CLI runs `maestro synth` itself"),
)
def synth(context: Context, *, format_: str, quiet: bool, out: Path | None) -> None:
    """Write the cloud assembly, and print the template.

    Run by the CDK CLI, it writes where that reads, and prints nothing.
    """
    project = context.project()
    context.notice(project)
    by_cdk = context.environ.get("CDK_OUTDIR")
    target = out or (Path(by_cdk) if by_cdk else project.folder / "cdk.out")
    assembly = context.synthesizer(bootstrapped=bool(by_cdk)).synthesize(
        project, context.bundles(project), target.resolve()
    )
    if quiet or by_cdk:
        return
    if format_ == "json":
        click.echo(assembly.template)
    else:
        sys.stdout.write(_yaml(json.loads(assembly.template)))


def _yaml(value: JSON) -> str:
    """A template as YAML, texts of several lines as blocks: a definition stays readable."""
    import yaml  # noqa: PLC0415 - only here

    class Dumper(yaml.CSafeDumper):
        pass

    def text(dumper: yaml.CSafeDumper, value: str) -> yaml.ScalarNode:
        style = "|" if "\n" in value else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    dumped = yaml.dump(value, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=100)
    return str(dumped)


COMMANDS = (validate, compile_, synth)
