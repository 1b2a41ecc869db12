"""The documentation: its links lead somewhere, its commands are there, and it builds without a word."""

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from maestro_cdk.cli.root import maestro

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").glob("*.md")]
)
READMES = sorted((ROOT / "templates").glob("*/README.md"))
SHELLS = ("", "sh", "console")
PLACED = (ROOT / "docs" / "explanation" / "how-like-aws.md",)
"""A page that takes in a part of another, where that stands."""


def relative(path):
    return path.relative_to(ROOT).as_posix()


def parted(text):
    """A page's prose, and its fences: pairs of language and content."""
    prose, fences, inside = [], [], None
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            if inside is None:
                fences.append((line.strip().strip("`"), inside := []))
            else:
                inside = None
        else:
            (prose if inside is None else inside).append(line)
    return "\n".join(prose), [(language, "\n".join(lines)) for language, lines in fences]


def anchors(page):
    """What a link may name on a page: the headings, as GitHub and the site name them."""
    heads = re.findall(r"^#+ (.+)$", parted(page.read_text())[0], re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(page):
    for target in re.findall(
        r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", parted(page.read_text())[0])
    ):
        if re.match(r"https?:", target):
            assert target.startswith("https:"), target
            continue
        path, _, anchor = target.partition("#")
        led = (page.parent / path).resolve() if path else page
        assert led.exists(), target
        if anchor and led not in PLACED:
            assert anchor in anchors(led), target


def commands(text):
    """The commands of maestro's in a page: the words after it, up to what ends a command."""
    prose, fences = parted(text)
    typed = [line for kind, body in fences if kind in SHELLS for line in body.splitlines()]
    for line in [*typed, *re.findall(r"`(maestro [^`\n]+)`", prose)]:
        for words in re.findall(r"(?:^|[$;&(] ?)maestro ([^|;&#>\n]*)", line):
            yield words.replace(")", "").replace('"', " ").split()


def found(words):
    """The command that words call, and the rest of them."""
    command, context = maestro, click.Context(maestro)
    while words and isinstance(command, click.Group):
        name, *rest = words
        inner = command.get_command(context, name)
        if inner is None:
            break
        command, words = inner, rest
    return command, words


@pytest.mark.parametrize("page", [*PAGES, *READMES], ids=relative)
def test_every_command_and_option_that_is_shown_is_there(page):
    for words in commands(page.read_text()):
        if words[0] in ("COMMAND", "...", "[OPTIONS]") or words[0].startswith("-"):
            continue
        command, rest = found([word.split("\\|")[0] for word in words])
        assert command is not maestro, words
        known = {option for each in command.params for option in (*each.opts, *each.secondary_opts)}
        used = {word.partition("=")[0] for word in rest if re.fullmatch(r"--?[a-z][a-z-]*", word)}
        assert used <= known | {"--help"}, words


def test_every_page_of_the_site_is_listed_on_its_first():
    index = (ROOT / "docs" / "index.md").read_text()
    listed = re.findall(r"^([\w-]+(?:/[\w-]+)?)$", index, re.MULTILINE)
    pages = {
        path.relative_to(ROOT / "docs").with_suffix("").as_posix()
        for path in PAGES[1:]
        if path.is_relative_to(ROOT / "docs")
    }
    assert pages - {"index"} == set(listed)


@pytest.mark.slow
def test_the_site_builds_without_a_warning(tmp_path):
    words = ("-m", "sphinx", "-W", "--keep-going", "-n", "-q", "-b", "html", "docs", tmp_path)
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    page = (tmp_path / "reference" / "commands.html").read_text()
    assert "maestro get-templates" in page
    assert (tmp_path / "explanation" / "how-like-aws.html").read_text().count("<tr") > 20
