"""`logs`: what functions wrote, and which execution made them."""

import pytest

pytestmark = pytest.mark.xdist_group("commands")

TALK = """
def handler(event, context):
    print("hello from", event.get("who"))
    return event
"""


@pytest.fixture(scope="module")
def folder(maestro, write, local_aws, tmp_path_factory):
    states = {name: {"Type": "Task", "Resource": f"${{{name}}}"} for name in ("first", "second")}
    folder = write(
        tmp_path_factory.mktemp("logs") / "talking", states, first_py=TALK, second_py=TALK
    )
    assert maestro("deploy", "--local", cwd=folder).code == 0
    for who in ("ann", "bob"):
        given = ("--name", who, "-i", f'{{"who": "{who}"}}')
        assert maestro("run", "--local", *given, cwd=folder).code == 0
    yield folder
    assert maestro("teardown", "--local", "-f", cwd=folder).code == 0


@pytest.fixture
def logs(maestro, folder):
    return lambda *words: maestro("logs", *words, "--local", cwd=folder)


def spoken(result):
    return [tuple(line.split()[1:]) for line in result.out.splitlines() if "hello" in line]


def test_all_lines_stand_together_in_order_of_time(logs):
    shown = logs()
    assert shown.code == 0, shown.err
    assert spoken(shown) == [
        (function, "hello", "from", who)
        for who in ("ann", "bob")
        for function in ("first", "second")
    ]
    assert "START" not in shown.out


def test_one_function_is_asked_for_by_its_name(logs):
    assert {line[0] for line in spoken(logs("second"))} == {"second"}
    missing = logs("third")
    assert (missing.code, "there are: first, second" in missing.err) == (2, True)


def test_lines_that_hold_a_text_are_chosen(logs):
    assert {line[-1] for line in spoken(logs("--filter", "from bob"))} == {"bob"}
    nothing = logs("--filter", "no such thing")
    assert (nothing.code, nothing.out, "no line holds" in nothing.err) == (0, "", True)


def test_of_an_execution_only_what_it_made(logs):
    assert {line[-1] for line in spoken(logs("--execution", "ann"))} == {"ann"}
    assert {line[-1] for line in spoken(logs("--execution", "last"))} == {"bob"}


def test_lines_are_json_for_a_program(logs):
    lines = logs("--output", "json", "--filter", "hello").json
    assert [line["source"] for line in lines] == ["first", "second"] * 2
    assert lines[0]["text"] == "hello from ann"


def test_a_time_that_is_none_is_told(logs):
    assert logs("--since", "yesterday").code == 2
    assert spoken(logs("--since", "2001-01-01T10:00")) != []
    assert logs("--since", "2999-01-01").out == ""


@pytest.mark.slow
def test_what_is_written_is_followed(maestro, folder, at_terminal):
    terminal = at_terminal("logs", "--follow", "--local", "--since", "1s", cwd=folder)
    maestro("run", "--local", "-i", '{"who": "eve"}', cwd=folder)
    terminal.expect("hello from eve")
    terminal.interrupt()
    assert terminal.end() == 130
