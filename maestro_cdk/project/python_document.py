"""A workflow written in Python to a definition, by the compiler sfnx.

sfnx runs as the command that it is: its command line is what its releases keep, it can be ended
where it takes too long, and botocore, in which it looks up what a call takes, stays out of this
process. It reads the module, and never runs it. https://github.com/iwamot/sfnx
"""

import importlib.util
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from maestro_cdk.asl import document
from maestro_cdk.asl.document import Document, Pointer
from maestro_cdk.asl.machines import states
from maestro_cdk.asl.python_places import PythonPlaces, Span
from maestro_cdk.errors import ProjectError
from maestro_cdk.model import JSON, Finding, SourceRef

SOURCE_LIMIT = 1_048_576
"""Bytes; the definition that comes of it may have no more characters."""

PATIENCE = 60
"""Seconds that sfnx may take; a workflow of 300 states takes it one."""

_MODULE = "workflow.py"
_REFUSAL = re.compile(rf"{re.escape(_MODULE)}:(\d+):(\d+): (.*)", re.DOTALL)
_LOCATION = "sfnx-source: "
_NUMBER = re.compile(r"\d+")

_BEGINNINGS = {
    "Choice": re.compile(r"(el)?if\b|while\b|for\b"),
    "Fail": re.compile(r"raise\b"),
}
_CALL = re.compile(r"[^\n]*\b(aws\.|(task|activity|parallel|inline_map|distributed_map|wait)\()")
"""What the statement that a state is named after begins with; others became a part of it."""


def parse(content: bytes, *, file: str) -> Document:
    """Compile a workflow.

    Args:
        content: the module's.
        file: its name, as messages should show it.

    Returns:
        The definition; its text is the JSON that sfnx makes of the module.

    Raises:
        ProjectError: sfnx does not take the module; the finding names the place.
    """
    if len(content) > SOURCE_LIMIT:
        message = f"it has {len(content):,} bytes, and may have {SOURCE_LIMIT:,}"
        raise _refused(message, SourceRef(file=file), "move what computes into functions")
    with tempfile.TemporaryDirectory(prefix="maestro-") as folder:
        compiled = _compiled(content, Path(folder), file)
    source = importlib.util.decode_source(content)
    places = {
        name: PythonPlaces(file=file, source=source, function=name, spans={}) for name in compiled
    }
    names = sorted(places, key=lambda name: places[name].where(()))
    if len(names) > 1:
        message = f"there are {len(names)} workflows: {', '.join(names)}"
        hint = "keep one @state_machine: every workflow has a folder of its own"
        raise _refused(message, places[names[1]].where(()), hint)
    located = document.parse(compiled[names[0]], file=file)
    spans = dict(_origins(located, source.split("\n")))
    written = replace(places[names[0]], spans=spans)
    return replace(document.of_value(located.value, file=file), written=written)


def _compiled(content: bytes, folder: Path, file: str) -> Mapping[str, str]:
    """The definition of each workflow of a module, by its function's name, with locations in it."""
    (folder / _MODULE).write_bytes(content)
    command = [sys.executable, "-P", "-X", "utf8", "-m", "sfnx", "compile", _MODULE]
    try:
        done = subprocess.run(
            [*command, "--output", "compiled", "--source-locations"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        message = f"sfnx did not compile it in {PATIENCE} seconds"
        raise _refused(message, SourceRef(file=file), "divide the workflow into several") from error
    if done.returncode:
        raise _refusal(done.stderr.decode(errors="replace").strip(), file)
    made = (folder / "compiled").glob("*.asl.json")
    return {path.name.removesuffix(".asl.json"): path.read_text("utf-8") for path in made}


def _refusal(said: str, file: str) -> ProjectError:
    """What sfnx says, with its place where it tells one: a message, and what to write instead."""
    if refusal := _REFUSAL.fullmatch(said):
        line, column, text = refusal.groups()
        message, _, hint = text.partition("; ")
        return _refused(message, SourceRef(file=file, line=int(line), column=int(column)), hint)
    last = said.rpartition("\n")[2] or "it was ended"
    hint = "the fault is its own; write what changed last in another way, in smaller pieces"
    return _refused(f"sfnx failed: {last}", SourceRef(file=file), hint)


def _refused(message: str, where: SourceRef, hint: str) -> ProjectError:
    return ProjectError(
        [
            Finding(
                rule="python-syntax",
                severity="error",
                message=message,
                hint=hint or None,
                where=where,
            )
        ]
    )


# --- where states come from ------------------------------------------------------------------


def _origins(compiled: Document, lines: list[str]) -> Iterator[tuple[Pointer, tuple[Span, ...]]]:
    """What each state, choice and catcher was made of; it is taken out of their comments.

    sfnx writes it as the last line of a Comment:
    https://github.com/iwamot/sfnx/blob/main/docs/deployment.md#tracing-a-state-back-to-the-source
    """
    for state in states(compiled):
        for pointer, value in _commented(state.pointer, state.value):
            comment, _, last = value.get("Comment", "").rpartition("\n")
            if not last.startswith(_LOCATION):
                continue
            if comment:
                value["Comment"] = comment
            else:
                del value["Comment"]
            found = json.loads(last.removeprefix(_LOCATION))["spans"]
            spans = [_span(span["at"]) for span in found]
            beginning = _BEGINNINGS.get(state.type, _CALL)
            # The statement that makes the state comes before those that became a part of it.
            spans.sort(
                key=lambda span: not beginning.match(lines[span.start[0] - 1], span.start[1] - 1)
            )
            yield pointer, tuple(spans)


def _commented(pointer: Pointer, state: JSON) -> Iterator[tuple[Pointer, JSON]]:
    """What of a state may have a comment of sfnx's."""
    yield pointer, state
    for key in ("Choices", "Catch"):
        for n, rule in enumerate(state.get(key, [])):
            yield (*pointer, key, n), rule


def _span(text: str) -> Span:
    first, column, last, behind = (int(number) for number in _NUMBER.findall(text))
    return Span(start=(first, column), end=(last, behind))
