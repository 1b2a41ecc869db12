"""What infra.py says of itself before it runs."""

import pytest

from maestro_cdk.model import SourceRef
from maestro_cdk.project import infra
from maestro_cdk.project.report import Report

EXTEND = "def extend(workflow):\n"


@pytest.fixture
def read(folder):
    """What is read of a project's infra.py and the modules beside it, and what is said of it."""

    def reading(text, *, functions=(), settings=(), **modules):
        files = {"infra.py": text}
        files |= {f"{name}.py": content for name, content in modules.items()}
        report = Report(folder=folder(files), stage=None)
        return infra.read(report, functions=functions, settings=settings), report.findings

    return reading


def test_without_it_there_is_nothing(folder):
    found = infra.read(Report(folder=folder(), stage=None), functions=("f",), settings=())
    assert found == infra.Infra()


@pytest.mark.parametrize(
    ("body", "used"),
    [
        ("workflow.functions['a']", {"a"}),
        ("functions = workflow.functions; functions['a']", {"a", "b"}),
        ("for name in ('a', 'c'): workflow.functions[name]", {"a"}),
        ("for each in workflow.functions.values(): each", {"a", "b"}),
        ("workflow.functions['a']; list(workflow.functions)", {"a", "b"}),
        ("workflow", set()),
    ],
)
def test_the_functions_that_it_speaks_of_are_known(read, body, used):
    found, _ = read(f"{EXTEND}    {body}\n", functions=("a", "b"))
    assert found.functions == used


@pytest.mark.parametrize(
    "call",
    [
        "workflow.substitute('A', 'x')",
        "workflow.substitute(name='A', value='x')",
        "workflow.substitute(value='x', name='A')",
        "print((lambda w: w.substitute('A', 'x'))(workflow))",
        "w = workflow; w.substitute('A', 'x')",
    ],
)
def test_a_name_that_is_a_constant_is_known(read, call):
    found, said = read(f"{EXTEND}    {call}\n")
    assert (set(found.names), found.more, said) == ({"A"}, False, [])


@pytest.mark.parametrize(
    "call",
    [
        "workflow.substitute(NAME, 'x')",
        "workflow.substitute(f'{NAME}', 'x')",
        "workflow.substitute(*pair)",
        "workflow.substitute(**given)",
        "workflow.substitute()",
    ],
)
def test_one_that_is_computed_may_be_any(read, call):
    found, said = read(f"{EXTEND}    {call}\n")
    assert (set(found.names), found.more, said) == (set(), True, [])


def test_the_first_place_that_gives_a_name_is_told(read):
    found, _ = read(
        f"{EXTEND}    workflow.substitute('A', 'x')\n    workflow.substitute('A', 'y')\n"
    )
    assert found.names == {"A": SourceRef(file="infra.py", line=2, column=5)}


@pytest.mark.parametrize(
    ("imports", "modules"),
    [
        ("import tables", {"tables": ""}),
        ("from tables import add", {"tables": ""}),
        ("if True:\n    import tables", {"tables": ""}),
        ("import other", {"other": "import tables", "tables": ""}),
        ("import parts.tables", {"parts/tables": ""}),
        ("from parts import tables", {"parts/__init__": "", "parts/tables": ""}),
        ("import parts", {"parts/__init__": "from .tables import add", "parts/tables": ""}),
        ("import parts", {"parts/__init__": "from . import tables", "parts/tables": ""}),
    ],
)
def test_modules_of_the_project_are_read_too(read, imports, modules):
    texts = {name: text or "def add(w): w.substitute('A', 'x')\n" for name, text in modules.items()}
    found, said = read(f"{imports}\n{EXTEND}    pass\n", **texts)
    assert (set(found.names), found.more, said) == ({"A"}, False, [])
    assert found.names["A"].file.endswith("tables.py") or "parts" in modules


def test_modules_that_import_each_other_are_read_once(read):
    found, _ = read(f"import a\n{EXTEND}    pass\n", a="import b, infra", b="import a")
    assert found.names == {}


def test_modules_that_nobody_imports_are_not_read(read):
    found, said = read(f"{EXTEND}    pass\n", other="x.substitute('A', 1)\n}")
    assert (found.names, said) == ({}, [])


@pytest.mark.parametrize("module", ["aws_cdk", "constructs", "os", "maestro_cdk", "json.decoder"])
def test_what_does_not_know_the_workflow_gives_nothing(read, module):
    found, _ = read(f"import {module}\n{EXTEND}    pass\n")
    assert not found.more


@pytest.mark.parametrize("module", ["company_infra", "importlib", "runpy", "company.infra"])
def test_what_it_is_handed_to_may_give_anything(read, module):
    found, _ = read(f"from {module} import add\n{EXTEND}    add(workflow)\n")
    assert found.more


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("send mail", "letters, digits and underscores: 'send mail'"),
        ("", "letters, digits and underscores: ''"),
        ("AWS::Region", "letters, digits and underscores"),
        ("manager", "${manager} is the function manager already"),
        ("Limit", "${Limit} is set in maestro.toml already"),
    ],
)
def test_a_name_that_means_something_else_is_told(read, name, said):
    _, findings = read(
        f"{EXTEND}    workflow.substitute({name!r}, 'x')\n",
        functions=("manager",),
        settings=("Limit",),
    )
    (finding,) = findings
    assert said in finding.message
    assert (finding.severity, str(finding.where)) == ("error", "infra.py:2:5")


@pytest.mark.parametrize(
    "text",
    [
        "def extend(workflow): ...",
        "def extend(workflow, /): ...",
        "def extend(workflow, more=None, *rest, key=1, **others): ...",
        "def extend(*args): ...",
        "extend = make()",
        "from tables import extend",
        "from tables import add as extend",
        "from tables import *",
        "if True:\n    def extend(workflow): ...",
    ],
)
def test_what_can_be_called_is_not_complained_of(read, text):
    _, said = read(text, tables="")
    assert said == []


def test_a_link_out_of_the_project_is_not_followed(folder, tmp_path):
    root = folder()
    (tmp_path / "elsewhere.py").write_text("secret = 1\n")
    (root / "infra.py").symlink_to(tmp_path / "elsewhere.py")
    report = Report(folder=root, stage=None)
    infra.read(report, functions=(), settings=())
    assert "leads out of the project" in report.findings[0].message


def test_one_that_may_not_be_read_is_told(folder, kept_out):
    root = folder({"infra.py": EXTEND})
    (root / "infra.py").chmod(0)
    report = Report(folder=root, stage=None)
    with kept_out():
        infra.read(report, functions=(), settings=())
    assert [finding.message for finding in report.findings] == [
        "infra.py cannot be read: Permission denied"
    ]


def test_one_in_another_encoding_is_read_as_python_reads_it(read):
    found, said = read(
        f"# coding: latin-1\n{EXTEND}    workflow.substitute('A', 'ä')\n".encode("latin-1")
    )
    assert (set(found.names), said) == ({"A"}, [])


def test_nesting_without_end_is_no_python(read):
    _, (finding, *_) = read(f"x = {'(' * 5000}")
    assert (finding.rule, finding.where.file) == ("infra", "infra.py")
