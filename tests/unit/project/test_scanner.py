"""A folder to a project, or to one error that holds every problem."""

import json
import os
import sys
from datetime import date
from pathlib import Path

import pytest

from maestro_cdk.errors import ProjectError, UsageError
from maestro_cdk.project import outline, scanner
from maestro_cdk.project.settings import Flags
from tests.unit.project.conftest import NODE, PASS, PYTHON


@pytest.fixture
def scan(folder, home):
    """Make a folder and read it."""

    def scanned(files=None, *, stage=None, **more):
        return scanner.load(folder(files, **more), Flags(stage=stage), environ={}, home=home)

    return scanned


@pytest.fixture
def problems(scan):
    """What is wrong with a folder, as (place, rule, message)."""

    def found(files=None, **more):
        with pytest.raises(ProjectError) as caught:
            scan(files, **more)
        return [
            (str(f.where), f.rule, f.message)
            for f in caught.value.findings
            if f.severity == "error"
        ]

    return found


def functions(project):
    return {f.name: (f.runtime, f.handler) for f in project.functions}


def ignored(project):
    return [f.where.file for f in project.notes if f.rule == "ignored"]


# --- what is a function ----------------------------------------------------------------------


def test_files_and_folders_are_functions(scan):
    project = scan(
        {
            "lambdas/requester.py": PYTHON,
            "lambdas/manager.mjs": NODE,
            "lambdas/old.cjs": "exports.handler = async () => 1",
            "lambdas/plain.js": NODE,
            "lambdas/provisioner/index.py": PYTHON,
            "lambdas/provisioner/requirements.txt": "requests",
            "lambdas/named/named.py": PYTHON,
            "lambdas/web/app.js": NODE,
        }
    )
    assert functions(project) == {
        "requester": ("python3.13", "requester.handler"),
        "manager": ("nodejs24.x", "manager.handler"),
        "old": ("nodejs24.x", "old.handler"),
        "plain": ("nodejs24.x", "plain.handler"),
        "provisioner": ("python3.13", "index.handler"),
        "named": ("python3.13", "named.handler"),
        "web": ("nodejs24.x", "app.handler"),
    }
    assert [f.name for f in project.functions] == sorted(f.name for f in project.functions)


def test_the_first_of_the_known_names_is_the_handlers_file(scan):
    stems = ["index", "app", "main", "handler", "fun"]
    for n, stem in enumerate(stems):
        files = {f"lambdas/fun/{other}.py": PYTHON for other in stems[n:]}
        project = scan(files, name=f"p{n}")
        assert functions(project) == {"fun": ("python3.13", f"{stem}.handler")}


def test_names_of_the_stack_come_from_the_workflow_and_the_stage(scan):
    files = {"lambdas/send-mail.py": PYTHON}
    plain = scan(files)
    assert (plain.name, plain.stack_name) == ("approval", "approval")
    (function,) = plain.functions
    assert (function.logical_id, function.physical_name) == ("SendMail", "approval_send-mail")
    prod = scan(files, stage="prod")
    assert (prod.name, prod.stack_name) == ("approval-prod", "approval-prod")
    assert prod.functions[0].physical_name == "approval-prod_send-mail"
    assert prod.functions[0].logical_id == "SendMail"


def test_what_begins_with_an_underscore_is_shared(scan):
    project = scan({"lambdas/_shared/a.py": "A = 1", "lambdas/_b.py": "", "lambdas/f.py": PYTHON})
    assert functions(project).keys() == {"f"}
    assert [path.name for path in project.shared] == ["_b.py", "_shared"]
    assert ignored(project) == []


def test_what_serves_functions_that_are_files_is_not_ignored(scan):
    project = scan(
        {
            "lambdas/f.py": PYTHON,
            "lambdas/g.ts": NODE,
            "lambdas/requirements.txt": "",
            "lambdas/package.json": "{}",
            "lambdas/tsconfig.json": "{}",
        }
    )
    assert functions(project).keys() == {"f", "g"}
    assert ignored(project) == []


def test_what_is_no_function_is_ignored_and_said_so(scan):
    project = scan(
        {
            "lambdas/README.md": "",
            "lambdas/tests/test_f.py": "",
            "lambdas/package-lock.json": "",
            "lambdas/uv.lock": "",
            "lambdas/requirements.txt": "",
            "lambdas/empty": None,
            "lambdas/data.csv": "",
            "lambdas/LICENSE": "",
            "lambdas/node_modules/x.js": "",
        }
    )
    assert project.functions == ()
    assert ignored(project) == sorted(
        f"lambdas/{name}"
        for name in [
            "README.md",
            "tests",
            "package-lock.json",
            "uv.lock",
            "requirements.txt",
            "empty",
            "data.csv",
            "LICENSE",
            "node_modules",
        ]
    )
    assert all(finding.severity == "info" for finding in project.notes)


def test_hidden_files_and_caches_are_not_even_worth_a_word(scan):
    project = scan({"lambdas/.env": "", "lambdas/__pycache__/x.pyc": "", "lambdas/__init__.py": ""})
    assert (project.functions, project.notes) == ((), ())


def test_no_lambdas_at_all_is_a_workflow_too(scan):
    assert scan().functions == ()


def test_settings_of_a_function_are_its_own(scan):
    project = scan(
        {
            "maestro.toml": "[functions]\nmemory = 512\n[functions.b]\nmemory = 1024\n"
            'runtime = "python3.12"\nhandler = "other.main"',
            "lambdas/a.py": PYTHON,
            "lambdas/b/other.py": "def main(event, context): ...",
        }
    )
    a, b = project.functions
    assert (a.settings.memory, b.settings.memory) == (512, 1024)
    assert (b.runtime, b.handler) == ("python3.12", "other.main")
    assert b.settings.runtime == "python3.12"


def test_the_runtime_of_all_functions_is_of_those_in_its_language(scan):
    project = scan(
        {
            "maestro.toml": '[functions]\nruntime = "python3.12"',
            "lambdas/a.py": PYTHON,
            "lambdas/b.mjs": NODE,
        }
    )
    assert [f.runtime for f in project.functions] == ["python3.12", "nodejs24.x"]


def test_a_function_of_a_runtime_that_maestro_does_not_read_needs_handler_and_runtime(scan):
    project = scan(
        {
            "maestro.toml": '[functions.j]\nruntime = "java21"\nhandler = "x.Y::run"\n'
            '[functions.g]\nruntime = "provided.al2023"\nhandler = "bootstrap"',
            "lambdas/j/lib/app.jar": "",
            "lambdas/g/bootstrap": "",
        }
    )
    assert functions(project) == {
        "g": ("provided.al2023", "bootstrap"),
        "j": ("java21", "x.Y::run"),
    }


def test_a_runtime_of_the_functions_own_may_serve_any_language(scan):
    project = scan(
        {
            "maestro.toml": '[functions.g]\nruntime = "provided.al2023"',
            "lambdas/g/index.py": PYTHON,
        }
    )
    assert functions(project) == {"g": ("provided.al2023", "index.handler")}


def test_a_python_handlers_module_may_be_named_with_dots_or_slashes(scan):
    for n, handler in enumerate(("src/api.run", "src.api.run")):
        project = scan(
            {
                "maestro.toml": f'[functions.f]\nhandler = "{handler}"',
                "lambdas/f/src/api.py": "def run(event, context): ...",
            },
            name=f"p{n}",
        )
        assert functions(project) == {"f": ("python3.13", handler)}


def test_the_definitions_references_are_resolved(scan):
    task = {"Type": "Task", "Resource": "${f}", "End": True}
    project = scan({"lambdas/f.py": PYTHON}, definition={"StartAt": "A", "States": {"A": task}})
    assert set(project.definition.called.values()) == {"f"}
    assert "${FArn}" in project.definition.text


def test_a_timeout_of_the_settings_goes_into_the_definition(scan):
    project = scan({"maestro.toml": "[workflow]\ntimeout = 60"})
    assert json.loads(project.definition.text) == {"TimeoutSeconds": 60, **PASS}


def test_warnings_of_a_good_project_are_kept_as_notes(scan):
    state = {"Type": "Pass", "Result": "${x}", "End": True}
    project = scan(definition={"StartAt": "A", "States": {"A": state}})
    assert [finding.rule for finding in project.notes] == ["unknown-substitution"]


def test_a_disabled_rule_is_not_asked(scan):
    broken = {"StartAt": "A", "States": {"A": {"Type": "Pass"}}}
    project = scan({"maestro.toml": '[workflow]\ndisable_rules = ["endings"]'}, definition=broken)
    assert project.notes == ()


# --- what is wrong ---------------------------------------------------------------------------


def test_all_problems_are_in_one_error(problems):
    found = problems(
        {
            "maestro.toml": "[functions.nobody]\nmemory = 512",
            "lambdas/broken.py": "def handler(:\n",
            "lambdas/empty.py": "",
            "lambdas/a b.py": PYTHON,
            "lambdas/tool.go": "",
        },
        definition={"StartAt": "B", "States": {"A": {"Type": "Task", "Resource": "${brokn}"}}},
    )
    assert [rule for _, rule, _ in found] == [
        "transitions",
        "endings",
        "unknown-function",
        "function-name",
        "handler",
        "handler",
        "functions",
        "settings",
    ]
    assert [place for place, _, _ in found] == sorted(place for place, _, _ in found)


@pytest.mark.parametrize(
    ("files", "place", "rule", "message"),
    [
        (
            {"lambdas/f.py": "import os\n"},
            "lambdas/f.py",
            "handler",
            "it defines no 'handler'",
        ),
        (
            {"lambdas/f.py": "x = (\n"},
            "lambdas/f.py:1:5",
            "handler",
            "it is not Python: '(' was never closed",
        ),
        ({"lambdas/f.py": b"\xff\xfe"}, "lambdas/f.py", "handler", "it is not UTF-8"),
        ({"lambdas/f.mjs": "let x"}, "lambdas/f.mjs", "handler", "it exports no 'handler'"),
        (
            {"lambdas/f/other.py": PYTHON},
            "lambdas/f",
            "handler",
            "the function 'f' has no handler file",
        ),
        (
            {"lambdas/f/f.jar": "", "maestro.toml": '[functions.f]\nhandler = "a.B::c"'},
            "maestro.toml:2",
            "handler",
            "the function 'f' has a handler in maestro.toml, and no runtime",
        ),
        (
            {
                "lambdas/f.py": PYTHON,
                "lambdas/g.py": PYTHON,
                "maestro.toml": '[functions.f]\nhandler = "g.handler"',
            },
            "lambdas/f.py",
            "handler",
            "the handler 'g.handler' of 'f' is in g.py, which is not packed with it",
        ),
        (
            {"lambdas/f/index.py": PYTHON, "maestro.toml": '[functions.f]\nhandler = "x.main"'},
            "lambdas/f",
            "handler",
            "the handler 'x.main' of 'f' is in no file",
        ),
        (
            {"lambdas/f.py": PYTHON, "maestro.toml": '[functions.f]\nruntime = "nodejs24.x"'},
            "lambdas/f.py",
            "functions",
            "f.py is not for the runtime nodejs24.x",
        ),
        (
            {"lambdas/f.go": ""},
            "lambdas/f.go",
            "functions",
            "a single file ending in .go is not something that maestro builds",
        ),
        ({"lambdas": "text"}, "lambdas", "functions", "lambdas is a file"),
        (
            {"lambdas/ä.py": PYTHON},
            "lambdas/ä.py",
            "function-name",
            "'ä' is no name for a function",
        ),
        (
            {"lambdas/send-mail.py": PYTHON, "lambdas/send_mail.py": PYTHON},
            "lambdas/send_mail.py",
            "function-name",
            "send_mail.py and send-mail.py would be one resource of the stack",
        ),
        (
            {"lambdas/f.py": PYTHON, "lambdas/f/index.py": PYTHON},
            "lambdas/f.py",
            "function-name",
            "f.py and f would be one resource of the stack",
        ),
        (
            {"lambdas/f.py": PYTHON, "lambdas/f.mjs": NODE},
            "lambdas/f.py",
            "function-name",
            "f.py and f.mjs would be one resource of the stack",
        ),
        (
            {"maestro.toml": "[functions.g]\nmemory = 128", "lambdas/f.py": PYTHON},
            "maestro.toml:1",
            "settings",
            "[functions.g] is of no function in lambdas/",
        ),
        (
            {"maestro.toml": '[workflow]\nname = "7up"'},
            "maestro.toml",
            "workflow-name",
            "the workflow's name '7up' does not begin with a letter, as a stack's must",
        ),
    ],
)
def test_a_problem_is_named_with_its_place(problems, files, place, rule, message):
    assert problems(files) == [(place, rule, message)]


def test_a_name_that_is_too_long_for_lambda_is_refused(problems):
    name = "f" * (64 - len("approval_"))
    ((_, rule, message),) = problems({f"lambdas/{name}f.py": PYTHON})
    assert rule == "function-name"
    assert "65 characters; Lambda takes at most 64" in message


def test_a_name_that_just_fits_is_taken(scan):
    name = "f" * (64 - len("approval_"))
    assert len(scan({f"lambdas/{name}.py": PYTHON}).functions[0].physical_name) == 64


def test_a_workflows_name_that_is_too_long_is_refused(scan, problems):
    assert scan(name="w" * 80).name == "w" * 80
    ((_, rule, message),) = problems(name="w" * 81)
    assert rule == "workflow-name"
    assert "at most 80" in message
    ((_, rule, _),) = problems(name="w" * 78, stage="prod")
    assert rule == "workflow-name"


@pytest.mark.parametrize("other", ["definition.asl.yaml", "definition.asl.yml", "workflow.py"])
def test_two_definitions_are_one_too_many(problems, other):
    ((_, rule, message),) = problems({other: ""})
    assert rule == "definition"
    assert message == f"there are 2 definitions: definition.asl.json, {other}"


def test_no_definition_is_a_problem(problems):
    assert problems(definition=None) == [
        ("definition.asl.json", "definition", "there is no definition.asl.json")
    ]


@pytest.mark.parametrize(
    ("definition", "place", "rule"),
    [
        ("{", "definition.asl.json:1:2", "json-syntax"),
        ("", "definition.asl.json:1:1", "json-syntax"),
        ("[]", "definition.asl.json:1:1", "structure"),
        ('{"StartAt": ${x}}', "definition.asl.json:1:13", "json-syntax"),
    ],
)
def test_a_definition_that_cannot_be_read_is_one_problem(problems, definition, place, rule):
    assert [(p, r) for p, r, _ in problems(definition=definition)] == [(place, rule)]


def test_a_definition_of_other_bytes_is_one_problem(problems):
    ((place, _, message),) = problems({"definition.asl.json": b"{\n\xff"}, definition=None)
    assert place == "definition.asl.json:2"
    assert "UTF-8" in message


def test_a_link_to_nowhere_is_a_problem_and_no_crash(folder, home):
    root = folder({"lambdas/f.py": PYTHON})
    (root / "lambdas" / "gone.py").symlink_to("nowhere.py")
    with pytest.raises(ProjectError, match="in no file"):
        scanner.load(root, Flags(), environ={}, home=home)


def test_a_misspelt_function_of_the_settings_is_told_the_nearest(scan):
    with pytest.raises(ProjectError) as caught:
        scan({"maestro.toml": "[functions.mangaer]\nmemory = 128", "lambdas/manager.py": PYTHON})
    assert caught.value.hint == "did you mean 'manager'?"


def test_a_stages_unknown_function_is_named_with_the_stages_line(problems):
    text = "[workflow]\n\n[stages.prod.functions.nobody]\nmemory = 128\n"
    ((place, _, _),) = problems({"maestro.toml": text}, stage="prod")
    assert place == "maestro.toml:3"


def test_a_folder_that_is_not_there_is_asked_wrongly(tmp_path, home):
    with pytest.raises(UsageError):
        scanner.load(tmp_path / "nowhere", Flags(), environ={}, home=home)


# --- what cannot be read ---------------------------------------------------------------------


@pytest.fixture
def problems_of(home, kept_out):
    """What is wrong with a folder that was prepared, as (place, rule, message)."""

    def found(root):
        with kept_out(), pytest.raises(ProjectError) as caught:
            scanner.load(root, Flags(), environ={}, home=home)
        return [
            (str(f.where), f.rule, f.message)
            for f in caught.value.findings
            if f.severity == "error"
        ]

    return found


def test_a_definition_that_is_a_folder_is_a_problem(folder, problems_of):
    root = folder({"definition.asl.json": None}, definition=None)
    assert problems_of(root) == [
        (
            "definition.asl.json",
            "definition",
            "definition.asl.json cannot be read: Is a directory",
        )
    ]


def test_settings_that_are_a_folder_are_a_problem(folder, problems_of):
    assert problems_of(folder({"maestro.toml": None})) == [
        ("maestro.toml", "settings", "maestro.toml cannot be read: Is a directory")
    ]


@pytest.mark.parametrize(
    ("path", "rule", "message"),
    [
        ("definition.asl.json", "definition", "definition.asl.json cannot be read"),
        ("maestro.toml", "settings", "maestro.toml cannot be read"),
        ("lambdas", "functions", "lambdas cannot be read"),
        ("lambdas/f.py", "handler", "it cannot be read"),
        ("lambdas/g", "functions", "g cannot be read"),
        ("lambdas/g/deep", "functions", "deep cannot be read"),
        ("lambdas/_shared", "functions", "_shared cannot be read"),
    ],
)
def test_what_may_not_be_read_is_a_problem(folder, problems_of, path, rule, message):
    files = {
        "maestro.toml": "",
        "lambdas/f.py": PYTHON,
        "lambdas/g/index.py": PYTHON,
        "lambdas/g/deep/a.py": "",
        "lambdas/_shared/a.py": "",
    }
    root = folder(files)
    before = (root / path).stat().st_mode
    (root / path).chmod(0)
    try:
        assert problems_of(root) == [(path, rule, f"{message}: Permission denied")]
    finally:
        (root / path).chmod(before)


def test_a_folder_that_may_only_be_listed_is_a_problem(folder, problems_of):
    root = folder({"lambdas/g/index.py": PYTHON})
    (root / "lambdas/g").chmod(0o444)
    try:
        assert problems_of(root)[0][1:] == ("functions", "g cannot be read: Permission denied")
    finally:
        (root / "lambdas/g").chmod(0o755)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems take no such names")
@pytest.mark.parametrize(
    "name", [b"\xff.py", b"\xff", b"_\xff.py", b"g/\xff.py", b"g/\xff/a.py", b"_s/\xff"]
)
def test_a_name_that_is_not_utf_8_is_a_problem(folder, problems_of, name):
    root = folder({"lambdas/g/index.py": PYTHON, "lambdas/_s/a.py": ""})
    path = Path(os.fsdecode(os.fsencode(root / "lambdas") + b"/" + name))
    if name == b"\xff":
        path.mkdir()
        (path / "index.py").write_text(PYTHON)
    else:
        path.parent.mkdir(exist_ok=True)
        path.write_text(PYTHON)
    ((place, rule, message),) = problems_of(root)
    assert rule == "functions"
    assert "\ufffd" in place
    assert message.endswith("is not UTF-8")
    (place + message).encode()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems take no such names")
def test_a_name_that_is_not_utf_8_and_is_no_function_is_no_problem(folder, home):
    root = folder()
    (root / "lambdas").mkdir()
    Path(os.fsdecode(os.fsencode(root / "lambdas") + b"/\xff.md")).write_text("")
    (note,) = scanner.load(root, Flags(), environ={}, home=home).notes
    assert note.message == "\ufffd.md is ignored: it is no function"


# --- links -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("lambdas/f/creds", "outside/file"),
        ("lambdas/f/deep/creds", "outside"),
        ("lambdas/_shared/creds", "outside"),
        ("lambdas/_creds", "outside"),
        ("lambdas/g", "outside"),
        ("lambdas/g.py", "outside/file"),
    ],
)
@pytest.mark.parametrize("relative", [True, False])
def test_a_link_out_of_the_project_is_a_problem(folder, problems_of, link, target, relative):
    root = folder({"lambdas/f/index.py": PYTHON, "lambdas/_shared/a.py": ""})
    outside = root.parent / "outside"
    outside.mkdir()
    (outside / "file").write_text("secret")
    path, target = root / link, root.parent / target
    path.parent.mkdir(exist_ok=True)
    up = Path(*[".."] * len(path.relative_to(root).parts))
    path.symlink_to(up / target.relative_to(root.parent) if relative else target)
    ((place, rule, message),) = problems_of(root)
    assert (place, rule) == (link, "functions")
    assert message == f"the link {path.name} leads out of the project, to {target}"


def test_a_link_from_lambdas_itself_out_of_the_project_is_a_problem(folder, problems_of, tmp_path):
    root = folder()
    (tmp_path / "outside").mkdir()
    (root / "lambdas").symlink_to(tmp_path / "outside")
    ((place, rule, _),) = problems_of(root)
    assert (place, rule) == ("lambdas", "functions")


def test_a_link_inside_the_project_is_none_whatever_way_leads_there(folder, home, tmp_path):
    root = folder({"lambdas/f/index.py": PYTHON, "common/a.py": "A = 1"})
    (root / "lambdas/f/a.py").symlink_to("../../common/a.py")
    (root / "lambdas/g").symlink_to("f")
    (tmp_path / "elsewhere").symlink_to(tmp_path)
    for path in (root, tmp_path / "elsewhere" / root.name):
        project = scanner.load(path, Flags(), environ={}, home=home)
        assert functions(project).keys() == {"f", "g"}


# --- handlers elsewhere ----------------------------------------------------------------------


@pytest.mark.parametrize("layers", ["", 'layers = ["arn:aws:lambda:eu-west-1:1:layer:x:1"]'])
@pytest.mark.parametrize(
    "handler",
    ["../../x/manager.handler", "../g.handler", "/x/y.handler", "/opt/../x.handler", "..x.handler"],
)
def test_a_handler_that_leads_out_of_its_folder_is_a_problem(problems, tmp_path, handler, layers):
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "manager.py").write_text(PYTHON)
    files = {
        "maestro.toml": f'[functions.f]\nmemory = 128\n{layers}\nhandler = "{handler}"',
        "lambdas/f/index.py": PYTHON,
        "lambdas/g.py": PYTHON,
    }
    assert problems(files) == [
        ("maestro.toml:4", "handler", f"the handler {handler!r} leads out of the function's folder")
    ]


def test_the_stages_line_is_told_of_a_stages_handler(problems):
    text = '[functions.f]\nhandler = "index.handler"\n[stages.p.functions.f]\nhandler = "../f.x"'
    files = {"maestro.toml": text, "lambdas/f/index.py": PYTHON}
    ((place, _, _),) = problems(files, stage="p")
    assert place == "maestro.toml:4"


def test_an_absolute_handler_is_not_looked_for_on_this_machine(problems, tmp_path):
    (tmp_path / "m.py").write_text(PYTHON)
    files = {
        "maestro.toml": f'[functions.f]\nhandler = "{tmp_path}/m.handler"',
        "lambdas/f/index.py": PYTHON,
    }
    ((_, rule, _),) = problems(files)
    assert rule == "handler"


@pytest.mark.parametrize(
    "handler",
    [
        "datadog_lambda.handler.handler",
        "/opt/nodejs/node_modules/datadog-lambda-js/handler.handler",
    ],
)
@pytest.mark.parametrize("file", ["lambdas/f.py", "lambdas/f/index.py"])
def test_a_handler_may_live_in_a_layer(scan, problems, file, handler):
    text = f'[functions.f]\nhandler = "{handler}"\n'
    ((_, rule, _),) = problems({"maestro.toml": text, file: PYTHON})
    assert rule == "handler"
    layered = f'{text}layers = ["arn:aws:lambda:eu-west-1:464622532012:layer:Datadog:1"]'
    project = scan({"maestro.toml": layered, file: PYTHON})
    assert functions(project) == {"f": ("python3.13", handler)}
    notes = [(note.rule, note.severity) for note in project.notes]
    assert notes == [("unused-function", "warning"), ("handler", "info")]


# --- names that look like no function --------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["readme_sender", "READMEs", "testing", "tests_runner", "test", "conftest_", "lock"]
)
def test_a_name_that_only_begins_like_an_ignored_one_is_a_function(scan, name):
    assert functions(scan({f"lambdas/{name}.py": PYTHON})).keys() == {name}


@pytest.mark.parametrize("name", ["README", "readme.md", "Readme.txt", "ReadMe.rst", "Tests/x.py"])
def test_a_readme_is_no_function_however_it_is_written(scan, name):
    assert ignored(scan({f"lambdas/{name}": ""})) == [f"lambdas/{name.split('/')[0]}"]


# --- limits ----------------------------------------------------------------------------------


def test_a_definition_that_is_too_large_is_a_problem(scan, problems):
    def commented(length):
        text = json.dumps({"Comment": "", **PASS})
        return text.replace('""', '"' + "x" * (length - len(text)) + '"')

    assert scan(definition=commented(1_048_576))
    assert problems(definition=commented(1_048_577)) == [
        (
            "definition.asl.json",
            "limits",
            "the definition has 1,048,577 characters; Step Functions takes at most 1,048,576",
        )
    ]


def test_more_functions_than_a_stack_has_room_for_are_a_problem(scan, problems):
    files = {f"lambdas/f{n}.py": PYTHON for n in range(165)}
    assert len(scan(files).functions) == 165
    assert problems({**files, "lambdas/g.py": PYTHON}) == [
        (
            "lambdas",
            "limits",
            "166 functions make a stack of 502 resources; CloudFormation takes at most 500",
        )
    ]


# --- what the role is given ------------------------------------------------------------------


def calling(resource, **parameters):
    task = {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True}
    return {"StartAt": "A", "States": {"A": task}}


QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/orders"
SENDING = calling("arn:aws:states:::sqs:sendMessage", QueueUrl=QUEUE, MessageBody="x")
ANYWHERE = {"QueueUrl.$": "$.queue", "MessageBody": "x"}
SENDING_ANYWHERE = calling("arn:aws:states:::sqs:sendMessage", **ANYWHERE)
UNHEARD_OF = calling("arn:aws:states:::aws-sdk:glue:createGlossary", Name="words")


def test_what_the_definition_calls_is_what_its_role_may_do(scan):
    project = scan({"maestro.toml": '[workflow]\nlogging = "OFF"'}, definition=SENDING)
    (statement,) = project.permissions
    assert statement.actions == ("sqs:SendMessage",)
    assert statement.resources == ("arn:PARTITION:sqs:eu-west-1:123456789012:orders",)
    assert statement.states == ("A",)
    assert project.notes == ()


def test_functions_are_allowed_under_the_names_that_they_have_in_lambda(scan):
    task = {"Type": "Task", "Resource": "${f}", "End": True}
    definition = {"StartAt": "A", "States": {"A": task}}
    project = scan({"lambdas/f.py": PYTHON}, definition=definition)
    (arn, versions) = project.permissions[0].resources
    assert arn.endswith(f":function:{project.functions[0].physical_name}")
    assert versions == f"{arn}:*"


def test_a_wide_permission_is_told_and_can_be_left_untold(scan):
    (note,) = scan(definition=SENDING_ANYWHERE).notes
    assert (note.rule, note.severity, note.state) == ("wide-permission", "warning", "A")
    rules = '[workflow]\ndisable_rules = ["wide-permission"]'
    assert scan({"maestro.toml": rules}, definition=SENDING_ANYWHERE).notes == ()


def test_what_is_not_known_is_refused_until_the_user_allows_it(scan, problems):
    ((_, rule, _),) = problems(definition=UNHEARD_OF)
    assert rule == "unknown-permission"
    own = '{ actions = ["glue:CreateGlossary"], resources = ["*"] }'
    project = scan({"maestro.toml": f"[workflow]\npolicies = [{own}]"}, definition=UNHEARD_OF)
    assert project.notes == ()


def test_what_is_no_resource_is_one_problem_not_two(problems):
    definition = calling("arn:aws:states:::sqs:sendMesage", QueueUrl=QUEUE)
    ((_, rule, _),) = problems(definition=definition)
    assert rule != "unknown-permission"


# --- rules that are switched off -------------------------------------------------------------


def test_notes_can_be_switched_off(scan):
    state = {"Type": "Pass", "Result": "${x}", "End": True}
    rules = '[workflow]\ndisable_rules = ["unknown-substitution", "ignored"]'
    files = {"maestro.toml": rules, "lambdas/data.csv": ""}
    assert scan(files, definition={"StartAt": "A", "States": {"A": state}}).notes == ()


def test_a_key_that_is_written_twice_can_be_let_pass(scan, problems):
    text = '{"StartAt": "A", "StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}'
    ((_, rule, _),) = problems(definition=text)
    assert rule == "duplicate-key"
    rules = '[workflow]\ndisable_rules = ["duplicate-key"]'
    assert scan({"maestro.toml": rules}, definition=text).notes == ()


def test_what_cannot_be_deployed_stays_an_error(problems):
    arn = {"Type": "Pass", "Result": "arn:aws:sns:::${x}", "End": True}
    rules = '[workflow]\ndisable_rules = ["unknown-substitution"]'
    found = problems({"maestro.toml": rules}, definition={"StartAt": "A", "States": {"A": arn}})
    assert [rule for _, rule, _ in found] == ["unknown-substitution"]


# --- where the folder is ---------------------------------------------------------------------


def test_the_nearest_folder_upward_is_the_project(folder):
    root = folder({"lambdas/f/index.py": PYTHON})
    assert outline.find(root) == root
    assert outline.find(root / "lambdas" / "f") == root


@pytest.mark.parametrize("name", ["definition.asl.yaml", "definition.asl.yml", "workflow.py"])
def test_every_definition_makes_a_folder_a_project(folder, name):
    root = folder({name: "", "lambdas/f/index.py": PYTHON}, definition=None)
    assert outline.find(root / "lambdas" / "f") == root


def test_a_function_called_workflow_makes_no_project(folder):
    root = folder({"lambdas/workflow.py": PYTHON})
    assert outline.find(root / "lambdas") == root
    (root / "definition.asl.json").unlink()
    assert outline.find(root / "lambdas") == root / "lambdas"


def test_no_folder_upward_is_a_finding(tmp_path):
    with pytest.raises(ProjectError) as caught:
        outline.find(tmp_path)
    assert "maestro new" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "expected"),
    [("send-mail", "SendMail"), ("send_mail", "SendMail"), ("aB", "AB"), ("x", "X"), ("a1", "A1")],
)
def test_a_logical_id_is_the_name_in_capitals(name, expected):
    assert scanner.logical_id(name) == expected


@pytest.mark.parametrize("name", ["7zip", "1-start", "2", "a", "-x-", "a--b"])
def test_a_logical_id_is_one_that_cloudformation_takes(name):
    stem = scanner.logical_id(name)
    assert f"{stem}Function".isalnum()
    assert f"{stem}Function"[0].isalpha()


def test_the_project_does_not_depend_on_where_it_lies(folder, home):
    one = folder({"lambdas/f.py": PYTHON, "lambdas/g/index.py": PYTHON}, name="here/approval")
    two = folder({"lambdas/f.py": PYTHON, "lambdas/g/index.py": PYTHON}, name="there/approval")
    first, second = (scanner.load(path, Flags(), environ={}, home=home) for path in (one, two))
    assert first.definition == second.definition
    assert first.settings == second.settings
    for f, g in zip(first.functions, second.functions, strict=True):
        assert f.root.relative_to(one) == g.root.relative_to(two)
        assert isinstance(f.root, Path)


# --- runtimes --------------------------------------------------------------------------------


@pytest.fixture
def on(folder, home):
    """Read a folder on a day; what is said of its runtimes, as (place, severity, message)."""

    def said(day, files):
        def of(found):
            return [
                (str(item.where), item.severity, item.message)
                for item in found
                if item.rule == "runtime"
            ]

        today = date.fromisoformat(day)
        root = folder({"maestro.toml": "", **files})
        try:
            project = scanner.load(root, Flags(), environ={}, home=home, today=today)
        except ProjectError as error:
            return of(error.findings)
        return of(project.notes)

    return said


def test_a_runtime_of_all_functions_is_told_once_where_it_is_set(on):
    files = {
        "maestro.toml": '[functions]\nmemory = 128\nruntime = "python3.9"\n',
        "lambdas/a.py": PYTHON,
        "lambdas/b.py": PYTHON,
    }
    ((place, severity, message),) = on("2026-11-22", files)
    assert (place, severity) == ("maestro.toml:3", "warning")
    assert message.startswith("python3.9 was deprecated on 2025-12-15")


def test_a_runtime_that_is_blocked_is_an_error_that_cannot_be_switched_off(on):
    text = '[workflow]\ndisable_rules = ["runtime"]\n[functions.f]\nruntime = "python3.9"\n'
    files = {"maestro.toml": text, "lambdas/f.py": PYTHON}
    assert on("2026-11-22", files) == []
    ((place, severity, message),) = on("2027-03-03", files)
    assert (place, severity) == ("maestro.toml:4", "error")
    assert message == "Lambda takes no functions of python3.9 any more, since 2027-03-03"


def test_a_default_that_grew_old_is_told_at_the_function(on):
    ((place, _, _),) = on("2029-07-01", {"lambdas/f.py": PYTHON})
    assert place == "lambdas/f.py"


# --- handlers that Lambda refuses ------------------------------------------------------------

CALLBACK = "exports.handler = (event, context, callback) => callback(null, event);\n"


def test_a_callback_is_refused_before_lambda_refuses_it(problems):
    found = problems({"lambdas/f.js": CALLBACK})
    assert found == [
        ("lambdas/f.js:1:19", "handler", "the handler takes a callback, which nodejs24.x refuses")
    ]


def test_the_two_ways_out_of_a_callback_are_told(scan):
    with pytest.raises(ProjectError) as caught:
        scan({"lambdas/f.ts": CALLBACK})
    assert "async (event, context) =>" in caught.value.hint
    assert 'runtime = "nodejs22.x"' in caught.value.hint


@pytest.mark.parametrize(
    ("text", "runtime"),
    [(CALLBACK, "nodejs22.x"), (NODE, "nodejs24.x"), (NODE, "nodejs26.x")],
)
def test_other_handlers_are_not_refused(scan, text, runtime):
    settings = f'[functions.f]\nruntime = "{runtime}"\n'
    assert functions(scan({"lambdas/f.js": text, "maestro.toml": settings})).keys() == {"f"}


@pytest.mark.parametrize(
    ("settings", "place", "message"),
    [
        (
            'runtime = "provided.al2023"',
            "maestro.toml:2",
            "the function 'f' has a runtime in maestro.toml, and no handler",
        ),
        (
            'runtime = "provided.al2023"\nhandler = "bootstrap"',
            "lambdas/f",
            (
                "the function 'f' cannot run on provided.al2023: it holds no bootstrap, "
                "the program that a provided runtime starts"
            ),
        ),
        (
            'runtime = "python3.13"\nhandler = "gone.handler"',
            "lambdas/f",
            "the handler 'gone.handler' of 'f' is in no file",
        ),
    ],
)
def test_a_function_that_is_not_built_yet_is_told(problems, settings, place, message):
    files = {"lambdas/f/main.go": "", "maestro.toml": f"[functions.f]\n{settings}\n"}
    assert problems(files) == [(place, "handler", message)]


def test_what_a_layer_may_bring_is_not_missed(scan):
    text = (
        '[functions.f]\nruntime = "provided.al2023"\nhandler = "x"\n'
        'layers = ["arn:aws:lambda:eu-west-1:123456789012:layer:program:1"]\n'
    )
    assert functions(scan({"lambdas/f/data": "", "maestro.toml": text})).keys() == {"f"}
