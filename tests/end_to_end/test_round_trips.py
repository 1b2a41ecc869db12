"""How many times each command waits for AWS, one after the other; docs/how-to/deploying.md says so too."""

import re
from pathlib import Path

import pytest

import maestro_cdk
from tests.faults.rounds import RoundsProxy

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("commands")]

DOCS = Path(maestro_cdk.__file__).parents[1] / "docs" / "how-to" / "deploying.md"
TASK = {"Type": "Task", "Resource": "${greet}", "End": True}


def greeting(word):
    return f"def handler(event, context):\n    return {word!r}\n"


@pytest.fixture
def rounds(local_aws, maestro, write, tmp_path):
    """The rounds of a command in a project of two functions."""
    functions = {"greet_py": greeting("A"), "other_py": greeting("O")}
    folder = write(tmp_path / "rounds", {"Greet": TASK}, **functions)
    with RoundsProxy(local_aws.endpoint) as proxy:
        environ = {
            "AWS_ENDPOINT_URL": proxy.endpoint,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }

        def counted(*words, word=None):
            if word:
                (folder / "lambdas" / "greet.py").write_text(greeting(word))
            proxy.begin()
            done = maestro(*words, cwd=folder, **environ)
            assert done.code == 0, done.err
            return list(proxy.rounds)

        yield counted


def documented():
    """What the docs say: (command, round trips)."""
    rows = re.findall(r"^\| (.+?) \| (\d+) \|$", DOCS.read_text("utf-8"), re.MULTILINE)
    return {name: int(count) for name, count in rows}


def test_each_command_waits_for_aws_as_often_as_the_docs_say(rounds):
    said = documented()
    rounds("deploy")  # the bucket is made once for all projects
    rounds("teardown", "-f")
    found = {
        "first `deploy`": rounds("deploy"),
        "`deploy`, nothing to do": rounds("deploy"),
        "`deploy` of changed code": rounds("deploy", word="B"),
        "`redeploy` of changed code": rounds("redeploy", word="C"),
        "`teardown`": rounds("teardown", "-f"),
    }
    # How often the end is asked for depends on how long it takes.
    polls = {"DescribeStackEvents", "GET /2015-03-31/functions/rounds_greet/configuration"}
    counts = {}
    for name, trips in found.items():
        before, count = None, 0
        for trip in trips:
            count += not (before == trip and set(trip) <= polls)
            before = trip
        counts[name] = count
    assert counts == said, "\n".join(f"{name}: {trips}" for name, trips in found.items())
