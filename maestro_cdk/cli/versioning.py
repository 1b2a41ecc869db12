"""`versions` and `rollback`: what was published, what live leads to, and going back."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

import click

from maestro_cdk.actions import rollback as going_back
from maestro_cdk.actions import run as running
from maestro_cdk.actions import versions as publishing
from maestro_cdk.actions.versions import Changes, History, Version
from maestro_cdk.cli import differences
from maestro_cdk.cli.context import Context
from maestro_cdk.cli.examples import examples
from maestro_cdk.cli.options import CLOUD, shared
from maestro_cdk.cli.output import table
from maestro_cdk.cloud import Cloud
from maestro_cdk.errors import CloudError, UsageError
from maestro_cdk.model import Project
from maestro_cdk.versions import ALL


@click.command()
@click.option("--all", "all_", is_flag=True, help="All that there are, not the last twenty.")
@click.option("--diff", nargs=2, metavar="A B", help="What changed from one to another.")
@click.option(
    "--checkout", nargs=2, metavar="N DIR", help="Bring the folder of a version back, into DIR."
)
@shared(*CLOUD)
@examples(
    ("maestro versions", "the last ones, and which is live"),
    ("maestro versions --diff 4 live", "what changed since version 4"),
    ("maestro versions --checkout 4 ../before", "the folder that version 4 was made from"),
)
def versions(
    context: Context,
    *,
    all_: bool,
    diff: tuple[str, str] | None,
    checkout: tuple[str, str] | None,
) -> None:
    """Print what was published when and by whom, and what is live."""
    if diff and checkout:
        raise UsageError("--diff and --checkout are each for itself")
    project = context.outline()
    cloud = context.cloud(project)
    stack = running.stack_of(project, cloud=cloud, local=context.options.local)
    machine = stack.outputs[running.OUTPUT]
    if diff:
        _diff(context, project, machine, diff, cloud)
    elif checkout:
        _check_out(context, project, machine, checkout, cloud)
    else:
        most = None if all_ else publishing.SHOWN
        _list(context, publishing.history(project, machine, cloud=cloud, most=most))


def _list(context: Context, found: History) -> None:
    context.reporter.close()
    if context.json:
        click.echo(json.dumps(_value(found), indent=2))
        return
    if not found.versions:
        context.reporter.line(
            "nothing is published yet: `maestro deploy` publishes what it deploys"
        )
        return
    rows = [
        (
            str(each.number),
            f"{each.published.astimezone():%Y-%m-%d %H:%M:%S}",
            _share(each),
            f"{each.running} running" if each.running else "",
            *_noted(each),
        )
        for each in found.versions
    ]
    click.echo(table([("", "published", "", "", "by", "commit", "message"), *rows], indent=""))
    for line in standing(found):
        context.reporter.line(line)


def standing(found: History) -> Iterator[str]:
    """What is worth a line of where live leads."""
    if found.release:
        release = found.release
        yield (
            f"a release goes on: {release.percentage} % of the executions go to version "
            f"{release.after}, the others to {release.before}"
        )
    if found.ahead:
        yield "redeployed since: `maestro run` starts that, `live` is as published"
    if found.by_hand:
        yield "somebody else has moved live since the last deployment"


def _share(version: Version) -> str:
    if not version.weight:
        return ""
    return "live" if version.weight == ALL else f"live, {version.weight} %"


def _noted(version: Version) -> tuple[str, str, str]:
    record = version.record
    if record is None:
        return "?", "", ""
    commit = record.commit or ""
    changed = "+" if commit.endswith("+") else ""
    return record.by.rpartition("/")[2], f"{commit[:8]}{changed}", record.message or ""


def _value(found: History) -> dict[str, object]:
    return {
        "versions": [
            {
                "version": each.number,
                "published": each.published.isoformat(),
                "live": each.weight,
                "running": each.running,
                "by": each.record.by if each.record else None,
                "commit": each.record.commit if each.record else None,
                "message": each.record.message if each.record else None,
                "template": each.record.template if each.record else None,
                "functions": dict(each.record.functions) if each.record else None,
            }
            for each in found.versions
        ],
        "live": found.alias.version if found.alias else None,
        "release": {
            "before": found.release.before,
            "after": found.release.after,
            "percentage": found.release.percentage,
        }
        if found.release
        else None,
        "redeployed": found.ahead,
        "by_hand": found.by_hand,
    }


def _diff(
    context: Context, project: Project, machine: str, wanted: tuple[str, str], cloud: Cloud
) -> None:
    one, two = (publishing.number_of(each, machine, cloud=cloud) for each in wanted)
    found = publishing.between(project, machine, one, two, cloud=cloud)
    context.reporter.close()
    if context.json:
        click.echo(differences.dumped(asdict(found)))
        return
    lines = list(_lines(context, found))
    if not lines:
        context.reporter.line(f"versions {one} and {two} are the same")
        return
    click.echo("\n".join(lines))


def _lines(context: Context, found: Changes) -> Iterator[str]:
    style = context.reporter.style
    if found.states:
        yield style("states", bold=True)
        yield from (f"  {line}" for line in differences.items(found.states, style))
    if found.functions:
        yield style("functions", bold=True)
        for name, (before, after) in found.functions.items():
            yield f"  {name}: {_numbered(before)} → {_numbered(after)}"
    if found.settings:
        yield style("state machine", bold=True)
        yield from (f"  {name}" for name in found.settings)
    if found.files is None:
        yield "files: the folder of one of them was not kept"
    elif found.files:
        yield style("files", bold=True)
        for each in found.files:
            lines = "" if each.added is None else f"  +{each.added} -{each.removed}"
            yield f"  {each.verb} {each.path}{lines}"


def _numbered(version: int | None) -> str:
    return "none" if version is None else f"version {version}"


def _check_out(
    context: Context, project: Project, machine: str, wanted: tuple[str, str], cloud: Cloud
) -> None:
    number = publishing.number_of(wanted[0], machine, cloud=cloud)
    target = Path(wanted[1])
    if target.is_symlink() or (target.exists() and not _is_empty(target)):
        raise UsageError(
            f"{target} is there already, and not an empty folder",
            hint="name a folder that is not there yet",
        )
    files = publishing.folder(project, machine, number, cloud=cloud)
    if files is None:
        raise CloudError(
            f"the folder of version {number} was not kept",
            hint="only folders below 50 MB are, and only by `maestro deploy`",
        )
    _write(target, files)
    context.reporter.close()
    if context.json:
        click.echo(json.dumps({"version": number, "folder": str(target), "files": len(files)}))
    else:
        context.reporter.line(f"version {number} is in {target}")


def _is_empty(folder: Path) -> bool:
    return folder.is_dir() and next(folder.iterdir(), None) is None


def _write(target: Path, files: Mapping[str, tuple[bytes, bool]]) -> None:
    """Write files into a folder.

    Raises:
        UsageError: they cannot be written.
    """
    try:
        for name, (content, executable) in files.items():
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            if executable:
                path.chmod(path.stat().st_mode | 0o111)
    except OSError as error:
        raise UsageError(f"{error.filename}: {error.strerror}") from error


@click.command()
@click.argument("version", required=False)
@shared(*CLOUD)
@examples(
    ("maestro rollback", "to the version before the one that is live"),
    ("maestro rollback 4 --stage prod", "to version 4"),
)
def rollback(context: Context, *, version: str | None) -> None:
    """Have live lead to the version before, or to VERSION.

    It takes seconds: the stack is left alone, and executions that run end as they began. A release
    that goes on is ended.
    """
    project = context.outline()
    cloud = context.cloud(project)
    stack = running.stack_of(project, cloud=cloud, local=context.options.local)
    machine = stack.outputs[running.OUTPUT]
    done = going_back.roll_back(project, stack, machine, version, cloud=cloud)
    context.reporter.close()
    if context.json:
        click.echo(json.dumps({"live": done.after, "before": done.before}, indent=2))
        return
    if done.before == done.after and not done.stopped:
        context.reporter.line(f"{project.name}: live is version {done.after} already")
        return
    mark = context.reporter.style("✓", fg="green")
    before = f" (before: {done.before})" if done.before not in (None, done.after) else ""
    context.reporter.line(f"{mark} {project.name}: live is version {done.after}{before}")
    if done.stopped:
        context.reporter.line("  the release that went on is ended")
    context.reporter.line(
        f"  the stack is as it was: `{context.again('deploy')}` has live lead to what is in the "
        "folder"
    )


COMMANDS = (versions, rollback)
