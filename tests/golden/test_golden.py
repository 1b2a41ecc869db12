"""Projects as data, and the template and the findings that each comes to.

A case is a folder: `project/` goes in; `template.json` and `findings.txt` come out. A `stage.txt`
names the stage. One without `template.json` cannot be deployed. `cfn-lint.txt`, where there is
one, holds what cfn-lint is mistaken about: it does not know a substitution with a version behind.
"""

import json
from pathlib import Path

import pytest
from cfnlint.api import lint
from cfnlint.config import ManualArgs

from maestro_cdk.cli.findings import one_line
from maestro_cdk.errors import ProjectError
from maestro_cdk.project import scanner
from maestro_cdk.project.settings import Flags
from maestro_cdk.stack import app, kernel, synth
from tests.fakes.bundles import bundles

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())
PYTHON = "def handler(event, context):\n    return event\n"


@pytest.fixture(scope="session", autouse=True)
def node():
    kernel.choose_node()


@pytest.fixture
def synthesize(tmp_path):
    """The files of a project's assembly, by CDK."""
    runs = iter(range(10))

    def synthesized(project, *, bootstrapped=False):
        out = tmp_path / f"out-{next(runs)}"
        out.mkdir()
        app.write(project, bundles(project), out, bootstrapped=bootstrapped)
        synth.tidied(out, project)
        return {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}

    return synthesized


@pytest.fixture
def expected(request):
    """Compare with a file, or write it."""

    def check(path, content):
        if request.config.getoption("--update-golden", default=False):
            path.unlink(missing_ok=True)
            if content is not None:
                path.write_text(content, "utf-8")
        assert (path.read_text("utf-8") if path.exists() else None) == content

    return check


def read(case, home):
    """The project of a case, None where it cannot be deployed, and what is said about it."""
    stage = case / "stage.txt"
    flags = Flags(stage=stage.read_text("utf-8").strip() if stage.exists() else None)
    try:
        project = scanner.load(case / "project", flags, environ={}, home=home)
    except ProjectError as error:
        return None, error.findings
    return project, project.notes


def complaints(template):
    """What cfn-lint says of a template."""
    config = ManualArgs(regions=["eu-west-1"])
    return sorted(f"{match.rule.id} {match.message}\n" for match in lint(template, config=config))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_comes_to_what_is_expected(case, home, expected, synthesize):
    project, found = read(case, home)
    said = "".join(f"{one_line(finding, lambda text, **_: text)}\n" for finding in found)
    expected(case / "findings.txt", said)
    files = synthesize(project) if project else {}
    template = files[f"{project.stack_name}.template.json"].decode() if project else None
    expected(case / "template.json", template and template + "\n")
    if project:
        again, _ = read(case, home)
        assert synthesize(again) == files
        expected(case / "cfn-lint.txt", "".join(complaints(template)) or None)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_cdk_clis_template_differs_in_the_bucket_and_the_bootstrap_version_only(
    case, home, synthesize
):
    project, _ = read(case, home)
    if project is None:
        return
    name = f"{project.stack_name}.template.json"
    ours, theirs = (
        json.loads(synthesize(project, bootstrapped=bootstrapped)[name])
        for bootstrapped in (False, True)
    )
    assert theirs.pop("Parameters").keys() == {"BootstrapVersion"}
    assert theirs.pop("Rules").keys() == {"CheckBootstrapVersion"}
    for template in (ours, theirs):
        for resource in template["Resources"].values():
            if resource["Type"] == "AWS::Lambda::Function":
                del resource["Properties"]["Code"]
    assert ours == theirs


# --- what is too large to keep ---------------------------------------------------------------


def load(root, home):
    return scanner.load(root, Flags(), environ={}, home=home)


def test_a_definition_above_400_kb_is_a_file_of_its_own(tmp_path, home, synthesize):
    root = tmp_path / "large"
    (root / "lambdas").mkdir(parents=True)
    (root / "lambdas" / "f.py").write_text(PYTHON)
    names = [f"S{n}" for n in range(600)]
    states = {
        name: {"Type": "Pass", "Comment": "x" * 700, "Next": after}
        for name, after in zip(names, [*names[1:], "Last"], strict=True)
    }
    states["Last"] = {"Type": "Task", "Resource": "${f}", "End": True}
    definition = json.dumps({"StartAt": "S0", "States": states})
    assert len(definition) > 400_000
    (root / "definition.asl.json").write_text(definition)
    project = load(root, home)
    files = synthesize(project)
    assert synthesize(project) == files
    template = json.loads(files["large.template.json"])
    properties = template["Resources"]["StateMachine"]["Properties"]
    assert "DefinitionString" not in properties
    assert properties["DefinitionSubstitutions"] == {"FArn": {"Fn::GetAtt": ["FFunction", "Arn"]}}
    key = properties["DefinitionS3Location"]["Key"]
    (asset,) = [name for name in files if name.startswith("asset.") and name.endswith(".json")]
    assert key == f"large/{asset.removeprefix('asset.')}"
    assert files[asset].decode() == project.definition.text
    assert complaints(files["large.template.json"].decode()) == []


@pytest.fixture
def hundred(tmp_path, home, synthesize):
    """The template of a hundred functions."""
    root = tmp_path / "hundred"
    (root / "lambdas").mkdir(parents=True)
    names = [f"f{n:02}" for n in range(100)]
    for name in names:
        (root / "lambdas" / f"{name}.py").write_text(f"{PYTHON}NAME = {name!r}\n")
    states = {
        name: {"Type": "Task", "Resource": f"${{{name}}}", "Next": after}
        for name, after in zip(names, [*names[1:], "Last"], strict=True)
    }
    states["Last"] = {"Type": "Succeed"}
    definition = {"StartAt": "f00", "States": states}
    (root / "definition.asl.json").write_text(json.dumps(definition))
    return synthesize(load(root, home))["hundred.template.json"].decode()


def test_a_hundred_functions_are_one_stack(hundred):
    resources = json.loads(hundred)["Resources"]
    assert sum(r["Type"] == "AWS::Lambda::Function" for r in resources.values()) == 100
    assert len(resources) <= 500
    assert len(hundred) < 1_000_000
    policy = resources["StateMachinePolicy"]["Properties"]["PolicyDocument"]
    assert len(json.dumps(policy)) < 200_000


@pytest.mark.slow
def test_cfn_lint_has_nothing_to_say_of_a_hundred_functions(hundred):
    assert complaints(hundred) == []
