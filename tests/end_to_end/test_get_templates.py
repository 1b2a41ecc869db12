"""`get-templates`, from a repository of the original's kind to a workflow that runs."""

import json
import subprocess

import pytest

pytestmark = pytest.mark.xdist_group("commands")

DEFINITION = {
    "Comment": "As definitions were written for the original Maestro.",
    "StartAt": "Hello",
    "States": {
        "Hello": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:REGION:ACCOUNT_ID:function:WORKFLOW_NAME_hello",
            "ResultPath": "$.greeting",
            "Next": "World",
        },
        "World": {"Type": "Pass", "Result": "World", "ResultPath": "$.whom", "End": True},
    },
}
HELLO = "exports.handler = async (event) => {\n  return `Hello ${event.count}`;\n};\n"


def git(*words, cwd):
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.com")
    subprocess.run(["git", *identity, *words], cwd=cwd, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path):
    """A repository of templates as the original had it: no README, one function, CommonJS."""
    folder = tmp_path / "maestro-templates"
    lambdas = folder / "templates" / "greeting" / "lambdas"
    lambdas.mkdir(parents=True)
    (lambdas.parent / "definition.asl.json").write_text(json.dumps(DEFINITION, indent=2))
    (lambdas / "hello.js").write_text(HELLO)
    (folder / "README.md").write_text("Templates.\n")
    git("init", "--quiet", ".", cwd=folder)
    git("add", "-A", cwd=folder)
    git("commit", "--quiet", "-m", "one", cwd=folder)
    git("tag", "v1", cwd=folder)
    return folder


@pytest.mark.slow
def test_a_template_of_the_originals_kind_runs_on_todays_node(
    maestro, aws, repository, tmp_path, home
):
    mine = {"HOME": str(home)}
    got = maestro("get-templates", f"file://{repository}", cwd=tmp_path, **mine)
    assert (got.code, got.out) == (0, "")
    assert "installed greeting" in got.err
    made = maestro("new", "greeting", "-t", "greeting", "--no-git", cwd=tmp_path, **mine)
    assert made.code == 0, made.err

    project = tmp_path / "greeting"
    deployed = maestro("deploy", "--local", cwd=project)
    assert deployed.code == 0, deployed.err
    ran = maestro("run", "--local", "-i", '{"count": 7}', cwd=project)
    assert maestro("teardown", "--local", "-f", cwd=project).code == 0

    assert ran.json == {"count": 7, "greeting": "Hello 7", "whom": "World"}
    assert aws.left_of("greeting") == []


def test_what_was_got_is_listed_renewed_and_held_to_its_ref(maestro, repository, tmp_path, home):
    mine = {"cwd": tmp_path, "HOME": str(home)}
    assert maestro("get-templates", repository, "--ref", "v1", **mine).code == 0
    (repository / "templates" / "greeting" / "README.md").write_text("# Greeting\n\nGreets.\n")
    git("add", "-A", cwd=repository)
    git("commit", "--quiet", "-m", "two", cwd=repository)

    same = maestro("get-templates", repository, "--ref", "v1", **mine)
    renewed = maestro("get-templates", repository, **mine)
    listed = maestro("get-templates", "--list", **mine)

    assert "the same as before: greeting" in same.err
    assert "renewed greeting" in renewed.err
    assert listed.out.startswith("greeting ")
    assert str(repository) in listed.out
    assert "Greets." in maestro("new", "--list", **mine).out


def test_a_template_that_somebody_changed_is_not_replaced(maestro, repository, tmp_path, home):
    mine = {"cwd": tmp_path, "HOME": str(home)}
    maestro("get-templates", repository, **mine)
    own = home / ".maestro" / "templates" / "greeting" / "mine.txt"
    own.write_text("mine")

    refused = maestro("get-templates", repository, **mine)
    assert (refused.code, refused.out) == (1, "")
    assert "was changed" in refused.err
    assert "--force" in refused.err
    assert own.read_text() == "mine"
    assert "changed since" in maestro("get-templates", "--list", **mine).out

    assert maestro("get-templates", repository, "--force", **mine).code == 0
    assert not own.exists()


def test_a_repository_with_a_link_in_it_is_refused_whole(maestro, repository, tmp_path, home):
    (repository / "templates" / "greeting" / "key").symlink_to(home / ".ssh" / "id_rsa")
    git("add", "-A", cwd=repository)
    git("commit", "--quiet", "-m", "evil", cwd=repository)

    result = maestro("get-templates", repository, cwd=tmp_path, HOME=str(home))

    assert (result.code, result.out) == (1, "")
    assert "'templates/greeting/key' is a link" in result.err
    assert not (home / ".maestro").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["maestro-templates"]


def test_those_that_ship_can_be_had_to_change_them(maestro, tmp_path, home):
    mine = {"cwd": tmp_path, "HOME": str(home)}
    assert maestro("get-templates", **mine).code == 0
    assert (home / ".maestro" / "templates" / "hello" / "lambdas" / "greet.py").is_file()
    assert "the same as before" in maestro("get-templates", **mine).err

    records = home / ".maestro" / "templates" / ".sources.json"
    records.write_text(records.read_text().replace('"ref": "', '"ref": "0.'))
    said = maestro("new", "greeting", "-t", "hello", "--no-git", **mine).err
    assert "`maestro get-templates` renews it" in said


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["nowhere"], 1, "git cannot have it"),
        (["ext::sh -c true"], 1, "git cannot have it"),
        (["--ref", "v1"], 2, "--ref is of a SOURCE"),
    ],
)
@pytest.mark.slow
def test_what_cannot_be_had_is_told(maestro, tmp_path, home, words, code, said):
    result = maestro("get-templates", *words, cwd=tmp_path, HOME=str(home))

    assert (result.code, result.out) == (code, "")
    assert said in result.err
    assert not (home / ".maestro").exists()
