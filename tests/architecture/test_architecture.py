"""What the house rules say, held to the code."""

import ast
import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from importlinter.application.use_cases import lint_imports
from importlinter.configuration import configure

from maestro_cdk import errors
from maestro_cdk.asl.rules import registry
from maestro_cdk.cli import examples
from maestro_cdk.cli.root import MEANT, maestro

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "maestro_cdk"
SOURCES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
LONGEST = 400


def relative(path):
    return path.relative_to(ROOT).as_posix()


def tracked():
    """The files that git knows, or would add; without git there is nothing to look at."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("this is no git repository")
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


# --- imports ---------------------------------------------------------------------------------


def test_imports_run_one_way():
    configure()
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None)


HEAVY = {"aws_cdk", "jsii", "constructs", "boto3", "botocore", "rich", "yaml"}
HEAVY_FOR_HELP = HEAVY | {"ministack", "hypercorn", "platformdirs", "importlib.metadata"}


def loaded(arguments, cwd):
    """The modules that a command has loaded when it ends."""
    code = (
        "import sys, json\n"
        "from maestro_cdk.__main__ import main\n"
        "try:\n"
        f"    main({arguments!r})\n"
        "except SystemExit as end:\n"
        "    assert not end.code, end.code\n"
        "sys.stderr.write('\\n' + json.dumps(sorted(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=cwd,
        env={"PYTHONPATH": str(ROOT), "HOME": str(cwd), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize(
    ("arguments", "forbidden"),
    [
        (["--help"], HEAVY_FOR_HELP),
        (["--version"], HEAVY_FOR_HELP),
        (["help", "deploy"], HEAVY_FOR_HELP),
        (["new", "made", "-n", "--no-git"], HEAVY),
        (["new", "--list"], HEAVY),
        (["validate"], HEAVY),
        (["compile"], HEAVY),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_needs_no_aws_loads_neither_boto3_nor_cdk(tmp_path, arguments, forbidden):
    (tmp_path / "lambdas").mkdir()
    (tmp_path / "lambdas" / "f.py").write_text("def handler(event, context): ...\n")
    (tmp_path / "definition.asl.json").write_text(
        '{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${f}", "End": true}}}'
    )
    (tmp_path / "maestro.toml").write_text('[workflow]\nname = "w"\n')
    assert loaded(arguments, tmp_path) & forbidden == set()


@pytest.mark.parametrize("command", ["validate", "compile"])
@pytest.mark.parametrize(
    ("name", "text", "allowed"),
    [
        ("definition.asl.yaml", "StartAt: A\nStates: {A: {Type: Pass, End: true}}\n", {"yaml"}),
        (
            "workflow.py",
            "from sfnx import state_machine\n\n@state_machine\ndef f(input):\n    return input\n",
            set(),
        ),
    ],
)
def test_other_definitions_load_no_more_than_their_parser(tmp_path, command, name, text, allowed):
    (tmp_path / name).write_text(text)
    (tmp_path / "maestro.toml").write_text('[workflow]\nname = "w"\n')
    assert loaded([command], tmp_path) & (HEAVY | {"sfnx"}) == allowed


@pytest.mark.parametrize("module", ["remembering", "running", "standing", "tailing", "tearing"])
def test_what_looks_at_no_definition_loads_no_rules(tmp_path, module):
    """An outline of the project is all that these need; the rules take a tenth of their time."""
    code = (
        f"import sys, maestro_cdk.cli.{module}; "
        "sys.exit(any(name in sys.modules for name in "
        "('maestro_cdk.asl.rules', 'maestro_cdk.project.scanner')))"
    )
    environ = {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    assert subprocess.run([sys.executable, "-c", code], env=environ, check=False).returncode == 0


def test_the_package_by_itself_loads_nothing_of_cdk(tmp_path):
    code = "import sys, maestro_cdk; sys.exit('aws_cdk' in sys.modules or 'click' in sys.modules)"
    environ = {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    assert subprocess.run([sys.executable, "-c", code], env=environ, check=False).returncode == 0


# --- what code may do ------------------------------------------------------------------------

OUTSIDE = ("cli", "aws", "local")
FORBIDDEN = {
    "print",
    "input",
    "breakpoint",
    "exit",
    "sys.exit",
    "sys.argv",
    "sys.stdout",
    "sys.stderr",
    "os.environ",
    "os.getenv",
    "time.sleep",
    "datetime.now",
}
EXCEPTIONS = {
    # The clock that the engine is given by default.
    ("maestro_cdk/engine/clocks.py", "datetime.now"),
    # CDK's kernel reads its settings from the environment only, and is waited for.
    ("maestro_cdk/stack/kernel.py", "os.environ"),
    ("maestro_cdk/stack/kernel.py", "time.sleep"),
    # Workflow in an app of the user's is its own way in.
    ("maestro_cdk/stack/workflow.py", "os.environ"),
    ("maestro_cdk/stack/workflow.py", "datetime.now"),
}


def used(path):
    """The names, and the names of modules' members, that a file uses."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Name) and node.id != "input":  # a state has one
            yield node.id
        elif isinstance(node, ast.Call) and getattr(node.func, "id", None) == "input":
            yield "input"
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def test_the_core_neither_prints_nor_waits_nor_looks_around():
    found = {
        (relative(path), name)
        for path in SOURCES
        if path.relative_to(PACKAGE).parts[0] not in OUTSIDE
        for name in set(used(path)) & FORBIDDEN
    }
    assert found == EXCEPTIONS


PURE = ("asl", "engine")


def test_the_pure_rooms_touch_no_file():
    for path in sorted(path for room in PURE for path in (PACKAGE / room).rglob("*.py")):
        names = set(used(path))
        assert not {"open", "Path", "os", "pathlib.Path"} & names, relative(path)


def test_no_test_patches_with_mocks():
    words = ("unittest" + ".mock", "from unittest " + "import mock", "mocker" + ".patch")
    found = [relative(p) for p in TESTS if any(word in p.read_text("utf-8") for word in words)]
    assert found == []


def test_no_module_is_longer_than_a_person_reads():
    lengths = {relative(path): len(path.read_text("utf-8").splitlines()) for path in SOURCES}
    assert {path: length for path, length in lengths.items() if length > LONGEST} == {}


def test_every_module_says_what_it_is_about():
    silent = [
        relative(path)
        for path in SOURCES
        if ast.get_docstring(ast.parse(path.read_text("utf-8"))) is None
    ]
    assert silent == []


# --- errors ----------------------------------------------------------------------------------


def test_the_errors_that_are_drawn_are_those_that_exist():
    drawn, parents = {}, {}
    for line in errors.__doc__.splitlines():
        match = re.match(r"^((?:│   |    )*)(?:[├└]── )?([A-Z]\w+)(?:  .*)?$", line)
        if match:
            depth = len(match[1]) // 4 + ("── " in line)
            parents[depth] = match[2]
            drawn[match[2]] = parents.get(depth - 1, "Exception")
    existing = {
        name: value.__base__.__name__
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, Exception)
    }
    assert drawn == existing


def test_every_error_is_raised_somewhere():
    text = "\n".join(path.read_text("utf-8") for path in SOURCES if path.name != "errors.py")
    unused = [
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, Exception) and f"{name}(" not in text
    ]
    assert unused in ([], ["MaestroError"])


# --- commands and rules ----------------------------------------------------------------------


def commands(group=maestro, path=()):
    """Every command, and those inside groups, by the words that call it."""
    context = click.Context(group, info_name="maestro", **group.context_settings)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


COMMANDS = dict(commands())


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_and_option_is_explained(path):
    command = COMMANDS[path]
    assert command.help
    assert command.get_short_help_str(limit=100).endswith(".")
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name


@pytest.mark.parametrize("path", [p for p in COMMANDS if not isinstance(COMMANDS[p], click.Group)])
def test_every_command_has_examples_of_itself_and_its_options(path):
    command = COMMANDS[path]
    shown = examples.of(command.callback)
    assert any(typed.startswith(("maestro", 'eval "$(maestro')) for typed, _ in shown)
    known = {name for parameter in command.params for name in parameter.opts}
    for typed, _ in shown:
        if f"maestro {' '.join(path)} " in typed:
            used = re.findall(r"(?<= )--?[a-z][a-z-]*", typed.split("|")[0])
            assert set(used) <= known, typed


def test_the_help_lists_every_command():
    context = click.Context(maestro, info_name="maestro", **maestro.context_settings)
    shown = maestro.get_help(context)
    top = {path[0]: command for path, command in COMMANDS.items() if len(path) == 1}
    assert len(top) > 5
    for name, command in top.items():
        line = re.search(rf"^  {name}  +(.+)$", shown, re.MULTILINE)
        assert line, name
        assert line[1] == command.help.split("\n")[0]


def test_what_other_tools_call_a_command_leads_to_one_of_ours():
    assert {(name,) for name in MEANT.values()} <= COMMANDS.keys()
    assert not {(name,) for name in MEANT} & COMMANDS.keys()


def test_every_rule_is_in_the_registry():
    modules = {path.stem for path in (PACKAGE / "asl" / "rules").glob("*.py")}
    ids = {rule.id.replace("-", "_") for rule in registry.RULES}
    assert ids == modules - {"__init__", "registry"}


# --- what is committed -----------------------------------------------------------------------


def test_no_file_names_a_machine_it_was_written_on_or_a_place_to_get_packages_from():
    home = re.compile(rb"(?<![\w.$}])/(?:root|Users/\w+|home/(?!u\b)\w+)/")
    registries = re.compile(
        rb"https?://[^\s\"']*(?:pypi|pythonhosted|npmjs|artifactory|nexus|codeartifact|simple/)",
        re.IGNORECASE,
    )
    found = []
    for path in tracked():
        if path == Path(__file__):
            continue
        content = path.read_bytes()
        found += [(relative(path), hit[0]) for hit in home.finditer(content)]
        found += [(relative(path), hit[0]) for hit in registries.finditer(content)]
    assert found == []


# --- docs ------------------------------------------------------------------------------------


def test_the_reference_is_what_the_code_says():
    spec = importlib.util.spec_from_file_location("reference", ROOT / "docs" / "reference.py")
    reference = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reference)
    kept = {path.name: path.read_text("utf-8") for path in reference.OUT.iterdir()}
    assert kept == reference.pages(), "`make reference` writes it anew"
