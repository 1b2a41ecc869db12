"""The tutorial, done as it stands: every command of it, and every change."""

import json
import re
import shlex
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("commands")]

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial.md"


def fences(text):
    """Language and content of each block of code."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_the_tutorial_can_be_done_word_for_word(maestro, at_terminal, aws, tmp_path):
    before_aws = TUTORIAL.read_text().partition("## On AWS")[0]
    folder, outputs = tmp_path, []
    for language, content in fences(before_aws):
        if language == "python":
            (folder / "lambdas" / "shout.py").write_text(content)
        elif language == "json":
            file = folder / "definition.asl.json"
            definition = json.loads(file.read_text())
            definition["States"]["Greet"]["Next"] = "Shout"
            definition["States"] |= json.loads("{" + content.rstrip().rstrip(",") + "}")
            file.write_text(json.dumps(definition, indent=2))
        else:
            for line in content.splitlines():
                command, *words = shlex.split(line)
                if command == "cd":
                    folder /= words[0]
                elif words[0] == "teardown":
                    terminal = at_terminal(*words, cwd=folder)
                    terminal.expect("[y/N]")
                    terminal.type("y\n")
                    assert terminal.end() == 0
                elif words != ["local", "stop"]:  # the AWS is that of other tests, too
                    result = maestro(*words, cwd=folder)
                    assert result.code == 0, result.err
                    outputs += [result.json] if words[0] == "run" else []

    assert [output["message"] for output in outputs] == [
        "Hello, Ada! This is Step Functions.",
        "HELLO, ADA! This is Step Functions.",
    ]
    assert folder.name == "greeting"
    assert aws.left_of("greeting") == []
