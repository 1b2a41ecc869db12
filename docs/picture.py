"""Records the commands of the README at a pseudo-terminal, and draws what it showed as an SVG.

Run by `make picture`. The terminal is pyte's; the drawing is rich's.
"""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
from io import StringIO
from itertools import groupby
from pathlib import Path

import pyte
from rich.console import Console
from rich.style import Style
from rich.text import Text

COLUMNS, LINES = 92, 400
COMMANDS = (
    "maestro new approval -t approval --no-git",
    "cd approval",
    "maestro deploy --local",
    "maestro run --local -i events/accepted.json",
    "maestro teardown --local -f",
)
OUT = Path(__file__).parent / "demo.svg"


def main() -> None:
    """Record, and draw."""
    screen = pyte.Screen(COLUMNS, LINES)
    screen.set_mode(pyte.modes.LNM)
    stream = pyte.ByteStream(screen)
    home = Path(tempfile.mkdtemp())
    folder = home / "work"
    folder.mkdir()
    environ = {**os.environ, "COLUMNS": str(COLUMNS), "TERM": "xterm-256color"}
    environ["XDG_CACHE_HOME"] = str(home / "cache")
    try:
        for command in COMMANDS:
            stream.feed(f"\x1b[1m$ {command}\x1b[0m\n".encode())
            if command.startswith("cd "):
                folder /= command.removeprefix("cd ")
            else:
                record(command.split(), folder, environ, stream)
            stream.feed(b"\n")
        record(
            ["maestro", "local", "stop", "--reset"],
            home,
            environ,
            pyte.ByteStream(pyte.Screen(9, 9)),
        )
    finally:
        shutil.rmtree(home)
    console = Console(record=True, width=COLUMNS, file=StringIO())
    for line in lines(screen):
        console.print(line)
    svg = console.export_svg(title="maestro", unique_id="maestro")
    # The picture shows without a font from elsewhere.
    OUT.write_text(re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL), "utf-8")


def record(
    command: list[str], folder: Path, environ: dict[str, str], stream: pyte.ByteStream
) -> None:
    """Run a command at a terminal of its own, and feed what it writes to `stream`."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        command, cwd=folder, env=environ, stdin=slave, stdout=slave, stderr=slave
    )
    os.close(slave)
    while process.poll() is None or select.select([master], [], [], 0)[0]:
        if select.select([master], [], [], 0.1)[0]:
            try:
                stream.feed(os.read(master, 65536))
            except OSError:  # Linux says so that the other end is closed
                break
    os.close(master)
    if process.wait() != 0:
        sys.exit(f"{' '.join(command)} failed with {process.returncode}")


def lines(screen: pyte.Screen) -> list[Text]:
    """What the terminal shows, blank lines at the end left out."""
    shown = []
    for y in range(LINES):
        text = Text(no_wrap=True)
        cells = [screen.buffer[y][x] for x in range(COLUMNS)]
        for look, run in groupby(cells, style):
            text.append("".join(cell.data for cell in run), look)
        text.rstrip()
        shown.append(text)
    while shown and not shown[-1].plain:
        shown.pop()
    return shown


def style(cell: pyte.screens.Char) -> Style:
    """A cell's look, by rich's names."""
    color = {"default": None, "brown": "yellow"}.get(cell.fg, cell.fg)
    return Style(color=color, bold=cell.bold)


if __name__ == "__main__":
    main()
