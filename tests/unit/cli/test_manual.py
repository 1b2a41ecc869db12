"""Man pages and the reference, made of what the commands say themselves."""

import shutil
import subprocess

import click
import pytest

from maestro_cdk.cli import manual
from maestro_cdk.cli.examples import examples
from maestro_cdk.cli.root import maestro

PAGES = {page.name: page for page in manual.pages(maestro, "maestro")}


@click.group()
def root():
    """Do things.

    Many of them.
    """


@root.command()
@click.argument("files", nargs=-1)
@click.option("--how", type=click.Choice(["a", "b"]), help="In which way.")
@examples(("tool cut -x 'a\\b'", ".dots and -dashes"))
def cut(files, *, how):
    """Cut files.

    .Not an instruction: "quoted".
    """


TOOL, CUT = manual.pages(root, "tool")


def test_a_page_says_what_the_command_says():
    assert CUT.words == ("tool", "cut")
    assert CUT.name == "tool-cut"
    assert CUT.summary == "Cut files."
    assert CUT.synopsis == "tool cut [OPTIONS] [FILES]..."
    assert CUT.paragraphs == ('.Not an instruction: "quoted".',)
    assert CUT.examples == (("tool cut -x 'a\\b'", ".dots and -dashes"),)
    assert CUT.options[0] == ("--how [a|b]", "In which way.")
    assert TOOL.commands == (("cut", "Cut files."),)


def test_a_man_page_has_its_sections_and_nothing_of_the_text_is_an_instruction():
    text = manual.man(CUT, "1.2")
    assert text.startswith('.TH "TOOL-CUT" "1" "" "maestro 1.2"')
    assert [line for line in text.splitlines() if line.startswith(".SH")] == [
        *(".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", ".SH OPTIONS", ".SH EXAMPLES"),
        *(".SH EXIT STATUS", ".SH FILES", ".SH SEE ALSO"),
    ]
    assert "\\&.Not an instruction: \\(dqquoted\\(dq." in text
    assert "\\&.dots and \\-dashes" in text
    assert "a\\eb" in text


@pytest.mark.parametrize("name", PAGES)
def test_every_command_has_a_man_page_that_its_formatter_takes(name):
    text = manual.man(PAGES[name], "1.2")
    assert f".SH NAME\n{name.replace('-', chr(92) + '-')} \\- " in text
    assert "\b" not in text
    if shutil.which("groff") is None:
        pytest.skip("there is no groff here")
    done = subprocess.run(
        ["groff", "-man", "-ww", "-Tutf8"], input=text, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert PAGES[name].summary.split()[0] in done.stdout


def test_the_reference_of_a_command_escapes_what_a_table_would_take():
    text = manual.markdown(CUT)
    assert text.startswith("## tool cut\n\nCut files.\n\n```\ntool cut [OPTIONS] [FILES]...\n```")
    assert "| `--how [a\\|b]` | In which way. |" in text
    assert "tool cut -x 'a\\b'  # .dots and -dashes" in text


def test_examples_stand_at_the_end_of_the_help():
    shown = cut.get_help(click.Context(cut))
    assert "  Examples:\n    tool cut -x 'a\\b'  .dots and -dashes\n" in shown
