"""`graph`: the state machine as a picture."""

import sys
from pathlib import Path

import click

from maestro_cdk.actions import run as running
from maestro_cdk.actions import watching
from maestro_cdk.asl import document
from maestro_cdk.asl.document import Document
from maestro_cdk.cli.context import Context
from maestro_cdk.cli.examples import examples
from maestro_cdk.cli.options import PROJECT, shared
from maestro_cdk.errors import UsageError
from maestro_cdk.picture import chart as charts
from maestro_cdk.picture import dot, looks, mermaid, outline, png, svg
from maestro_cdk.picture.chart import Chart
from maestro_cdk.picture.looks import Look
from maestro_cdk.project import definitions
from maestro_cdk.timeline import visits

FORMATS = ("svg", "png", "mermaid", "dot", "text")

_ENDINGS = {
    ".svg": "svg",
    ".png": "png",
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
    ".dot": "dot",
    ".gv": "dot",
    ".txt": "text",
}


@click.command()
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    help="How it is drawn.  [default: as the ending of -o says, else text]",
)
@click.option("-o", "out", type=click.Path(path_type=Path), metavar="FILE", help="Write it there.")
@click.option(
    "--execution",
    metavar="ARN|NAME|last",
    help="Colour what an execution did: what ran, failed, was caught, or was never come to.",
)
@shared(*PROJECT, "profile", "region", "local")
@examples(
    ("maestro graph", "in the terminal"),
    ("maestro graph -o workflow.svg", "as a picture"),
    ("maestro graph --local --execution last -o last.png", "with what the last execution did"),
)
def graph(
    context: Context, *, format_: str | None, out: Path | None, execution: str | None
) -> None:
    """Draw the state machine."""
    kind = format_ or (_ENDINGS.get(out.suffix.lower()) if out else "text")
    if kind is None:
        raise UsageError(
            f"what {out} is to be, its ending does not say",
            hint=f"name it with --format: {', '.join(FORMATS)}",
        )
    if kind == "png" and out is None and sys.stdout.isatty():
        raise UsageError("a PNG is nothing for a terminal", hint="name a file: -o workflow.png")
    seen: dict[str, Look] = {}
    if execution is None:
        title, read = _of_folder(context)
        drawn = charts.chart(read)
    else:
        title, drawn, seen = _of_execution(context, execution)
    if not drawn.nodes:
        raise UsageError(f"{title} has no states to draw")
    _write(_rendered(kind, drawn, seen, title, context), out, context)


def _of_folder(context: Context) -> tuple[str, Document]:
    project = context.outline()
    (name,) = definitions.present(project.folder)[:1] or (definitions.DEFINITION,)
    return project.name, definitions.read(project.folder / name, file=name, literals=None)


def _of_execution(context: Context, wanted: str) -> tuple[str, Chart, dict[str, Look]]:
    """The definition that an execution began with, and how its states look after it."""
    project = context.outline()
    cloud = context.cloud(project)
    local = context.options.local
    machine = running.machine_of(project, cloud=cloud, local=local, clock=context.clock)
    arn = watching.execution_of(machine, wanted, cloud=cloud)
    timeline = watching.timeline(arn, cloud=cloud)
    read = document.parse(cloud.machines.definition(arn), file=arn)
    drawn = charts.walked(charts.chart(read), visits.steps(timeline))
    names = [node.name for node in charts.nodes(drawn)]
    return arn, drawn, looks.of(timeline, names, context.clock.now())


def _rendered(
    kind: str, drawn: Chart, seen: dict[str, Look], title: str, context: Context
) -> str | bytes:
    match kind:
        case "svg":
            return svg.text(drawn, seen, title=title)
        case "png":
            return png.drawn(svg.text(drawn, seen, title=title))
        case "mermaid":
            return mermaid.text(drawn, seen)
        case "dot":
            return dot.text(drawn, seen)
        case _:
            style = context.reporter.style
            lines = (
                style(line, dim=True) if look and look.faded else line
                for line, look in outline.lines(drawn, seen)
            )
            return "\n".join(lines) + "\n"


def _write(rendered: str | bytes, out: Path | None, context: Context) -> None:
    content = rendered.encode() if isinstance(rendered, str) else rendered
    if out is None:
        sys.stdout.buffer.write(content)
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror}") from error
    context.reporter.line(f"wrote {out}")


COMMANDS = (graph,)
